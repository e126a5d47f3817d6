/**
 * The composition root: opens what the hub stands on (standard, database, secret), builds the ports over it, hands them to
 * the doors, and closes it all in the opposite order.
 */
import pino from 'pino';
import { COMMANDS_TO_TRY, TOKEN_COMMAND } from '../examples/western-balkans/load.js';
import { readQueries } from '../examples/western-balkans/queries.js';
import { assembleSchema } from './api/assemble.js';
import type { Config } from './config.js';
import { importRoute } from './http/import-route.js';
import { createHttp } from './http/server.js';
import type { Ports } from './hub/ports.js';
import { openDemoIssuer } from './identity/demo-issuer.js';
import { createIdentify, type Identify, type TrustedIssuer } from './identity/identify.js';
import { keysFrom } from './identity/key-source.js';
import { knownAgencies } from './identity/known-agencies.js';
import { migrate } from './persistence/migrate.js';
import { ownDatabase } from './persistence/open-database.js';
import { signingOf } from './start/agreements-at-rest.js';
import { loadDemoWorld } from './start/demo-world.js';
import { createHubPorts, type HubPorts } from './start/hub-ports.js';
import type { App } from './start/hub-process.js';
import { checkLedger } from './start/ledger-check.js';
import { readinessChecks } from './start/readiness.js';
import { openReader, openSecret } from './start/secret.js';
import { openRecordTables, openStandardFiles, protectClauses } from './start/standard.js';
import { packageVersion } from './start/version.js';

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
  const database = await ownDatabase(config);
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
    onLedgerFault: (cause) => log.error({ cause }, 'the ledger could not be written'),
    onDoubt: (doubt) => log.error({ doubt }, 'an agreement version does not verify and counts for nothing'),
  });
  closers.push(() => hub.close());
  const world = await loadDemoWorld(hub, database.url, config);
  const ledger = await checkLedger(database.url);
  if (ledger.kind === 'BROKEN') log.fatal({ explanation: ledger.explanation }, 'the ledger does not verify');
  const server = await createServer(config, hub, log);
  closers.push(() => server.close());
  return {
    listen: () => server.listen({ host: config.host, port: config.port }),
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

async function createServer(config: Config, hub: HubPorts, log: pino.Logger) {
  return createHttp({
    hub,
    schema: await assembleSchema(hub.standard),
    identify: await createIdentity(config, hub),
    checks: readinessChecks(hub),
    version: { version: packageVersion(), node: process.version },
    log: { error: (fields, message) => log.error(fields, message) },
    page: config.demo === 'off' ? {} : { tokenCommand: TOKEN_COMMAND, examples: Object.values(readQueries()) },
    routes: [(scope, door) => importRoute(scope, { hub, authenticate: door.authenticate })],
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

function settingsCount({ settings }: Config): { count: number; defaults: number } {
  return { count: settings.length, defaults: settings.filter(({ from }) => from === 'default').length };
}
