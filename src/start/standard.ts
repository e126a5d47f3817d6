import { readRecordsFolder } from '../cli/records-folder.js';
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
 * Makes the tables of record types that have none. What an operator should look at first is not done by a start: a record
 * type that changed is refused with the command that shows and makes the change.
 */
export async function openRecordTables(url: string, standard: ExchangeStandard, timeZone: string): Promise<void> {
  const plan = await withRecordTables(url, (tables) => tables.apply(standard, timeZone));
  if (plan.refusals.length === 0) return;
  throw new StartError('the record types differ from their tables', [...plan.refusals, 'see `besa schema apply --plan`']);
}
