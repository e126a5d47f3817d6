/**
 * The composition root: opens what the hub stands on (standard, database, secret), builds the ports over it, hands them to
 * the doors, and closes it all in the opposite order.
 */
import pino from 'pino';
import { COMMANDS_TO_TRY, TOKEN_COMMAND } from '../examples/western-balkans/load.js';
import { readQueries } from '../examples/western-balkans/queries.js';
import { assembleSchema } from './api/assemble.js';
import type { Config } from './config.js';
import { faultOf } from './http/http-error.js';
import { importRoute } from './http/import-route.js';
import { inboxRoute } from './http/inbox-route.js';
import { InboxStreams } from './http/inbox-streams.js';
import { ledgerExportRoute } from './http/ledger-export-route.js';
import { ledgerHeadRoute } from './http/ledger-head-route.js';
import { createHttp } from './http/server.js';
import { replayErasures } from './hub/evidence/replay-erasures.js';
import { UNSEEN_MS_MAX } from './hub/evidence/witnesses.js';
import { JOBS } from './hub/jobs/index.js';
import type { LedgerLook, Ports } from './hub/ports.js';
import { openDemoIssuer } from './identity/demo-issuer.js';
import { createIdentify, type Identify, type TrustedIssuer } from './identity/identify.js';
import { keysFrom } from './identity/key-source.js';
import { knownAgencies } from './identity/known-agencies.js';
import { migrate } from './persistence/migrate.js';
import { ownDatabase } from './persistence/open-database.js';
import { openSafekeeping } from './persistence/safekeeping.js';
import { signingOf } from './start/agreements-at-rest.js';
import { loadDemoWorld } from './start/demo-world.js';
import { createHubPorts, type HubPorts } from './start/hub-ports.js';
import type { App } from './start/hub-process.js';
import { indexCheck, unreadableGauge } from './start/index-signs.js';
import { createJobClock } from './start/job-clock.js';
import { jobCheck, jobGauge } from './start/job-signs.js';
import { checkLedger } from './start/ledger-check.js';
import { openLedgerKey, refuseOldKey } from './start/ledger-key.js';
import { readinessChecks } from './start/readiness.js';
import { openReader, openSecret } from './start/secret.js';
import { openRecordTables, openStandardFiles, protectClauses } from './start/standard.js';
import { packageVersion } from './start/version.js';
import { contradictionText, lookAtStart, refuseContradicted } from './start/witness-check.js';

/** A head on demand is a row, a lock and a file that is synced: one for all who ask within a second. */
const HEAD_EVERY_MS = 1_000;

/** Builds the hub, not listening yet. @throws StartError for what an operator can mend; what was opened is closed again */
export async function createApp(config: Config): Promise<App> {
  const closers: (() => Promise<unknown>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await open(config, closers, closeAll);
  } catch (error) {
    await closeAll().catch(() => undefined);
    throw error;
  }
}

async function open(config: Config, closers: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<App> {
  const log = pino({ level: config.logLevel }, pino.destination(2));
  const { standard, files } = await openStandardFiles(config.recordsFolder);
  const signing = signingOf(config);
  const database = await ownDatabase(config, (reason) =>
    log.error({ reason }, 'PostgreSQL ended and is started again'),
  );
  closers.push(() => database.close());
  const migrations = await migrate(database.url);
  await protectClauses(database.url, { standard, files }, config, signing);
  await openRecordTables(database.url, standard, config, files);
  const secret = await openSecret(config);
  const hub = await createHubPorts({
    standard,
    timeZone: config.timeZone,
    databaseUrl: database.url,
    readerUrl: await openReader(database.url, secret),
    secret,
    pseudonymRotation: config.pseudonymRotation,
    signing,
    archiveRule: archiveRuleOf(config),
    ledgerKey: await openLedgerKey(config),
    safekeeping: await openSafekeeping(config.safekeepingFolder, secret),
    headEveryMs: HEAD_EVERY_MS,
    onWitnessLook: (look) => tellLook(log, look),
    onWitnessesUnseen: (cause) => tellUnseen(log, cause),
    onKeepingFault: (cause) => {
      if (cause !== undefined) log.error({ cause }, 'the newest head could not be put into safekeeping');
    },
    onLedgerFault: (cause) => log.error({ cause }, 'the ledger could not be written'),
    onDoubt: (doubt) => log.error({ doubt }, 'an agreement version does not verify and counts for nothing'),
  });
  closers.push(() => hub.close());
  await openLedgerHeads(hub, log);
  const replayed = await replayErasures(hub, (databaseId, erasures) =>
    log.warn({ databaseId, erasures }, 'erasures wait for a database that is not hosted here'),
  );
  if (replayed > 0) log.warn({ records: replayed }, 'records that this older database still had were erased again');
  const world = await loadDemoWorld(hub, database.url, config);
  const ledger = await checkLedger(database.url);
  if (ledger.kind === 'BROKEN') log.fatal({ explanation: ledger.explanation }, 'the ledger does not verify');
  await hub.treeHeads.sign();
  // What is answered until the very end stands under a head too.
  closers.push(() => hub.treeHeads.sign().catch((error) => log.error(faultOf(error), 'no head was signed at the end')));
  const server = await createServer(config, hub, log);
  closers.push(() => server.close());
  const clock = createJobClock(hub, {
    jobs: JOBS,
    afterActs: ['post-notices'],
    onFault: (job, cause) => log.error({ ...faultOf(cause), job }, 'a job failed'),
  });
  closers.push(() => clock.stop());
  return {
    async listen() {
      const url = await server.listen({ host: config.host, port: config.port });
      clock.start();
      return url;
    },
    close,
    facts: {
      version: packageVersion(),
      demo: config.demo,
      settings: settingsCount(config),
      database: database.title,
      migrations: { applied: migrations.applied.length, pending: migrations.pending.length },
      ledger,
      ...(world === undefined ? {} : { world, examples: COMMANDS_TO_TRY }),
    },
  };
}

/** @throws StartError if a witnessed head contradicts the ledger or nobody can tell, or if this process has not its newest key */
async function openLedgerHeads(hub: HubPorts, log: pino.Logger): Promise<void> {
  refuseContradicted(await lookAtStart(hub));
  const known = await hub.treeHeads.settle();
  refuseOldKey(known);
  for (const key of known.ignored)
    log.error({ key }, 'a key of the ledger follows from none that is known; it counts for nothing');
}

function tellLook(log: pino.Logger, { contradictions, doubts }: LedgerLook): void {
  for (const found of contradictions)
    log.fatal({ explanation: contradictionText(found) }, 'the ledger is contradicted');
  for (const doubt of doubts)
    log.error(doubt, 'a file in safekeeping is no head of this ledger; it counts for nothing');
}

function tellUnseen(log: pino.Logger, cause: string | undefined): void {
  const stopsInMs = UNSEEN_MS_MAX;
  if (cause === undefined) log.warn('heads in safekeeping are compared with the ledger again');
  else log.error({ cause, stopsInMs }, 'heads in safekeeping cannot be compared with the ledger');
}

async function createServer(config: Config, hub: HubPorts, log: pino.Logger) {
  const streams = new InboxStreams(hub);
  return createHttp({
    hub,
    schema: await assembleSchema(hub.standard),
    identify: await createIdentity(config, hub),
    checks: [...readinessChecks(hub), indexCheck(hub), jobCheck(hub, JOBS)],
    gauges: [jobGauge(hub), unreadableGauge(hub), streams.gauge()],
    version: { version: packageVersion(), node: process.version },
    trustedProxies: config.trustedProxies,
    log: { error: (fields, message) => log.error(fields, message) },
    page: config.demo === 'off' ? {} : { tokenCommand: TOKEN_COMMAND, examples: Object.values(readQueries()) },
    routes: [
      (scope, door) => importRoute(scope, { hub, authenticate: door.authenticate }),
      (scope, door) => ledgerExportRoute(scope, { hub, authenticate: door.authenticate }),
      (scope, door) => ledgerHeadRoute(scope, { hub, authenticate: door.authenticate }),
      (scope, door) => inboxRoute(scope, { hub, authenticate: door.authenticate, streams }),
    ],
  });
}

async function createIdentity(config: Config, hub: Ports): Promise<Identify> {
  const issuers: TrustedIssuer[] = [];
  if (config.issuer !== undefined) {
    const { issuer, audience, jwks } = config.issuer;
    issuers.push({ issuer, audience, keys: await keysFrom(jwks) });
  }
  if (config.demo !== 'off') {
    const demo = await openDemoIssuer(config.dataFolder, { production: config.environment === 'production' });
    issuers.push(demo.trusted);
  }
  return createIdentify({ issuers, isKnownAgency: knownAgencies(hub.registry) });
}

/** Only both together are a rule: how long, and where to. */
function archiveRuleOf({ ledgerKeptMonths: keptMonths, archiveFolder: folder }: Config) {
  return keptMonths === undefined || folder === undefined ? undefined : { keptMonths, folder };
}

function settingsCount({ settings }: Config): { count: number; defaults: number } {
  return { count: settings.length, defaults: settings.filter(({ from }) => from === 'default').length };
}
