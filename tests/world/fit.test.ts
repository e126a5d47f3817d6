import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { apportion, fitProportionally, fitTable, sumOf } from '../../examples/western-balkans/fit.js';

const SEED = 20_240_501;
const counts = (cells: number) => fc.array(fc.nat(400), { minLength: 1, maxLength: cells });

/** Two lists of whole numbers with the same sum: what is missing in one is added to its last number. */
const margins = fc.tuple(counts(12), counts(30)).map(([rows, columns]) => {
  const gap = sumOf(rows) - sumOf(columns);
  const shorter = gap > 0 ? columns : rows;
  shorter[shorter.length - 1] = (shorter.at(-1) as number) + Math.abs(gap);
  return { rows, columns };
});

const sumsOf = (table: number[][], columns: number) => ({
  rows: table.map(sumOf),
  columns: Array.from({ length: columns }, (_, at) => sumOf(table.map((row) => row[at] as number))),
});

describe('fitting a table to its margins', () => {
  test('margins with different sums are refused', () => {
    expect(() => fitTable([3, 4], [5, 1])).toThrow('both margins have the same sum');
  });

  test('the whole numbers meet any whole margins exactly, whatever split they start from', () => {
    fc.assert(
      fc.property(margins, fc.infiniteStream(fc.integer({ min: 1, max: 50 })), ({ rows, columns }, weights) => {
        const start = rows.map(() => columns.map(() => weights.next().value as number));
        const table = fitTable(rows, columns, start);
        expect(sumsOf(table, columns.length)).toEqual({ rows, columns });
        expect(table.flat().every((cell) => Number.isInteger(cell) && cell >= 0)).toBe(true);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('rounding moves no cell by a whole number', () => {
    fc.assert(
      fc.property(margins, ({ rows, columns }) => {
        const start = rows.map(() => columns.map(() => 1));
        const fitted = fitProportionally(rows, columns, start).flat();
        const rounded = fitTable(rows, columns, start).flat();
        for (const [at, cell] of rounded.entries()) expect(Math.abs(cell - (fitted[at] as number))).toBeLessThan(1);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('a split that is not even stays as uneven as the margins allow', () => {
    const table = fitTable(
      [100, 100],
      [100, 100],
      [
        [9, 1],
        [1, 9],
      ],
    );
    expect(table).toEqual([
      [90, 10],
      [10, 90],
    ]);
  });
});

describe('sharing out in proportion', () => {
  test('there is nothing to share out by when all weights are 0', () => {
    expect(() => apportion([0, 0], 5)).toThrow('there is a weight above 0');
  });

  test('the shares add up, and each is within one of its due', () => {
    const weights = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 40 }).filter((given) => sumOf(given) > 0);
    fc.assert(
      fc.property(weights, fc.nat(100_000), (given, total) => {
        const shares = apportion(given, total);
        expect(sumOf(shares)).toBe(total);
        for (const [at, share] of shares.entries()) {
          expect(Math.abs(share - ((given[at] as number) * total) / sumOf(given))).toBeLessThan(1);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
