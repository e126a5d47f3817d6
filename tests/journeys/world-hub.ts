/** The demo world cut small, in a hub of its own: real PostgreSQL, the real ports, the real HTTP server, a clock that tests set. */
import { Client } from 'pg';
import { loadWorld } from '../../examples/western-balkans/load.js';
import { assembleSchema } from '../../src/api/assemble.js';
import type { ExchangeStandard } from '../../src/domain/record-type.js';
import { importRoute } from '../../src/http/import-route.js';
import { inboxRoute } from '../../src/http/inbox-route.js';
import { InboxStreams } from '../../src/http/inbox-streams.js';
import { ledgerExportRoute } from '../../src/http/ledger-export-route.js';
import { ledgerHeadRoute } from '../../src/http/ledger-head-route.js';
import { sha256Hex, verifyEd25519 } from '../../src/persistence/cryptography.js';
import { withRecordTables } from '../../src/persistence/record-tables.js';
import { demoDoors } from '../../src/start/demo-doors.js';
import { createHubPorts, type HubPorts } from '../../src/start/hub-ports.js';
import type { EvidencePlace } from '../../src/start/ledger-evidence.js';
import { type Answered, standard as shipped, shippedSchema, testServer } from '../api/harness.js';
import { type Reckoning, reckonDatabase } from '../api/reckoning.js';
import { LEDGER_KEY } from '../evidence/test-keys.js';
import { freshDatabase, type TestDatabase, templateOnce } from '../postgres.js';
import { WORLD_NOW, WORLD_TIME_ZONE } from '../world.js';

export interface WorldHub {
  readonly hub: HubPorts;
  readonly database: TestDatabase;
  /** as the hub's own role */
  readonly owner: Client;
  /** Asks over HTTP. `as`: `ME-BP:ANALYST` */
  ask(query: string, as: string, variables?: Readonly<Record<string, unknown>>): Promise<Answered>;
  /** Answers on a port of its own too, for commands. @returns its address */
  listen(): Promise<string>;
  /** Sets the one clock of every decision. */
  setClock(at: Date): Promise<void>;
  /** Acts that come through no server, such as those through the demo's doors: `reckoning.ts`. */
  beside: Reckoning['beside'];
  /** One more request that a test makes through `answer` itself. */
  owe(): void;
  /** @throws if the authenticated requests made are not the entries in the ledger */
  close(): Promise<void>;
}

/** A hub without a world: tables of the standard, nobody registered, the clock at `WORLD_NOW`. */
export async function emptyHub(standard: ExchangeStandard = shipped): Promise<WorldHub> {
  const database = await freshDatabase();
  await prepare(database, standard);
  return openHub(database, standard);
}

/**
 * The demo world of the tests, loaded through the doors of a user. Every one is a copy of the same database: one made later over
 * the same `safekeeping` is what a backup from before brings back.
 */
export async function worldHub(place: Pick<EvidencePlace, 'safekeeping'> = {}): Promise<WorldHub> {
  const template = await templateOnce('besa_world', loadWorldInto);
  return openHub(await freshDatabase(template), shipped, place);
}

async function loadWorldInto(database: TestDatabase): Promise<void> {
  await prepare(database, shipped);
  const hub = await portsOf(database, shipped);
  await loadWorld(demoDoors(hub, database.url), { size: 'tests', timeZone: WORLD_TIME_ZONE, now: WORLD_NOW });
  await hub.close();
}

async function prepare(database: TestDatabase, standard: ExchangeStandard): Promise<void> {
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`create table besa.test_clock (at timestamptz not null);
    grant select on besa.test_clock to besa_reader;
    create or replace function besa.besa_now() returns timestamptz language sql stable as 'select at from besa.test_clock'`);
  await owner.query('insert into besa.test_clock values ($1)', [WORLD_NOW]);
  await owner.end();
  await withRecordTables(database.url, (tables) => tables.apply(standard, WORLD_TIME_ZONE));
}

function portsOf(
  database: TestDatabase,
  standard: ExchangeStandard,
  place: Pick<EvidencePlace, 'safekeeping'> = {},
): Promise<HubPorts> {
  return createHubPorts({
    standard,
    timeZone: WORLD_TIME_ZONE,
    databaseUrl: database.url,
    readerUrl: database.readerUrl,
    secret: Buffer.alloc(32, 1),
    ledgerKey: LEDGER_KEY,
    ...place,
    signing: { environment: 'test', acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
    onLedgerFault: () => {},
    onDoubt: (doubt) => {
      throw new Error(`unexpected doubt: ${JSON.stringify(doubt)}`);
    },
  });
}

async function openHub(
  database: TestDatabase,
  standard: ExchangeStandard,
  place: Pick<EvidencePlace, 'safekeeping'> = {},
): Promise<WorldHub> {
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  const hub = await portsOf(database, standard, place);
  const reckoning = await reckonDatabase(database.url, hub);
  const http = await testServer(hub, {
    schema: standard === shipped ? await shippedSchema() : await assembleSchema(standard),
    routes: [
      (scope, door) => importRoute(scope, { hub, authenticate: door.authenticate }),
      (scope, door) => ledgerExportRoute(scope, { hub, authenticate: door.authenticate }),
      (scope, door) => ledgerHeadRoute(scope, { hub, authenticate: door.authenticate }),
      (scope, door) => inboxRoute(scope, { hub, authenticate: door.authenticate, streams: new InboxStreams(hub) }),
    ],
  });
  return {
    hub,
    database,
    owner,
    ask: (query, as, variables) => http.ask({ query, as, ...(variables === undefined ? {} : { variables }) }),
    listen: () => http.server.listen({ port: 0, host: '127.0.0.1' }),
    setClock: async (at) => {
      await owner.query('update besa.test_clock set at = $1', [at]);
    },
    beside: (because, act) => reckoning.beside(because, act),
    owe: () => reckoning.owe(),
    async close() {
      try {
        await http.close();
      } finally {
        await hub.close();
        await owner.end();
        await database.drop();
      }
    },
  };
}

/** Field `name` of an answer that must have one. @throws with the errors if it has not */
export function dataOf<T>(answered: Answered, name: string): T {
  const value = answered.body.data?.[name];
  if (value === undefined || value === null) throw new Error(answered.text);
  return value as T;
}
