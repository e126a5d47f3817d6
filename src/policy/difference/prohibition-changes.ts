import { includesAction } from '../../domain/action.js';
import type { Prohibition } from '../../domain/clause.js';
import type { Change } from '../../domain/difference.js';
import { changeOf, coversScope, type DifferenceFacts, type Directed, recordsOf, typeOfScope } from './directed.js';
import { areBarredRowsWithin } from './rows-change.js';
import { isSame } from './same.js';

type One = Directed<Prohibition>;

/**
 * What becomes of the prohibitions of one direction: each old one must be contained in a new one, whatever its number.
 * A prohibition that goes or gets weaker is WIDER, a new or stronger one NARROWER.
 */
export function prohibitionChanges(
  before: readonly One[],
  after: readonly One[],
  facts: DifferenceFacts,
): readonly Change[] {
  const kept = (old: One): readonly Change[] => {
    const same = after.find(({ clause }) => clause.article === old.clause.article);
    if (same !== undefined && isSameProhibition(same, old)) return [];
    const holder = [...(same === undefined ? [] : [same]), ...after].find((one) => forbidsAll(one, old, facts));
    if (holder === undefined) {
      const sentence = `what article ${old.clause.article} forbids ${old.assignee} of ${recordsOf(old)} is no longer forbidden in full`;
      return [changeOf(same ?? old, 'WIDER', { sentence })];
    }
    const isStronger = !forbidsAll(old, holder, facts);
    const sentence = `what article ${old.clause.article} forbids ${old.assignee} of ${recordsOf(old)} stays forbidden${isStronger ? ', and more' : ''} (article ${holder.clause.article})`;
    return [changeOf(holder, isStronger ? 'NARROWER' : 'NEUTRAL', { sentence })];
  };
  const added = after.filter((one) => !before.some(({ clause }) => clause.article === one.clause.article));
  return [
    ...before.flatMap(kept),
    ...added.map((one) => {
      const sentence = `article ${one.clause.article} newly forbids ${one.assignee} ${forbidden(one)} of ${recordsOf(one)}`;
      return changeOf(one, 'NARROWER', { sentence });
    }),
  ];
}

function forbidden({ clause: { action, fields = [], sensitivity = [] } }: One): string {
  const named = [...fields.map((field) => `\`${field}\``), ...sensitivity.map((word) => `fields of ${word}`)];
  return [...(action === undefined ? [] : [action]), ...(named.length === 0 ? ['rows'] : named)].join(', ');
}

function isSameProhibition({ clause: a }: One, { clause: b }: One): boolean {
  const saidBy = ({ scope, rows, action, purposes, fields, sensitivity }: Prohibition) => ({
    scope,
    rows,
    action,
    purposes,
    fields,
    sensitivity,
  });
  return isSame(saidBy(a), saidBy(b));
}

/** Does one prohibition forbid everything the other forbids, on every row the other binds? */
function forbidsAll({ clause: one }: One, { clause: other }: One, facts: DifferenceFacts): boolean {
  const isPurpose = one.purposes.length === 0 || (other.purposes.length > 0 && isIn(other.purposes, one.purposes));
  return (
    coversScope(one.scope, other.scope, facts) &&
    isPurpose &&
    forbidsAction(one, other) &&
    forbidsFields(one, other, facts) &&
    areBarredRowsWithin(other, one, typeOfScope(other.scope, facts))
  );
}

/** A prohibition of an action forbids every action that includes it: that of a lower one forbids more, that of none all. */
function forbidsAction(one: Prohibition, other: Prohibition): boolean {
  if (one.action === undefined) return true;
  return other.action !== undefined && includesAction(other.action, one.action);
}

function forbidsFields(one: Prohibition, other: Prohibition, facts: DifferenceFacts): boolean {
  const isFieldless = ({ fields = [], sensitivity = [] }: Prohibition): boolean =>
    fields.length + sensitivity.length === 0;
  // An invisible row shows no field: without fields a prohibition is the stronger one.
  if (isFieldless(one)) return true;
  if (isFieldless(other)) return false;
  const sensitivityOf = (name: string) =>
    typeOfScope(other.scope, facts)?.fields.find((field) => field.name === name)?.sensitivity;
  const { fields = [], sensitivity = [] } = one;
  const hasField = (name: string): boolean => {
    const own = sensitivityOf(name);
    return fields.includes(name) || (own !== undefined && sensitivity.includes(own));
  };
  // Fields that get a sensitivity later are withheld by naming it, not by naming those that have it today.
  return (other.fields ?? []).every(hasField) && isIn(other.sensitivity ?? [], sensitivity);
}

function isIn(some: readonly string[], all: readonly string[]): boolean {
  return some.every((one) => all.includes(one));
}
