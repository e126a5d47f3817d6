import { includesAction } from '../../domain/action.js';
import type { Terms } from '../../domain/agreement.js';
import type { Constraints, Permission } from '../../domain/clause.js';
import type { Change, ChangeEffect } from '../../domain/difference.js';
import type { LadderStep } from '../../domain/ladder.js';
import { CLEAR, redaction, type Treatment, WITHHELD } from '../../domain/treatment.js';
import { treatmentsOf } from '../candidate.js';
import { hasUnknownKind, isAtLeastAsStrict, kindsIn } from './constraint-order.js';
import { changeOf, coversScope, type DifferenceFacts, type Directed, recordsOf, typeOfScope } from './directed.js';
import { rowsAgainst } from './rows-change.js';
import { isSame, textOf } from './same.js';

/** A permission as it was and as it is to be, in one direction. */
export interface Pair {
  readonly before: Directed<Permission>;
  readonly after: Directed<Permission>;
  /** the agreements they stand in: a clause's own dates count within them */
  readonly beforeTerms: Terms;
  readonly afterTerms: Terms;
}

/**
 * What the second of two permissions of one direction permits less or more than the first. None WIDER: whatever row, field,
 * purpose, instant and number of records the second serves, the first served, no less exactly.
 */
export function permissionChanges(pair: Pair, facts: DifferenceFacts): readonly Change[] {
  const { before, after } = pair;
  if (isSameRight(before.clause, after.clause)) return [];
  if (!isSameType(pair, facts)) {
    const sentence = `${after.assignee} gets ${recordsOf(after)} where it got ${recordsOf(before)} (article ${after.clause.article})`;
    return [changeOf(after, 'WIDER', { sentence })];
  }
  return [
    ...scopeChanges(pair, facts),
    ...actionChanges(pair),
    ...purposeChanges(pair),
    ...fieldChanges(pair, facts),
    ...rowsChanges(pair, facts),
    ...constraintChanges(pair),
  ];
}

/** Who receives what of whom, for which purposes: how most sentences go on after the verb. */
export function whatOf(one: Directed<Permission>): string {
  return `${recordsOf(one)} for ${one.clause.purposes.join(', ')}`;
}

/** Direction and number are compared by whoever pairs the clauses. */
function isSameRight(a: Permission, b: Permission): boolean {
  const rightOf = ({ action, purposes, rows, fields, constraints, scope }: Permission) => ({
    action,
    purposes,
    rows,
    fields,
    constraints,
    scope,
  });
  return isSame(rightOf(a), rightOf(b));
}

function isSameType({ before, after }: Pair, facts: DifferenceFacts): boolean {
  const [was, is] = [typeOfScope(before.clause.scope, facts), typeOfScope(after.clause.scope, facts)];
  if (was !== undefined && is !== undefined) return was.name === is.name;
  return isSame(before.clause.scope, after.clause.scope);
}

function scopeChanges({ before, after }: Pair, facts: DifferenceFacts): readonly Change[] {
  const [was, is] = [before.clause.scope, after.clause.scope];
  const isWithin = coversScope(was, is, facts);
  if (isWithin && coversScope(is, was, facts)) return [];
  const sentence = `${after.assignee} gets ${recordsOf(after)} where it got ${recordsOf(before)} (article ${after.clause.article})`;
  const path = [is.kind === 'Database' ? 'database' : 'recordType'];
  return [changeOf(after, isWithin ? 'NARROWER' : 'WIDER', { path, sentence })];
}

function actionChanges({ before, after }: Pair): readonly Change[] {
  const [was, is] = [before.clause.action, after.clause.action];
  if (was === is) return [];
  const sentence = `${after.assignee} may ${is} ${whatOf(after)} (article ${after.clause.article}; was ${was})`;
  return [changeOf(after, includesAction(was, is) ? 'NARROWER' : 'WIDER', { path: ['action'], sentence })];
}

function purposeChanges({ before, after }: Pair): readonly Change[] {
  const [was, is] = [before.clause.purposes, after.clause.purposes];
  const change = (effect: ChangeEffect, purpose: string, adverb: string): Change =>
    changeOf(after, effect, {
      path: ['purposes'],
      sentence: `${after.assignee} may ${adverb} ${after.clause.action} ${recordsOf(after)} for ${purpose} (article ${after.clause.article})`,
    });
  return [
    ...was.filter((one) => !is.includes(one)).map((purpose) => change('NARROWER', purpose, 'no longer')),
    ...is.filter((one) => !was.includes(one)).map((purpose) => change('WIDER', purpose, 'newly')),
  ];
}

function fieldChanges({ before, after }: Pair, facts: DifferenceFacts): readonly Change[] {
  const [was, is] = [before.clause.fields, after.clause.fields];
  if (isSame(was, is)) return [];
  const recordType = typeOfScope(after.clause.scope, facts);
  if (recordType === undefined || (is === undefined && was !== undefined)) {
    // Without a list a clause shows whatever REFERENCE field the record type may get; and of an unknown type nothing is certain.
    const sentence = `which fields ${after.assignee} sees of ${whatOf(after)} is said in another way (article ${after.clause.article})`;
    return [changeOf(after, 'WIDER', { path: is === undefined ? [] : ['fields'], sentence })];
  }
  const [shown, shows] = [treatmentsOf(was, recordType), treatmentsOf(is, recordType)];
  return recordType.fields.flatMap(({ name, ladder }) => {
    const [old, now] = [shown[name] ?? WITHHELD, shows[name] ?? WITHHELD];
    if (inWords(old) === inWords(now)) return [];
    const effect = isNoMore(now, old, ladder) ? 'NARROWER' : 'WIDER';
    const path = is !== undefined && Object.hasOwn(is, name) ? ['fields', name] : ['fields'];
    return [changeOf(after, effect, { path, sentence: fieldSentence(after, name, old, now) })];
  });
}

function fieldSentence(after: Directed<Permission>, name: string, old: Treatment, now: Treatment): string {
  const { assignee } = after;
  const article = `article ${after.clause.article}`;
  if (now.kind === 'WITHHELD') {
    return `${assignee} no longer sees \`${name}\` of ${whatOf(after)} (${article}; was ${inWords(old)})`;
  }
  const was = old.kind === 'WITHHELD' ? 'was not shown' : `was ${inWords(old)}`;
  return `${assignee} sees \`${name}\` of ${whatOf(after)} as ${inWords(now)} (${article}; ${was})`;
}

/** `GENERALISED month` */
export function inWords(treatment: Treatment): string {
  return treatment.kind === 'GENERALISED' ? `GENERALISED ${treatment.step}` : treatment.kind;
}

/**
 * Does a treatment tell nothing that the other does not? Stricter than the order of redaction: a mask, a pseudonym and a step
 * of the ladder each tell something that the others do not (the last characters, which values are equal, the group).
 */
export function isNoMore(now: Treatment, old: Treatment, ladder: readonly LadderStep[]): boolean {
  if (old.kind === CLEAR.kind || now.kind === 'WITHHELD') return true;
  if (old.kind !== now.kind) return false;
  return redaction(now, ladder) >= redaction(old, ladder);
}

function rowsChanges({ before, after }: Pair, facts: DifferenceFacts): readonly Change[] {
  const effect = rowsAgainst(before.clause, after.clause, typeOfScope(after.clause.scope, facts));
  if (effect === 'SAME') return [];
  const how = { NARROWER: 'fewer', WIDER: 'other or more', NEUTRAL: 'the same' }[effect];
  const sentence = `${after.assignee} sees ${how} rows of ${whatOf(after)} (article ${after.clause.article}: \`rows\` is changed)`;
  return [changeOf(after, effect, { path: after.clause.rows === undefined ? [] : ['rows'], sentence })];
}

function constraintChanges(pair: Pair): readonly Change[] {
  const { before, after } = pair;
  const [was, is] = [before.clause.constraints, after.clause.constraints];
  const { article } = after.clause;
  if (hasUnknownKind(was) || hasUnknownKind(is)) {
    return [changeOf(after, 'WIDER', { sentence: `article ${article} has a condition that this hub does not know` })];
  }
  return kindsIn(was, is)
    .filter((kind) => !isSame(was[kind], is[kind]))
    .map((kind) => {
      const effect = isStricterHere(kind, pair) ? 'NARROWER' : 'WIDER';
      const sentence = `\`${kind}\` of ${after.assignee}'s right to ${after.clause.action} ${whatOf(after)} is ${said(is[kind])} (article ${article}; was ${said(was[kind])})`;
      return changeOf(after, effect, { path: is[kind] === undefined ? [] : [kind], sentence });
    });
}

function isStricterHere(kind: keyof Constraints, { before, after, beforeTerms, afterTerms }: Pair): boolean {
  // A clause's own dates lie within the agreement's: it is their common part that counts.
  const window = ({ constraints }: Permission, terms: Terms): Constraints => ({
    from: [constraints.from ?? terms.from, terms.from].sort().at(-1) ?? terms.from,
    until: [constraints.until ?? terms.until, terms.until].sort()[0] ?? terms.until,
  });
  if (kind === 'from' || kind === 'until') {
    return isAtLeastAsStrict(kind, window(after.clause, afterTerms), window(before.clause, beforeTerms));
  }
  return isAtLeastAsStrict(kind, after.clause.constraints, before.clause.constraints);
}

/** `none`, `5`, `06:00-22:00`, `{"per":"day","values":200}` */
function said(demand: Constraints[keyof Constraints]): string {
  if (demand === undefined) return 'none';
  return typeof demand === 'string' ? demand : textOf(demand);
}
