/** Acts on the quality of records in PostgreSQL: the record, what it was, who is told, and the ledger entry, in one transaction. */
import { DatabaseError, Pool, type PoolClient, type QueryResultRow } from 'pg';
import { HubError } from '../domain/errors.js';
import type { Erasure, NoticeRecord, QualityNotice } from '../domain/evidence.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type {
  NoticeDraft,
  QualityAct,
  ReceivedOfAct,
  RecordContent,
  RecordPlace,
  StoredRecord,
  VersionedId,
} from '../domain/quality-act.js';
import type { ExchangeStandard, Value } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import type {
  Corrections,
  ErasuresToReplay,
  QualityActDone,
  QualityNoticePage,
  ReviewsDue,
  Safekeeping,
  Statement,
} from '../hub/ports.js';
import { actInTransaction } from './act-transaction.js';
import { type KeyHash, keyHashWith } from './key-hash.js';
import { isOutage, LOCK_WAIT_MAX, STANDSTILL_MAX, unavailable } from './outage.js';
import { carryOut } from './quality-act.js';
import { listNotices, type NoticeRow, noticeFrom, noticeRecords, noticesOfAct } from './quality-notice-statements.js';
import { tellOfAct } from './quality-telling.js';
import { byIds, byKey, type ContentRow, dueRecords, reviewsDue } from './record-statements.js';

export interface CorrectionsOptions {
  /** of the hub's own role, which owns the record tables */
  readonly url: string;
  readonly secret: Buffer;
  readonly standard: ExchangeStandard;
  readonly safekeeping: Safekeeping;
}

/** Corrections that hold connections. */
export interface PostgresCorrections extends Corrections {
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 2;
const CONNECT_MS_MAX = 10_000;
const STATEMENT_SECONDS_MAX = 60;
/** nobody waits for a telling, and it must come to its end however often a record was received */
const TELLING_SECONDS_MAX = 900;
const SETTINGS = `-c lock_timeout=${LOCK_WAIT_MAX} -c idle_in_transaction_session_timeout=${STANDSTILL_MAX} -c synchronous_commit=on`;
const BROKEN_OFF = 'the act was broken off; look whether it was done, and try again if not';
const ATTEST = `insert into besa.quality_attestation (notice, agency, person, statement, outcome) values ($1, $2, $3, $4, $5)`;
const DATABASES = `select id, code, name, owner, record_type as "recordType", hosting from besa.shared_database`;
const MISSING_TOMBSTONES = `select l.place from unnest($1::int[], $2::bigint[]) with ordinality l (database_id, record_id, place)
  where not exists (select from besa.tombstone t where t.database_id = l.database_id and t.record_id = l.record_id)
  order by l.place`;

/** `close` ends the connections this opens. */
export function createCorrections(options: CorrectionsOptions): PostgresCorrections {
  return new CorrectionsInPostgres(options);
}

class CorrectionsInPostgres implements PostgresCorrections {
  readonly #pool: Pool;
  /** of its own: whoever is read a million times takes a while to be told of, and no act waits for that */
  readonly #telling: Pool;
  readonly #keyHash: KeyHash;
  readonly #standard: ExchangeStandard;
  readonly #safekeeping: Safekeeping;

  constructor({ url, secret, standard, safekeeping }: CorrectionsOptions) {
    this.#keyHash = keyHashWith(secret);
    this.#standard = standard;
    this.#safekeeping = safekeeping;
    this.#pool = poolOf(url, 'besa-corrections');
    this.#telling = poolOf(url, 'besa-telling', TELLING_SECONDS_MAX);
  }

  async find(
    place: RecordPlace,
    by: { readonly id: string } | { readonly key: Readonly<Record<string, Value>> },
  ): Promise<StoredRecord | undefined> {
    const statement = 'id' in by ? byIds(place, [by.id], false) : byKey(place, by.key);
    const [row] = await this.#rows<ContentRow>(statement);
    return row === undefined ? undefined : recordFrom(row);
  }

  apply(act: QualityAct, entry: LedgerEntry): Promise<QualityActDone | 'STALE'> {
    const keepErasures = (erasures: readonly Erasure[]) => this.#keep(erasures);
    return inTransaction(this.#pool, (client) =>
      carryOut(client, act, { entry, keyHash: this.#keyHash, keepErasures }),
    );
  }

  async untold(limit: number, after = 0): Promise<readonly number[]> {
    const rows = await this.#rows<{ readonly act: number }>({
      text: 'select distinct act::float8 as act from besa.quality_untold where act > $2 order by act limit $1',
      values: [limit, after],
    });
    return rows.map(({ act }) => act);
  }

  tell(act: number, draftsOf: (of: ReceivedOfAct) => readonly NoticeDraft[]): Promise<'TOLD' | 'LATER'> {
    return inTransaction(this.#telling, (client) => tellOfAct(client, act, draftsOf));
  }

  async recordIdsOf(databaseId: number, key: Readonly<Record<string, Value>>): Promise<readonly string[]> {
    const place = (await this.#places('where id = $1', [databaseId]))[0];
    if (place === undefined) return [];
    const names = place.recordType.fields.filter(({ isKey }) => isKey).map(({ name }) => name);
    const isWhole = names.length === Object.keys(key).length && names.every((name) => Object.hasOwn(key, name));
    if (!isWhole) return [];
    const erased = await this.#rows<{ readonly id: string }>({
      text: 'select record_id::text as id from besa.tombstone where database_id = $1 and key_hash = $2 order by erased_at',
      values: [databaseId, this.#keyHash(databaseId, key)],
    });
    const live = place.database.hosting === 'HOSTED' ? await this.find(place, { key }) : undefined;
    return [...erased.map(({ id }) => id), ...(live === undefined ? [] : [live.id])];
  }

  async contentOf(databaseId: number, recordId: string, version: number): Promise<RecordContent | undefined> {
    const [row] = await this.#rows<{ readonly content: RecordContent | null }>({
      text: 'select content from besa.record_version where database_id = $1 and record_id = $2 and version = $3',
      values: [databaseId, recordId, version],
    });
    return row?.content ?? undefined;
  }

  async notices(page: QualityNoticePage): Promise<readonly QualityNotice[]> {
    return (await this.#rows<NoticeRow>(listNotices(page))).map(noticeFrom);
  }

  async noticesOfAct(act: number): Promise<readonly QualityNotice[]> {
    return (await this.#rows<NoticeRow>(noticesOfAct(act))).map(noticeFrom);
  }

  noticeRecords(
    notice: string,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly NoticeRecord[]> {
    return this.#rows<NoticeRecord>(noticeRecords(notice, page));
  }

  attest(
    { notice, agency, person, statement, outcome }: Parameters<Corrections['attest']>[0],
    entry: LedgerEntry,
  ): Promise<boolean> {
    return actInTransaction(this.#pool, entry, async (client) => {
      await client.query(ATTEST, [notice, agency, person, statement, outcome]);
      return true;
    });
  }

  expired(place: RecordPlace, limit: number): Promise<readonly VersionedId[]> {
    return this.#rows<VersionedId>(dueRecords(place, limit));
  }

  async reviewsDue(agency: string): Promise<readonly ReviewsDue[]> {
    const places = await this.#places(`where owner = $1 and hosting = 'HOSTED' order by code`, [agency]);
    const due: ReviewsDue[] = [];
    for (const place of places) {
      const [row] = await this.#rows<{ readonly records: number; readonly since: Date | null }>(reviewsDue(place));
      if (row === undefined || row.since === null) continue;
      due.push({ database: place.database.code, records: row.records, since: row.since });
    }
    return due;
  }

  async erasuresToReplay(): Promise<readonly ErasuresToReplay[]> {
    const kept = await this.#safekeeping.readErasures();
    const missing = await this.#rows<{ readonly place: string }>({
      text: MISSING_TOMBSTONES,
      values: [kept.map(({ databaseId }) => databaseId), kept.map(({ recordId }) => recordId)],
    });
    const unknown = new Map<number, Map<string, Erasure>>();
    for (const { place } of missing) {
      const erasure = kept[Number(place) - 1];
      if (erasure === undefined) continue;
      const ofDatabase = unknown.get(erasure.databaseId) ?? new Map<string, Erasure>();
      unknown.set(erasure.databaseId, ofDatabase.set(erasure.recordId, erasure));
    }
    const replays: ErasuresToReplay[] = [];
    for (const [databaseId, erasures] of unknown) {
      const replay = await this.#replayOf(databaseId, [...erasures.values()]);
      if (replay.live.length + replay.gone.length > 0) replays.push(replay);
    }
    return replays;
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#telling.end()]);
  }

  async #replayOf(databaseId: number, erasures: readonly Erasure[]): Promise<ErasuresToReplay> {
    const place = (await this.#places('where id = $1', [databaseId]))[0];
    // A database that is not there has no record that could come back; its erasures wait for a newer backup.
    if (place === undefined) return { databaseId, live: [], gone: erasures };
    const ids = erasures.map(({ recordId }) => recordId);
    const rows = await this.#rows<ContentRow>(byIds(place, ids, false));
    const versions = new Map(rows.map(({ id, version }) => [id, version]));
    const live = erasures.flatMap(({ recordId, version, reason }) => {
      const stored = versions.get(recordId);
      // A newer version than the erased one: that erasure was broken off, and its owner went on with the record.
      return stored === undefined || stored > version ? [] : [{ id: recordId, version: stored, reason }];
    });
    return { databaseId, live, gone: erasures.filter(({ recordId }) => !versions.has(recordId)) };
  }

  async #places(condition: string, values: readonly unknown[]): Promise<readonly RecordPlace[]> {
    const rows = await this.#rows<SharedDatabase>({ text: `${DATABASES} ${condition}`, values });
    return rows.flatMap((database) => {
      const recordType = this.#standard.recordTypes.find(({ name }) => name === database.recordType);
      return recordType === undefined ? [] : [{ database, recordType }];
    });
  }

  async #keep(erasures: readonly Erasure[]): Promise<void> {
    await this.#safekeeping.appendErasures(erasures).catch((cause: unknown) => {
      throw unavailable(cause, 'the erasure cannot be put into safekeeping; nothing was erased');
    });
  }

  async #rows<Row>({ text, values }: Statement): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row & QueryResultRow>(text, [...values])).rows;
    } catch (error) {
      throw isOutage(error) ? unavailable(error) : faultOf(error);
    }
  }
}

function recordFrom({ id, version, status, fields, envelope }: ContentRow): StoredRecord {
  return { id, version, status: status as StoredRecord['status'], content: { fields, envelope } };
}

function poolOf(url: string, name: string, statementSecondsMax = STATEMENT_SECONDS_MAX): Pool {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    options: `${SETTINGS} -c statement_timeout=${statementSecondsMax}s`,
  });
  // A connection lost while idle is no event; one lost between two statements is told by the next one.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Does it in one transaction, and takes everything back if it fails, or says that there is nothing to keep. */
async function inTransaction<Done extends object | string>(
  pool: Pool,
  act: (client: PoolClient) => Promise<Done>,
): Promise<Done> {
  const client = await pool.connect().catch((error: unknown) => {
    throw unavailable(error);
  });
  try {
    // Read committed: the append looks again, in its own snapshot, after it has the ledger's lock.
    await client.query('begin isolation level read committed');
    const done = await act(client);
    await client.query(done === 'STALE' || done === 'LATER' ? 'rollback' : 'commit');
    client.release();
    return done;
  } catch (error) {
    await giveBack(client);
    if (error instanceof HubError) throw error;
    throw isOutage(error) ? unavailable(error, BROKEN_OFF) : faultOf(error);
  }
}

/** A transaction whose connection broke is over; one that still has it is ended here. */
async function giveBack(client: PoolClient): Promise<void> {
  const isClean = await client.query('rollback').then(
    () => true,
    () => false,
  );
  client.release(!isClean);
}

/** What PostgreSQL says of a row quotes its values, so its message goes no further. */
function faultOf(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  return new Error(
    `the act failed with SQLSTATE ${error.code ?? 'unknown'} (${error.constraint ?? error.routine ?? ''})`,
  );
}
