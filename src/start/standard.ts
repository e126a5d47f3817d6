import { readRecordFiles, standardApplied } from '../cli/records-folder.js';
import type { Config } from '../config.js';
import type { ExchangeStandard } from '../domain/record-type.js';
import { standardRefusals } from '../hub/agreements/standard-guard.js';
import type { Signing } from '../hub/ports.js';
import { withRecordTables } from '../persistence/record-tables.js';
import { problemLine } from '../records/problem.js';
import type { SdlFile } from '../records/read-standard.js';
import { StartError } from '../support/start-error.js';
import { withAgreements } from './agreements-at-rest.js';

export interface StandardFiles {
  readonly standard: ExchangeStandard;
  readonly files: readonly SdlFile[];
}

/** The exchange standard of the records folder. @throws StartError that lists every problem with file:line:column */
export async function openStandard(folder: string): Promise<ExchangeStandard> {
  return (await openStandardFiles(folder)).standard;
}

/** The same, with its files. @throws StartError as `openStandard` */
export async function openStandardFiles(folder: string): Promise<StandardFiles> {
  const { read, files } = await readRecordFiles(folder);
  if ('standard' in read) return { standard: read.standard, files };
  throw new StartError(`the record types in \`${folder}\` cannot be used`, read.problems.map(problemLine));
}

/**
 * Makes the tables of the record types. In production only at the very first start: later, what changes is looked at by an
 * operator first, and a start says how.
 *
 * @throws StartError if a change would lose or reinterpret records, or waits for the operator
 */
export async function openRecordTables(
  url: string,
  standard: ExchangeStandard,
  config: Pick<Config, 'timeZone' | 'environment'>,
  files?: readonly SdlFile[],
): Promise<void> {
  const { timeZone, environment } = config;
  await withRecordTables(url, async (tables) => {
    const plan = await tables.plan(standard, timeZone);
    const isFirst = plan.changes.length >= standard.recordTypes.length;
    if (plan.refusals.length > 0) throw new StartError('the record types differ from their tables', plan.refusals);
    if (plan.changes.length === 0) return;
    if (environment === 'production' && !isFirst) {
      throw new StartError('the record types have changed since their tables were made', [
        ...plan.changes,
        'look with `besa schema apply --plan`, then run `besa schema apply`',
      ]);
    }
    await tables.apply(standard, timeZone, files);
  });
}

/**
 * Refuses an exchange standard under which signed clauses would mean something else than they did, and remembers the one that
 * is served. In production a standard that differs from the one applied last waits for the operator.
 *
 * @throws StartError that names agreement, article and field, or says how to apply the standard
 */
export async function protectClauses(
  url: string,
  { standard, files }: StandardFiles,
  { timeZone, environment }: Pick<Config, 'timeZone' | 'environment'>,
  signing: Signing,
): Promise<void> {
  await withRecordTables(url, async (tables) => {
    const applied = await tables.applied();
    if (applied !== undefined && isSame(applied, files)) return;
    const before = standardApplied(applied);
    const touched = await withAgreements(url, { signing, standard: before ?? standard }, (agreements) =>
      standardRefusals(agreements, before, standard),
    );
    if (touched.length > 0) throw new StartError('the exchange standard would change what was agreed', touched);
    if (applied !== undefined && environment === 'production') {
      throw new StartError('the exchange standard differs from the one that was applied', [
        'look with `besa schema apply --plan`, then run `besa schema apply`',
      ]);
    }
    const plan = await tables.plan(standard, timeZone);
    // What is still to be done about the tables is the next step's to do, or to refuse.
    if (plan.refusals.length === 0 && plan.changes.length === 0) await tables.apply(standard, timeZone, files);
  });
}

function isSame(applied: readonly SdlFile[], files: readonly SdlFile[]): boolean {
  if (applied.length !== files.length) return false;
  return files.every(({ path, text }) => applied.some((one) => one.path === path && one.text === text));
}
