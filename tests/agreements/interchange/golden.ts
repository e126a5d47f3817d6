import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** Compares a rendering with the file beside the tests; `UPDATE_GOLDEN=interchange` writes the file instead. */
export function expectRendering(name: string, text: string): void {
  const file = new URL(`golden/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === 'interchange') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
