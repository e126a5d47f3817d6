import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExchangeStandard } from '../domain/record-type.js';
import { inOrder, type Problem, problemLine } from '../records/problem.js';
import { type ReadStandard, readStandard, type SdlFile } from '../records/read-standard.js';
import { CommandFailure } from './command.js';

/** The exchange standard that a folder of `*.graphql` files says, or all problems; a folder that cannot be read is one. */
export async function readRecordsFolder(folder: string): Promise<ReadStandard> {
  const files: SdlFile[] = [];
  const problems: Problem[] = [];
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
    for (const name of names) {
      const path = join(folder, name);
      try {
        // `fatal`: half a character that becomes a question mark would be a description nobody agreed on.
        files.push({ path, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) });
      } catch {
        problems.push({
          file: path,
          line: 1,
          column: 1,
          message: 'the file cannot be read as UTF-8 text: save it as UTF-8',
        });
      }
    }
  } catch {
    return {
      problems: [
        {
          file: folder,
          line: 1,
          column: 1,
          message: 'the folder cannot be read: set `BESA_RECORDS` to the folder of the record types',
        },
      ],
    };
  }
  const read = readStandard(files);
  if (problems.length === 0) return read;
  return { problems: inOrder([...problems, ...('problems' in read ? read.problems : [])]) };
}

/** The exchange standard of a folder. @throws CommandFailure that lists every problem, one line each with file:line:column */
export async function demandStandard(folder: string): Promise<ExchangeStandard> {
  const read = await readRecordsFolder(folder);
  if ('standard' in read) return read.standard;
  const count = read.problems.length === 1 ? 'one problem' : `${read.problems.length} problems`;
  throw new CommandFailure(`${count} in \`${folder}\``, read.problems.map(problemLine));
}
