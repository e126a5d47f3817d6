import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ExchangeStandard } from '../domain/record-type.js';
import { inOrder, type Problem, problemLine } from '../records/problem.js';
import { type ReadStandard, readStandard, type SdlFile } from '../records/read-standard.js';
import { CommandFailure } from './command.js';

/** The exchange standard that a folder of `*.graphql` files says, or all problems; a folder that cannot be read is one. */
export async function readRecordsFolder(folder: string): Promise<ReadStandard> {
  return (await readRecordFiles(folder)).read;
}

/** The same, with the files as they are remembered once they are applied: by name, wherever the folder lies. */
export async function readRecordFiles(
  folder: string,
): Promise<{ readonly read: ReadStandard; readonly files: readonly SdlFile[] }> {
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
    const message = 'the folder cannot be read: set `BESA_RECORDS` to the folder of the record types';
    return { read: { problems: [{ file: folder, line: 1, column: 1, message }] }, files: [] };
  }
  const read = readStandard(files);
  const named = files.map(({ path, text }) => ({ path: basename(path), text }));
  if (problems.length === 0) return { read, files: named };
  return { read: { problems: inOrder([...problems, ...('problems' in read ? read.problems : [])]) }, files: named };
}

/** The exchange standard of a folder. @throws CommandFailure that lists every problem, one line each with file:line:column */
export async function demandStandard(folder: string): Promise<ExchangeStandard> {
  return (await demandStandardFiles(folder)).standard;
}

/** The same, with its files. @throws CommandFailure as `demandStandard` */
export async function demandStandardFiles(
  folder: string,
): Promise<{ readonly standard: ExchangeStandard; readonly files: readonly SdlFile[] }> {
  const { read, files } = await readRecordFiles(folder);
  if ('standard' in read) return { standard: read.standard, files };
  const count = read.problems.length === 1 ? 'one problem' : `${read.problems.length} problems`;
  throw new CommandFailure(`${count} in \`${folder}\``, read.problems.map(problemLine));
}

/** The standard some applied files say; undefined if there are none, or this version of the hub reads them no more. */
export function standardApplied(files: readonly SdlFile[] | undefined): ExchangeStandard | undefined {
  const read = files === undefined ? undefined : readStandard(files);
  return read !== undefined && 'standard' in read ? read.standard : undefined;
}
