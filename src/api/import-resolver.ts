import { HubError, type UserError } from '../domain/errors.js';
import { type ImportProblem, type ImportResult, problemText } from '../domain/import.js';
import type { RecordType } from '../domain/record-type.js';
import { ingest, rowsInMemory } from '../hub/ingest.js';
import type { ApiContext } from './context.js';

type Args = Readonly<Record<string, unknown>>;

interface ImportInput {
  readonly database: string;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

const isProblemList = (value: unknown): value is readonly ImportProblem[] =>
  Array.isArray(value) &&
  value.every((problem) => typeof problem === 'object' && problem !== null && 'line' in problem);

/** Lines of rows in memory count from 1, places in a list from 0. */
const userErrorOf = (problem: ImportProblem): UserError => ({
  path: ['input', 'records', String(problem.line - 1), ...(problem.column === null ? [] : [problem.column])],
  code: 'RECORD_INVALID',
  message: problemText(problem),
});

const NOTHING_STORED = { read: null, inserted: null, updated: null, unchanged: null, rejected: null };

/** The resolver of a record type's import mutation: the rows of the input through the same door as a file. */
export function importResolverOf(recordType: RecordType) {
  return async (args: Args, { hub, identity, journal }: ApiContext): Promise<object> => {
    const { database, records } = args.input as ImportInput;
    const found = (await hub.registry.databases()).find((candidate) => candidate.code === database);
    if (found !== undefined && found.recordType !== recordType.name) {
      const fits = `\`${database}\` holds records of type \`${found.recordType}\``;
      throw new HubError('BAD_USER_INPUT', fits, { path: ['input', 'database'] });
    }
    try {
      const result: ImportResult = await ingest(hub, identity, { database }, rowsInMemory(records), journal);
      return { ...result, userErrors: [] };
    } catch (error) {
      if (!(error instanceof HubError) || !isProblemList(error.details.problems)) throw error;
      journal.fault(error.code);
      return { ...NOTHING_STORED, userErrors: error.details.problems.map(userErrorOf) };
    }
  };
}
