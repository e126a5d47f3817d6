import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CellRule, type CountCell, protect } from '../../src/disclosure/protect.js';

const FIVE: CellRule = { countMin: 5, zeroPolicy: 'SHOW' };
const FIVE_SUPPRESS: CellRule = { countMin: 5, zeroPolicy: 'SUPPRESS' };
const FREE: CellRule = { countMin: null, zeroPolicy: 'SHOW' };

/** A group of records: known to the caller, readable without the touched fields, and not readable at all. */
interface Group {
  known?: number;
  partly?: number;
  unread?: number;
}

function cell(name: string, { known = 0, partly = 0, unread = 0 }: Group, rule: CellRule): CountCell {
  const count = known + partly + unread;
  return { key: [name], count, sums: [count * 7], unread, unknown: partly + unread, ...rule };
}

const shown = (name: string, count: number) => ({ key: [name], count, sums: [count * 7], suppressed: false });
const suppressed = (name: string) => ({ key: [name], count: null, sums: [null], suppressed: true });

describe('a cell is suppressed', () => {
  test('with its sums and the total, when fewer than the minimum are hidden from the caller', () => {
    const cells = [cell('a', { unread: 4 }, FIVE), cell('b', { unread: 60 }, FIVE)];
    expect(protect(cells, FIVE)).toEqual({ cells: [suppressed('a'), shown('b', 60)], total: null, suppressedCells: 1 });
  });

  test('however many records the caller knows of it: they can be subtracted', () => {
    expect(protect([cell('a', { known: 100, unread: 1 }, FIVE)], FIVE).cells).toEqual([suppressed('a')]);
  });

  test('when records are unknown only because a touched field is: they are no cover for each other', () => {
    expect(protect([cell('a', { known: 100, partly: 9 }, FIVE)], FIVE).cells).toEqual([suppressed('a')]);
    expect(protect([cell('a', { partly: 9, unread: 4 }, FIVE)], FIVE).cells).toEqual([suppressed('a')]);
  });

  test('under zero policy SUPPRESS, though every record is known', () => {
    expect(protect([cell('a', { known: 3 }, FIVE_SUPPRESS)], FIVE_SUPPRESS)).toEqual({
      cells: [suppressed('a')],
      total: null,
      suppressedCells: 1,
    });
  });
});

describe('a cell is left out', () => {
  test('under zero policy SUPPRESS when nothing but unknown records make it exist', () => {
    const cells = [cell('a', { unread: 4 }, FIVE_SUPPRESS), cell('b', { unread: 5 }, FIVE_SUPPRESS)];
    expect(protect(cells, FIVE_SUPPRESS)).toEqual({ cells: [shown('b', 5)], total: null, suppressedCells: 0 });
    expect(protect(cells.slice(1), FIVE_SUPPRESS)).toEqual(protect(cells, FIVE_SUPPRESS));
  });
});

describe('a cell is shown', () => {
  test('when no minimum binds it', () => {
    expect(protect([cell('a', { unread: 1 }, FREE)], FREE)).toEqual({
      cells: [shown('a', 1)],
      total: 1,
      suppressedCells: 0,
    });
  });

  test('when the caller knows every record of it', () => {
    expect(protect([cell('a', { known: 1 }, FIVE)], FIVE).total).toBe(1);
  });

  test('when the minimum or more are hidden from the caller', () => {
    expect(protect([cell('a', { unread: 5, known: 2, partly: 1 }, FIVE)], FIVE).cells).toEqual([shown('a', 8)]);
  });
});

describe('the total', () => {
  test('of an empty table is 0, and under zero policy SUPPRESS it is not told', () => {
    expect(protect([], FIVE)).toEqual({ cells: [], total: 0, suppressedCells: 0 });
    expect(protect([], FIVE_SUPPRESS).total).toBeNull();
  });

  test('obeys the strictest rule of all it spans, a database without a record in it included', () => {
    const cells = [cell('a', { unread: 2 }, FREE)];
    expect(protect(cells, FREE).total).toBe(2);
    expect(protect(cells, FIVE).total).toBeNull();
  });
});

// Every table of up to three groups with few records each: the attacker knows the rule and its own records, and asks
// which hidden counts would have given the same answer.
const COUNT_MIN = 3;
const HIDDEN = [0, 1, 2, 3, 4];

function tablesOf(groups: number): readonly (readonly number[])[] {
  if (groups === 0) return [[]];
  return tablesOf(groups - 1).flatMap((rest) => HIDDEN.map((hidden) => [...rest, hidden]));
}

/** What the hub answers: groups without records do not exist. */
function answer(known: readonly number[], hidden: readonly number[], rule: CellRule): string {
  const cells = hidden
    .map((unread, index) => cell(`group ${index}`, { known: known[index] ?? 0, unread }, rule))
    .filter((one) => one.count > 0);
  return JSON.stringify(protect(cells, rule));
}

describe.each(['SHOW', 'SUPPRESS'] as const)(
  'an attacker who knows everything but the hidden records (%s)',
  (zeroPolicy) => {
    const rule = { countMin: COUNT_MIN, zeroPolicy };
    // What the zero policy keeps apart: SHOW tells 0 from 1 and 2, SUPPRESS does not.
    const alike = (hidden: number): readonly number[] => {
      if (hidden >= COUNT_MIN) return [hidden];
      if (zeroPolicy === 'SUPPRESS') return [0, 1, 2];
      return hidden === 0 ? [0] : [1, 2];
    };

    test('cannot tell a hidden count below the minimum from another in any table, lone suppressed cells included', () => {
      for (const known of [[0], [2], [0, 0], [0, 2], [1, 3], [0, 0, 0], [0, 1, 2]]) {
        const worlds = tablesOf(known.length);
        const answers = new Map(worlds.map((hidden) => [hidden.join(), answer(known, hidden, rule)]));
        for (const hidden of worlds) {
          for (const [index, count] of hidden.entries()) {
            for (const other of alike(count)) {
              const changed = hidden.with(index, other);
              expect([hidden, changed, answers.get(changed.join())]).toEqual([
                hidden,
                changed,
                answers.get(hidden.join()),
              ]);
            }
          }
        }
      }
    });
  },
);

test('no table gives a count, a sum or a total of what it suppresses', () => {
  const count = fc.nat({ max: 8 });
  const rules = fc.record({
    countMin: fc.option(fc.integer({ min: 1, max: 6 })),
    zeroPolicy: fc.constantFrom('SHOW' as const, 'SUPPRESS' as const),
  });
  const groups = fc.array(fc.tuple(fc.record({ known: count, partly: count, unread: count }), rules), { maxLength: 6 });
  fc.assert(
    fc.property(groups, rules, (table, rule) => {
      const cells = table.map(([group, own], index) => cell(String(index), group, own)).filter((one) => one.count > 0);
      const released = protect(cells, rule);
      const hasSuppressed = released.cells.length < cells.length || released.suppressedCells > 0;
      if (hasSuppressed) expect(released.total).toBeNull();
      for (const safe of released.cells) {
        const exact = cells.find(({ key }) => key[0] === safe.key[0]);
        if (safe.suppressed) expect([safe.count, safe.sums]).toEqual([null, [null]]);
        else expect([safe.count, safe.sums]).toEqual([exact?.count, exact?.sums]);
      }
      expect(released.suppressedCells).toBe(released.cells.filter((safe) => safe.suppressed).length);
    }),
    { seed: 20261123, numRuns: 3_000 },
  );
});
