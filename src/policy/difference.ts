import type { Change, Difference } from '../domain/difference.js';
import {
  changeOf,
  type DifferenceFacts,
  type Directed,
  directedClauses,
  directionOf,
  isPermission,
  isProhibition,
  type Wording,
} from './difference/directed.js';
import { permissionChanges, whatOf } from './difference/permission-changes.js';
import { prohibitionChanges } from './difference/prohibition-changes.js';
import { lostStrictness } from './difference/strictest.js';
import { termsChanges } from './difference/terms-changes.js';
import { groupBy } from './group-by.js';

export type { DifferenceFacts, Wording } from './difference/directed.js';

/**
 * What a wording changes against the version before it, and whether it only narrows.
 *
 * INVARIANT (never a widening called narrow): if `isNarrower`, then for every ask and every instant each row visible under
 * `after` was visible under `before`, each of its fields was shown no less exactly, and no cell of a statistic obeys a
 * smaller minimum. What is not certain is WIDER.
 *
 * A permission is compared with the one of the same article and direction: it may be suspended, and its quota is counted, by
 * that number, so that another number is another right.
 *
 * @param before the version that the new one replaces
 * @see docs/clauses.md#amendments
 */
export function differenceOf(before: Wording, after: Wording, facts: DifferenceFacts): Difference {
  const was = groupBy(directedClauses(before), directionOf);
  const is = groupBy(directedClauses(after), directionOf);
  const directions = [...new Set([...was.keys(), ...is.keys()])];
  const changes: readonly Change[] = [
    ...termsChanges(before.terms, after.terms),
    ...directions.flatMap((direction) =>
      directionChanges({ before, after }, was.get(direction) ?? [], is.get(direction) ?? [], facts),
    ),
  ];
  const effects = changes.map(({ effect }) => effect);
  return { changes, isNarrower: effects.includes('NARROWER') && !effects.includes('WIDER') };
}

/**
 * May this agency enter the wording by its signature alone? If it only narrows, and in nothing but what the agency itself
 * gives or receives: the rights of two others are theirs to tighten.
 */
export function mayEnterAlone(agency: string, { changes, isNarrower }: Difference, before: Wording): boolean {
  const isOwn = ({ assigner, assignee }: Pick<Change, 'assigner' | 'assignee'>): boolean =>
    assigner === agency || assignee === agency;
  const isAllOwn = directedClauses(before).every(isOwn);
  return (
    isNarrower &&
    before.terms.parties.includes(agency) &&
    changes.every((change) => (change.article === null ? isAllOwn || change.path[0] === 'title' : isOwn(change)))
  );
}

function directionChanges(
  { before, after }: { readonly before: Wording; readonly after: Wording },
  was: readonly Directed[],
  is: readonly Directed[],
  facts: DifferenceFacts,
): readonly Change[] {
  const [permitted, permits] = [was.filter(isPermission), is.filter(isPermission)];
  const terms = { beforeTerms: before.terms, afterTerms: after.terms };
  const added = permits.filter((one) => !permitted.some(({ clause }) => clause.article === one.clause.article));
  return [
    ...permitted.flatMap((old): readonly Change[] => {
      const now = permits.find(({ clause }) => clause.article === old.clause.article);
      if (now !== undefined) return permissionChanges({ before: old, after: now, ...terms }, facts);
      const sentence = `${old.assignee} may no longer ${old.clause.action} ${whatOf(old)} (article ${old.clause.article})`;
      return [changeOf(old, 'NARROWER', { sentence })];
    }),
    ...added.map((one) => {
      const sentence = `${one.assignee} may newly ${one.clause.action} ${whatOf(one)} (article ${one.clause.article})`;
      return changeOf(one, 'WIDER', { sentence });
    }),
    ...lostStrictness(permitted, permits, facts),
    ...prohibitionChanges(was.filter(isProhibition), is.filter(isProhibition), facts),
  ];
}
