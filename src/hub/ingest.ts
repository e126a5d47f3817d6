/**
 * The journey of an import: steward of the owner → hosted database → rows, validated against the record type → staging →
 * merge by key → ledger → commit. All of it or nothing; with `skipInvalid` everything but the rejected rows.
 */
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import {
  IMPORT_PROBLEMS_LISTED_MAX,
  IMPORT_REJECTED_ROWS_MAX,
  type ImportProblem,
  type ImportResult,
  type RawRow,
  type RowSource,
  RowsUnreadable,
} from '../domain/import.js';
import type { RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { ImportRows } from './ingest-rows.js';
import type { Journal } from './journal.js';
import type { Ports, RecordLoad, Registry, StagedRow } from './ports.js';

/** The part of the hub an import needs. */
export type IngestPorts = Pick<Ports, 'standard' | 'loader'> & { readonly registry: Pick<Registry, 'databases'> };

export interface ImportAsk {
  /** code of the shared database */
  readonly database: string;
  /** column or key of the input → field; an empty field leaves the column out. What it does not name matches by name. */
  readonly map?: Readonly<Record<string, string>>;
  /** rejected rows are left out instead of refusing the import */
  readonly skipInvalid?: boolean;
  /** everything but the commit: the counts say what would be */
  readonly dryRun?: boolean;
}

/**
 * Imports the rows of `source`. Importing the same rows again changes nothing.
 *
 * @throws HubError FORBIDDEN unless the caller is a steward of the owner; BAD_USER_INPUT with `problems` (the first
 *   IMPORT_PROBLEMS_LISTED_MAX) and `problemsTotal` in its details if a row is refused; then nothing was stored
 */
export async function ingest(
  hub: IngestPorts,
  identity: Identity,
  ask: ImportAsk,
  source: RowSource,
  journal: Journal,
): Promise<ImportResult> {
  const { skipInvalid = false, dryRun = false } = ask;
  journal.act('import', { database: ask.database, skipInvalid, dryRun });
  const { database, recordType } = await target(hub, identity, ask.database);
  const reader = new ImportRows(recordType, ask.map ?? {});
  const load = await hub.loader.begin(database, recordType);
  const run = new ImportRun(load, reader, skipInvalid);
  const note = (): void => journal.act('import', { ...run.counts(), ...fingerprintOf(source) });
  try {
    await run.read(source);
    await run.leaveOutRepeated();
    const merged = await load.merge();
    note();
    journal.act('import', merged);
    if (!dryRun) {
      await load.commit(journal.entry());
      journal.close();
    }
    return { database: database.code, dryRun, ...run.counts(), ...merged, ...run.rejects() };
  } catch (error) {
    note();
    throw error;
  } finally {
    await load.abort();
  }
}

function fingerprintOf(source: RowSource): { readonly bytes: number | null; readonly sha256: string | null } {
  return source.fingerprint() ?? { bytes: null, sha256: null };
}

/** Rows that came in memory, as a mutation brings them; their number stands for the line. */
export function rowsInMemory(records: readonly Readonly<Record<string, unknown>>[]): RowSource {
  async function* batches() {
    yield records.map((fields, index) => ({ kind: 'object' as const, line: index + 1, fields }));
  }
  return { batches: batches(), fingerprint: () => null };
}

async function target(
  hub: IngestPorts,
  identity: Identity,
  code: string,
): Promise<{ database: SharedDatabase; recordType: RecordType }> {
  if (!identity.roles.includes('STEWARD')) throw new HubError('FORBIDDEN', 'only a steward imports records');
  const database = (await hub.registry.databases()).find((candidate) => candidate.code === code);
  if (database === undefined) throw new HubError('BAD_USER_INPUT', `there is no shared database \`${code}\``);
  if (identity.agency === undefined || database.owner !== identity.agency) {
    throw new HubError('FORBIDDEN', `only a steward of \`${database.owner}\` imports into \`${code}\``);
  }
  if (database.hosting !== 'HOSTED') {
    throw new HubError(
      'BAD_USER_INPUT',
      `\`${code}\` is federated: its records stay, and change, in its owner's own database`,
    );
  }
  const recordType = hub.standard.recordTypes.find((candidate) => candidate.name === database.recordType);
  if (recordType === undefined) {
    throw new HubError(
      'BAD_USER_INPUT',
      `the record type \`${database.recordType}\` of \`${code}\` is not in this hub's standard`,
    );
  }
  return { database, recordType };
}

/** What one import has read so far. */
class ImportRun {
  #read = 0;
  #problems: ImportProblem[] = [];
  #problemsTotal = 0;
  #rejectedLines: number[] = [];
  #rejected = 0;

  constructor(
    private readonly load: RecordLoad,
    private readonly reader: ImportRows,
    private readonly skipInvalid: boolean,
  ) {}

  /** Validates and stages every row. @throws the refusal, once the whole file was looked at */
  async read(source: RowSource): Promise<void> {
    try {
      for await (const batch of source.batches) {
        const staged = await this.#withoutErased(this.#valid(batch));
        // After the first refused row the rest is read for its problems only.
        if (this.skipInvalid || this.#rejected === 0) await this.load.write(staged);
        else await this.load.abort();
      }
    } catch (error) {
      throw this.#withProblemsBefore(error);
    }
    if (!this.skipInvalid && this.#rejected > 0) throw this.#refusal();
  }

  #valid(batch: readonly RawRow[]): readonly StagedRow[] {
    const valid: StagedRow[] = [];
    for (const row of batch) {
      const read = this.reader.read(row);
      if (read === null) continue;
      this.#read += 1;
      if ('values' in read) valid.push(read);
      else this.#reject(read.line, read.problems);
    }
    return valid;
  }

  /** INVARIANT (erased is erased): what an owner erased does not come back with the next file that still has it. */
  async #withoutErased(rows: readonly StagedRow[]): Promise<readonly StagedRow[]> {
    const erased = await this.load.erasedKeys(rows);
    if (erased.length === 0) return rows;
    for (const { line, erasedAt } of erased) this.#reject(line, [this.reader.erasedKey(line, erasedAt)]);
    const lines = new Set(erased.map(({ line }) => line));
    return rows.filter(({ line }) => !lines.has(line));
  }

  /** Of rows with the same key the first one stays, if the others may be left out at all. */
  async leaveOutRepeated(): Promise<void> {
    const limit = this.skipInvalid ? IMPORT_REJECTED_ROWS_MAX : IMPORT_PROBLEMS_LISTED_MAX;
    const { total, repeated } = await this.load.repeatedKeys(limit);
    for (const { line, firstLine } of repeated) this.#reject(line, [this.reader.repeatedKey(line, firstLine)]);
    const unlisted = total - repeated.length;
    this.#rejected += unlisted;
    this.#problemsTotal += unlisted;
    if (total > 0 && (!this.skipInvalid || unlisted > 0)) throw this.#refusal();
    await this.load.drop(repeated.map(({ line }) => line));
  }

  counts(): { readonly read: number; readonly rejected: number } {
    return { read: this.#read, rejected: this.#rejected };
  }

  rejects(): Pick<ImportResult, 'problems' | 'problemsTotal' | 'rejectedLines'> {
    const rejectedLines = [...this.#rejectedLines].sort((a, b) => a - b);
    return { problems: this.#problems, problemsTotal: this.#problemsTotal, rejectedLines };
  }

  #reject(line: number, problems: readonly ImportProblem[]): void {
    this.#rejected += 1;
    this.#problemsTotal += problems.length;
    const room = IMPORT_PROBLEMS_LISTED_MAX - this.#problems.length;
    if (room > 0) this.#problems.push(...problems.slice(0, room));
    if (!this.skipInvalid) return;
    this.#rejectedLines.push(line);
    if (this.#rejected > IMPORT_REJECTED_ROWS_MAX) throw this.#refusal();
  }

  #refusal(): HubError {
    const why =
      this.skipInvalid && this.#rejected > IMPORT_REJECTED_ROWS_MAX
        ? `more than ${IMPORT_REJECTED_ROWS_MAX} rows are invalid, which is more than can be skipped`
        : `${this.#rejected} of ${this.#read} rows are invalid`;
    return this.#refused(why);
  }

  #refused(why: string): HubError {
    return new HubError('BAD_USER_INPUT', `${why}; nothing was imported`, {
      problems: this.#problems,
      problemsTotal: this.#problemsTotal,
    });
  }

  /** A file that cannot be read to its end is refused with what was wrong before that as well. */
  #withProblemsBefore(error: unknown): unknown {
    if (!(error instanceof RowsUnreadable)) return error;
    const before = this.#problems.slice(0, IMPORT_PROBLEMS_LISTED_MAX - 1);
    this.#problems = [...before, ...error.problems].slice(0, IMPORT_PROBLEMS_LISTED_MAX);
    this.#problemsTotal += error.problems.length;
    return this.#refused(error.message);
  }
}
