import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../support/start-error.js';

/**
 * Makes a folder only its owner may enter, and those above it, unless they exist.
 *
 * @throws StartError with the reason if it cannot be made or written
 */
export function makePrivateFolder(path: string): void {
  try {
    make(path);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new StartError(
      `the folder \`${path}\` cannot be used for the hub's data (${code})`,
      ['set `BESA_DATA` to a folder you may write to'],
      {
        cause,
      },
    );
  }
}

// Step by step: Node's own recursive form never returns on file systems that answer "not found" to a new folder, as /proc does.
function make(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (dirname(path) !== path) make(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
