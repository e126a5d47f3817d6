import { LRUCache } from 'lru-cache';
import pg from 'pg';
import type { Guard, ReadResult, RecordStore, Statement } from '../hub/ports.js';
import { GuardedRead, PreparedNames } from './guarded-read.js';
import { isOutage, unavailable } from './outage.js';

export interface RecordStoreOptions {
  /** of the reader role, which owns nothing */
  readonly url: string;
  readonly lookupConnections: number;
  readonly aggregateConnections: number;
}

/** Seconds a statement may run; a page or a record is indexed, a table of counts scans. */
const LOOKUP_SECONDS_MAX = 10;
const AGGREGATE_SECONDS_MAX = 60;

/** shapes of statements that have a name; the text of each is kept once per process */
const SHAPES_MAX = 2_000;

/**
 * Runs compiled statements behind the second lock. Two pools, so that heavy aggregates never queue up in front of lookups.
 * A generic plan is forced for lookups: planning a partitioned query costs more than running it.
 */
export class PostgresRecordStore implements RecordStore {
  private readonly pools: Readonly<Record<'lookup' | 'aggregate', pg.Pool>>;
  private readonly prepared = new WeakMap<pg.PoolClient, PreparedNames>();
  private readonly shapes = new LRUCache<string, string>({ max: SHAPES_MAX });
  private shapeCount = 0;

  constructor(options: RecordStoreOptions) {
    this.pools = {
      lookup: makePool(options.url, options.lookupConnections, LOOKUP_SECONDS_MAX, 'force_generic_plan'),
      aggregate: makePool(options.url, options.aggregateConnections, AGGREGATE_SECONDS_MAX, 'force_custom_plan'),
    };
  }

  async read(statement: Statement, guard: Guard, pool: 'lookup' | 'aggregate'): Promise<ReadResult> {
    const client = await this.pools[pool].connect().catch((error: unknown) => {
      throw unavailable(error);
    });
    let failure: Error | undefined;
    try {
      const read = new GuardedRead(this.namesOf(client), { ...statement, name: this.nameOf(statement.text) }, guard);
      client.query(read as unknown as pg.Submittable);
      const isFresh = await read.done;
      return isFresh ? { stale: false, rows: read.rows } : { stale: true, rows: [] };
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) failure = error as Error;
      throw isOutage(error) ? unavailable(error) : error;
    } finally {
      // A connection that failed outside the protocol is not reused.
      client.release(failure);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.pools.lookup.end(), this.pools.aggregate.end()]);
  }

  private namesOf(client: pg.PoolClient): PreparedNames {
    let names = this.prepared.get(client);
    if (names === undefined) {
      names = new PreparedNames();
      this.prepared.set(client, names);
    }
    return names;
  }

  private nameOf(text: string): string {
    let name = this.shapes.get(text);
    if (name === undefined) {
      this.shapeCount += 1;
      name = `besa_${this.shapeCount}`;
      this.shapes.set(text, name);
    }
    return name;
  }
}

function makePool(url: string, connections: number, secondsMax: number, planCacheMode: string): pg.Pool {
  const settings = {
    plan_cache_mode: planCacheMode,
    default_transaction_isolation: 'repeatable\\ read',
    default_transaction_read_only: 'on',
    statement_timeout: `${secondsMax}s`,
    timezone: 'UTC',
    datestyle: 'ISO',
    jit: 'off',
  };
  const options = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  const pool = new pg.Pool({ connectionString: url, max: connections, idleTimeoutMillis: 0, options });
  // An idle connection that breaks is replaced at the next read; without a listener it would end the process.
  pool.on('error', () => {});
  // Nor may one that breaks between two statements: a process that was stopped hears of both its rows and its end at once.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
