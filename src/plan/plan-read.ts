import type { Cursor, ReadAsk, RecordAsk } from '../domain/ask.js';
import type { Decision, SourceLine } from '../domain/decision.js';
import { comparesForEqualityOnly, fieldsOf, type Predicate } from '../domain/predicate.js';
import { type Field, fieldOf, type RecordType } from '../domain/record-type.js';
import { comparableMax, planSources, type SourcePlan, type Touch } from './plan-sources.js';

export interface PlannedOrder {
  readonly field: Field;
  readonly direction: 'ASC' | 'DESC';
}

/** A page to read: compiled to one statement by `sql/compile-read.ts`. */
export interface ReadPlan {
  readonly kind: 'page';
  readonly recordType: RecordType;
  readonly sources: readonly SourcePlan[];
  readonly lines: readonly SourceLine[];
  readonly select: readonly Field[];
  readonly where?: Predicate;
  readonly order: readonly PlannedOrder[];
  /** the default order touches nothing: rows that do not show its field stay, last */
  readonly isOrderTouched: boolean;
  /** rows in the direction of the page; backwards = the order reversed */
  readonly direction: 'FORWARD' | 'BACKWARD';
  readonly cursor?: Cursor;
  /** one more than the page, to know whether there is a next one */
  readonly rowsMax: number;
  readonly touched: readonly string[];
  /** the same, each with how redacted it may be shown to serve */
  readonly touches: readonly Touch[];
}

/** One record by id. */
export interface RecordPlan {
  readonly kind: 'record';
  readonly recordType: RecordType;
  readonly sources: readonly SourcePlan[];
  readonly lines: readonly SourceLine[];
  readonly select: readonly Field[];
  readonly id: string;
}

/** Plan of a page: which rows of which sources, what of them, in which order. */
export function planRead(ask: ReadAsk, decision: Decision, recordType: RecordType): ReadPlan {
  const order = orderOf(ask, recordType);
  const isOrderTouched = ask.orderBy.length > 0;
  const touched = touchedBy(ask);
  const touches: Touch[] = touched.map((name) => ({
    field: name,
    redactionMax: comparableMax(fieldOf(recordType, name)),
    // Tokens have no order that is the value's, and no part of them is a part of it.
    servesPseudonym: ask.where !== undefined && comparesForEqualityOnly(ask.where, name) && !isOrderedBy(ask, name),
  }));
  return {
    kind: 'page',
    recordType,
    ...planSources(decision, recordType, touches),
    select: ask.fields.map((name) => fieldOf(recordType, name)),
    ...(ask.where === undefined ? {} : { where: ask.where }),
    order,
    isOrderTouched,
    direction: ask.page.direction,
    ...(ask.page.cursor === undefined ? {} : { cursor: ask.page.cursor }),
    rowsMax: Math.min(ask.page.size, rowsMaxOf(decision)) + 1,
    touched,
    touches,
  };
}

export function planRecord(ask: RecordAsk, decision: Decision, recordType: RecordType): RecordPlan {
  return {
    kind: 'record',
    recordType,
    ...planSources(decision, recordType, []),
    select: ask.fields.map((name) => fieldOf(recordType, name)),
    id: ask.id,
  };
}

/** The fewest rows in one answer that any clause of the databases asked allows: the rest of them is on the next page. */
export function rowsMaxOf({ grants }: Decision): number {
  return grants
    .flatMap((grant) => (grant.kind === 'GRANTED' ? grant.candidates : []))
    .reduce((least, { rowsMax = least }) => Math.min(least, rowsMax), Number.POSITIVE_INFINITY);
}

function touchedBy(ask: ReadAsk): readonly string[] {
  const filtered = ask.where === undefined ? [] : fieldsOf(ask.where);
  return [...new Set([...filtered, ...ask.orderBy.map(({ field }) => field)])];
}

function isOrderedBy({ orderBy }: ReadAsk, name: string): boolean {
  return orderBy.some(({ field }) => field === name);
}

function orderOf(ask: ReadAsk, recordType: RecordType): readonly PlannedOrder[] {
  if (ask.orderBy.length > 0) {
    return ask.orderBy.map(({ field, direction }) => ({ field: fieldOf(recordType, field), direction }));
  }
  const occurredAt = recordType.fields.find((field) => field.isOccurredAt);
  return occurredAt === undefined ? [] : [{ field: occurredAt, direction: 'DESC' }];
}
