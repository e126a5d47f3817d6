import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { CommandFailure } from './command.js';

/** The document in an agreement file, YAML or JSON: never trusted, the hub reads it. @throws CommandFailure */
export async function readDocument(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandFailure(`\`${file}\` cannot be read`);
  });
  return documentOf(file, text);
}

/** YAML holds JSON, so one reader does for both. Dates stay text: a day has no time zone. */
function documentOf(file: string, text: string): unknown {
  try {
    return parse(text, { schema: 'core' });
  } catch (error) {
    throw new CommandFailure(
      `\`${file}\` is no YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`,
    );
  }
}
