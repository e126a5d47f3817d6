import { describe, expect, test } from '@jest/globals';
import { FILE_LINES_MAX, FUNCTION_LINES_MAX } from '../../scripts/house.mjs';
import { functionLengths, readSource, sourceFiles } from './sources.js';

/** Functions that were longer when the limit came, and their length: it may only shrink, and no other may join. */
const LONGER: Readonly<Record<string, number>> = {};

const files = sourceFiles(['src', 'migrations', 'examples', 'scripts'], ['.ts', '.mjs']);

describe('the size of things', () => {
  test('the length of a function is measured from its first line to its last', () => {
    const source = `// ë first\nfunction a() {\n  return 1;\n}\nconst b = () => {\n  // ž\n  return () => 2;\n};\n\n`;
    expect(functionLengths(source)).toEqual([
      { line: 2, lines: 3 },
      { line: 5, lines: 4 },
      { line: 7, lines: 1 },
    ]);
  });

  test('no function is longer than the limit, and an exception never grows', () => {
    expect(files.length).toBeGreaterThan(50);
    const longest = files.flatMap((file) => {
      const lines = Math.max(0, ...functionLengths(readSource(file)).map((found) => found.lines));
      return lines > FUNCTION_LINES_MAX ? [[file, lines] as const] : [];
    });
    expect(Object.fromEntries(longest)).toEqual(LONGER);
  });

  test('no file is longer than the limit', () => {
    const all = [...files, ...sourceFiles(['tests'], ['.ts', '.mjs'])];
    const long = all.filter((file) => readSource(file).trimEnd().split('\n').length > FILE_LINES_MAX);
    expect(long).toEqual([]);
  });
});
