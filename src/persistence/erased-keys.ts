import type { Pool, QueryResult } from 'pg';
import { HubError } from '../domain/errors.js';
import type { RecordPlace } from '../domain/quality-act.js';
import type { ErasedKey, StagedRow } from '../hub/ports.js';
import { type KeyHash, keyOf } from './key-hash.js';

type Query = (text: string, values: readonly unknown[]) => Promise<QueryResult<Record<string, unknown>>>;

/** Erasures are counted, not dated: two of one instant are two. */
const COUNT = 'select count(*)::int as count from besa.tombstone where database_id = $1';
const AMONG = `select h.place::int as place, max(t.erased_at) as "erasedAt"
  from unnest($2::bytea[]) with ordinality h (hash, place)
  join besa.tombstone t on t.database_id = $1 and t.key_hash = h.hash
  group by h.place order by h.place`;

/** The keys of erased records, as one load of one database meets them. */
export class ErasedKeys {
  #count = 0;

  /** @param pool the load's own connection is in the middle of a COPY when rows are looked at */
  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly place: RecordPlace,
    private readonly keyHash: KeyHash,
  ) {}

  /** Looks how many there are: without any, rows are not looked at. */
  async begin(query: Query): Promise<void> {
    this.#count = await this.#counted(query);
  }

  /** Those of the rows that have the key of an erased record. */
  async among(rows: readonly StagedRow[]): Promise<readonly ErasedKey[]> {
    if (this.#count === 0 || rows.length === 0) return [];
    const { database, recordType } = this.place;
    const hashes = rows.map(({ values }) =>
      this.keyHash(
        database.id,
        keyOf(recordType, (_, place) => values[place]),
      ),
    );
    const found = await this.pool.query<{ readonly place: number; readonly erasedAt: Date }>(AMONG, [
      database.id,
      hashes,
    ]);
    return found.rows.flatMap(({ place, erasedAt }) => {
      const row = rows[place - 1];
      return row === undefined ? [] : [{ line: row.line, erasedAt }];
    });
  }

  /** @throws HubError SOURCE_UNAVAILABLE if a record was erased since `begin` */
  async demandNoneSince(query: Query): Promise<void> {
    if ((await this.#counted(query)) === this.#count) return;
    throw new HubError(
      'SOURCE_UNAVAILABLE',
      'records were erased while this was imported; nothing was imported; try again',
    );
  }

  async #counted(query: Query): Promise<number> {
    const { rows } = await query(COUNT, [this.place.database.id]);
    return Number(rows[0]?.count ?? 0);
  }
}
