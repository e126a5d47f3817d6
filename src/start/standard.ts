import { readRecordsFolder } from '../cli/records-folder.js';
import type { Config } from '../config.js';
import type { ExchangeStandard } from '../domain/record-type.js';
import { withRecordTables } from '../persistence/record-tables.js';
import { problemLine } from '../records/problem.js';
import { StartError } from '../support/start-error.js';

/** The exchange standard of the records folder. @throws StartError that lists every problem with file:line:column */
export async function openStandard(folder: string): Promise<ExchangeStandard> {
  const read = await readRecordsFolder(folder);
  if ('standard' in read) return read.standard;
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
    await tables.apply(standard, timeZone);
  });
}
