import { readRecordsFolder } from '../../src/cli/records-folder.js';
import { problemLine } from '../../src/records/problem.js';

const read = await readRecordsFolder('schema/records');
if ('problems' in read) throw new Error(read.problems.map(problemLine).join('\n'));

/** The exchange standard that stands in schema/records. */
export const SHIPPED = read.standard;
