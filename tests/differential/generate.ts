// Random worlds, clauses and asks: small, hostile, and seldom trivial.
import type { AggregateAsk, Dimension, OrderTerm, ReadAsk } from '../../src/domain/ask.js';
import type { Bar, Candidate, Decision, Grant } from '../../src/domain/decision.js';
import { type Operator, operatorsOf, type Predicate } from '../../src/domain/predicate.js';
import {
  type Field,
  HANDLING_CODES,
  RECORD_STATUSES,
  type RecordRow,
  type RecordType,
  type Scalar,
  type Value,
} from '../../src/domain/record-type.js';
import type { SharedDatabase } from '../../src/domain/registry.js';
import { CLEAR, MASKED, type Treatment, WITHHELD } from '../../src/domain/treatment.js';
import type { Choices } from './choices.js';
import type { World } from './oracle.js';
import { CATEGORIES, TOKEN_FIELDS, valuesOf } from './specimen.js';
import { behindToken, tokenFor } from './tokens.js';

export const ASKER = 'ASKER';

/** One database of the asker's own, and two of others. */
export function databasesOf(recordType: RecordType): readonly SharedDatabase[] {
  return [ASKER, 'NORTH', 'SOUTH'].map((owner, index) => ({
    id: index + 1,
    code: `${owner}-DATA`,
    name: owner,
    owner,
    recordType: recordType.name,
    hosting: 'HOSTED',
  }));
}

const NOWS = ['2024-03-31T01:30:00.000Z', '2024-04-25T21:59:59.999Z', '2024-11-30T10:00:00.000Z'].map(Date.parse);

/** How the agency's pseudonyms are made and opened. */
export function tokensOf(agency: string): Pick<World, 'tokenOf' | 'behindToken'> {
  return {
    tokenOf: (value) => tokenFor(agency, value),
    behindToken: (token) => behindToken(agency, token),
  };
}

export function randomWorld(choices: Choices, recordType: RecordType, timeZone: string): World {
  const ids = freshIds(choices);
  const records = databasesOf(recordType).map(({ code }, index): [string, RecordRow[]] => {
    const size = index === 0 ? choices.below(4) : 2 + choices.below(8);
    return [code, Array.from({ length: size }, (_, place) => randomRow(choices, recordType, ids(), place))];
  });
  return { recordType, timeZone, now: choices.one(NOWS), ...tokensOf(ASKER), records: Object.fromEntries(records) };
}

/** Ids that differ from each other. */
export function freshIds(choices: Choices): () => string {
  const taken = new Set<string>();
  return () => freshId(choices, taken);
}

function freshId(choices: Choices, taken: Set<string>): string {
  let id = 0n;
  do {
    const size = choices.one([10n, 100n, 2n ** 62n]);
    id =
      (choices.once(2) ? 1n : -1n) *
      (((BigInt(choices.below(2 ** 31)) << 31n) + BigInt(choices.below(2 ** 31))) % size);
  } while (taken.has(String(id)));
  taken.add(String(id));
  return String(id);
}

export function randomRow(choices: Choices, recordType: RecordType, id: string, place: number): RecordRow {
  const values = recordType.fields.map((field): [string, Value] => [field.name, randomValue(choices, field, place)]);
  return {
    id,
    status: choices.once(8) ? choices.one(RECORD_STATUSES) : 'ACTIVE',
    handlingCode: choices.once(3) ? choices.one(HANDLING_CODES) : null,
    dataSubjectCategory: choices.once(3) ? null : choices.one(CATEGORIES),
    values: Object.fromEntries(values),
  };
}

function randomValue(choices: Choices, field: Field, place: number): Value {
  // The key is unique in its database, whatever hostile text it begins with.
  if (field.isKey) return `${choices.one(valuesOf(field))}${place}`;
  if (choices.once(5)) return null;
  if (field.type.isList) return choices.some(valuesOf(field), 0, 3);
  return choices.one(valuesOf(field));
}

/** A condition of at most this depth over any fields at all, shown or not. */
export function randomPredicate(choices: Choices, fields: readonly Field[], depth: number): Predicate {
  if (depth > 0 && !choices.once(3)) {
    const part = (): Predicate => randomPredicate(choices, fields, depth - 1);
    const kind = choices.one(['and', 'or', 'not'] as const);
    if (kind === 'not') return { kind, of: part() };
    return { kind, of: Array.from({ length: 1 + choices.below(3) }, part) };
  }
  const field = choices.one(fields);
  const op = choices.one(operatorsOf(field));
  return { kind: 'compare', field: field.name, op, value: randomOperand(choices, field, op) };
}

/** The condition with some of its texts replaced by the pseudonyms an agency has for them, or another agency. */
export function withTokens(choices: Choices, where: Predicate, agency: string): Predicate {
  if (where.kind === 'not') return { kind: 'not', of: withTokens(choices, where.of, agency) };
  if (where.kind !== 'compare') return { ...where, of: where.of.map((part) => withTokens(choices, part, agency)) };
  const replaced = (value: Scalar): Scalar => {
    if (typeof value !== 'string' || !choices.once(2)) return value;
    return tokenFor(choices.once(10) ? 'SOMEBODY' : agency, value);
  };
  const { field, value } = where;
  if (!TOKEN_FIELDS.includes(field)) return where;
  return { ...where, value: typeof value === 'object' ? value.map(replaced) : replaced(value) };
}

function randomOperand(choices: Choices, field: Field, op: Operator): Scalar | readonly Scalar[] {
  if (op === 'isNull') return choices.once(2);
  if (op === 'in' || op === 'notIn') return choices.some(valuesOf(field), 1, 4);
  return choices.one(valuesOf(field));
}

const PSEUDONYM: Treatment = { kind: 'PSEUDONYM' };

export function randomTreatment(choices: Choices, field: Field, openness: number): Treatment {
  if (field.sensitivity === 'INTERNAL') return WITHHELD;
  if (choices.below(10) < openness) return CLEAR;
  const isText = field.type.kind === 'scalar' && !field.type.isList && ['String', 'ID'].includes(field.type.name);
  const steps = field.ladder.map(({ name }): Treatment => ({ kind: 'GENERALISED', step: name }));
  return choices.one([...steps, ...steps, WITHHELD, ...(isText ? [MASKED, PSEUDONYM, PSEUDONYM] : [])]);
}

function randomCandidate(choices: Choices, recordType: RecordType, article: string): Candidate {
  const openness = choices.below(10);
  const treatments = recordType.fields.map((field) => [field.name, randomTreatment(choices, field, openness)] as const);
  return {
    basis: { agreement: `AGR-${article}`, version: 1, article },
    ...(choices.once(3) ? {} : { rows: randomPredicate(choices, recordType.fields, 2) }),
    fields: Object.fromEntries(treatments),
    handlingCodes: choices.once(2) ? [] : choices.some(HANDLING_CODES, 0, 2),
    ...(choices.once(5) && { dataSubjectCategories: [...choices.some(CATEGORIES, 1, 2)].sort() }),
    ...(choices.once(5) && { recordAgeMax: choices.one(['P1M', 'P3M', 'P1Y', 'P30D', 'P1Y6M', 'P1M1D']) }),
    ...(choices.once(12) && { rowsMax: 1 + choices.below(4) }),
    ...(choices.once(2) ? {} : { countMin: 1 + choices.below(4) }),
    zeroPolicy: choices.once(4) ? 'SUPPRESS' : 'SHOW',
  };
}

function randomBar(choices: Choices, recordType: RecordType, article: string): Bar {
  const names = recordType.fields.map(({ name }) => name);
  const hides = choices.once(3);
  return {
    basis: { agreement: `BAR-${article}`, version: 1, article },
    // A bar of whole rows without condition leaves nothing to compare: rare.
    ...(choices.once(hides ? 20 : 3) ? {} : { rows: randomPredicate(choices, recordType.fields, 1) }),
    ...(hides ? {} : { fields: choices.some(names, 1, 4) }),
  };
}

/** What the asker may see for one purpose and action: its own database, and now this and then that of the others'. */
export function randomDecision(choices: Choices, recordType: RecordType): Decision {
  const grants = databasesOf(recordType).map((database, index): Grant => {
    if (index === 0) return { kind: 'OWNED', database };
    if (choices.once(8)) return { kind: 'WITHHELD', database, reason: 'NO_AGREEMENT', basis: [] };
    const articles = Array.from({ length: 1 + choices.below(3) }, (_, number) => `${database.id}.${number}`);
    const candidates = articles.map((article) => randomCandidate(choices, recordType, article));
    const isOneShape = choices.once(4);
    const first = candidates[0] as Candidate;
    return {
      kind: 'GRANTED',
      database,
      // Clauses that differ in one thing only are the ones a compiler merges.
      candidates: isOneShape
        ? candidates.map((one) => ({ ...one, ...choices.one([{ fields: first.fields }, rowsOf(first)]) }))
        : candidates,
      bars: Array.from({ length: choices.below(3) }, (_, number) =>
        randomBar(choices, recordType, `${database.id}.9${number}`),
      ),
    };
  });
  return { setVersion: '1', validFrom: null, validUntil: null, grants, digest: 'd' };
}

function rowsOf({ rows }: Candidate): Partial<Candidate> {
  return rows === undefined ? {} : { rows };
}

export function randomReadAsk(choices: Choices, recordType: RecordType, agency: string = ASKER): ReadAsk {
  const { fields } = recordType;
  const orderable = fields.filter(({ type }) => !type.isList);
  const orderBy = choices
    .some(orderable, 0, choices.once(2) ? 0 : 3)
    .map(({ name }): OrderTerm => ({ field: name, direction: choices.one(['ASC', 'DESC'] as const) }));
  return {
    agency,
    action: 'READ',
    purpose: 'ANY',
    recordType: recordType.name,
    fields: choices.some(fields, 0, 5).map(({ name }) => name),
    // A condition on many fields meets a withheld one nearly always: mostly few.
    ...(choices.once(3) ? {} : { where: randomWhere(choices, choices.some(fields, 1, 3), choices.below(5), agency) }),
    orderBy,
    page: {
      direction: choices.one(['FORWARD', 'FORWARD', 'BACKWARD'] as const),
      size: choices.one([0, 1, 2, 3, 5, 100]),
    },
  };
}

function randomWhere(choices: Choices, fields: readonly Field[], depth: number, agency: string): Predicate {
  return withTokens(choices, randomPredicate(choices, fields, depth), agency);
}

export function randomAggregateAsk(choices: Choices, recordType: RecordType, agency: string = ASKER): AggregateAsk {
  const { fields } = recordType;
  const dimensions: readonly Dimension[] = [
    { kind: 'database' },
    ...fields
      .filter(({ type }) => !type.isList)
      .flatMap(({ name, ladder }): Dimension[] => [
        { kind: 'field', field: name },
        ...ladder.map((step): Dimension => ({ kind: 'field', field: name, step: step.name })),
      ]),
  ];
  const measures = fields.filter(({ isMeasure }) => isMeasure).map(({ name }) => name);
  return {
    agency,
    action: 'AGGREGATE',
    purpose: 'ANY',
    recordType: recordType.name,
    ...(choices.once(2) ? {} : { where: randomWhere(choices, choices.some(fields, 1, 2), choices.below(4), agency) }),
    groupBy: choices.some(dimensions, 0, 2),
    sums: choices.some(measures, 0, choices.once(2) ? 0 : 2),
  };
}
