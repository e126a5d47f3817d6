/**
 * What the strictest of several permissions decides. A cell obeys the largest `countMin` among all that serve the ask, an
 * answer the smallest `rowsMax`, a row the shortest `retainFor`, and evidence is kept where one asks for it: there a permission that goes, or serves fewer asks, leaves
 * the field to a laxer one. What is lost so would be a widening by narrowing.
 */
import { includesAction } from '../../domain/action.js';
import type { Constraints, Permission } from '../../domain/clause.js';
import type { Change } from '../../domain/difference.js';
import { redaction, WITHHELD } from '../../domain/treatment.js';
import { treatmentsOf } from '../candidate.js';
import { isAtLeastAsStrict } from './constraint-order.js';
import { changeOf, coversScope, type DifferenceFacts, type Directed, recordsOf, typeOfScope } from './directed.js';
import { isNoMore } from './permission-changes.js';
import { areRowsWithin } from './rows-change.js';
import { textOf } from './same.js';

type One = Directed<Permission>;

/** Demands of which the strictest wins: over all asks a permission serves, or over the rows it makes visible. */
const STRICTEST_WINS = {
  countMin: 'ASK',
  zeroPolicy: 'ASK',
  rowsMax: 'ASK',
  retainFor: 'ROW',
  onwardDepth: 'ROW',
  duties: 'ROW',
  evidence: 'ROW',
} as const satisfies Partial<Record<keyof Constraints, 'ASK' | 'ROW'>>;
type Guard = keyof typeof STRICTEST_WINS;
const GUARDS = Object.keys(STRICTEST_WINS) as readonly Guard[];

/** Conditions that decide which asks a permission serves, and which rows. */
const OF_ASKS = ['justification', 'regime', 'from', 'until', 'hours', 'quota'] as const;
const OF_ROWS = ['recordAgeMax', 'dataSubjectCategories', 'handlingCodes'] as const;

/**
 * Changes for the worse that come of a permission serving less: each is WIDER.
 *
 * @param before, after permissions of one direction
 */
export function lostStrictness(
  before: readonly One[],
  after: readonly One[],
  facts: DifferenceFacts,
): readonly Change[] {
  const standing = new Set(after.map(({ clause }) => textOf(clause)));
  return before
    .filter(({ clause }) => !standing.has(textOf(clause)))
    .flatMap((lost) => [
      ...GUARDS.flatMap((guard) => laxerThan(lost, guard, after, facts)),
      ...otherTreatments(lost, after, facts),
    ]);
}

function laxerThan(lost: One, guard: Guard, after: readonly One[], facts: DifferenceFacts): readonly Change[] {
  const { constraints } = lost.clause;
  if (constraints[guard] === undefined) return [];
  const isStrict = ({ clause }: One): boolean => isAtLeastAsStrict(guard, clause.constraints, constraints);
  const serves = (one: One): boolean =>
    isOfCells(guard) ? counts(one) : includesAction(one.clause.action, lost.clause.action);
  const isHeld = after.some(
    (one) => isStrict(one) && serves(one) && servesAll(one, lost, STRICTEST_WINS[guard], facts),
  );
  if (isHeld) return [];
  const laxer = after.find((one) => !isStrict(one) && meets(one, lost, guard, facts));
  if (laxer === undefined) return [];
  const limit = typeof constraints[guard] === 'object' ? '' : ` ${constraints[guard]}`;
  const sentence = `\`${guard}\`${limit} of article ${lost.clause.article} no longer holds for all that ${lost.assignee} gets of ${recordsOf(lost)}: article ${laxer.clause.article} is less strict`;
  return [changeOf(lost, 'WIDER', { path: [guard], sentence })];
}

/**
 * A field that shows its group, or its last characters, shows as nothing else on that row. Where that right goes, what a second
 * one tells of the same field is no coarser form of it but something new.
 */
function otherTreatments(lost: One, after: readonly One[], facts: DifferenceFacts): readonly Change[] {
  const recordType = typeOfScope(lost.clause.scope, facts);
  if (recordType === undefined) return [];
  const shown = treatmentsOf(lost.clause.fields, recordType);
  return recordType.fields.flatMap(({ name, ladder }) => {
    const old = shown[name] ?? WITHHELD;
    const treats = (one: One) => treatmentsOf(one.clause.fields, recordType)[name] ?? WITHHELD;
    if (old.kind !== 'GENERALISED' && old.kind !== 'MASKED') return [];
    const isCoarser = (one: One): boolean =>
      redaction(treats(one), ladder) > redaction(old, ladder) && !isNoMore(treats(one), old, ladder);
    const other = after.find((one) => coversSome(one, lost, facts) && isCoarser(one));
    const isHeld = after.some(
      (one) =>
        includesAction(one.clause.action, lost.clause.action) &&
        redaction(treats(one), ladder) <= redaction(old, ladder) &&
        servesAll(one, lost, 'ROW', facts),
    );
    if (other === undefined || isHeld) return [];
    const sentence = `\`${name}\` of ${recordsOf(lost)} would show to ${lost.assignee} as article ${other.clause.article} says, which article ${lost.clause.article} stood before`;
    return [changeOf(lost, 'WIDER', { path: ['fields', name], sentence })];
  });
}

/** Does `one` serve every ask that `lost` served (on all of its rows), as far as its action allows? */
function servesAll(one: One, lost: One, reach: 'ASK' | 'ROW', facts: DifferenceFacts): boolean {
  const [is, was] = [one.clause, lost.clause];
  const kinds = reach === 'ASK' ? OF_ASKS : [...OF_ASKS, ...OF_ROWS];
  // A quota is counted article by article: that of another one may be used up while this one's is not.
  const hasOwnQuota = is.constraints.quota !== undefined && is.article !== was.article;
  return (
    !hasOwnQuota &&
    coversScope(is.scope, was.scope, facts) &&
    was.purposes.every((purpose) => is.purposes.includes(purpose)) &&
    kinds.every((kind) => isAtLeastAsStrict(kind, was.constraints, is.constraints)) &&
    (reach === 'ASK' || areRowsWithin(was, is, typeOfScope(was.scope, facts)))
  );
}

/** Is there an ask that both may serve, of the kind the guard speaks of? */
function meets(one: One, lost: One, guard: Guard, facts: DifferenceFacts): boolean {
  return coversSome(one, lost, facts) && (!isOfCells(guard) || (counts(one) && counts(lost)));
}

const isOfCells = (guard: Guard): boolean => guard === 'countMin' || guard === 'zeroPolicy';
const counts = ({ clause }: One): boolean => includesAction(clause.action, 'AGGREGATE');

function coversSome({ clause: a }: One, { clause: b }: One, facts: DifferenceFacts): boolean {
  const isSomeDatabase = coversScope(a.scope, b.scope, facts) || coversScope(b.scope, a.scope, facts);
  return isSomeDatabase && a.purposes.some((purpose) => b.purposes.includes(purpose));
}
