import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { assembleSchema } from '../../src/api/assemble.js';
import { HubError } from '../../src/domain/errors.js';
import type { Identity, Role } from '../../src/domain/identity.js';
import type { LedgerEntry } from '../../src/domain/ledger.js';
import type { ExchangeStandard } from '../../src/domain/record-type.js';
import type { Agency, Partner, SharedDatabase, Technology } from '../../src/domain/registry.js';
import { createHttp, type HttpParts } from '../../src/http/server.js';
import type { Appended, Ledger, LedgerGuard, LedgerViews, Ports, Registry } from '../../src/hub/ports.js';
import { readStandard } from '../../src/records/read-standard.js';
import { type EntryCount, reckoningOf } from './reckoning.js';

/** The shipped exchange standard. */
export function shippedStandard(): ExchangeStandard {
  const folder = fileURLToPath(new URL('../../schema/records/', import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  const read = readStandard(files.sort().map((path) => ({ path, text: readFileSync(`${folder}${path}`, 'utf8') })));
  if ('problems' in read) throw new Error(`the shipped standard has problems: ${JSON.stringify(read.problems[0])}`);
  return read.standard;
}

/** A registry in memory that counts how often it is asked. */
export class MemoryRegistry implements Registry {
  readonly asked: string[] = [];
  readonly rows = {
    partners: [] as Partner[],
    agencies: [] as Agency[],
    databases: [] as SharedDatabase[],
    technologies: [] as Technology[],
  };

  async partners() {
    this.asked.push('partners');
    return this.rows.partners;
  }
  async agencies() {
    this.asked.push('agencies');
    return this.rows.agencies;
  }
  async agenciesOf(partners: readonly string[]) {
    this.asked.push('agenciesOf');
    return partners.map((code) => this.rows.agencies.filter((agency) => agency.partner === code));
  }
  async databases() {
    this.asked.push('databases');
    return this.rows.databases;
  }
  async databasesOf(agencies: readonly string[]) {
    this.asked.push('databasesOf');
    return agencies.map((code) => this.rows.databases.filter((database) => database.owner === code));
  }
  async technologies() {
    this.asked.push('technologies');
    return this.rows.technologies;
  }
  async technologiesOf(agencies: readonly string[]) {
    this.asked.push('technologiesOf');
    return agencies.map((code) => this.rows.technologies.filter((technology) => technology.owner === code));
  }
  /** where the entries of registrations go; `memoryHub` says it */
  ledger: Ledger | undefined;
  addPartner = async (partner: Partner, entry?: LedgerEntry) => this.#add(this.rows.partners, partner, entry);
  addAgency = async (agency: Agency, entry?: LedgerEntry) => this.#add(this.rows.agencies, agency, entry);
  addTechnology = async (technology: Technology, entry?: LedgerEntry) =>
    this.#add(this.rows.technologies, technology, entry);
  addDatabase = async (database: Omit<SharedDatabase, 'id'>, entry?: LedgerEntry) =>
    this.#add(this.rows.databases, { ...database, id: this.rows.databases.length + 1 }, entry);

  async #add<T extends { readonly code: string }>(rows: T[], row: T, entry: LedgerEntry | undefined): Promise<boolean> {
    if (rows.some((known) => known.code === row.code)) return false;
    if (entry !== undefined) await this.ledger?.append(entry);
    rows.push(row);
    return true;
  }
}

/** A ledger in memory. `next` says what the coming appends answer; then it appends. */
export class MemoryLedger implements Ledger {
  readonly entries: LedgerEntry[] = [];
  readonly guards: (LedgerGuard | undefined)[] = [];
  next: ('STALE' | 'UNAVAILABLE')[] = [];
  readonly #requestIds: string[] = [];

  /** Of all that was ever appended: a test may empty `entries`. */
  count(): EntryCount {
    return { entries: this.#requestIds.length, requests: new Set(this.#requestIds).size };
  }

  async append(entry: LedgerEntry, guard?: LedgerGuard): Promise<Appended> {
    const planned = this.next.shift();
    if (planned === 'UNAVAILABLE') throw new HubError('LEDGER_UNAVAILABLE');
    if (planned === 'STALE') return { kind: 'STALE' };
    this.guards.push(guard);
    this.#requestIds.push(entry.requestId);
    return { kind: 'APPENDED', sequence: this.entries.push(entry) - 1 };
  }

  async list(agency: string, { limit, beforeSequence = Number.POSITIVE_INFINITY }: Parameters<Ledger['list']>[1]) {
    return this.entries
      .map((entry, sequence) => ({ sequence, at: new Date('2026-11-23T12:00:00Z'), entry }))
      .filter(({ entry, sequence }) => entry.agency === agency && sequence < beforeSequence)
      .reverse()
      .slice(0, limit);
  }
}

export const standard: ExchangeStandard = shippedStandard();
let assembled: Promise<GraphQLSchema> | undefined;
/** Assembled once per test file: the schema holds no state. */
export const shippedSchema = (): Promise<GraphQLSchema> => {
  assembled ??= assembleSchema(standard);
  return assembled;
};

/** Own entries of a ledger in memory; what owners see of others' is for tests on PostgreSQL. */
const viewsOf = (ledger: Ledger): Pick<LedgerViews, 'list' | 'archivedBefore'> => ({
  async list(viewer, { untilSequence = Number.MAX_SAFE_INTEGER }, { limit }) {
    const entries = await ledger.list(viewer, { limit, beforeSequence: untilSequence });
    return entries.map(({ sequence, at, entry: { requestId: _, ...entry } }) => {
      return { ...entry, sequence, at, perspective: 'OWN' as const };
    });
  },
  archivedBefore: async () => null,
});

/** A hub in memory: no agreements, no records. */
export function memoryHub(registry: Registry = new MemoryRegistry(), ledger: Ledger = new MemoryLedger()): Ports {
  if (registry instanceof MemoryRegistry) registry.ledger = ledger;
  const absent = (name: string) => ({
    get: () => {
      throw new Error(`this test has no ${name}`);
    },
  });
  const set = { version: '1', versions: [], acts: [] };
  const parts = {
    standard,
    timeZone: 'Europe/Tirane',
    registry,
    ledger,
    ledgerViews: viewsOf(ledger),
    agreements: {
      inForce: async () => ({ set, databases: await registry.databases(), now: new Date('2026-11-23T12:00:00Z') }),
    },
    turnedAway: { add: async () => {}, list: async () => [], forget: async () => 0 },
    seal: { sealIds: () => [], openId: () => undefined, sealCursor: () => '', openCursor: () => undefined },
    monotonicMs: () => performance.now(),
    witnesses: { doubt: async () => undefined },
  };
  return Object.defineProperties(parts as unknown as Ports, {
    records: absent('records'),
    loader: absent('loader'),
    agreementStore: absent('agreementStore'),
    signing: absent('signing'),
  });
}

/** In tests a token names its caller: `AL-BMP:ANALYST,AUDITOR`, or `:OPERATOR`; `ana@AL-BMP:ANALYST` where the person matters. */
export async function identify(authorization: string | undefined): Promise<Identity> {
  const [, person = 'tester', agency, roles] =
    /^Bearer (?:([a-z]+)@)?([A-Z0-9-]*):([A-Z_,]+)$/.exec(authorization ?? '') ?? [];
  if (roles === undefined) throw new HubError('UNAUTHENTICATED');
  return { ...(agency ? { agency } : {}), person, roles: roles.split(',') as Role[] };
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly unknown[];
      readonly extensions: Readonly<Record<string, unknown>>;
    }[];
  };
  readonly text: string;
}

export interface Asking {
  readonly query: string;
  readonly as?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface TestServer {
  readonly server: FastifyInstance;
  readonly logged: Readonly<Record<string, unknown>>[];
  ask(asking: Asking): Promise<Answered>;
  /** @throws if the authenticated requests made are not the entries in the ledger: `reckoning.ts` */
  close(): Promise<void>;
}

/** The whole HTTP server over a hub, asked without a socket. A hub on PostgreSQL says where before: `reckonDatabase`. */
export async function testServer(hub: Ports, more: Partial<HttpParts> = {}): Promise<TestServer> {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const reckoning = reckoningOf(hub);
  const { identify: recognise = identify, ...others } = more;
  const server = await createHttp({
    hub,
    schema: await shippedSchema(),
    identify: reckoning.counting(recognise),
    checks: [],
    version: { version: '0.0.0', node: 'test' },
    log: { error: (fields) => void logged.push(fields) },
    ...others,
  });
  return {
    server,
    logged,
    async ask({ query, as = 'AL-BMP:ANALYST', variables }) {
      const response = await server.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
        payload: JSON.stringify({ query, ...(variables === undefined ? {} : { variables }) }),
      });
      return { status: response.statusCode, headers: response.headers, body: response.json(), text: response.body };
    },
    async close() {
      await server.close();
      await reckoning.check();
    },
  };
}
