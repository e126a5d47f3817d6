import type { PoolClient } from 'pg';
import { HubError } from '../domain/errors.js';
import type { Erasure } from '../domain/evidence.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { NoticeDraft, QualityAct } from '../domain/quality-act.js';
import type { QualityActDone } from '../hub/ports.js';
import { type KeyHash, keyOf } from './key-hash.js';
import { appendStatement } from './ledger.js';
import { LOAD_LOCK } from './record-loader.js';
import { byIds, type ContentRow, changeOf, removalOf } from './record-statements.js';

export interface CarryOutOptions {
  readonly noticesOf: () => Promise<readonly NoticeDraft[]>;
  readonly entryOf: () => LedgerEntry;
  readonly keyHash: KeyHash;
  /** durable when it resolves */
  readonly keepErasures: (erasures: readonly Erasure[]) => Promise<void>;
}

/** An act in its transaction: what is stored of it, and what it was entered as. */
interface Entered {
  readonly number: number;
  readonly sequence: number;
  readonly at: Date;
}

/**
 * Carries out an act inside the caller's transaction, which must be READ COMMITTED; all but the commit.
 *
 * INVARIANT (acts before disclosures): the record changes first, then the version of the agreement set, then the ledger's lock
 * is taken and kept until the commit. A disclosure that read what was replaced either stands before the act's entry, and its
 * recipient is told, or comes with an old set version, is refused by the ledger, and reads again.
 */
export async function carryOut(
  client: PoolClient,
  act: QualityAct,
  { noticesOf, entryOf, keyHash, keepErasures }: CarryOutOptions,
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
  await client.query('update besa.agreement_set set version = version + 1');
  const sequence = await nextSequence(client);
  const notices = await noticesOf();
  const entered = await addAct(client, act, sequence);
  await addVersions(client, act, rows, entered);
  const erasures = act.kind === 'ERASED' ? erasuresOf(act, rows, { entered, keyHash }) : [];
  await bury(client, act, erasures, entered);
  await addNotices(client, notices, entered);
  await appendEntry(client, entryOf(), sequence);
  // Last before the commit: what stands in safekeeping and was not committed was asked for, and is erased when the hub starts.
  if (erasures.length > 0) await keepErasures(erasures);
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

/** Takes the ledger's lock, which the append takes again. @returns the sequence of the next entry, which is this transaction's */
async function nextSequence(client: PoolClient): Promise<number> {
  await client.query('select from besa.ledger_lock for update');
  const { rows } = await client.query<{ readonly next: number }>(
    'select (size + 1)::float8 as next from besa.ledger_head order by size desc limit 1',
  );
  return rows[0]?.next ?? 1;
}

async function addAct(client: PoolClient, act: QualityAct, sequence: number): Promise<Entered> {
  const { database, kind, reason, note, person, changes, dueAt } = act;
  const { rows } = await client.query<{ readonly number: number; readonly at: Date }>(
    `insert into besa.quality_act (database_id, kind, reason, note, person, changed, due_at, at, sequence)
      values ($1, $2, $3, $4, $5, $6, $7, besa.besa_instant(), $8) returning number::float8 as number, at`,
    [database.id, kind, reason, note, person, changedNames(changes), dueAt, sequence],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an act was written and did not come back');
  return { ...row, sequence };
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

/** Leaves a tombstone of each, and nothing of what they held in any version. */
async function bury(
  client: PoolClient,
  { database }: QualityAct,
  erasures: readonly Erasure[],
  { sequence }: Entered,
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
    `insert into besa.tombstone (database_id, record_id, version, key_hash, erased_at, reason, sequence)
      select $1, t.record_id, t.version, decode(t.key_hash, 'hex'), t.erased_at, t.reason, $2
      from jsonb_to_recordset($3::jsonb) t (record_id bigint, version int, key_hash text, erased_at timestamptz, reason text)
      on conflict do nothing`,
    [database.id, sequence, JSON.stringify(tombstones)],
  );
  const ids = erasures.map(({ recordId }) => recordId);
  await client.query(
    `update besa.record_version set content = null
      where database_id = $1 and record_id = any ($2::bigint[]) and content is not null`,
    [database.id, ids],
  );
}

async function addNotices(client: PoolClient, drafts: readonly NoticeDraft[], { number }: Entered): Promise<void> {
  if (drafts.length === 0) return;
  const { rows } = await client.query<{ readonly number: string; readonly recipient: string }>(
    'insert into besa.quality_notice (act, recipient) select $1, unnest($2::text[]) returning number::text as number, recipient',
    [number, drafts.map(({ recipient }) => recipient)],
  );
  const notices = new Map(rows.map((row) => [row.recipient, row.number]));
  const lines = drafts.flatMap(({ recipient, records }) =>
    records.map((record) => ({
      notice: notices.get(recipient),
      record_id: record.recordId,
      versions: record.versions,
      current_version: record.currentVersion,
      purposes: record.purposes,
      fields: record.fields,
      agreements: record.agreements,
    })),
  );
  await client.query(
    `insert into besa.quality_notice_record (notice, record_id, versions, current_version, purposes, fields, agreements)
      select r.notice, r.record_id, r.versions, r.current_version, r.purposes, r.fields, r.agreements
      from jsonb_to_recordset($1::jsonb) r (notice bigint, record_id bigint, versions int[], current_version int,
        purposes text[], fields text[], agreements text[])`,
    [JSON.stringify(lines)],
  );
}

/** The entry last, and where the facts say that it stands. */
async function appendEntry(client: PoolClient, entry: LedgerEntry, sequence: number): Promise<void> {
  const { text, values } = appendStatement(entry);
  const appended = await client
    .query<{ readonly sequences: readonly (string | null)[] }>(text, [...values])
    .catch((error: unknown) => {
      throw error instanceof HubError ? error : new HubError('LEDGER_UNAVAILABLE');
    });
  if (Number(appended.rows[0]?.sequences[0]) !== sequence) throw new HubError('LEDGER_UNAVAILABLE');
}
