// The meaning of a whole ask over arrays: plain loops, no SQL, no caching. Written from design 5.6 and 5.8 alone;
// the compiled statements are compared with it.
import type { AggregateAsk, Cursor, Dimension, OrderTerm, ReadAsk } from '../../src/domain/ask.js';
import type { ZeroPolicy } from '../../src/domain/clause.js';
import type { Decision, Grant } from '../../src/domain/decision.js';
import { fieldsOf, type Predicate } from '../../src/domain/predicate.js';
import { fieldOf, type RecordRow, type RecordType, type Scalar, type Value } from '../../src/domain/record-type.js';
import { CLEAR, redaction, type Treatment, WITHHELD } from '../../src/domain/treatment.js';
import { generalise, generaliseScalar, label } from '../../src/policy/generalise.js';
import { compareScalars, evaluate, isList } from '../../src/policy/truth.js';
import { type Shown, type ShownField, view } from '../../src/policy/view.js';

export interface World {
  readonly recordType: RecordType;
  readonly timeZone: string;
  /** records by database code; ids are unique in the whole world */
  readonly records: Readonly<Record<string, readonly RecordRow[]>>;
}

/** A visible row of one database, as the caller sees it. */
export interface SeenRow {
  readonly database: string;
  readonly row: RecordRow;
  readonly shown: Shown;
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
 */
export function readPage(ask: ReadAsk, visible: readonly SeenRow[], world: World): Page {
  const terms = orderOf(ask.orderBy, world.recordType);
  const touched = [...fieldsTouched(ask.where), ...ask.orderBy.map((term) => term.field)];
  const rows = visible
    .filter((seen) => touched.every((name) => isTold(shownField(seen, name).treatment)))
    .filter((seen) => ask.where === undefined || isTrue(ask.where, seen, world))
    .sort((a, b) => comparePlaces(placeOf(a, terms), placeOf(b, terms), terms));
  const { cursor, direction, size } = ask.page;
  if (direction === 'FORWARD') {
    const rest = rows.filter((seen) => cursor === undefined || comparePlaces(placeOf(seen, terms), cursor, terms) > 0);
    return { rows: rest.slice(0, size), hasMore: rest.length > size };
  }
  const rest = rows.filter((seen) => cursor === undefined || comparePlaces(placeOf(seen, terms), cursor, terms) < 0);
  return { rows: rest.slice(Math.max(0, rest.length - size)), hasMore: rest.length > size };
}

/** Every row the caller may see at all, in no particular order. */
export function visibleRows(decision: Decision, world: World): readonly SeenRow[] {
  return decision.grants.flatMap((grant) => rowsOf(grant, world));
}

function rowsOf(grant: Grant, world: World): readonly SeenRow[] {
  const database = grant.database.code;
  return (world.records[database] ?? []).flatMap((row) => {
    const shown = view(grant, row, world.recordType, world.timeZone);
    return shown === null ? [] : [{ database, row, shown }];
  });
}

function fieldsTouched(where: Predicate | undefined): readonly string[] {
  return where === undefined ? [] : fieldsOf(where);
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
    return generaliseScalar(literal, step, timeZone);
  };
  return evaluate(where, (name) => shownField(seen, name).value, literalOf) === true;
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
  if (isList(value)) throw new Error('lists have no order');
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
    const order = compareScalars(left, right);
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
 * @param readable what the caller may READ of the same databases, one decision per purpose
 */
export function countCells(
  ask: AggregateAsk,
  decision: Decision,
  readable: readonly Decision[],
  world: World,
): readonly Cell[] {
  const cells = new Map<string, Cell>();
  for (const grant of decision.grants) {
    for (const seen of rowsOf(grant, world)) {
      const used = treatmentsUsed(ask, seen, world.recordType);
      if (used === null) continue;
      if (ask.where !== undefined && !isTrue(ask.where, seen, world)) continue;
      const key = ask.groupBy.map((dimension) => keyOf(dimension, seen, world));
      const cell = cells.get(JSON.stringify(key)) ?? emptyCell(ask, key, decision, world.recordType);
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

function emptyCell(ask: AggregateAsk, key: Cell['key'], decision: Decision, recordType: RecordType): Cell {
  const position = ask.groupBy.findIndex((dimension) => dimension.kind === 'database');
  const spanned = decision.grants.filter((grant) => position < 0 || grant.database.code === key[position]);
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
  const isEverShown = (name: string, asked: Treatment | null): boolean =>
    !always.some(({ fields }) => fields?.includes(name)) &&
    candidates.some(({ fields }) => {
      const treatment = fields[name] ?? WITHHELD;
      const { ladder } = fieldOf(recordType, name);
      return asked === null ? isTold(treatment) : redaction(treatment, ladder) <= redaction(asked, ladder);
    });
  return (
    [...fieldsTouched(ask.where), ...ask.sums].every((name) => isEverShown(name, null)) &&
    ask.groupBy.every((dimension) => dimension.kind === 'database' || isEverShown(dimension.field, askedOf(dimension)))
  );
}

type Granted = Extract<Grant, { kind: 'GRANTED' }>;

/** What a dimension asks of a row: the field at this step or finer. */
function askedOf({ step }: Extract<Dimension, { kind: 'field' }>): Treatment {
  return step === undefined ? CLEAR : { kind: 'GENERALISED', step };
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
  const redactionOf = (name: string, treatment: Treatment): number =>
    redaction(treatment, fieldOf(recordType, name).ladder);
  for (const name of [...fieldsTouched(ask.where), ...ask.sums]) {
    const { treatment } = shownField(seen, name);
    if (!isTold(treatment)) return null;
    used.set(name, treatment);
  }
  for (const dimension of ask.groupBy) {
    if (dimension.kind === 'database') continue;
    const { field } = dimension;
    const asked = askedOf(dimension);
    if (redactionOf(field, shownField(seen, field).treatment) > redactionOf(field, asked)) return null;
    const before = used.get(field) ?? WITHHELD;
    if (redactionOf(field, asked) < redactionOf(field, before)) used.set(field, asked);
  }
  return used;
}

function keyOf(dimension: Dimension, seen: SeenRow, { recordType, timeZone }: World): Scalar | null {
  if (dimension.kind === 'database') return seen.database;
  const { field: name, step: stepName } = dimension;
  const raw = single(seen.row.values[name] ?? null);
  if (stepName === undefined) return raw;
  const step = fieldOf(recordType, name).ladder.find((one) => one.name === stepName);
  if (step === undefined) throw new Error(`no step ${stepName}`);
  // The ladder is a chain: what a finer step shows determines the coarser one, so it may be taken from the raw value.
  return label(single(generalise(raw, step, timeZone)), step, timeZone);
}

/** What the caller may know of a row otherwise, reading for some one purpose. */
function knowledgeOf(
  seen: SeenRow,
  used: ReadonlyMap<string, Treatment>,
  readable: readonly Decision[],
  world: World,
): 'KNOWN' | 'PARTLY' | 'UNREAD' {
  const views = readable.flatMap((decision) => {
    const grant = decision.grants.find(({ database }) => database.code === seen.database);
    const shown = grant === undefined ? null : view(grant, seen.row, world.recordType, world.timeZone);
    return shown === null ? [] : [shown];
  });
  if (views.length === 0) return 'UNREAD';
  const isAsExact = (shown: Shown): boolean =>
    [...used].every(([name, treatment]) => {
      const { ladder } = fieldOf(world.recordType, name);
      return redaction(shown.fields[name]?.treatment ?? WITHHELD, ladder) <= redaction(treatment, ladder);
    });
  return views.some(isAsExact) ? 'KNOWN' : 'PARTLY';
}
