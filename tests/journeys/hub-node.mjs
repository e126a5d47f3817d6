// A whole hub in a process of its own, on a database that is prepared already: to be asked over sockets, stopped and woken.
import { assembleSchema } from '../../dist/src/api/assemble.js';
import { HubError } from '../../dist/src/domain/errors.js';
import { createHttp } from '../../dist/src/http/server.js';
import { sha256Hex, verifyEd25519 } from '../../dist/src/persistence/cryptography.js';
import { createHubPorts } from '../../dist/src/start/hub-ports.js';
import { openStandard } from '../../dist/src/start/standard.js';

/** A token names its caller, as in the tests that need no process: `AL-BMP:ANALYST`. */
const counted = { authenticated: 0, refused: 0 };
async function identify(authorization = '') {
  const [, agency, roles] = /^Bearer ([A-Z0-9-]+):([A-Z_,]+)$/.exec(authorization) ?? [];
  if (roles === undefined) throw new HubError('UNAUTHENTICATED');
  counted.authenticated += 1;
  return { agency, person: 'tester', roles: roles.split(',') };
}

// Left alone by the test that started it, it ends.
process.once('disconnect', () => process.exit());
process.once('message', async ({ databaseUrl, readerUrl, timeZone }) => {
  const standard = await openStandard('schema/records');
  const hub = await createHubPorts({
    standard,
    timeZone,
    databaseUrl,
    readerUrl,
    secret: Buffer.alloc(32, 1),
    signing: { environment: 'test', acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
    onLedgerFault: () => {},
    onDoubt: (doubt) => console.error('unexpected doubt', doubt),
    lookupConnections: 4,
    aggregateConnections: 1,
  });
  const append = hub.ledger.append.bind(hub.ledger);
  hub.ledger.append = async (entry, guard) =>
    append(entry, guard).catch((error) => {
      counted.refused += 1;
      throw error;
    });
  const server = await createHttp({
    hub,
    schema: await assembleSchema(standard),
    identify,
    checks: [],
    version: { version: '0.0.0', node: 'test' },
    log: { error: (fields, message) => console.error(message, fields) },
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  // Asked at its end how many requests are owed an entry: what is under way is answered first.
  process.once('message', async () => {
    await server.close();
    process.send(counted);
  });
  process.send({ port: server.server.address().port });
});
