/** The real command line, in a process and a folder of its own: it has what it is handed, and nothing else of the hub. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../house/sources.js';

export interface Ran {
  readonly code: number;
  /** what it printed as a result, and what it noted beside */
  readonly text: string;
}

/**
 * Runs `besa …` in `folder`, where its own data would lie too.
 *
 * @param settings its whole environment: without `DATABASE_URL` and `BESA_URL` it can reach neither
 */
export function besaIn(
  folder: string,
  line: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const options = { cwd: folder, env: { BESA_DATA: folder, BESA_RECORDS: join(ROOT, 'schema/records'), ...settings } };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'dist', 'src', 'cli', 'main.js'), ...line],
      options,
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, text: `${stdout}${stderr}` });
      },
    );
  });
}
