// What PostgreSQL would make of a compiled statement, over rows in memory. Types are kept apart as the database does:
// comparing a day with an instant, or a text with a number, throws.
import {
  RECORD_STATUSES,
  type RecordRow,
  type RecordType,
  type Scalar,
  snakeCase,
} from '../../src/domain/record-type.js';
import type { CountQuery } from '../../src/sql/compile-aggregate.js';
import type { Expression, SqlType } from '../../src/sql/expression.js';
import type { SectionSelect, SelectQuery } from '../../src/sql/select.js';
import { instantBefore, localTime, shiftedDay, startOfDay } from './local-clock.js';
import type { World } from './oracle.js';
import { atStep, compareValues } from './shown-values.js';

interface Day {
  readonly day: string;
}
interface Instant {
  readonly at: number;
}
type Single = string | number | bigint | boolean | Day | Instant;
type Datum = Single | readonly Single[] | null;
type Columns = ReadonlyMap<string, Datum>;

/** Rows as text cells, as the database would send them. */
export type Cells = readonly (string | null)[];

/** Every row of every database, as a table. */
export function tableOf(
  world: Pick<World, 'records' | 'recordType'>,
  idOf: (database: string) => number,
): readonly Columns[] {
  return Object.entries(world.records).flatMap(([database, rows]) =>
    rows.map((row) => columnsOf(row, idOf(database), world.recordType)),
  );
}

function columnsOf(row: RecordRow, databaseId: number, recordType: RecordType): Columns {
  const columns = new Map<string, Datum>([
    ['database_id', databaseId],
    ['id', BigInt(row.id)],
    ['status', RECORD_STATUSES.find((status) => status === row.status) ?? null],
    ['handling_code', row.handlingCode],
    ['version', 1],
    ['data_subject_category', row.dataSubjectCategory ?? null],
  ]);
  for (const { name, type } of recordType.fields) {
    const value = row.values[name] ?? null;
    const scalarName = type.kind === 'scalar' ? type.name : 'String';
    const datumOf = (one: Scalar): Single =>
      scalarName === 'DateTime' ? { at: Date.parse(String(one)) } : scalarName === 'Date' ? { day: String(one) } : one;
    const datum = value === null ? null : typeof value === 'object' ? value.map(datumOf) : datumOf(value);
    columns.set(snakeCase(name), datum);
  }
  return columns;
}

/** The rows of a page, in the layout of `renderSelect`. */
export function runSelect(query: SelectQuery, table: readonly Columns[], around: World): readonly Cells[] {
  const branches = query.sections.flatMap((section) => runSection(section, query, table, around));
  const sorted = branches.sort((a, b) => compareSorted(a.keys, b.keys, a.id, b.id, query)).slice(0, query.rowsMax);
  return sorted.map(({ outputs, keys }) => [...outputs, ...(query.withKeys ? keys : [])].map(sentText));
}

interface Branch {
  readonly outputs: readonly Datum[];
  readonly keys: readonly Datum[];
  readonly sortKeys: readonly Datum[];
  readonly id: Datum;
}

function runSection(
  section: SectionSelect,
  query: SelectQuery,
  table: readonly Columns[],
  around: World,
): readonly Branch[] {
  const all = (expressions: readonly Expression[], row: Columns): readonly Datum[] =>
    expressions.map((expression) => evaluateSql(expression, row, around));
  const rows = table
    .filter((row) => evaluateSql(section.where, row, around) === true)
    .map((row) => ({
      outputs: all(section.columns, row),
      keys: all(section.keys, row),
      sortKeys: all(section.sortKeys, row),
      id: row.get('id') ?? null,
    }));
  return rows.sort((a, b) => compareSorted(a.sortKeys, b.sortKeys, a.id, b.id, query)).slice(0, query.rowsMax);
}

function compareSorted(a: readonly Datum[], b: readonly Datum[], aId: Datum, bId: Datum, query: SelectQuery): number {
  const turn = query.isReversed ? -1 : 1;
  for (const [index, direction] of query.directions.entries()) {
    const left = a[index] ?? null;
    const right = b[index] ?? null;
    if (left === null && right === null) continue;
    if (left === null) return turn;
    if (right === null) return -turn;
    const order = compareData(left, right) * turn;
    if (order !== 0) return direction === 'ASC' ? order : -order;
  }
  return compareData(aId as Single, bId as Single) * turn;
}

/** The cells of statistics, in the layout of `renderCount`. */
export function runCount(query: CountQuery, table: readonly Columns[], around: World): readonly Cells[] {
  const rows = table.filter((row) => evaluateSql(query.where, row, around) === true);
  const groups = new Map<string, { keys: readonly Datum[]; rows: Columns[] }>();
  // Without dimensions there is one group, even of no row.
  if (query.keys.length === 0) groups.set('[]', { keys: [], rows: [] });
  for (const row of rows) {
    const keys = query.keys.map((key) => evaluateSql(key, row, around));
    const name = JSON.stringify(keys.map(sentText));
    const group = groups.get(name) ?? { keys, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  return [...groups.values()].slice(0, query.rowsMax).map((group) => {
    const counted = (condition: Expression | null): number =>
      condition === null ? 0 : group.rows.filter((row) => evaluateSql(condition, row, around) === true).length;
    const sums = query.sums.map((sum) => sumOf(group.rows.map((row) => evaluateSql(sum, row, around))));
    return [...group.keys, group.rows.length, ...sums, counted(query.unread), counted(query.unknown)].map(sentText);
  });
}

function sumOf(data: readonly Datum[]): number | null {
  const numbers = data.filter((datum) => datum !== null).map(Number);
  return numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0);
}

/** An expression's value on a row, with SQL's three-valued meaning. */
export function evaluateSql(node: Expression, row: Columns, around: World): Datum {
  const { timeZone } = around;
  const of = (inner: Expression): Datum => evaluateSql(inner, row, around);
  switch (node.kind) {
    case 'column': {
      const datum = row.get(node.name);
      if (datum === undefined) throw new Error(`no column ${node.name}`);
      return datum;
    }
    case 'value':
      return typedValue(node.type, node.value);
    case 'constant':
      return node.value === null || node.type === undefined ? node.value : typedValue(node.type, node.value);
    case 'compare':
      return compareBy(node.op, of(node.left), of(node.right));
    case 'oneOf':
      return isOneOf(of(node.operand), node.elements.map(of));
    case 'behindTokens':
      return isOneOf(
        of(node.of),
        node.tokens.flatMap((token) => around.behindToken(token) ?? []),
      );
    case 'ago':
      return ago(node, around);
    case 'and':
      return conjunction(node.of.map((part) => truth(of(part))));
    case 'or':
      return not(conjunction(node.of.map((part) => not(truth(of(part))))));
    case 'not':
      return not(truth(of(node.of)));
    case 'isNull':
      return of(node.of) === null;
    case 'isTrue':
      return truth(of(node.of)) === true;
    case 'isNotFalse':
      return truth(of(node.of)) !== false;
    case 'case':
      return of(node.branches.find(({ when }) => truth(of(when)) === true)?.gives ?? node.otherwise);
    case 'generalised':
      return generalisedDatum(node, of(node.of), timeZone);
    case 'startOfDate': {
      const day = of(node.of);
      return day === null ? null : { at: startOfDay(dayOf(day), timeZone) };
    }
    case 'masked': {
      const text = textOrNull(of(node.of));
      const characters = [...(text ?? '')];
      return characters.length < 8 ? null : `***${characters.slice(-3).join('')}`;
    }
    case 'hasElement': {
      const list = of(node.list);
      return list === null ? null : isOneOf(of(node.element), list as readonly Single[]);
    }
    case 'text': {
      const datum = of(node.of);
      return typeof datum === 'boolean' ? String(datum) : sentText(datum);
    }
    case 'listText': {
      const list = of(node.of);
      return list === null ? null : JSON.stringify(list);
    }
    case 'concat': {
      const parts = node.of.map((part) => textOrNull(of(part)));
      return parts.includes(null) ? null : parts.join('');
    }
    case 'containsText':
      return onTexts(of(node.text), of(node.part), (text, part) => text.includes(part));
    case 'startsWithText':
      return onTexts(of(node.text), of(node.part), (text, part) => text.startsWith(part));
  }
}

function typedValue(type: SqlType, value: Scalar): Single {
  switch (type) {
    case 'integer':
    case 'double precision':
      return Number(value);
    case 'bigint':
      return BigInt(String(value));
    case 'boolean':
      return value === true || value === 't' || value === 'true';
    case 'date':
      return { day: String(value).slice(0, 10) };
    case 'timestamptz':
      return { at: Date.parse(String(value)) };
    case 'text':
      return String(value);
  }
}

function truth(datum: Datum): boolean | null {
  if (datum === null || typeof datum === 'boolean') return datum;
  throw new Error(`no condition: ${String(datum)}`);
}

function not(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

function conjunction(parts: readonly (boolean | null)[]): boolean | null {
  return parts.includes(false) ? false : parts.includes(null) ? null : true;
}

function compareBy(op: '=' | '<>' | '<' | '<=' | '>' | '>=', left: Datum, right: Datum): boolean | null {
  if (left === null || right === null) return null;
  const order = compareData(left, right);
  switch (op) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function compareData(a: Datum, b: Datum): number {
  if (isDay(a) && isDay(b)) return compareValues(a.day, b.day);
  if (isInstant(a) && isInstant(b)) return a.at - b.at;
  if (typeof a === 'string' && typeof b === 'string') return compareValues(a, b);
  const isNumeric = (datum: Datum): datum is number | bigint => typeof datum === 'number' || typeof datum === 'bigint';
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  throw new Error(`types do not meet: ${sentText(a)} and ${sentText(b)}`);
}

function isOneOf(operand: Datum, elements: readonly Datum[]): boolean | null {
  if (operand === null) return null;
  const answers = elements.map((element) => compareBy('=', operand, element));
  return answers.includes(true) ? true : answers.includes(null) ? null : false;
}

function onTexts(text: Datum, part: Datum, told: (text: string, part: string) => boolean): boolean | null {
  const [whole, piece] = [textOrNull(text), textOrNull(part)];
  return whole === null || piece === null ? null : told(whole, piece);
}

function textOrNull(datum: Datum): string | null {
  if (datum === null || typeof datum === 'string') return datum;
  throw new Error(`no text: ${sentText(datum)}`);
}

type Generalised = Extract<Expression, { kind: 'generalised' }>;

function generalisedDatum({ step, scalar }: Generalised, datum: Datum, timeZone: string): Datum {
  if (datum === null) return null;
  if (scalar === 'DateTime' && isInstant(datum)) {
    const start = atStep(new Date(datum.at).toISOString(), step, timeZone);
    return { day: localTime(Date.parse(String(start)), timeZone).day };
  }
  if (scalar === 'Date') return { day: String(atStep(dayOf(datum), step, timeZone)) };
  if (typeof datum === 'string' || typeof datum === 'number') return atStep(datum, step, timeZone);
  throw new Error(`no value of ${scalar}: ${sentText(datum)}`);
}

/** Calendar arithmetic of timestamps without zone, as intervals of months and days are taken off. */
function ago({ age, scalar }: Extract<Expression, { kind: 'ago' }>, { now, timeZone }: World): Datum {
  const duration = `P${age.months}M${age.days}D`;
  if (scalar === 'DateTime') return { at: instantBefore(now, duration) };
  return { day: shiftedDay(localTime(now, timeZone).day, duration, -1) };
}

function dayOf(datum: Datum): string {
  if (isDay(datum)) return datum.day;
  throw new Error(`no day: ${sentText(datum)}`);
}

function isDay(datum: Datum): datum is Day {
  return datum !== null && typeof datum === 'object' && 'day' in datum;
}

function isInstant(datum: Datum): datum is Instant {
  return datum !== null && typeof datum === 'object' && 'at' in datum;
}

/** A datum as PostgreSQL writes it, session in UTC. */
function sentText(datum: Datum): string | null {
  if (datum === null) return null;
  if (typeof datum === 'boolean') return datum ? 't' : 'f';
  if (isDay(datum)) return datum.day;
  if (isInstant(datum))
    return new Date(datum.at)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.?0*Z$/, '+00');
  return String(datum);
}
