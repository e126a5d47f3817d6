import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTerms } from '../../src/agreements/read-terms.js';
import type { Cursor, OrderTerm, ReadAsk } from '../../src/domain/ask.js';
import type { Grant } from '../../src/domain/decision.js';
import { type Operator, operatorsOf, type Predicate } from '../../src/domain/predicate.js';
import type { Field, Scalar } from '../../src/domain/record-type.js';
import type { Treatment } from '../../src/domain/treatment.js';
import type { Statement } from '../../src/hub/ports.js';
import { filled, shapeOf } from '../../src/hub/statement-shape.js';
import { planRead } from '../../src/plan/plan-read.js';
import { readFilter } from '../../src/records/filter.js';
import { readQuery } from '../../src/sql/compile-read.js';
import { renderSelect } from '../../src/sql/select.js';
import { candidate, database, decision, granted, inPlace, READ_CASES, VISIT } from '../sql/cases.js';

const SEED = 20_261_123;
const RUNS = 3_000;

/** Small pools, so that values of ask, cursor and clause are often equal, and unequal ones often meet. */
const VALUES: Readonly<Record<string, readonly Scalar[]>> = {
  String: ['P.1', 'P.2', '', '%_\\', 'slot 0', '$1', 'ž'],
  DateTime: ['2024-05-01T00:00:00.000Z', '2024-05-01T22:30:00.000Z', '2023-12-31T23:00:00.000Z'],
  Int: [0, 1, 12, 1_000],
};
const typeOf = (field: Field): string => field.type.name;
const scalarOf = (field: Field): fc.Arbitrary<Scalar> => fc.constantFrom(...(VALUES[typeOf(field)] ?? ['']));

const comparedWith = (field: Field, op: Operator): fc.Arbitrary<Scalar | readonly Scalar[]> => {
  if (op === 'isNull') return fc.boolean();
  return op === 'in' || op === 'notIn' ? fc.array(scalarOf(field), { minLength: 1, maxLength: 3 }) : scalarOf(field);
};
const comparison: fc.Arbitrary<Predicate> = fc
  .constantFrom(...VISIT.fields)
  .chain((field) => fc.tuple(fc.constant(field), fc.constantFrom(...operatorsOf(field))))
  .chain(([field, op]) =>
    comparedWith(field, op).map((value): Predicate => ({ kind: 'compare', field: field.name, op, value })),
  );
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    comparison,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('predicate'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('predicate') }),
  ),
}));

const fieldNames = VISIT.fields.map(({ name }) => name);
const sortable = VISIT.fields.filter(({ type }) => !type.isList);
const orderBy: fc.Arbitrary<readonly OrderTerm[]> = fc
  .uniqueArray(fc.constantFrom(...sortable), { maxLength: 2 })
  .chain((fields) =>
    fc.tuple(
      ...fields.map(({ name: field }) =>
        fc.constantFrom('ASC' as const, 'DESC' as const).map((direction) => ({ field, direction })),
      ),
    ),
  );

const TREATMENTS: readonly Treatment[] = [
  { kind: 'CLEAR' },
  { kind: 'GENERALISED', step: 'day' },
  { kind: 'GENERALISED', step: 'region' },
  { kind: 'GENERALISED', step: 'tens' },
  { kind: 'PSEUDONYM' },
  { kind: 'WITHHELD' },
];
const treatmentOf = (field: Field): fc.Arbitrary<Treatment> =>
  fc.constantFrom(
    ...TREATMENTS.filter(
      (one) =>
        (one.kind !== 'GENERALISED' || field.ladder.some(({ name }) => name === one.step)) &&
        (one.kind !== 'PSEUDONYM' || (typeOf(field) === 'String' && !field.type.isList)),
    ),
  );
const shownFields: fc.Arbitrary<Readonly<Record<string, Treatment>>> = fc
  .tuple(...VISIT.fields.map(treatmentOf))
  .map((treatments) => Object.fromEntries(fieldNames.map((name, index) => [name, treatments[index] as Treatment])));
const candidates = fc.array(
  fc
    .tuple(shownFields, fc.option(comparison, { nil: undefined }))
    .map(([fields, rows]) => candidate('1', fields, rows === undefined ? {} : { rows })),
  { minLength: 1, maxLength: 2 },
);
const random: fc.Arbitrary<readonly Grant[]> = fc
  .tuple(fc.boolean(), fc.array(candidates, { minLength: 1, maxLength: 2 }))
  .map(([isOwnAsked, others]) => [
    ...(isOwnAsked ? [{ kind: 'OWNED' as const, database: database(1, 'A') }] : []),
    ...others.map((of, index) =>
      granted(index + 2, 'BC'.charAt(index), of, [
        { basis: { agreement: 'AGR-1', version: 1, article: '9' }, rows: inPlace('P.1'), fields: ['size'] },
      ]),
    ),
  ]);
const grants = fc.oneof(random, fc.constantFrom(...READ_CASES.map((one) => one.grants)));

/** A cursor fits its order: one value per term, those of the default order included. */
function cursorOf(terms: readonly OrderTerm[]): fc.Arbitrary<Cursor> {
  const fields = terms.length === 0 ? ['visitedAt'] : terms.map(({ field }) => field);
  const values = fields.map((name) => {
    const field = VISIT.fields.find((one) => one.name === name) as Field;
    return fc.option(scalarOf(field), { nil: null });
  });
  const id = fc.constantFrom('42', '-9223372036854775808', '0');
  return fc.record({ values: fc.tuple(...values), id });
}

const ask: fc.Arbitrary<ReadAsk> = orderBy.chain((terms) =>
  fc
    .record({
      fields: fc.uniqueArray(fc.constantFrom(...fieldNames), { minLength: 1 }),
      where: fc.option(predicate, { nil: undefined }),
      cursor: fc.option(cursorOf(terms), { nil: undefined }),
      direction: fc.constantFrom('FORWARD' as const, 'BACKWARD' as const),
    })
    .map(({ fields, where, cursor, direction }) => ({
      agency: 'A',
      action: 'READ' as const,
      purpose: 'CONTROL',
      recordType: 'Visit',
      fields,
      orderBy: terms,
      ...(where === undefined ? {} : { where }),
      page: { direction, size: 50, ...(cursor === undefined ? {} : { cursor }) },
    })),
);

function compiled(one: ReadAsk, given: readonly Grant[]): Statement | null {
  const query = readQuery(planRead(one, decision(given), VISIT), { envelope: [], withKeys: true });
  return query === null ? null : renderSelect(query, 'Europe/Tirane');
}

/** Of the small pools some open as tokens, and some do not. */
const behindToken = (token: string): string | undefined => (token.startsWith('P.') ? `value of ${token}` : undefined);
const placed = (statement: Statement | null, values: readonly Scalar[]): Statement | null =>
  statement === null ? null : filled(statement, values, behindToken);

/** The statement with each value where it is used: what is executed, whatever the parameters are numbered and shared. */
const written = (statement: Statement | null): string | null =>
  statement === null
    ? null
    : statement.text.replaceAll(/\$(\d+)/g, (_, place: string) => JSON.stringify(statement.values[Number(place) - 1]));

describe('an ask with its values taken out', () => {
  test('compiles to the statement of the ask itself once the values are back in their places', () => {
    let withValues = 0;
    let nothingRead = 0;
    let withTokens = 0;
    fc.assert(
      fc.property(ask, grants, (one, given) => {
        const direct = compiled(one, given);
        const shape = shapeOf(one);
        const shared = compiled(shape.ask, given);
        if (shape.values.length > 0) withValues += 1;
        if (direct === null) nothingRead += 1;
        const wanted = placed(direct, []);
        if (written(wanted)?.includes('value of')) withTokens += 1;
        expect(written(placed(shared, shape.values))).toBe(written(wanted));
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // Cases in which nothing is looked for, or nothing read, would compare nothing with nothing.
    expect(withValues).toBeGreaterThan(RUNS / 2);
    expect(nothingRead).toBeLessThan(RUNS / 2);
    expect(withTokens).toBeGreaterThan(RUNS / 100);
  });

  test('has the same statement as every other ask of its shape', () => {
    let sameShape = 0;
    fc.assert(
      fc.property(ask, fc.infiniteStream(fc.nat(6)), grants, (one, choices, given) => {
        const other = withOtherValues(one, choices);
        const [a, b] = [shapeOf(one), shapeOf(other)];
        expect(b.key).toBe(a.key);
        if (JSON.stringify(a.values) !== JSON.stringify(b.values)) sameShape += 1;
        const shared = compiled(a.ask, given);
        expect(written(placed(shared, b.values))).toBe(written(placed(compiled(other, given), [])));
      }),
      { seed: SEED, numRuns: RUNS / 3 },
    );
    expect(sameShape).toBeGreaterThan(RUNS / 6);
  });

  test('holds none of them: neither the shared ask nor its key tells what was looked for', () => {
    const secret = 'DOE, JANE';
    const where: Predicate = {
      kind: 'and',
      of: [
        { kind: 'compare', field: 'place', op: 'in', value: [secret, secret] },
        { kind: 'not', of: { kind: 'compare', field: 'reference', op: 'startsWith', value: secret } },
      ],
    };
    const [first] = READ_CASES;
    if (first === undefined) throw new Error('no case');
    const page = { direction: 'FORWARD' as const, size: 1, cursor: { values: [secret], id: '77' } };
    const shape = shapeOf({ ...first.ask, where, orderBy: [{ field: 'place', direction: 'ASC' }], page });
    expect(shape.values).toEqual([secret, secret, secret, secret, '77']);
    expect(JSON.stringify([shape.ask, shape.key])).not.toMatch(/DOE|77/);
  });

  test('keeps apart what is another statement: an empty and a given cursor value, null and not null', () => {
    const [first] = READ_CASES;
    if (first === undefined) throw new Error('no case');
    const key = (more: Partial<ReadAsk>): string => shapeOf({ ...first.ask, ...more }).key;
    const at = (values: Cursor['values']) => ({
      page: { direction: 'FORWARD' as const, size: 1, cursor: { values, id: '1' } },
    });
    const isNull = (value: boolean) => ({
      where: { kind: 'compare' as const, field: 'place', op: 'isNull' as const, value },
    });
    const keys = [key({}), key(at([null])), key(at(['a'])), key(isNull(true)), key(isNull(false))];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key(at(['b']))).toBe(key(at(['a'])));
  });
});

describe('a statement that compares tokens', () => {
  const [first] = READ_CASES;
  const where: Predicate = { kind: 'compare', field: 'place', op: 'notIn', value: ['P.1', 'none'] };
  const { ask: shaped, values } = shapeOf({ ...(first?.ask as ReadAsk), where });
  const statement = compiled(shaped, [granted(2, 'B', [candidate('1', { place: { kind: 'PSEUDONYM' } })])]);

  test('is not executed without somebody who opens them', () => {
    expect(() => filled(statement as Statement, values)).toThrow('needs its recipient');
  });

  test('holds the values behind them, and nothing for what is no token', () => {
    expect(placed(statement, values)?.values).toContainEqual(['value of P.1']);
    expect(placed(statement, values.toReversed())?.text).toBe(statement?.text);
    expect(placed(statement, ['none', 'none'])?.values).toContainEqual([]);
  });
});

describe('a text that looks like a value’s place', () => {
  // What `shapeOf` puts in: asked of itself, so that this test follows it.
  const [first] = READ_CASES;
  const placed = shapeOf({ ...(first?.ask as ReadAsk), where: inPlace('x') }).ask.where;
  const slot = placed?.kind === 'compare' ? String(placed.value) : '';

  test('is refused in a filter', () => {
    expect(slot).toContain('slot');
    for (const where of [
      { place: { eq: slot } },
      { place: { in: ['a', slot] } },
      { not: { reference: { startsWith: `${slot}0` } } },
      { findings: { contains: slot } },
    ]) {
      expect(readFilter(VISIT, where)).toMatchObject({ kind: 'problems' });
    }
  });

  test('is refused in a clause, whose values stand in the same statement', () => {
    const known = {
      agencies: ['A', 'B'].map((code) => ({ code: `${code}${code}`, name: code, partner: 'ZZ' })),
      databases: [],
    };
    const terms = (value: string): unknown => ({
      reference: 'AGR-1',
      title: 'Visits',
      parties: ['AA', 'BB'],
      legalBasis: 'Treaty',
      timeZone: 'Europe/Tirane',
      from: '2024-01-01',
      until: '2034-01-01',
      clauses: [
        {
          article: '1',
          kind: 'PERMISSION',
          assigner: 'AA',
          assignee: 'BB',
          recordType: 'Visit',
          action: 'READ',
          purposes: ['CONTROL'],
          rows: { or: [{ field: 'place', op: 'in', value: ['a', value] }] },
          fields: { place: 'CLEAR' },
        },
      ],
    });
    const standard = {
      recordTypes: [VISIT],
      purposes: [{ name: 'CONTROL', description: 'Control.', regime: 'ANY' as const }],
    };
    expect(readTerms(terms('b'), standard, known)).toMatchObject({ kind: 'READ' });
    expect(readTerms(terms(slot), standard, known)).toMatchObject({ kind: 'REFUSED' });
  });
});

/** The same ask looking for something else: every value replaced by one of the same type. */
function withOtherValues(one: ReadAsk, choices: Iterable<number>): ReadAsk {
  const next = choices[Symbol.iterator]();
  const other = (field: string): Scalar => {
    const pool = VALUES[typeOf(VISIT.fields.find(({ name }) => name === field) as Field)] ?? [''];
    return pool[Number(next.next().value) % pool.length] as Scalar;
  };
  const changed = (part: Predicate): Predicate => {
    if (part.kind === 'not') return { kind: 'not', of: changed(part.of) };
    if (part.kind !== 'compare') return { kind: part.kind, of: part.of.map(changed) };
    if (part.op === 'isNull') return part;
    const { value } = part;
    return { ...part, value: typeof value === 'object' ? value.map(() => other(part.field)) : other(part.field) };
  };
  const { where, page } = one;
  const { cursor } = page;
  const fields = one.orderBy.length === 0 ? ['visitedAt'] : one.orderBy.map(({ field }) => field);
  const moved = cursor && {
    values: cursor.values.map((value, index) => (value === null ? null : other(fields[index] ?? 'reference'))),
    id: '7',
  };
  return {
    ...one,
    ...(where === undefined ? {} : { where: changed(where) }),
    page: moved === undefined ? page : { ...page, cursor: moved },
  };
}
