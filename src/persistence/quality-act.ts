import type { PoolClient } from 'pg';
import { HubError } from '../domain/errors.js';
import type { Erasure } from '../domain/evidence.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { QualityAct } from '../domain/quality-act.js';
import type { QualityActDone } from '../hub/ports.js';
import { type KeyHash, keyOf } from './key-hash.js';
import { appendStatement } from './ledger.js';
import { LOAD_LOCK } from './record-loader.js';
import { byIds, type ContentRow, changeOf, removalOf } from './record-statements.js';

export interface CarryOutOptions {
  readonly entry: LedgerEntry;
  readonly keyHash: KeyHash;
  /** durable when it resolves */
  readonly keepErasures: (erasures: readonly Erasure[]) => Promise<void>;
}

const KEPT_ALREADY =
  'the ledger cannot be written; the erasure stands in safekeeping, and is done as soon as the ledger can be written';

/** An act in its transaction: what is stored of it. */
interface Entered {
  readonly number: number;
  readonly at: Date;
}

/**
 * Carries out an act inside the caller's transaction, which must be READ COMMITTED; all but the commit.
 *
 * INVARIANT (nobody waits for an act): the ledger's lock is taken by the append, next to last, and nothing is looked up under it.
 * Who is to be told is found behind the commit: the act is among the untold ones from then on.
 */
export async function carryOut(
  client: PoolClient,
  act: QualityAct,
  { entry, keyHash, keepErasures }: CarryOutOptions,
): Promise<QualityActDone | 'STALE'> {
  // An import of the database that is about to merge has looked for erased keys already: it ends first, or comes after.
  await client.query('select pg_advisory_xact_lock($1, $2)', [LOAD_LOCK, act.database.id]);
  const rows = await lockedRows(client, act);
  if (rows === undefined) return 'STALE';
  const replace =
    act.kind === 'ERASED'
      ? removalOf(
          act,
          rows.map(({ id }) => id),
        )
      : changeOf(act);
  await client.query(replace.text, [...replace.values]);
  const entered = await addAct(client, act);
  await addVersions(client, act, rows, entered);
  const erasures = act.kind === 'ERASED' ? erasuresOf(act, rows, { entered, keyHash }) : [];
  // Before the tombstones and the append, which take locks that answers wait for: a folder may be slow. What stands in it and was
  // not committed was asked for, and is erased by the next replay.
  if (erasures.length > 0) await keepErasures(erasures);
  await bury(client, act, erasures, entered);
  await client.query('insert into besa.quality_untold (act) values ($1)', [entered.number]);
  const sequence = await appendEntry(client, entry, erasures.length === 0 ? undefined : KEPT_ALREADY);
  await client.query('insert into besa.quality_act_entry (act, sequence) values ($1, $2)', [entered.number, sequence]);
  return { act: entered.number, sequence };
}

/** The records as they are, kept from changing; undefined if one is not in the version the act means. */
async function lockedRows(client: PoolClient, act: QualityAct): Promise<readonly ContentRow[] | undefined> {
  const { text, values } = byIds(
    act,
    act.records.map(({ id }) => id),
    true,
  );
  const { rows } = await client.query<ContentRow>(text, [...values]);
  const versions = new Map(rows.map(({ id, version }) => [id, version]));
  return act.records.every(({ id, version }) => versions.get(id) === version) ? rows : undefined;
}

async function addAct(client: PoolClient, act: QualityAct): Promise<Entered> {
  const { database, kind, reason, note, person, changes, dueAt } = act;
  const { rows } = await client.query<Entered>(
    `insert into besa.quality_act (database_id, kind, reason, note, person, changed, due_at, at)
      values ($1, $2, $3, $4, $5, $6, $7, besa.besa_instant()) returning number::float8 as number, at`,
    // INVARIANT (erased is erased): nothing is kept that somebody wrote about an erased record, on the day it is erased neither.
    [database.id, kind, reason, kind === 'ERASED' ? null : note, person, changedNames(changes), dueAt],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an act was written and did not come back');
  return row;
}

const changedNames = ({ fields, envelope }: QualityAct['changes']): readonly string[] => [
  ...Object.keys(fields),
  ...Object.keys(envelope),
];

async function addVersions(
  client: PoolClient,
  { kind, database }: QualityAct,
  rows: readonly ContentRow[],
  { number }: Entered,
): Promise<void> {
  const replaced = rows.map(({ id, version, fields, envelope }) => ({
    record_id: id,
    version,
    content: kind === 'ERASED' ? null : { fields, envelope },
  }));
  await client.query(
    `insert into besa.record_version (database_id, record_id, version, content, act)
      select $1, r.record_id, r.version, nullif(r.content, 'null'), $2
      from jsonb_to_recordset($3::jsonb) r (record_id bigint, version int, content jsonb)`,
    [database.id, number, JSON.stringify(replaced)],
  );
}

function erasuresOf(
  act: QualityAct,
  rows: readonly ContentRow[],
  { entered, keyHash }: { readonly entered: Entered; readonly keyHash: KeyHash },
): readonly Erasure[] {
  const { database, recordType, reason, gone = [] } = act;
  const erased = rows.map(({ id, version, fields }): Erasure => {
    const hash = keyHash(
      database.id,
      keyOf(recordType, (name) => fields[name]),
    );
    return { databaseId: database.id, recordId: id, at: entered.at, version, keyHash: hash.toString('hex'), reason };
  });
  return [...erased, ...gone];
}

/** Leaves a tombstone of each, and nothing of what they held in any version or of what was noted about them. */
async function bury(
  client: PoolClient,
  { database }: QualityAct,
  erasures: readonly Erasure[],
  { number }: Entered,
): Promise<void> {
  if (erasures.length === 0) return;
  const tombstones = erasures.map(({ recordId, version, keyHash, at, reason }) => ({
    record_id: recordId,
    version,
    key_hash: keyHash,
    erased_at: at.toISOString(),
    reason,
  }));
  await client.query(
    `insert into besa.tombstone (database_id, record_id, version, key_hash, erased_at, reason, act)
      select $1, t.record_id, t.version, decode(t.key_hash, 'hex'), t.erased_at, t.reason, $2
      from jsonb_to_recordset($3::jsonb) t (record_id bigint, version int, key_hash text, erased_at timestamptz, reason text)
      on conflict do nothing`,
    [database.id, number, JSON.stringify(tombstones)],
  );
  const ids = erasures.map(({ recordId }) => recordId);
  await client.query(
    `update besa.record_version set content = null
      where database_id = $1 and record_id = any ($2::bigint[]) and content is not null`,
    [database.id, ids],
  );
  await client.query(
    `update besa.quality_act set note = null where note is not null and number in (
      select v.act from besa.record_version v where v.database_id = $1 and v.record_id = any ($2::bigint[]))`,
    [database.id, ids],
  );
}

/** The entry, under the ledger's lock until the commit. @returns its sequence */
async function appendEntry(client: PoolClient, entry: LedgerEntry, refusal?: string): Promise<number> {
  const { text, values } = appendStatement(entry);
  const appended = await client
    .query<{ readonly sequences: readonly (string | null)[] }>(text, [...values])
    .catch((error: unknown) => {
      throw error instanceof HubError ? error : new HubError('LEDGER_UNAVAILABLE', refusal);
    });
  const sequence = Number(appended.rows[0]?.sequences[0] ?? 0);
  if (!(sequence > 0)) throw new HubError('LEDGER_UNAVAILABLE');
  return sequence;
}
