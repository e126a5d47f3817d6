/**
 * Authenticated requests made = entries in the ledger. Counted where a test's server learns who asks, compared when the test file
 * closes what it opened: `testServer` and `worldHub` do both by themselves.
 */
import { Client } from 'pg';
import type { Identity } from '../../src/domain/identity.js';
import type { Ledger } from '../../src/hub/ports.js';

/** How many entries a ledger holds that a request made, and how many request ids among them. */
export interface EntryCount {
  readonly entries: number;
  readonly requests: number;
}

/** What a hub in a process of its own has counted. */
export interface ProcessCount {
  readonly authenticated: number;
  readonly refused: number;
}

type IdentifyCall = (authorization: string | undefined) => Promise<Identity>;

/** One ledger, and the requests of all servers that write to it. */
export class Reckoning {
  #authenticated = 0;
  #refused = 0;
  #begun: EntryCount | undefined;
  #beside = 0;
  readonly #processes: Promise<ProcessCount>[] = [];
  readonly #count: () => Promise<EntryCount>;

  constructor(count: () => Promise<EntryCount>) {
    this.#count = count;
  }

  /** What stands in the ledger now was made before the test: a world that was loaded. */
  async begin(): Promise<void> {
    this.#begun = await this.#count();
  }

  /** Counts who was recognised: from there on a request is owed its entry. */
  counting(identify: IdentifyCall): IdentifyCall {
    return async (authorization) => {
      const identity = await identify(authorization);
      this.#authenticated += 1;
      return identity;
    };
  }

  /** One more request, made by a test through the hub's own door instead of a server: it is owed its entry like any other. */
  owe(): void {
    this.#authenticated += 1;
  }

  /** Counts the requests that were told LEDGER_UNAVAILABLE: of those there is no entry, and no answer either. */
  countRefusals(ledger: Ledger): void {
    const append = ledger.append.bind(ledger);
    ledger.append = async (entry, guard) =>
      append(entry, guard).catch((error: unknown) => {
        this.#refused += 1;
        throw error;
      });
  }

  /**
   * Acts of a test that come through no server: through the demo's doors, or the hub's functions themselves. Requests may not be
   * made meanwhile, or nobody could tell whose entry is whose.
   */
  async beside<T>(because: string, act: () => Promise<T>): Promise<T> {
    const [before, authenticated] = [await this.#count(), this.#authenticated];
    const done = await act();
    if (this.#authenticated !== authenticated) throw new Error(`requests were made beside “${because}”`);
    this.#beside += (await this.#count()).entries - before.entries;
    return done;
  }

  /** Another process that writes to this ledger, told once it has ended. */
  join(counted: Promise<ProcessCount>): void {
    this.#processes.push(counted);
  }

  /** @throws if a request has no entry, or an entry no request */
  async check(): Promise<void> {
    const processes = await Promise.all(this.#processes);
    const sum = (pick: (count: ProcessCount) => number): number => processes.reduce((all, one) => all + pick(one), 0);
    const authenticated = this.#authenticated + sum((count) => count.authenticated);
    const refused = this.#refused + sum((count) => count.refused);
    const { entries, requests } = await this.#count();
    if (entries !== requests)
      throw new Error(`${entries} entries have ${requests} request ids: a request was entered twice`);
    const made = entries - (this.#begun?.entries ?? 0) - this.#beside;
    if (authenticated === made + refused) return;
    throw new Error(
      `the ledger does not reconcile: ${authenticated} requests were authenticated, ${refused} of them were told that the ledger cannot be written, and ${made} have their entry`,
    );
  }
}

const byHub = new WeakMap<object, Reckoning>();
const byDatabase = new Map<string, Reckoning>();

/** The reckoning of a database's ledger, begun now unless there is one. The ports over it are counted from here on. */
export async function reckonDatabase(url: string, hub: { readonly ledger: Ledger }): Promise<Reckoning> {
  const known = byDatabase.get(url);
  const reckoning = known ?? new Reckoning(() => entriesAt(url));
  if (known === undefined) await reckoning.begin();
  byDatabase.set(url, reckoning);
  byHub.set(hub, reckoning);
  reckoning.countRefusals(hub.ledger);
  return reckoning;
}

/** Of a database that some test has begun to reckon with; undefined = nobody has. */
export const reckoningAt = (url: string): Reckoning | undefined => byDatabase.get(url);

/** The reckoning of a hub's ledger. @throws if the test has not said where the ledger is */
export function reckoningOf(hub: { readonly ledger: Ledger }): Reckoning {
  const known = byHub.get(hub);
  if (known !== undefined) return known;
  const { ledger } = hub;
  if (!('count' in ledger) || typeof ledger.count !== 'function') {
    throw new Error('say where this hub’s ledger is: `await reckonDatabase(url, hub)`, before its server is made');
  }
  const count = ledger.count.bind(ledger) as () => EntryCount;
  const reckoning = new Reckoning(async () => count());
  byHub.set(hub, reckoning);
  reckoning.countRefusals(ledger);
  return reckoning;
}

/** What the hub enters about its own work has no request: its person is `besa`, its list of roles empty, as no token's is. */
const COUNT_TEXT = `select count(*)::int as entries, count(distinct request_id)::int as requests from besa.ledger_entry
  where body is null or not (body like '%"roles":[]%' and body like '%"person":"besa"%')`;

async function entriesAt(url: string): Promise<EntryCount> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<EntryCount>(COUNT_TEXT);
    return rows[0] ?? { entries: 0, requests: 0 };
  } finally {
    await client.end();
  }
}
