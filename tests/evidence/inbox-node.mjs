// A whole hub in a process of its own, on a world that is loaded already: serves inboxes, posts notices, and is killed.
import { assembleSchema } from '../../dist/src/api/assemble.js';
import { HubError } from '../../dist/src/domain/errors.js';
import { inboxRoute } from '../../dist/src/http/inbox-route.js';
import { InboxStreams } from '../../dist/src/http/inbox-streams.js';
import { createHttp } from '../../dist/src/http/server.js';
import { job } from '../../dist/src/hub/jobs/post-notices.js';
import { runJob } from '../../dist/src/hub/jobs.js';
import { sha256Hex, verifyEd25519 } from '../../dist/src/persistence/cryptography.js';
import { createHubPorts } from '../../dist/src/start/hub-ports.js';
import { openStandard } from '../../dist/src/start/standard.js';

const counted = { authenticated: 0, refused: 0 };
async function identify(authorization = '') {
  const [, agency, roles] = /^Bearer ([A-Z0-9-]+):([A-Z_,]+)$/.exec(authorization) ?? [];
  if (roles === undefined) throw new HubError('UNAUTHENTICATED');
  counted.authenticated += 1;
  return { agency, person: 'tester', roles: roles.split(',') };
}

/** Tells the parent and stands still for ever, before or behind the storing of the notices of one agency. */
function stopAt({ when, agency }, inbox) {
  const post = inbox.post.bind(inbox);
  inbox.post = async (code, notices) => {
    const added = code === agency && when === 'BEFORE' ? 0 : await post(code, notices);
    if (code !== agency) return added;
    process.send({ stoppedAt: when, derived: notices.length });
    return new Promise(() => {});
  };
}

process.once('disconnect', () => process.exit());
process.once('message', async ({ databaseUrl, readerUrl, timeZone, stop }) => {
  const standard = await openStandard('schema/records');
  const hub = await createHubPorts({
    standard,
    timeZone,
    databaseUrl,
    readerUrl,
    secret: Buffer.alloc(32, 1),
    signing: { environment: 'test', acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
    onLedgerFault: () => {},
    onDoubt: () => {},
  });
  if (stop !== undefined) {
    stopAt(stop, hub.inbox);
    await runJob(hub, job);
    return;
  }
  const streams = new InboxStreams(hub);
  const server = await createHttp({
    hub,
    schema: await assembleSchema(standard),
    identify,
    checks: [],
    version: { version: '0.0.0', node: 'test' },
    log: { error: (fields, message) => console.error(message, fields) },
    routes: [(scope, door) => inboxRoute(scope, { hub, authenticate: door.authenticate, streams })],
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  process.once('message', async () => {
    await server.close();
    process.send(counted);
  });
  process.send({ port: server.server.address().port });
});
