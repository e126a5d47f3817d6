import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { worldFolder } from './files.js';

/** The documents a newcomer may try, by file name without its ending. */
export function readQueries(folder: string = join(worldFolder(), 'queries')): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return Object.fromEntries(
    names.sort().map((name) => [name.replace(/\.graphql$/, ''), readFileSync(join(folder, name), 'utf8')]),
  );
}
