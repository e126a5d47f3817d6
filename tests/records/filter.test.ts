import { describe, expect, test } from '@jest/globals';
import { dimensionName, dimensionsOf, readDimensions } from '../../src/records/dimension.js';
import { readFilter } from '../../src/records/filter.js';
import { readOrder } from '../../src/records/order.js';
import { VISIT_TYPE } from './sample-standard.js';

const problems = (where: unknown): readonly string[] => {
  const read = readFilter(VISIT_TYPE, where);
  return read.kind === 'problems' ? read.problems.map(({ path, message }) => `${path.join('.')}: ${message}`) : [];
};
const predicate = (where: unknown): unknown => {
  const read = readFilter(VISIT_TYPE, where);
  return read.kind === 'predicate' ? read.predicate : read;
};
const nested = (depth: number): unknown => (depth === 0 ? { crewCount: { eq: 1 } } : { not: nested(depth - 1) });

describe('a filter is refused', () => {
  test.each<readonly [string, unknown, string]>([
    ['if it is no object', 'all', 'where: an object of conditions is expected, not text'],
    ['with an unknown field', { crew: { eq: 1 } }, 'where.crew: `Visit` has no field `crew`'],
    ['with a field of the envelope', { status: { eq: 'ACTIVE' } }, 'where.status: `Visit` has no field `status`'],
    ['without an operator', { crewCount: {} }, 'where.crewCount: an operator is expected: `eq`'],
    ['with null for the operators', { crewCount: null }, 'where.crewCount: an operator is expected'],
    [
      'with an operator that does not fit',
      { crewCount: { contains: '1' } },
      'where.crewCount.contains: `contains` does not fit `crewCount`',
    ],
    ['with an order on an enum', { state: { gt: 'OPEN' } }, 'where.state.gt: `gt` does not fit `state`'],
    [
      'with equality on a list',
      { goods: { eq: ['a'] } },
      'where.goods.eq: `eq` does not fit `goods`: `contains` or `isNull` do',
    ],
    [
      'with null to compare',
      { crewCount: { eq: null } },
      'where.crewCount.eq: a whole number from -2147483648 to 2147483647 (or `isNull`) is expected, not nothing',
    ],
    ['with a value of the wrong kind', { crewCount: { gt: '1' } }, 'where.crewCount.gt: a whole number'],
    ['with an instant without offset', { visitedAt: { gt: '2023-05-04T00:00:00' } }, 'where.visitedAt.gt: an instant'],
    [
      'with an empty list',
      { crewCount: { in: [] } },
      'where.crewCount.in: a list of 1 to 1000 values is expected, not list of 0',
    ],
    ['with null in a list', { crewCount: { notIn: [1, null] } }, 'where.crewCount.notIn: a list, each a whole number'],
    ['with a long list', { crewCount: { in: new Array(1001).fill(1) } }, 'where.crewCount.in: a list of 1 to 1000'],
    [
      'with isNull of a number',
      { crewCount: { isNull: 1 } },
      'where.crewCount.isNull: `true` or `false` is expected, not number',
    ],
    ['with an empty and', { and: [] }, 'where.and: `and` needs a list of at least one filter'],
    ['with null for or', { or: null }, 'where.or: `or` needs a list of at least one filter'],
    // An empty object is true of every row: under `or` it would undo the other operands.
    [
      'with an empty operand',
      { or: [{ crewCount: { eq: 1 } }, {}] },
      'where.or.1: at least one condition is expected here',
    ],
    ['with an empty not', { not: {} }, 'where.not: at least one condition is expected here'],
    ['that is too deep', nested(10), `where.${'not.'.repeat(9)}not: a filter nests at most 10 deep`],
    [
      'that is too long',
      { and: new Array(201).fill({ crewCount: { eq: 1 } }) },
      'where: a filter has at most 200 conditions',
    ],
  ])('%s', (_, where, problem) => {
    expect(problems(where).map((line) => line.slice(0, problem.length))).toEqual([problem]);
  });

  test('with all its problems at once', () => {
    expect(problems({ crew: { eq: 1 }, or: [{ state: { eq: 'SUNK' } }, { draught: { lt: 'deep' } }] })).toHaveLength(3);
  });
});

describe('a filter is read', () => {
  test('as none, if it says nothing', () => {
    expect([predicate(undefined), predicate(null), predicate({})]).toEqual([undefined, undefined, undefined]);
  });

  test('with fields and operators that hold together', () => {
    expect(predicate({ crewCount: { gte: 5, lt: 9 }, state: { in: ['OPEN'] } })).toEqual({
      kind: 'and',
      of: [
        { kind: 'compare', field: 'crewCount', op: 'gte', value: 5 },
        { kind: 'compare', field: 'crewCount', op: 'lt', value: 9 },
        { kind: 'compare', field: 'state', op: 'in', value: ['OPEN'] },
      ],
    });
  });

  test('with and, or and not as they stand', () => {
    const compare = (value: number) => ({ kind: 'compare', field: 'crewCount', op: 'eq', value });
    expect(
      predicate({
        or: [{ crewCount: { eq: 1 } }, { not: { and: [{ crewCount: { eq: 2 } }, { crewCount: { eq: 3 } }] } }],
      }),
    ).toEqual({
      kind: 'or',
      of: [compare(1), { kind: 'not', of: { kind: 'and', of: [compare(2), compare(3)] } }],
    });
  });

  test('with instants in their one form', () => {
    const expected = { kind: 'compare', field: 'visitedAt', op: 'gte', value: '2023-05-03T22:00:00.000Z' };
    expect(predicate({ visitedAt: { gte: '2023-05-04T00:00:00+02:00' } })).toEqual(expected);
    expect(predicate({ visitedAt: { gte: new Date('2023-05-03T22:00:00Z') } })).toEqual(expected);
  });

  test('with an item of a list', () => {
    expect(predicate({ states: { contains: 'OPEN' } })).toEqual({
      kind: 'compare',
      field: 'states',
      op: 'contains',
      value: 'OPEN',
    });
  });
});

describe('dimensions', () => {
  test('are fields, steps and the database, but no lists', () => {
    expect(
      dimensionsOf(VISIT_TYPE)
        .map(({ name }) => name)
        .join(' '),
    ).toBe(
      'NUMBER VISITED_AT VISITED_AT_DAY VISITED_AT_MONTH VISITED_AT_QUARTER VISITED_AT_YEAR ENDED_ON ENDED_ON_MONTH ' +
        'ENDED_ON_QUARTER ENDED_ON_YEAR FLAG STATE CREW_COUNT CREW_COUNT_TENS DRAUGHT IS_TOWED HULL_ID BERTH BERTH_PIER DATABASE',
    );
  });

  test('are refused if unknown, too many, or two of one field', () => {
    const message = (...names: readonly string[]): unknown => {
      const read = readDimensions(VISIT_TYPE, names);
      return read.kind === 'problem' ? read.message : read;
    };
    expect(message('GOODS')).toBe('unknown dimension `GOODS`');
    expect(message('FLAG', 'STATE', 'DATABASE', 'BERTH', 'IS_TOWED')).toBe(
      'at most 4 dimensions can be asked for, not 5',
    );
    expect(message('VISITED_AT_DAY', 'VISITED_AT_MONTH')).toBe(
      'a group has one place for `visitedAt`: ask for one of `VISITED_AT_DAY` or `VISITED_AT_MONTH`',
    );
  });

  test('are read in their order, and named again', () => {
    const read = readDimensions(VISIT_TYPE, ['DATABASE', 'VISITED_AT_MONTH', 'FLAG']);
    if (read.kind === 'problem') throw new Error(read.message);
    expect(read.dimensions).toEqual([
      { kind: 'database' },
      { kind: 'field', field: 'visitedAt', step: 'month' },
      { kind: 'field', field: 'flag' },
    ]);
    expect(read.dimensions.map(dimensionName)).toEqual(['DATABASE', 'VISITED_AT_MONTH', 'FLAG']);
  });
});

describe('orders', () => {
  test('are refused by a list field, without direction, and twice by one field', () => {
    const order = (...terms: readonly unknown[]) => readOrder(VISIT_TYPE, terms);
    expect(order({ field: 'GOODS', direction: 'ASC' })).toEqual({
      kind: 'problems',
      problems: [{ path: ['orderBy', '0', 'field'], message: 'a field of `Visit` is expected' }],
    });
    expect(order({ field: 'FLAG' })).toMatchObject({ problems: [{ path: ['orderBy', '0', 'direction'] }] });
    expect(order({ field: 'FLAG', direction: 'ASC' }, { field: 'FLAG', direction: 'DESC' })).toMatchObject({
      problems: [{ path: ['orderBy', '1'] }],
    });
  });

  test('are read as terms, and none as the default', () => {
    expect(readOrder(VISIT_TYPE, [{ field: 'VISITED_AT', direction: 'DESC' }])).toEqual({
      kind: 'order',
      terms: [{ field: 'visitedAt', direction: 'DESC' }],
    });
    expect(readOrder(VISIT_TYPE, undefined)).toEqual({ kind: 'order', terms: [] });
  });
});
