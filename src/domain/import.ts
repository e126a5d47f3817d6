import { HubError } from './errors.js';

/** Problems told of one import; the rest is counted. */
export const IMPORT_PROBLEMS_LISTED_MAX = 100;
/** More rejected rows than this refuse the whole import even where invalid rows are skipped: it is the wrong file or mapping. */
export const IMPORT_REJECTED_ROWS_MAX = 10_000;

export const IMPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What is wrong with one row, told without the value: it may name a person. */
export interface ImportProblem {
  /** of the file, from 1: the line the row begins on; of rows that came in memory, their number */
  readonly line: number;
  /** as the file names it; null = the row as a whole */
  readonly column: string | null;
  /** of the value that stands there: `text`, `nothing`, `7 columns` … */
  readonly kind: string;
  /** what should stand there instead, to follow "expected" */
  readonly expectation: string;
}

/** One row as it was read, not yet compared with a record type. */
export type RawRow =
  /** the names of the columns: once, before all `cells` */
  | { readonly kind: 'header'; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: 'cells'; readonly line: number; readonly cells: readonly string[] }
  | { readonly kind: 'object'; readonly line: number; readonly fields: Readonly<Record<string, unknown>> }
  /** a line that is no row; the lines after it are */
  | { readonly kind: 'fault'; readonly problem: ImportProblem };

/** The rows of one import, in their order. */
export interface RowSource {
  /** To be read once. @throws RowsUnreadable, or HubError LIMIT_EXCEEDED */
  readonly batches: AsyncIterable<readonly RawRow[]>;
  /** What was read so far, for the ledger; null for rows that were never a file. */
  fingerprint(): Fingerprint | null;
}

export interface Fingerprint {
  readonly bytes: number;
  /** of the bytes as they came, hex */
  readonly sha256: string;
}

/** Records, each counted once: `read` is the sum of the others. */
export interface ImportCounts {
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  /** stored already, equal in every field: not touched */
  readonly unchanged: number;
  readonly rejected: number;
}

export interface ImportResult extends ImportCounts {
  readonly database: string;
  /** nothing was kept: the counts say what would have been */
  readonly dryRun: boolean;
  /** of the rejected rows, the first IMPORT_PROBLEMS_LISTED_MAX */
  readonly problems: readonly ImportProblem[];
  readonly problemsTotal: number;
  /** lines of the rejected rows, ascending */
  readonly rejectedLines: readonly number[];
}

/** Neither the row that is wrong nor those after it can be read. */
export class RowsUnreadable extends HubError {
  readonly problems: readonly ImportProblem[];

  constructor(message: string, problems: readonly ImportProblem[]) {
    super('BAD_USER_INPUT', message, { problems, problemsTotal: problems.length });
    this.problems = problems;
  }
}

/** `line 7, column `detections`: text, expected a whole number`: a problem as people read it. */
export function problemText(problem: ImportProblem): string {
  const column = problem.column === null ? '' : `, column \`${problem.column}\``;
  return `line ${problem.line}${column}: ${problem.kind}, expected ${problem.expectation}`;
}
