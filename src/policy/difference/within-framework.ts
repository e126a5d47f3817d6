import type { Permission } from '../../domain/clause.js';
import type { Change } from '../../domain/difference.js';
import type { UserError } from '../../domain/errors.js';
import {
  type DifferenceFacts,
  type Directed,
  directedClauses,
  directionOf,
  isPermission,
  type Wording,
} from './directed.js';
import { permissionChanges, whatOf } from './permission-changes.js';

/**
 * Where an annex is wider than its framework: each permission must be contained in one of the framework's in the same
 * direction, under whatever number, and hold no longer. Prohibitions need not be repeated: the framework's bind anyway.
 *
 * @param framework its newest finalised version
 * @returns one fault for each permission that is not contained, with what keeps it out of the nearest one; empty: it is within
 */
export function widerThanFramework(annex: Wording, framework: Wording, facts: DifferenceFacts): readonly UserError[] {
  const above = directedClauses(framework).filter(isPermission);
  const faults = directedClauses(annex)
    .filter(isPermission)
    .flatMap((one) => permissionFault(one, { annex, framework, above }, facts));
  return [...validityFaults(annex, framework), ...faults];
}

const CODE = 'WIDER_THAN_FRAMEWORK';

function validityFaults({ terms: annex }: Wording, { terms: framework }: Wording): readonly UserError[] {
  // Dates and hours are local: in two time zones the same words are two windows.
  if (annex.timeZone !== framework.timeZone) {
    return [
      { path: ['timeZone'], code: CODE, message: `the framework's time zone is \`${framework.timeZone}\`; use it` },
    ];
  }
  return [
    ...(annex.from < framework.from
      ? [{ path: ['from'], code: CODE, message: `the framework holds from ${framework.from}; begin then or later` }]
      : []),
    ...(annex.until > framework.until
      ? [{ path: ['until'], code: CODE, message: `the framework holds until ${framework.until}; end then or sooner` }]
      : []),
  ];
}

interface Place {
  readonly annex: Wording;
  readonly framework: Wording;
  readonly above: readonly Directed<Permission>[];
}

function permissionFault(one: Directed<Permission>, { annex, framework, above }: Place, facts: DifferenceFacts) {
  const terms = { beforeTerms: framework.terms, afterTerms: annex.terms };
  const attempts = above
    .filter((other) => directionOf(other) === directionOf(one))
    .map((before) => ({
      article: before.clause.article,
      excess: permissionChanges({ before, after: one, ...terms }, facts).filter(({ effect }) => effect === 'WIDER'),
    }));
  if (attempts.some(({ excess }) => excess.length === 0)) return [];
  const [nearest] = attempts.sort((a, b) => a.excess.length - b.excess.length);
  return [faultOf(one, nearest)];
}

function faultOf(
  one: Directed<Permission>,
  nearest: { readonly article: string; readonly excess: readonly Change[] } | undefined,
): UserError {
  const path = ['clauses', String(one.index)];
  const [first] = nearest?.excess ?? [];
  if (nearest === undefined || first === undefined) {
    const message = `the framework gives ${one.assignee} nothing of ${one.assigner}: it cannot ${one.clause.action} ${whatOf(one)}`;
    return { path, code: CODE, message };
  }
  const message = `wider than article ${nearest.article} of the framework: ${first.sentence}`;
  return { path: first.path, code: CODE, message };
}
