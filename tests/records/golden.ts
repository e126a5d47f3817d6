import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** Compares generated text with the file beside the tests; `UPDATE_GOLDEN=records` writes the file instead. */
export function expectGolden(name: string, text: string): void {
  const file = new URL(`golden/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === 'records') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
