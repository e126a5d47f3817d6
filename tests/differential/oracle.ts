// The meaning of a whole ask over arrays: plain loops, no SQL, no caching. Written from design 5.6 and 5.8 alone;
// the compiled statements are compared with it.
import type { AggregateAsk, Cursor, Dimension, OrderTerm, ReadAsk } from '../../src/domain/ask.js';
import type { ZeroPolicy } from '../../src/domain/clause.js';
import type { Candidate, Grant } from '../../src/domain/decision.js';
import type { Operator, Predicate } from '../../src/domain/predicate.js';
import { fieldOf, type RecordRow, type RecordType, type Scalar, type Value } from '../../src/domain/record-type.js';
import { CLEAR, leastRedacted, redaction, type Treatment, WITHHELD } from '../../src/domain/treatment.js';
import { type ShownField, type ShownRow, type Surroundings, shownRow } from './row-meaning.js';
import { atStep, compareValues, isListValue, labelAtStep, truthOf } from './shown-values.js';

export interface World extends Surroundings {
  /** the value behind one of the asking agency's own pseudonyms; undefined for any other text */
  readonly behindToken: (token: string) => string | undefined;
  /** records by database code; ids are unique in the whole world */
  readonly records: Readonly<Record<string, readonly RecordRow[]>>;
}

/** A visible row of one database, as the caller sees it. */
export interface SeenRow {
  readonly database: string;
  readonly row: RecordRow;
  readonly shown: ShownRow;
}

export interface Page {
  readonly rows: readonly SeenRow[];
  /** there are more in the direction of the page */
  readonly hasMore: boolean;
}

/**
 * The page an ask is answered with: the query evaluated over what is shown.
 *
 * @param visible all `visibleRows` of the decision, in any order
 * @param rowsMax the fewest rows in one answer that a clause allows
 */
export function readPage(ask: ReadAsk, visible: readonly SeenRow[], world: World, rowsMax = Infinity): Page {
  const terms = orderOf(ask.orderBy, world.recordType);
  const rows = touchableRows(ask, visible)
    .filter((seen) => ask.where === undefined || isTrue(ask.where, seen, world))
    .sort((a, b) => comparePlaces(placeOf(a, terms), placeOf(b, terms), terms));
  const { cursor, direction } = ask.page;
  const size = Math.min(ask.page.size, rowsMax);
  if (direction === 'FORWARD') {
    const rest = rows.filter((seen) => cursor === undefined || comparePlaces(placeOf(seen, terms), cursor, terms) > 0);
    return { rows: rest.slice(0, size), hasMore: rest.length > size };
  }
  const rest = rows.filter((seen) => cursor === undefined || comparePlaces(placeOf(seen, terms), cursor, terms) < 0);
  return { rows: rest.slice(Math.max(0, rest.length - size)), hasMore: rest.length > size };
}

/** Rows that show every field the ask touches well enough to be asked: the others are not in the answer, whatever they hold. */
export function touchableRows(ask: ReadAsk, visible: readonly SeenRow[]): readonly SeenRow[] {
  return visible
    .filter((seen) => isTouchable(seen, ask.where))
    .filter((seen) => ask.orderBy.every(({ field }) => isTold(shownField(seen, field).treatment)));
}

/** Every row the caller may see at all, in no particular order. */
export function visibleRows(grants: readonly Grant[], world: World): readonly SeenRow[] {
  return grants.flatMap((grant) => rowsOf(grant, world));
}

function rowsOf(grant: Grant, world: World): readonly SeenRow[] {
  const database = grant.database.code;
  return (world.records[database] ?? []).flatMap((row) => {
    const shown = shownRow(grant, row, world);
    return shown === null ? [] : [{ database, row, shown }];
  });
}

interface Touch {
  readonly field: string;
  readonly op: Operator;
}

/** Every comparison of a condition. */
function touchesOf(where: Predicate | undefined): readonly Touch[] {
  if (where === undefined) return [];
  if (where.kind === 'compare') return [where];
  return where.kind === 'not' ? touchesOf(where.of) : where.of.flatMap(touchesOf);
}

const BY_TOKEN: readonly Operator[] = ['eq', 'ne', 'in', 'notIn', 'isNull'];

/** May a row that shows the field so be asked with this operator? A pseudonym can only be the same or another one. */
function isAnswerable(treatment: Treatment, op: Operator): boolean {
  return isTold(treatment) || (treatment.kind === 'PSEUDONYM' && BY_TOKEN.includes(op));
}

function isTouchable(seen: SeenRow, where: Predicate | undefined): boolean {
  return touchesOf(where).every(({ field, op }) => isAnswerable(shownField(seen, field).treatment, op));
}

function shownField(seen: SeenRow, name: string): ShownField {
  return seen.shown.fields[name] ?? { treatment: WITHHELD, value: null };
}

/** May this field be touched on this row? What shows MASKED or WITHHELD may not. */
function isTold(treatment: Treatment): boolean {
  return treatment.kind === 'CLEAR' || treatment.kind === 'GENERALISED';
}

function isTrue(where: Predicate, seen: SeenRow, { recordType, timeZone }: World): boolean {
  const literalOf = (name: string, literal: Scalar): Scalar => {
    const { treatment } = shownField(seen, name);
    if (treatment.kind !== 'GENERALISED') return literal;
    const step = fieldOf(recordType, name).ladder.find((one) => one.name === treatment.step);
    if (step === undefined) throw new Error(`no step ${treatment.step}`);
    return atStep(literal, step, timeZone);
  };
  return truthOf(where, { valueOf: (name) => shownField(seen, name).value, literalOf }) === true;
}

/** The terms asked for, or the default: shown occurred-at, newest first. */
export function orderOf(orderBy: readonly OrderTerm[], recordType: RecordType): readonly OrderTerm[] {
  if (orderBy.length > 0) return orderBy;
  const occurredAt = recordType.fields.find((field) => field.isOccurredAt);
  return occurredAt === undefined ? [] : [{ field: occurredAt.name, direction: 'DESC' }];
}

/** Where a row stands: its shown order values and its raw id. Also what a cursor holds. */
export function placeOf(seen: SeenRow, terms: readonly OrderTerm[]): Cursor {
  return { values: terms.map((term) => single(shownField(seen, term.field).value)), id: seen.row.id };
}

function single(value: Value): Scalar | null {
  if (isListValue(value)) throw new Error('lists have no order');
  return value;
}

function comparePlaces(a: Cursor, b: Cursor, terms: readonly OrderTerm[]): number {
  for (const [index, { direction }] of terms.entries()) {
    const left = a.values[index] ?? null;
    const right = b.values[index] ?? null;
    // Nulls last both ways: a direction turns the values round, not the place of what is not there.
    if (left === null && right === null) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    const order = compareValues(left, right);
    if (order !== 0) return direction === 'ASC' ? order : -order;
  }
  return compareIds(a.id, b.id);
}

function compareIds(a: string, b: string): number {
  return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
}

export interface Cell {
  readonly key: readonly (Scalar | null)[];
  count: number;
  sums: (number | null)[];
  unread: number;
  unknown: number;
  readonly countMin: number | null;
  readonly zeroPolicy: ZeroPolicy;
}

/**
 * The cells of statistics before disclosure control, one per group that has rows.
 *
 * @param readable what the caller may READ of the same databases, once per purpose
 */
export function countCells(
  ask: AggregateAsk,
  grants: readonly Grant[],
  readable: readonly (readonly Grant[])[],
  world: World,
): readonly Cell[] {
  const cells = new Map<string, Cell>();
  for (const grant of grants) {
    for (const seen of rowsOf(grant, world)) {
      const used = treatmentsUsed(ask, seen, world.recordType);
      if (used === null) continue;
      if (ask.where !== undefined && !isTrue(ask.where, seen, world)) continue;
      const key = ask.groupBy.map((dimension) => keyOf(dimension, seen, world));
      const cell = cells.get(JSON.stringify(key)) ?? emptyCell(ask, key, grants, world.recordType);
      cells.set(JSON.stringify(key), cell);
      cell.count += 1;
      for (const [index, name] of ask.sums.entries()) {
        const value = shownField(seen, name).value;
        if (typeof value === 'number') cell.sums[index] = (cell.sums[index] ?? 0) + value;
      }
      const knowledge = grant.kind === 'OWNED' ? 'KNOWN' : knowledgeOf(seen, used, readable, world);
      if (knowledge !== 'KNOWN') cell.unknown += 1;
      if (knowledge === 'UNREAD') cell.unread += 1;
    }
  }
  return [...cells.values()];
}

function emptyCell(ask: AggregateAsk, key: Cell['key'], grants: readonly Grant[], recordType: RecordType): Cell {
  const position = ask.groupBy.findIndex((dimension) => dimension.kind === 'database');
  const spanned = grants.filter((grant) => position < 0 || grant.database.code === key[position]);
  const rule = strictest(ask, spanned, recordType);
  return { key, count: 0, sums: ask.sums.map(() => null), unread: 0, unknown: 0, ...rule };
}

/** The strictest minimum and zero policy among all candidates of the databases that may answer, whether or not they have a row. */
export function strictest(
  ask: AggregateAsk,
  grants: readonly Grant[],
  recordType: RecordType,
): Pick<Cell, 'countMin' | 'zeroPolicy'> {
  const candidates = grants.flatMap((grant) =>
    grant.kind === 'GRANTED' && mayAnswer(ask, grant, recordType) ? grant.candidates : [],
  );
  const minima = candidates.flatMap(({ countMin }) => countMin ?? []);
  return {
    countMin: minima.length === 0 ? null : Math.max(...minima),
    zeroPolicy: candidates.some(({ zeroPolicy }) => zeroPolicy === 'SUPPRESS') ? 'SUPPRESS' : 'SHOW',
  };
}

/** Could any row of this database be in the answer, as far as clauses and ask tell? If not it is WITHHELD, and no cell spans it. */
function mayAnswer(ask: AggregateAsk, { candidates, bars }: Granted, recordType: RecordType): boolean {
  const always = bars.filter(({ rows }) => rows === undefined);
  if (always.some(({ fields }) => fields === undefined)) return false;
  const shownTogether = alwaysTogether(candidates).map((together) => (name: string): Treatment => {
    if (always.some(({ fields }) => fields?.includes(name))) return WITHHELD;
    const { ladder } = fieldOf(recordType, name);
    return together.map(({ fields }) => fields[name] ?? WITHHELD).reduce((a, b) => leastRedacted(a, b, ladder));
  });
  const isEverShown = (name: string, isEnough: (treatment: Treatment) => boolean): boolean =>
    shownTogether.some((treatmentOf) => isEnough(treatmentOf(name)));
  return (
    touchesOf(ask.where).every(({ field, op }) => isEverShown(field, (treatment) => isAnswerable(treatment, op))) &&
    ask.sums.every((name) => isEverShown(name, isTold)) &&
    ask.groupBy.every(
      (dimension) =>
        dimension.kind === 'database' ||
        isEverShown(dimension.field, (treatment) => isFineEnough(treatment, dimension, recordType)),
    )
  );
}

/**
 * Candidates of the same rows, which no row ever meets one without the other. A pseudonym needs it: a mask is less redacted,
 * so where a clause of the same rows shows a mask no row shows the pseudonym.
 */
function alwaysTogether(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const conditionOf = ({ rows, handlingCodes, dataSubjectCategories, recordAgeMax }: Candidate): string =>
    JSON.stringify([
      rows,
      ['H2', 'H3'].map((code) => handlingCodes.some((one) => one === code)),
      dataSubjectCategories,
      recordAgeMax,
    ]);
  const conditions = [...new Set(candidates.map(conditionOf))];
  return conditions.map((condition) => candidates.filter((one) => conditionOf(one) === condition));
}

type Granted = Extract<Grant, { kind: 'GRANTED' }>;

/** What a dimension asks of a row: the field at this step or finer. */
function askedOf({ step }: FieldDimension): Treatment {
  return step === undefined ? CLEAR : { kind: 'GENERALISED', step };
}

type FieldDimension = Extract<Dimension, { kind: 'field' }>;

/** A field as it is may be grouped by its pseudonym too: every value has one. */
function isFineEnough(treatment: Treatment, dimension: FieldDimension, recordType: RecordType): boolean {
  if (treatment.kind === 'PSEUDONYM') return dimension.step === undefined;
  const { ladder } = fieldOf(recordType, dimension.field);
  return redaction(treatment, ladder) <= redaction(askedOf(dimension), ladder);
}

/**
 * How exactly each touched field was used on this row: as shown by `where` and sums, at its step by a dimension; of
 * several uses the most exact. Null if the row does not show a touched field, or not as exactly as a dimension asks.
 */
function treatmentsUsed(
  ask: AggregateAsk,
  seen: SeenRow,
  recordType: RecordType,
): ReadonlyMap<string, Treatment> | null {
  const used = new Map<string, Treatment>();
  if (!isTouchable(seen, ask.where)) return null;
  for (const { field } of touchesOf(ask.where)) used.set(field, shownField(seen, field).treatment);
  for (const name of ask.sums) {
    const { treatment } = shownField(seen, name);
    if (!isTold(treatment)) return null;
    used.set(name, treatment);
  }
  for (const dimension of ask.groupBy) {
    if (dimension.kind === 'database') continue;
    const { field } = dimension;
    const { ladder } = fieldOf(recordType, field);
    const { treatment } = shownField(seen, field);
    if (!isFineEnough(treatment, dimension, recordType)) return null;
    const asked = treatment.kind === 'PSEUDONYM' ? treatment : askedOf(dimension);
    if (redaction(asked, ladder) < redaction(used.get(field) ?? WITHHELD, ladder)) used.set(field, asked);
  }
  return used;
}

function keyOf(dimension: Dimension, seen: SeenRow, { recordType, timeZone }: World): Scalar | null {
  if (dimension.kind === 'database') return seen.database;
  const { field: name, step: stepName } = dimension;
  if (stepName === undefined) return single(shownField(seen, name).value);
  const raw = single(seen.row.values[name] ?? null);
  const step = fieldOf(recordType, name).ladder.find((one) => one.name === stepName);
  if (step === undefined) throw new Error(`no step ${stepName}`);
  // The ladder is a chain: what a finer step shows determines the coarser one, so it may be taken from the raw value.
  return raw === null ? null : labelAtStep(atStep(raw, step, timeZone), step, timeZone);
}

/** What the caller may know of a row otherwise, reading for some one purpose. */
function knowledgeOf(
  seen: SeenRow,
  used: ReadonlyMap<string, Treatment>,
  readable: readonly (readonly Grant[])[],
  world: World,
): 'KNOWN' | 'PARTLY' | 'UNREAD' {
  const views = readable.flatMap((grants) => {
    const grant = grants.find(({ database }) => database.code === seen.database);
    const shown = grant === undefined ? null : shownRow(grant, seen.row, world);
    return shown === null ? [] : [shown];
  });
  if (views.length === 0) return 'UNREAD';
  const isAsExact = (shown: ShownRow): boolean =>
    [...used].every(([name, treatment]) => {
      const { ladder } = fieldOf(world.recordType, name);
      const read = shown.fields[name]?.treatment ?? WITHHELD;
      // A step or the end of a value tells nothing of its pseudonym: only the value itself and the pseudonym do.
      if (treatment.kind === 'PSEUDONYM') return read.kind === 'CLEAR' || read.kind === 'PSEUDONYM';
      return redaction(read, ladder) <= redaction(treatment, ladder);
    });
  return views.some(isAsExact) ? 'KNOWN' : 'PARTLY';
}
