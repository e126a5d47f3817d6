import type { LedgerEntry, LedgerLine } from './ledger.js';

export const LEDGER_PERSPECTIVES = ['OWN', 'OWNER'] as const;
/** OWN: the reader's agency asked. OWNER: somebody else asked, and the reader's databases are among what was asked. */
export type LedgerPerspective = (typeof LEDGER_PERSPECTIVES)[number];

/** An entry as one agency may read it. What is null or empty in an OWNER's is not for owners. */
export interface SeenEntry extends Omit<LedgerEntry, 'requestId' | 'durationMs' | 'person'> {
  readonly sequence: number;
  readonly at: Date;
  readonly perspective: LedgerPerspective;
  /** null, as is the justification: between the reader and the agency that asked nothing was ever agreed */
  readonly person: string | null;
  readonly durationMs: number | null;
}

/** A line about a database of the reader's: the only kind that may name records. */
export const namesRecords = (line: LedgerLine, reader: string): boolean => line.owner === reader;

/** An entry's parts that one agency may read, each with what binds it to the entry's leaf. */
export interface VisibleEntry {
  readonly sequence: number;
  readonly at: Date;
  readonly seen: SeenEntry;
  /** an own entry of before there were parts: readable as a whole; null where there are parts */
  readonly whole: string | null;
  /** exact texts, and the siblings to the entry's content, hex */
  readonly parts: readonly { readonly text: string; readonly path: readonly string[] }[];
  /** exact texts of the parts that name records of the reader's databases; each bound by the part of its database */
  readonly records: readonly string[];
}

/** All of them hold. Instants and sequences are half-open: `from` counts, `until` does not. */
export interface LedgerFilter {
  readonly agency?: string;
  readonly person?: string;
  readonly purpose?: string;
  /** exactly this text */
  readonly justification?: string;
  /** one of the actions of an entry */
  readonly action?: string;
  readonly outcome?: LedgerEntry['outcome'];
  readonly database?: string;
  readonly recordType?: string;
  readonly perspective?: LedgerPerspective;
  readonly from?: Date;
  readonly until?: Date;
  readonly fromSequence?: number;
  readonly untilSequence?: number;
}

export const LEDGER_DIMENSIONS = [
  'AGENCY',
  'PURPOSE',
  'OUTCOME',
  'ACTION',
  'DATABASE',
  'RECORD_TYPE',
  'DAY',
  'MONTH',
] as const;
/** What entries are counted by. DAY and MONTH fall in the hub's time zone and are ISO 8601 labels: `2026-11-23`, `2026-11`. */
export type LedgerDimension = (typeof LEDGER_DIMENSIONS)[number];

/** Cells of one table at most. */
export const LEDGER_CELLS_MAX = 10_000;

/** Counts of what one agency may read. An entry that asked two databases counts in the cells of both. */
export interface LedgerCell {
  /** one value for each dimension asked; null: the entry has none */
  readonly group: { readonly [Dimension in LedgerDimension]?: string | null };
  readonly entries: number;
  /** records disclosed; those counted into cells of statistics are not among them */
  readonly records: number;
}
