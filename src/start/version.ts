import { readFileSync } from 'node:fs';

/** The version in the package file: two folders above the sources, three above the compiled output. */
export function packageVersion(): string {
  for (const up of ['../../', '../../../']) {
    try {
      const text = readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8');
      const found = JSON.parse(text) as { name?: string; version?: string };
      if (found.name === 'besa' && found.version !== undefined) return found.version;
    } catch {
      // not here: the other place has it
    }
  }
  return 'unknown';
}
