/** One month of the ledger on its way out: into a file, checked against the tree, entered, and only then out of the database. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from 'pg';
import { type LedgerExportHeader, ledgerExport } from '../audit/export-format.js';
import { type Peaks, rootOf, withLeaf } from '../audit/merkle-tree.js';
import type { LedgerChunk, LedgerRow } from '../audit/verify.js';
import { verifyExport } from '../audit/verify-export.js';
import type { LedgerKey, SignedHead } from '../domain/evidence.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { ArchivedMonth } from '../hub/ports.js';
import { StartError } from '../support/start-error.js';
import { digestOf, readLines, writeLines } from './archive-file.js';
import { appendStatement } from './ledger.js';

/** A month that may leave the database, and the tree before and behind its entries. */
export interface LeavingMonth extends Pick<ArchivedMonth, 'month' | 'first' | 'last'> {
  readonly before: Peaks;
  readonly after: Peaks;
}

/** @param done entries so far */
export type TellProgress = (step: 'WRITING' | 'CHECKING' | 'REMOVING', done: number) => void;

export interface MonthParts {
  readonly client: Client;
  readonly folder: string;
  readonly environment: string;
  readonly keptMonths: number;
  readonly signal: AbortSignal;
  readonly tell: TellProgress;
}

const ROWS_PER_PAGE = 2_000;
/** Whoever brings the index up to date waits for a batch, so it takes a fraction of a second. */
const ROWS_PER_BATCH = 5_000;
const BATCHES_PER_VACUUM = 10;

const LEAVES = `select e.leaf from besa.ledger_entry e where e.sequence > $1 and e.sequence <= $2 order by e.sequence`;
const NEXT_HEAD = `select h.size::float8 as size, h.peaks as hashes from besa.ledger_head h where h.size >= $1 order by h.size limit 1`;
const ENTRIES = `select e.sequence::float8 as sequence, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
    e.body, e.leaf
  from besa.ledger_entry e where e.sequence > $1 and e.sequence <= $2 order by e.sequence`;
const HEADS = `select h.size::float8 as size, encode(h.root, 'hex') as root, h.at, h.key, h.text, h.signature
  from besa.signed_head h where h.size > $1 and h.size <= $2 order by h.size, h.at, h.key`;
const KEYS = `select k.fingerprint, k.public_key as "publicKey", k.since, k.introduction, k.by_previous as "byPrevious",
    k.by_itself as "byItself" from besa.ledger_key k order by k.id`;
const ENTER = `insert into besa.ledger_archive (month, first_sequence, last_sequence, peaks_before, peaks_after, file, sha256, kept_months)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;
const PARTITIONS = `select distinct e.tableoid::regclass::text as name from besa.ledger_entry e where e.sequence between $1 and $2`;

/**
 * The tree behind entry `last`, from the stored leaves; it must agree with the next head that was kept.
 * @throws StartError if it does not: then nothing may leave
 */
export async function treeBehind(client: Client, before: Peaks, last: number): Promise<Peaks> {
  const after = await grown(client, before, last);
  const head = await client.query<{ size: number; hashes: readonly Uint8Array[] }>(NEXT_HEAD, [last]);
  const [kept] = head.rows;
  const reached = kept === undefined ? undefined : await grown(client, after, kept.size);
  if (kept === undefined || reached === undefined || rootText(reached) !== rootText(kept)) {
    throw new StartError(`the entries up to ${last} do not agree with the heads of the ledger`, [
      'run `besa audit verify`; nothing was removed',
    ]);
  }
  return after;
}

async function grown(client: Client, before: Peaks, size: number): Promise<Peaks> {
  let tree = before;
  while (tree.size < size) {
    const { rows } = await client.query<{ leaf: Uint8Array }>(LEAVES, [
      tree.size,
      Math.min(tree.size + ROWS_PER_PAGE, size),
    ]);
    if (rows.length === 0) throw new StartError(`entry ${tree.size + 1} is missing`, ['run `besa audit verify`']);
    for (const { leaf } of rows) tree = withLeaf(tree, leaf);
  }
  return tree;
}

/**
 * Writes the file of a month, reads it back and compares it with the tree; then enters it, with an entry of the ledger. What an
 * earlier run has written is taken if it is the same month, whole.
 *
 * @throws StartError if the file does not come out as the tree has it, or another one is in its place
 */
export async function storeMonth(parts: MonthParts, leaving: LeavingMonth): Promise<ArchivedMonth> {
  const file = `ledger-${leaving.month}.ndjson.gz`;
  const path = join(parts.folder, file);
  const isThere = (await digestOf(path)) !== undefined;
  if (!isThere) await writeLines(path, linesOf(parts, leaving), parts.signal);
  const fault = await faultIn(path, leaving, parts);
  if (fault !== undefined) {
    throw new StartError(`the file \`${path}\` is not the archive of ${leaving.month}: ${fault}`, [
      isThere ? 'move it away, and run again' : 'run `besa audit verify`',
      'nothing was removed',
    ]);
  }
  const sha256 = (await digestOf(path)) ?? '';
  const stored = { month: leaving.month, first: leaving.first, last: leaving.last, file, sha256 };
  await enter(parts, leaving, stored);
  return stored;
}

/** What is wrong with a file, if anything: damaged, of other entries, or without the text of one. */
async function faultIn(path: string, leaving: LeavingMonth, parts: MonthParts): Promise<string | undefined> {
  const { first, after } = leaving;
  parts.tell('CHECKING', 0);
  try {
    const verdict = await verifyExport(readLines(path), {
      environment: parts.environment,
      onProgress: (done) => parts.tell('CHECKING', done),
    });
    if (verdict.kind === 'BROKEN') return `entry ${verdict.position}: ${verdict.fault}: ${verdict.explanation}`;
    if (verdict.of !== 'LEDGER' || verdict.from !== first || verdict.ledger.archived > 0)
      return 'it holds something else';
    return `${verdict.ledger.size}:${verdict.ledger.root}` === rootText(after)
      ? undefined
      : 'the ledger has other entries';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return `it cannot be read (${code ?? 'it is no export'})`;
  }
}

async function* linesOf(parts: MonthParts, { first, last, before }: LeavingMonth): AsyncGenerator<string> {
  const { rows: keys } = await parts.client.query<KeyRow>(KEYS);
  const header: LedgerExportHeader = {
    environment: parts.environment,
    from: first,
    size: last,
    keys: keys.map(keyOf),
    begin: before,
  };
  yield* ledgerExport({ ...header, chunks: chunksOf(parts, { first, last }) });
}

async function* chunksOf(
  { client, tell }: MonthParts,
  { first, last }: Pick<ArchivedMonth, 'first' | 'last'>,
): AsyncGenerator<LedgerChunk> {
  for (let from = first - 1; from < last; from += ROWS_PER_PAGE) {
    const until = Math.min(from + ROWS_PER_PAGE, last);
    const entries = await client.query<LedgerRow>(ENTRIES, [from, until]);
    const signed = await client.query<SignedHead>(HEADS, [from, until]);
    tell('WRITING', until - first + 1);
    yield { rows: entries.rows, heads: [], signed: signed.rows };
  }
}

/** INVARIANT (an act is an entry): both or neither; the entry is the last statement before the commit. */
async function enter({ client, keptMonths }: MonthParts, leaving: LeavingMonth, stored: ArchivedMonth): Promise<void> {
  const { month, first, last, before, after } = leaving;
  const peaks = [before, after].map(({ hashes }) => hashes.map((hash) => Buffer.from(hash)));
  await client.query('begin isolation level read committed');
  try {
    await client.query(ENTER, [`${month}-01`, first, last, ...peaks, stored.file, stored.sha256, keptMonths]);
    const { text, values } = appendStatement(entryOf(stored, keptMonths));
    await client.query(text, [...values]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function entryOf({ month, first, last, file, sha256 }: ArchivedMonth, keptMonths: number): LedgerEntry {
  return {
    requestId: randomUUID(),
    agency: null,
    person: 'besa',
    roles: [],
    purpose: null,
    regime: null,
    justification: null,
    action: 'archiveLedger',
    operation: { name: null, hash: null },
    outcome: 'ANSWERED',
    errorCode: null,
    asks: [],
    subject: { file, firstSequence: first, keptMonths, lastSequence: last, month, sha256 },
    durationMs: 0,
  };
}

/**
 * Takes the bodies of a stored month out of the database, batch by batch; what an earlier run did is not done again. The file must
 * be where it was, byte for byte.
 *
 * @returns false if it was told to stop before the end
 * @throws StartError if the file is gone or another one
 */
export async function emptyMonth(
  parts: MonthParts,
  { month, first, last, file, sha256 }: ArchivedMonth,
): Promise<boolean> {
  const { client, signal, tell } = parts;
  const path = join(parts.folder, file);
  if ((await digestOf(path)) !== sha256) {
    throw new StartError(`the file \`${path}\` is not there as it was written`, [
      'bring it back, or name the folder it lies in; nothing is removed without it',
    ]);
  }
  tell('REMOVING', 0);
  if (!(await indexed(parts, last))) return false;
  for (let reached = first - 1, batch = 1; reached < last; batch += 1) {
    if (signal.aborted) return false;
    const emptied = await client.query<{ reached: number }>(
      'select besa.ledger_empty_archived($1, $2, $3)::float8 as reached',
      [`${month}-01`, reached, ROWS_PER_BATCH],
    );
    reached = emptied.rows[0]?.reached ?? last;
    tell('REMOVING', reached - first + 1);
    // What later batches leave behind finds room where earlier ones were, and the end of the table can be given back.
    if (reached === last || batch % BATCHES_PER_VACUUM === 0) await vacuum(client, first, last);
  }
  return true;
}

/** Brings the index up to these entries: who received which record is read from bodies, and stays. */
async function indexed({ client, signal }: MonthParts, last: number): Promise<boolean> {
  for (let reached = 0; reached < last; ) {
    if (signal.aborted) return false;
    const { rows } = await client.query<{ indexed: number }>(
      'select i.indexed::float8 as indexed from besa.ledger_index($1) i',
      [ROWS_PER_PAGE],
    );
    reached = rows[0]?.indexed ?? last;
  }
  return true;
}

async function vacuum(client: Client, first: number, last: number): Promise<void> {
  const { rows } = await client.query<{ name: string }>(PARTITIONS, [first, last]);
  // It waits for nobody for long, and only gives room back: not getting it now is no fault.
  for (const { name } of rows) await client.query(`vacuum ${name}`).catch(() => undefined);
}

interface KeyRow {
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly since: Date;
  readonly introduction: string | null;
  readonly byPrevious: string | null;
  readonly byItself: string | null;
}

function keyOf({ fingerprint, publicKey, since, introduction: text, byPrevious, byItself }: KeyRow): LedgerKey {
  const introduction =
    text === null || byPrevious === null || byItself === null ? null : { text, byPrevious, byItself };
  return { fingerprint, publicKey, since, introduction };
}

const rootText = (peaks: Peaks): string => `${peaks.size}:${Buffer.from(rootOf(peaks)).toString('hex')}`;
