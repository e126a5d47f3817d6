import type { ExchangeStandard } from '../domain/record-type.js';
import type { SdlFile } from './read-standard.js';

/** What bringing the record tables up to the files takes. With refusals, nothing is done. */
export interface RecordTablePlan {
  /** SQL in the order it runs */
  readonly statements: readonly string[];
  /** one line for each thing that changes, for people */
  readonly changes: readonly string[];
  readonly refusals: readonly string[];
  /** record types that have a table but no file any more: their records are kept and not served */
  readonly kept: readonly string[];
}

/** The record tables of one hub. */
export interface RecordTables {
  /** What `apply` would do; changes nothing. */
  plan(standard: ExchangeStandard, timeZone: string): Promise<RecordTablePlan>;
  /**
   * Does it in one transaction and returns what was done; with refusals, nothing.
   *
   * @param files what the standard was read from, remembered as the one that was applied; absent = not remembered
   */
  apply(standard: ExchangeStandard, timeZone: string, files?: readonly SdlFile[]): Promise<RecordTablePlan>;
  /** The files that were applied last; undefined if none were. */
  applied(): Promise<readonly SdlFile[] | undefined>;
}
