// Wordings of an agreement between two owners and a ministry, and what somebody might change in them: small domains, so that
// clauses overlap and changes meet.
import fc from 'fast-check';
import type { Value } from '../../../src/domain/record-type.js';
import type { AgreementNote, ClauseNote, PredicateNote, TreatmentNote } from '../notation.js';

const PARTIES = ['AL-BMP', 'AL-MOI', 'ME-BP'];
const PURPOSES = ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'];
const COUNTRIES = ['SYR', 'AFG', 'TUR'];
const SECTIONS = ['AL-ME', 'AL-ME.1', 'AL-XK', 'AL-😀', 'AL-｡'];

const atom: fc.Arbitrary<PredicateNote> = fc.oneof(
  fc.record({
    field: fc.constant('nationality'),
    op: fc.constantFrom('eq', 'ne'),
    value: fc.constantFrom(...COUNTRIES),
  }),
  fc.record({
    field: fc.constant('nationality'),
    op: fc.constantFrom('in', 'notIn'),
    value: fc.uniqueArray(fc.constantFrom(...COUNTRIES), { minLength: 1 }),
  }),
  fc.record({
    field: fc.constant('personsCount'),
    op: fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq'),
    value: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({
    field: fc.constant('borderSection'),
    op: fc.constantFrom('eq', 'startsWith', 'contains', 'gt', 'lte'),
    value: fc.constantFrom(...SECTIONS),
  }),
  fc.record({ field: fc.constant('minorStatus'), op: fc.constantFrom('eq', 'ne'), value: fc.constant('MINOR') }),
  fc.record({ field: fc.constantFrom('nationality', 'personsCount'), op: fc.constant('isNull'), value: fc.boolean() }),
) as fc.Arbitrary<PredicateNote>;

export const predicate: fc.Arbitrary<PredicateNote> = fc.oneof(
  { weight: 3, arbitrary: atom },
  fc.record({ not: atom }),
  fc.record({ and: fc.array(atom, { minLength: 1, maxLength: 3 }) }),
  fc.record({ or: fc.array(atom, { minLength: 1, maxLength: 3 }) }),
  fc.record({ not: fc.record({ or: fc.array(atom, { minLength: 1, maxLength: 2 }) }) }),
);

export const row: fc.Arbitrary<Record<string, Value>> = fc.record({
  nationality: fc.constantFrom(null, ...COUNTRIES),
  personsCount: fc.constantFrom(null, 0, 1, 2, 3, 4, 5),
  borderSection: fc.constantFrom(null, ...SECTIONS, 'ME'),
  minorStatus: fc.constantFrom(null, 'MINOR', 'ADULT'),
  handlingCode: fc.constantFrom(null, 'H1', 'H2'),
  detectedAt: fc.constant('2024-05-02T10:00:00.000Z'),
});

const treatment = (...steps: string[]): fc.Arbitrary<TreatmentNote> =>
  fc.constantFrom<TreatmentNote[]>('CLEAR', 'WITHHELD', ...steps.map((GENERALISED) => ({ GENERALISED })));

const fields = fc.record(
  {
    detectedAt: treatment('day', 'month', 'year'),
    nationality: treatment(),
    borderSection: fc.oneof(treatment('section'), fc.constantFrom<TreatmentNote[]>('MASKED', 'PSEUDONYM')),
    personsCount: treatment(),
  },
  { requiredKeys: [] },
);

const scope = fc.constantFrom<Pick<ClauseNote, 'recordType' | 'database'>[]>(
  { recordType: 'BorderCrossing' },
  { database: 'AL-BORDER-CROSSINGS' },
);
const parties = fc.constantFrom<Pick<ClauseNote, 'assigner' | 'assignee'>[]>(
  { assigner: 'AL-BMP', assignee: 'ME-BP' },
  { assigner: 'AL', assignee: 'ME-BP' },
  { assigner: 'ME-BP', assignee: 'AL' },
);
const purposes = fc.uniqueArray(fc.constantFrom(...PURPOSES), { minLength: 1 });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 3 });

const constraints = fc.record({
  countMin: maybe(fc.constantFrom(5, 10)),
  zeroPolicy: maybe(fc.constant('SUPPRESS' as const)),
  justification: maybe(fc.constantFrom('REQUIRED' as const, { pattern: 'AA-99' })),
  hours: maybe(fc.constantFrom('06:00-22:00', '08:00-12:00', '22:00-06:00')),
  from: maybe(fc.constantFrom('2024-02-01', '2024-06-01')),
  until: maybe(fc.constantFrom('2024-06-01', '2029-01-01')),
  handlingCodes: maybe(fc.constant(['H2' as const])),
  recordAgeMax: maybe(fc.constantFrom('P1M', 'P30D', 'P1Y')),
  rowsMax: maybe(fc.constantFrom(5, 50)),
  retainFor: maybe(fc.constantFrom('P30D', 'P1Y')),
  evidence: maybe(fc.constant('VALUES' as const)),
});

const permission = fc
  .tuple(
    parties,
    scope,
    constraints,
    fc.record({
      action: fc.constantFrom('MATCH' as const, 'AGGREGATE' as const, 'READ' as const, 'EXPORT' as const),
      purposes,
      fields: maybe(fields),
      rows: maybe(predicate),
    }),
  )
  .map(([who, what, demands, right]) => clauseOf({ ...who, ...what, ...demands, ...right }));

const prohibition = fc
  .tuple(
    parties,
    scope,
    fc.record({
      action: maybe(fc.constantFrom('MATCH' as const, 'READ' as const)),
      purposes: maybe(purposes),
      fields: maybe(fc.constantFrom(['nationality'], ['personsCount', 'detectedAt'])),
      sensitivity: maybe(fc.constant(['OPERATIONAL' as const])),
      rows: maybe(predicate),
    }),
  )
  .map(([who, what, ban]) => clauseOf({ ...who, ...what, ...ban, kind: 'PROHIBITION' }));

/** Keys without a value are left out, and what the place of the clause decides is added there. */
function clauseOf(note: object): ClauseNote {
  return JSON.parse(JSON.stringify(note)) as ClauseNote;
}

const numbered = (clauses: readonly ClauseNote[]): ClauseNote[] =>
  clauses.map((clause, index) => ({ ...clause, article: `${index + 1}` }));

export const wording: fc.Arbitrary<AgreementNote> = fc
  .tuple(
    fc.array(permission, { minLength: 1, maxLength: 3 }),
    fc.array(prohibition, { maxLength: 2 }),
    fc.constantFrom('2029-06-01', '2030-01-01'),
  )
  .map(([permits, forbids, until]) => ({ parties: PARTIES, until, clauses: numbered([...permits, ...forbids]) }));

/** What one hand changes: a demand more or less, another condition, a clause that goes or comes. */
export const change: fc.Arbitrary<(note: AgreementNote) => AgreementNote> = fc.oneof(
  {
    weight: 7,
    arbitrary: onClause(constraints, (clause, demands) =>
      clause.kind === 'PROHIBITION' ? clause : clauseOf({ ...clause, ...tightened(clause, demands) }),
    ),
  },
  onClause(constraints, (clause, demands) =>
    clause.kind === 'PROHIBITION' ? clause : clauseOf({ ...clause, ...demands }),
  ),
  {
    weight: 2,
    arbitrary: onClause(fc.tuple(constraints, fc.nat()), (clause, [demands, at]) => {
      const entries = Object.entries(demands).filter(([kind]) => Object.hasOwn(clause, kind));
      const one = entries[at % Math.max(1, entries.length)];
      return clause.kind === 'PROHIBITION' || one === undefined ? clause : clauseOf({ ...clause, [one[0]]: one[1] });
    }),
  },
  onClause(predicate, (clause, more) =>
    clauseOf({ ...clause, rows: clause.rows === undefined ? more : { and: [clause.rows, more] } }),
  ),
  onClause(predicate, (clause, more) =>
    clauseOf({ ...clause, rows: clause.rows === undefined ? more : { or: [more, clause.rows] } }),
  ),
  onClause(maybe(predicate), (clause, rows) => clauseOf({ ...clause, rows })),
  onClause(fc.constantFrom('detectedAt', 'nationality', 'borderSection'), (clause, name) => withoutField(clause, name)),
  onClause(fields, (clause, named) => (clause.kind === 'PROHIBITION' ? clause : { ...clause, fields: named })),
  onClause(purposes, (clause, given) => ({ ...clause, purposes: given })),
  onClause(scope, (clause, given) => {
    const { recordType: _type, database: _database, ...rest } = clause;
    return { ...rest, ...given };
  }),
  onClause(fc.constantFrom('AGGREGATE' as const, 'READ' as const), (clause, action) => ({ ...clause, action })),
  fc.nat().map((at) => (note: AgreementNote) => {
    const dropped = note.clauses.filter((_, index) => index !== at % note.clauses.length);
    return dropped.length === 0 ? note : { ...note, clauses: dropped };
  }),
  fc.oneof(permission, prohibition).map((added) => (note: AgreementNote) => ({
    ...note,
    clauses: [...note.clauses, { ...added, article: `${note.clauses.length + 7}` }],
  })),
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('2029-06-01', '2030-01-01')
      .map((until) => (note: AgreementNote) => ({ ...note, until })),
  },
);

function onClause<T>(
  arbitrary: fc.Arbitrary<T>,
  alter: (clause: ClauseNote, drawn: T) => ClauseNote,
): fc.Arbitrary<(note: AgreementNote) => AgreementNote> {
  return fc.tuple(arbitrary, fc.nat()).map(([drawn, at]) => (note: AgreementNote) => ({
    ...note,
    clauses: note.clauses.map((clause, index) => (index === at % note.clauses.length ? alter(clause, drawn) : clause)),
  }));
}

/** Only demands that are not there yet: mostly narrower. */
function tightened(clause: ClauseNote, demands: object): object {
  return Object.fromEntries(Object.entries(demands).filter(([kind]) => !Object.hasOwn(clause, kind)));
}

function withoutField(clause: ClauseNote, name: string): ClauseNote {
  if (clause.fields === undefined || Array.isArray(clause.fields)) return clause;
  const { [name]: _gone, ...rest } = clause.fields;
  return { ...clause, fields: rest };
}
