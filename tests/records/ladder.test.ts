import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FIXED_LADDERS, type LadderStep } from '../../src/domain/ladder.js';
import type { Value } from '../../src/domain/record-type.js';
import { generalise } from '../../src/policy/generalise.js';
import { PURPOSES, problemsOf, standardOf } from './sample-standard.js';

const SEED = 20_231_104;
const TIME_ZONE = 'Europe/Tirane';

const withLadder = (type: string, steps: string): string => `type Visit @record(plural: "visits") {
  number: String! @key @sensitivity(is: REFERENCE)
  at: Date @sensitivity(is: TIME_PRECISE) @occurredAt
  a: ${type} @sensitivity(is: OPERATIONAL) @ladder(steps: [${steps}])
}
enum Kind { A B C D OTHER }
`;

const group = (name: string, ...values: readonly string[]): string =>
  `{ name: "${name}", values: ${JSON.stringify([name, ...values])} }`;
const groups = (name: string, otherwise: string, ...each: readonly string[]): string =>
  `{ name: "${name}", otherwise: "${otherwise}", groups: [${each.join(', ')}] }`;

const FAULTS: readonly (readonly [rule: string, type: string, steps: string, problem: string])[] = [
  ['none at all', 'Int', '', 'a list of at least one step is needed here'],
  ['no name', 'Int', '{ width: 2 }', 'a step needs a name'],
  ['a name that is none', 'Int', '{ name: "in tens", width: 10 }', 'a step needs a name'],
  ['two steps of one name', 'Int', '{ name: "a", width: 2 }, { name: "a", width: 4 }', 'step `a` stands here twice'],
  ['an unknown key', 'Int', '{ name: "a", with: 2 }', 'unknown key `with`: write `name`, `width`'],
  ['nothing to do', 'Int', '{ name: "a" }', 'step `a` needs exactly one of `width`, `before` or `groups`'],
  ['two things to do', 'Int', '{ name: "a", width: 2, before: "." }', 'step `a` needs exactly one of'],
  [
    'groups without otherwise',
    'String',
    '{ name: "a", groups: [{ name: "A", values: ["A"] }] }',
    'step `a`: `groups` and `otherwise` go together',
  ],
  [
    'a width of a text',
    'String',
    '{ name: "a", width: 2 }',
    'step `a` does not fit `String`: write `before` or `groups`',
  ],
  ['a separator of a number', 'Int', '{ name: "a", before: "." }', 'step `a` does not fit `Int`: write `width`'],
  [
    'a separator of a country',
    'CountryCode',
    '{ name: "a", before: "." }',
    'step `a` does not fit `CountryCode`: write `groups`',
  ],
  ['a width below 2', 'Int', '{ name: "a", width: 1 }', 'the width of an Int is a whole number of at least 2'],
  [
    'a width that is no multiple',
    'Int',
    '{ name: "a", width: 10 }, { name: "b", width: 25 }',
    'each width is a multiple of the one before: write 20, 50 or 100',
  ],
  [
    'the same width',
    'Int',
    '{ name: "a", width: 10 }, { name: "b", width: 10 }',
    'each width is a multiple of the one before',
  ],
  ['a width that rounds', 'Float', '{ name: "a", width: 0.1 }', 'the width of a Float is a power of two'],
  [
    'a smaller width after a larger',
    'Float',
    '{ name: "a", width: 2 }, { name: "b", width: 0.5 }',
    'steps go from fine to coarse: write a width above 2',
  ],
  [
    'two separators',
    'String',
    '{ name: "a", before: "." }, { name: "b", before: "-" }',
    'a step with `before` is the only one',
  ],
  [
    'groups after a separator',
    'String',
    `{ name: "a", before: "." }, ${groups('b', 'X', group('A'))}`,
    'a step with `before` is the only one',
  ],
  [
    'a value in two groups',
    'String',
    groups('a', 'X', group('A', 'Q'), group('B', 'Q')),
    '`Q` is in `A` and in `B`: remove one',
  ],
  [
    'a group that does not list itself',
    'String',
    groups('a', 'X', '{ name: "A", values: ["B"] }'),
    'group `A` must list `A` too',
  ],
  [
    'a group of the name of all others',
    'String',
    groups('a', 'X', group('A', 'X')),
    '`X` is the name of all other values',
  ],
  ['a group that is no value of the enum', 'Kind', groups('a', 'OTHER', group('A', 'E')), '`E` is no value of `Kind`'],
  ['a group that is no country code', 'CountryCode', groups('a', 'OTHER', group('ALB')), '`OTHER` is no country code'],
  [
    'a finer group that is torn apart',
    'Kind',
    `${groups('a', 'OTHER', group('A', 'B'))}, ${groups('b', 'OTHER', group('A', 'C'), group('B', 'D'))}`,
    '`B` is in `A` at step `a` and in `B` at step `b`',
  ],
  [
    'all others torn apart',
    'String',
    `${groups('a', 'X', group('A'))}, ${groups('b', 'X', group('A'), group('B'))}`,
    '`B` is in `X` at step `a` and in `B` at step `b`',
  ],
];

describe('a ladder that is no chain is refused', () => {
  test.each(FAULTS)('%s', (_, type, steps, problem) => {
    const problems = problemsOf(withLadder(type, steps));
    expect(problems.map((line) => line.replace(/^a\.graphql:4:\d+ /, '').slice(0, problem.length))).toContain(problem);
  });

  test('also where a ladder has no place', () => {
    expect(problemsOf(withLadder('DateTime', '{ name: "a", width: 2 }'))).toEqual([
      'a.graphql:4:45 a DateTime has the fixed ladder day, month, quarter, year: remove `@ladder`',
    ]);
    expect(problemsOf(withLadder('[Int!]', '{ name: "a", width: 2 }'))).toEqual([
      expect.stringContaining('no list: remove `@ladder`'),
    ]);
    expect(problemsOf(withLadder('Boolean', '{ name: "a", width: 2 }'))).toEqual([
      expect.stringContaining('a ladder fits'),
    ]);
  });
});

const LADDERS: Readonly<Record<string, { readonly steps: string; readonly values: fc.Arbitrary<Value> }>> = {
  Int: {
    steps: '{ name: "a", width: 2 }, { name: "b", width: 10 }, { name: "c", width: 1000 }',
    values: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: -20, max: 20 })),
  },
  Float: {
    steps: '{ name: "a", width: 0.125 }, { name: "b", width: 0.5 }, { name: "c", width: 8 }',
    values: fc.oneof(
      fc.double({ noNaN: true, min: -1e100, max: 1e100 }).filter((n) => n === 0 || Math.abs(n) >= 1e-100),
      fc.integer({ min: -40, max: 40 }).map((n) => n / 16),
    ),
  },
  String: { steps: '{ name: "a", before: "." }', values: fc.string({ unit: fc.constantFrom('a', 'b', '.', '-') }) },
  Kind: {
    steps: `${groups('a', 'OTHER', group('A', 'B'), group('C', 'D'))}, ${groups('b', 'OTHER', group('A', 'B', 'C', 'D'))}`,
    values: fc.constantFrom('A', 'B', 'C', 'D', 'OTHER'),
  },
  CountryCode: {
    steps: `${groups('a', 'OOO', group('ALB', 'MNE'), group('AUT', 'DEU'))}, ${groups('b', 'OOO', group('ALB', 'MNE', 'AUT', 'DEU'))}`,
    values: fc.constantFrom('ALB', 'MNE', 'AUT', 'DEU', 'OOO', 'XKX', 'SYR'),
  },
};

function isChain(ladder: readonly LadderStep[], values: fc.Arbitrary<Value>): void {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const chain = (value: Value): readonly Value[] => ladder.map((step) => generalise(value, step, TIME_ZONE));
      const [ofA, ofB] = [chain(a), chain(b)];
      const equal = ladder.findIndex((_, index) => ofA[index] === ofB[index]);
      // INVARIANT (one chain): equal at a finer step implies equal at every coarser one.
      if (equal >= 0) expect(ofA.slice(equal)).toEqual(ofB.slice(equal));
      // What is shown stands for itself at its own step.
      expect(ladder.map((step, index) => generalise(ofA[index] ?? null, step, TIME_ZONE))).toEqual(ofA);
    }),
    { seed: SEED, numRuns: 1000 },
  );
}

describe('a ladder that is accepted is one chain', () => {
  test.each(Object.keys(LADDERS))('of %s', (type) => {
    const { steps, values } = LADDERS[type] ?? { steps: '', values: fc.constant(null) };
    const standard = standardOf(withLadder(type, steps), PURPOSES);
    isChain(standard.recordTypes[0]?.fields[2]?.ladder ?? [], values);
  });

  test('of DateTime and Date', () => {
    const instants = fc.date({
      min: new Date('2023-03-20T00:00:00Z'),
      max: new Date('2023-04-10T00:00:00Z'),
      noInvalidDate: true,
    });
    isChain(
      FIXED_LADDERS.DateTime ?? [],
      instants.map((date) => date.toISOString()),
    );
    isChain(
      FIXED_LADDERS.Date ?? [],
      instants.map((date) => date.toISOString().slice(0, 10)),
    );
  });
});
