import type { LadderStep, Period } from '../domain/ladder.js';
import type { Scalar } from '../domain/record-type.js';
import { MASK_PREFIX, MASKED_CHARACTERS_SHOWN, MASKED_LENGTH_MIN } from '../domain/treatment.js';
import { unreachable } from '../support/unreachable.js';
import type { Expression, SqlType } from './expression.js';

/** A statement for the record store. Equal texts share one prepared statement; data stands in `values` only. */
export interface CompiledStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** In `values`, as an element of a list: the place of what is behind a token, or of nothing if it opens to nothing. */
export class Token {
  constructor(readonly text: string) {}
}

/**
 * Writes expressions as PostgreSQL (15 and newer) and collects their values in order.
 *
 *     { kind: 'compare', op: '=', left: column('border_section'), right: value('AL-ME') }
 *     c."border_section" = $1::text                          -- values: ['AL-ME']
 */
export class Renderer {
  readonly values: unknown[] = [];
  private readonly places = new Map<string, number>();

  /** @param timeZone IANA name, in which the steps of times fall */
  constructor(private readonly timeZone: string) {}

  expression(node: Expression): string {
    switch (node.kind) {
      case 'column':
        return `c.${quoteName(node.name)}`;
      case 'value':
        return this.bind(node.type, node.value);
      case 'constant':
        return node.type === undefined ? literal(node.value) : `${literal(node.value)}::${node.type}`;
      case 'compare':
        return `${this.operand(node.left)} ${node.op} ${this.operand(node.right)}`;
      case 'oneOf':
        return this.oneOf(node);
      case 'behindTokens':
        return this.behindTokens(node);
      case 'and':
      case 'or':
        return node.of.map((operand) => this.operand(operand)).join(` ${node.kind} `);
      case 'not':
        return `not ${this.operand(node.of)}`;
      case 'isNull':
        return `${this.operand(node.of)} is null`;
      case 'isTrue':
        return `(${this.expression(node.of)}) is true`;
      case 'isNotFalse':
        return `(${this.expression(node.of)}) is not false`;
      case 'case':
        return this.caseOf(node);
      case 'generalised':
        return this.generalised(node);
      case 'startOfDate':
        return `(${this.expression(node.of)})::timestamp at time zone ${literal(this.timeZone)}`;
      case 'ago':
        return this.ago(node);
      case 'masked':
        return this.masked(this.expression(node.of));
      case 'hasElement':
        return `${this.operand(node.element)} = any (${this.expression(node.list)})`;
      case 'text':
        return `(${this.expression(node.of)})::text`;
      case 'listText':
        return `array_to_json(${this.expression(node.of)})::text`;
      case 'concat':
        return node.of.map((operand) => this.operand(operand)).join(' || ');
      case 'containsText':
        // Not LIKE: its wildcards and its escape character would change the meaning of a value that holds them.
        return `strpos(${this.expression(node.text)}, ${this.expression(node.part)}) > 0`;
      case 'startsWithText':
        return `starts_with(${this.expression(node.text)}, ${this.expression(node.part)})`;
      default:
        return unreachable(node);
    }
  }

  /** The expression in brackets, unless it is a single token. */
  operand(node: Expression): string {
    const text = this.expression(node);
    return ATOMIC.has(node.kind) ? text : `(${text})`;
  }

  /** One place per distinct value: the same constant of a clause, named for select list and filter, is bound once. */
  private bind(type: SqlType, value: Scalar | readonly Scalar[] | readonly Token[], list = ''): string {
    const key = `${type}${list}:${JSON.stringify(value)}`;
    let place = this.places.get(key);
    if (place === undefined) {
      this.values.push(value);
      place = this.values.length;
      this.places.set(key, place);
    }
    return `$${place}::${type}${list}`;
  }

  private oneOf(node: Extract<Expression, { kind: 'oneOf' }>): string {
    const bound = node.elements.filter((element) => element.kind === 'value');
    if (bound.length === node.elements.length && bound[0] !== undefined) {
      const values = bound.map((element) => element.value);
      return `${this.operand(node.operand)} = any (${this.bind(bound[0].type, values, '[]')})`;
    }
    // Constants (database ids, handling codes) and generalised values stay apart: only constants prune partitions.
    return `${this.operand(node.operand)} in (${node.elements.map((element) => this.expression(element)).join(', ')})`;
  }

  /** A list also for one token: where none opens it is empty, and equal to nothing. The null branch costs no index: a WHERE drops it. */
  private behindTokens({ of, tokens }: Extract<Expression, { kind: 'behindTokens' }>): string {
    const places = tokens.map((text) => new Token(text));
    const operand = this.operand(of);
    return `${operand} = any (${this.bind('text', places, '[]')}) or (${operand} is null and null)`;
  }

  private caseOf(node: Extract<Expression, { kind: 'case' }>): string {
    const branches = node.branches.map(
      ({ when, gives }) => `when ${this.expression(when)} then ${this.expression(gives)}`,
    );
    return `case ${branches.join(' ')} else ${this.expression(node.otherwise)} end`;
  }

  private generalised(node: Extract<Expression, { kind: 'generalised' }>): string {
    const { step } = node;
    switch (step.kind) {
      case 'period':
        return this.periodStart(node, step.period);
      case 'width': {
        const floored = `floor((${this.expression(node.of)})::double precision / ${step.width}) * ${step.width}`;
        return `(${floored})`;
      }
      case 'before':
        return `split_part(${this.expression(node.of)}, ${literal(step.separator)}, 1)`;
      case 'groups':
        return this.groups(step, this.expression(node.of));
      default:
        return unreachable(step);
    }
  }

  private periodStart(node: Extract<Expression, { kind: 'generalised' }>, period: Period): string {
    // `date_trunc` over timestamptz follows the session's zone; over a local timestamp it means what the design says.
    const local =
      node.dayColumn !== undefined
        ? `c.${quoteName(node.dayColumn)}`
        : node.scalar === 'DateTime'
          ? `(${this.operand(node.of)} at time zone ${literal(this.timeZone)})`
          : this.operand(node.of);
    if (period === 'day') return node.dayColumn !== undefined ? local : `${local}::date`;
    return `date_trunc('${period}', ${local}::timestamp)::date`;
  }

  /**
   * PostgreSQL's own calendar: a month that lacks the day gives its last. Named zones, so that no session's counts; a query of
   * its own, so that it is worked out once and not for every row.
   */
  private ago({ age, scalar }: Extract<Expression, { kind: 'ago' }>): string {
    const [months, days] = [this.bind('integer', age.months), this.bind('integer', age.days)];
    const duration = `make_interval(months => ${months}, days => ${days})`;
    if (scalar === 'DateTime') return `(select (besa.besa_now() at time zone 'UTC' - ${duration}) at time zone 'UTC')`;
    return `(select ((besa.besa_now() at time zone ${literal(this.timeZone)})::date - ${duration})::date)`;
  }

  private groups(step: Extract<LadderStep, { kind: 'groups' }>, of: string): string {
    const branches = Object.entries(step.groups).map(
      ([group, members]) => `when ${of} in (${members.map(literal).join(', ')}) then ${literal(group)}`,
    );
    // Literals bring the database's own collation with them; text compares bytewise whatever that is.
    const chosen = `case when ${of} is null then null ${branches.join(' ')} else ${literal(step.otherwise)} end`;
    return `((${chosen}) collate "C")`;
  }

  private masked(of: string): string {
    const shown = `${literal(MASK_PREFIX)} || right(${of}, ${MASKED_CHARACTERS_SHOWN})`;
    return `case when char_length(${of}) >= ${MASKED_LENGTH_MIN} then ${shown} end`;
  }
}

const ATOMIC: ReadonlySet<Expression['kind']> = new Set(['column', 'constant', 'ago']);

/** An SQL identifier in quotes. Names come from the record type only, never from a caller. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An SQL literal for what belongs to the shape of a statement. */
export function literal(value: Scalar | null): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return String(value);
}
