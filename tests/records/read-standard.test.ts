import { describe, expect, test } from '@jest/globals';
import { readStandard } from '../../src/records/read-standard.js';
import { PURPOSES, problemsOf, SAMPLE, standardOf, typeOf, VISIT } from './sample-standard.js';

const OCCURRED = '@sensitivity(is: TIME_PRECISE) @occurredAt';
const KEY = 'number: String! @key @sensitivity(is: REFERENCE)';

/** A type with a sound key and time, so that what a case adds at 4:3 is all that can be wrong. */
const visit = (field: string, more = ''): string =>
  `type Visit @record(plural: "visits") {\n  ${KEY}\n  at: DateTime ${OCCURRED}\n  ${field}\n}\n${more}`;

const FIELD_FAULTS: readonly (readonly [rule: string, field: string, problem: string])[] = [
  [
    'an unknown directive',
    'a: Int @sensitivity(is: OPERATIONAL) @mesure',
    '4:40 unknown directive `@mesure` (did you mean `@measure`?): a field takes',
  ],
  [
    'a directive of another place',
    'a: Int @sensitivity(is: OPERATIONAL) @regime(is: LED)',
    '4:40 `@regime` belongs on an enum value, not on a field',
  ],
  [
    'a directive twice',
    'a: Int @measure @measure @sensitivity(is: OPERATIONAL)',
    '4:19 `@measure` stands here twice: remove one',
  ],
  [
    'an unknown argument',
    'a: Int @sensitivity(is: OPERATIONAL, of: 1)',
    '4:40 `@sensitivity` has no argument `of`: write `@sensitivity(is: OPERATIONAL)`',
  ],
  [
    'a missing argument',
    'a: String @match @sensitivity(is: OPERATIONAL)',
    '4:13 `@match` lacks its argument `normalise`: write `@match(normalise: DOCUMENT)`',
  ],
  ['an argument twice', 'a: Int @sensitivity(is: OPERATIONAL, is: REFERENCE)', '4:40 argument `is` stands here twice'],
  [
    'a text for a word',
    'a: Int @sensitivity(is: "OPERATIONAL")',
    '4:27 a word without quotes is needed here: write `REFERENCE`, `OPERATIONAL`',
  ],
  [
    'an unknown word',
    'a: Int @sensitivity(is: OPERATIONALL)',
    '4:27 unknown word `OPERATIONALL` (did you mean `OPERATIONAL`?)',
  ],
  ['no sensitivity', 'a: Int', '4:3 field `a` has no `@sensitivity`: write `@sensitivity(is: OPERATIONAL)`'],
  ['a nullable key', 'a: String @key @sensitivity(is: REFERENCE)', '4:13 a key is never empty: write `a: String!`'],
  ['a list as key', 'a: [String!]! @key @sensitivity(is: REFERENCE)', '4:17 `@key` fits `String`'],
  ['a Float as key', 'a: Float! @key @sensitivity(is: REFERENCE)', '4:13 `@key` fits'],
  ['a second time of occurrence', `b: Date ${OCCURRED}`, '4:3 `@occurredAt` stands on `at` already: remove one'],
  [
    'a time of occurrence that is no time',
    `b: String ${OCCURRED}`,
    '4:44 `@occurredAt` fits `Date` or `DateTime` only',
  ],
  [
    'a measure of text',
    'a: String @sensitivity(is: OPERATIONAL) @measure',
    '4:43 `@measure` fits `Int` or `Float` only',
  ],
  ['a list as measure', 'a: [Int!] @sensitivity(is: OPERATIONAL) @measure', '4:43 `@measure` fits'],
  [
    'a match on a number',
    'a: Int @sensitivity(is: OPERATIONAL) @match(normalise: VIN)',
    '4:40 `@match` fits `String` or `ID` only',
  ],
  [
    'an unknown normalisation',
    'a: String @sensitivity(is: OPERATIONAL) @match(normalise: ANY)',
    '4:61 unknown word `ANY`: write `DOCUMENT`',
  ],
  [
    'an unknown type',
    'a: Strin @sensitivity(is: OPERATIONAL)',
    '4:6 field `a` has the type `Strin` (did you mean `String`?): write `String`',
  ],
  ['a record type as field', 'a: Visit @sensitivity(is: OPERATIONAL)', '4:6 field `a` has the type `Visit`'],
  ['a list of lists', 'a: [[Int!]!] @sensitivity(is: OPERATIONAL)', '4:6 field `a` is a list of lists: write one list'],
  ['a list with nulls', 'a: [Int] @sensitivity(is: OPERATIONAL)', '4:6 a list holds no nulls: write `[Int!]`'],
  [
    'arguments of a field',
    'a(b: Int): Int @sensitivity(is: OPERATIONAL)',
    '4:3 field `a` takes no arguments: remove them',
  ],
  [
    'a name of the envelope',
    'status: Int @sensitivity(is: OPERATIONAL)',
    '4:3 every record has or needs the name `status` itself',
  ],
  [
    'the id of the database',
    'databaseId: Int @sensitivity(is: OPERATIONAL)',
    '4:3 every record has or needs the name `databaseId`',
  ],
  ['a word of a filter', 'not: Int @sensitivity(is: OPERATIONAL)', '4:3 every record has or needs the name `not`'],
  [
    'a column of the envelope',
    'recordedAT: Int @sensitivity(is: OPERATIONAL)',
    '4:3 field `recordedAT` would take the reserved column `recorded_at`',
  ],
  [
    'a column of PostgreSQL',
    'ctid: Int @sensitivity(is: OPERATIONAL)',
    '4:3 field `ctid` would take the reserved column `ctid`',
  ],
  ['a field twice', 'number: Int @sensitivity(is: OPERATIONAL)', '4:3 `number` stands here twice: rename one'],
  [
    'two fields of one column',
    'aT: DateTime @sensitivity(is: OPERATIONAL)\n  a_t: Int @sensitivity(is: OPERATIONAL)',
    '5:3 field `a_t` must begin small',
  ],
  [
    'names that differ in capitals',
    'feeEUR: Int @sensitivity(is: OPERATIONAL)\n  feeEur: Int @sensitivity(is: OPERATIONAL)',
    '5:3 `feeEur` and `feeEUR` are both `fee_eur` in the table: rename one',
  ],
  ['a name that begins big', 'A: Int @sensitivity(is: OPERATIONAL)', '4:3 field `A` must begin small'],
  ['a name PostgreSQL would cut', `${'a'.repeat(57)}: Int @sensitivity(is: OPERATIONAL)`, '4:3 field'],
  [
    'a field called like a step',
    'atDay: Date @sensitivity(is: OPERATIONAL)',
    '4:3 `AT_DAY` is both field `atDay` and step `day` of `at` in statistics',
  ],
  [
    'a list called like the stored day',
    'atDay: [Date!] @sensitivity(is: OPERATIONAL)',
    '4:3 field `atDay` would take the column `at_day`',
  ],
];

describe('a field that breaks a rule is refused at its place', () => {
  test.each(FIELD_FAULTS)('%s', (_, field, problem) => {
    const problems = problemsOf(visit(field));
    expect(problems.map((line) => line.slice(0, `a.graphql:${problem}`.length))).toContain(`a.graphql:${problem}`);
    expect(problems).toHaveLength(field.startsWith('b: String') ? 2 : 1);
  });
});

const TYPE_FAULTS: readonly (readonly [rule: string, texts: readonly string[], problem: string])[] = [
  [
    'no @record',
    [`type Visit { ${KEY} at: Date ${OCCURRED} }`],
    'a.graphql:1:6 type `Visit` has no `@record`: write `type Visit @record(plural: "visits")`',
  ],
  ['no plural', [visit('').replace('(plural: "visits")', '')], 'a.graphql:1:12 `@record` lacks its argument `plural`'],
  [
    'a plural that is no name',
    [visit('').replace('"visits"', '"the visits"')],
    'a.graphql:1:12 plural `the visits` is no name',
  ],
  ['no key', [visit('').replace('@key', '')], 'a.graphql:1:6 type `Visit` has no key: write `@key`'],
  ['no time of occurrence', [visit('').replace('@occurredAt', '')], 'a.graphql:1:6 type `Visit` has no `@occurredAt`'],
  ['no fields', ['type Visit @record(plural: "visits")'], 'a.graphql:1:6 type `Visit` has no fields'],
  ['an interface', [`interface A { a: Int }\n${visit('')}`], 'a.graphql:1:1 only record types and enums stand here'],
  [
    'an implementation',
    [visit('').replace('Visit @', 'Visit implements A @')],
    'a.graphql:1:23 a record type implements nothing',
  ],
  ['a union', [`union A = B\n${visit('')}`], 'a.graphql:1:1 only record types and enums stand here'],
  ['an input', [`input A { a: Int }\n${visit('')}`], 'a.graphql:1:1 only record types and enums stand here'],
  ['an extension', [`${visit('')}extend type Visit { b: Int }`], 'a.graphql:6:1 `extend` is not for record types'],
  ['a scalar', [`scalar Date\n${visit('')}`], 'a.graphql:1:1 the scalars are built in: remove the definition'],
  ['a directive definition', [`directive @key on OBJECT\n${visit('')}`], 'a.graphql:1:1 the directives are built in'],
  ['a schema', [`schema { query: Visit }\n${visit('')}`], 'a.graphql:1:1 root fields are generated: remove `schema`'],
  ['a query', [`{ a }\n${visit('')}`], 'a.graphql:1:1 this is a query'],
  [
    'two record types in one file',
    [visit('') + visit('').replaceAll('isit', 'isitor')],
    'a.graphql:6:6 the file holds the record type `Visit` already',
  ],
  ['a syntax error', ['type Visit {\n  a: \n}'], 'a.graphql:3:1 no GraphQL schema language: expected Name, found "}"'],
  ['an empty file', [visit(''), ' \n'], 'b.graphql:1:1 the file is empty'],
  [
    'an enum that differs elsewhere',
    [visit('a: A @sensitivity(is: OPERATIONAL)', 'enum A { X Y }'), 'enum A { X }'],
    'b.graphql:1:6 enum `A` stands in another file with other values (X Y)',
  ],
  ['an enum value twice', [visit('', 'enum A { X X }')], 'a.graphql:6:6 enum `A` has the value `X` twice'],
  [
    'a regime outside of the purposes',
    [visit('', 'enum A { X @regime(is: LED) }')],
    'a.graphql:6:10 `@regime` is for `enum Purpose` only',
  ],
  [
    'an enum of the API',
    [visit('', 'enum ReasonCode { X }')],
    'a.graphql:6:6 `ReasonCode` cannot name an enum here, the API has it',
  ],
  [
    'a type of the API',
    [visit('').replaceAll('Visit', 'Agency')],
    'a.graphql:1:6 type `Agency` needs the type `Agency`, which the API itself has',
  ],
  [
    'a type called like a generated one',
    [visit(''), visit('').replace('Visit', 'VisitFilter').replace('"visits"', '"others"')],
    'b.graphql:1:6 type `VisitFilter` needs the type `VisitFilter`, which type `Visit` has',
  ],
  [
    'a type called like the operators of its fields',
    [visit('').replace('Visit', 'StringFilter')],
    'a.graphql:1:6 type `StringFilter` needs the type `StringFilter`, which the operators of a filter has',
  ],
  [
    'an enum called like a generated type',
    [visit('', 'enum VisitOrder { X }')],
    'a.graphql:1:6 type `Visit` needs the type `VisitOrder`, which enum `VisitOrder` has',
  ],
  [
    'a plural that is a root field',
    [visit('').replace('"visits"', '"partners"')],
    'a.graphql:1:6 type `Visit` needs the root field `partners`, which the API itself has',
  ],
  [
    'a plural that is its own singular',
    [visit('').replace('"visits"', '"visit"')],
    'a.graphql:1:6 type `Visit` needs the root field `visit` twice',
  ],
  [
    'a plural of another type',
    [visit(''), visit('').replace('Visit', 'Call')],
    'b.graphql:1:6 type `Call` needs the type `ImportVisitsInput`, which type `Visit` has',
  ],
  [
    'a type that begins small',
    [visit('').replace('Visit', 'visit').replace('"visits"', '"all"')],
    'a.graphql:1:6 type `visit` must begin with a capital',
  ],
  [
    'a type called like a partition',
    [visit('').replace('Visit', 'VisitP7')],
    'a.graphql:1:6 type `VisitP7` would be named like a partition',
  ],
];

describe('a type, enum or file that breaks a rule is refused at its place', () => {
  test.each(TYPE_FAULTS)('%s', (_, texts, problem) => {
    expect(problemsOf(...texts).filter((line) => line.startsWith(problem))).toHaveLength(1);
  });

  test('types whose tables would have one name', () => {
    const texts = [
      visit('').replaceAll('Visit', 'EUVisit'),
      visit('').replaceAll('Visit', 'EuVisit').replace('"visits"', '"calls"'),
    ];
    expect(problemsOf(...texts)).toContain(
      'b.graphql:1:6 types `EuVisit` and `EUVisit` are both `eu_visit` as table: rename one',
    );
  });
});

describe('purposes', () => {
  const read = (purposes: string): readonly unknown[] => {
    const result = readStandard([
      { path: 'visit.graphql', text: VISIT },
      { path: 'p.graphql', text: purposes },
    ]);
    return 'problems' in result
      ? result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
      : [];
  };

  test('are needed', () => {
    expect(problemsOf()).toEqual([expect.stringContaining('no file holds a record type')]);
    const result = readStandard([{ path: 'visit.graphql', text: VISIT }]);
    expect('problems' in result && result.problems[0]?.message).toContain('no file holds the purposes');
  });

  test('each have a legal regime', () => {
    expect(read('enum Purpose { A }')).toEqual([
      expect.stringContaining('1:16 purpose `A` has no legal regime: write `A @regime(is: GDPR)`'),
    ]);
    expect(read('enum Purpose { A @regime }')).toEqual([
      expect.stringContaining('1:18 `@regime` lacks its argument `is`'),
    ]);
  });

  test('cannot stand under national security, which is out of scope', () => {
    expect(read('enum Purpose { A @regime(is: NATIONAL_SECURITY) }')).toEqual([
      expect.stringContaining('1:30 unknown word `NATIONAL_SECURITY`: write `LED`'),
    ]);
  });

  test('stand in one file, each once', () => {
    expect(problemsOf(VISIT, PURPOSES)).toEqual([
      'purposes.graphql:1:6 `enum Purpose` stands in another file already: keep one of them',
    ]);
    expect(read('enum Purpose { A @regime(is: LED) A @regime(is: LED) }')).toEqual([
      '1:35 purpose `A` stands here twice: remove one',
    ]);
  });
});

describe('readStandard', () => {
  test('tells all problems of all files at once, in order', () => {
    const problems = problemsOf(visit('b: Foo\n  c: Int'), 'type {', 'scalar A');
    expect(problems.map((line) => line.split(' ')[0])).toEqual([
      'a.graphql:4:3',
      'a.graphql:4:6',
      'a.graphql:5:3',
      'b.graphql:1:6',
      'c.graphql:1:1',
    ]);
  });

  test('reads what the files say', () => {
    expect(SAMPLE.purposes).toEqual([{ name: 'CONTROL', regime: 'LED', description: '' }]);
    const type = typeOf(SAMPLE, 'Visit');
    expect(type).toMatchObject({ name: 'Visit', plural: 'visits', description: 'One visit to a vessel.' });
    expect(type.fields[0]).toEqual({
      name: 'number',
      description: 'Number of the visit.',
      type: { kind: 'scalar', name: 'String', isList: false },
      isRequired: true,
      isKey: true,
      isMeasure: false,
      isOccurredAt: false,
      sensitivity: 'REFERENCE',
      ladder: [],
    });
    expect(type.fields.map(({ name, ladder }) => [name, ladder.map((step) => step.name).join(' ')])).toEqual(
      expect.arrayContaining([
        ['visitedAt', 'day month quarter year'],
        ['endedOn', 'month quarter year'],
        ['crewCount', 'tens'],
        ['berth', 'pier'],
        ['goods', ''],
      ]),
    );
  });

  test('does not depend on the order of the files', () => {
    const other = VISIT.replaceAll('Visit', 'Call').replaceAll('visits', 'calls');
    expect(standardOf(PURPOSES, other, VISIT)).toEqual(standardOf(VISIT, other, PURPOSES));
  });

  test('takes the same enum from two files', () => {
    const state = 'enum VisitState { OPEN CLOSED }';
    const call = VISIT.replace(/type Visit /, 'type Call ').replaceAll('"visits"', '"calls"');
    expect(problemsOf(VISIT, call, state)).toEqual([]);
  });
});
