import type { AgreementAct, AgreementSet, AgreementVersion } from '../domain/agreement.js';
import { type ClauseDirection, currentVersion, statusAt, suspendingActs } from './in-force.js';

/** The version that gives a clause its status, and what its parties did to bring that about. */
export interface StatusCause {
  /** the clause's own, or that of a framework above it which is not in force */
  readonly version: AgreementVersion;
  /** in force now and behind the status: suspensions nobody lifted, or the termination; none for other statuses */
  readonly acts: readonly AgreementAct[];
}

/**
 * Where the status of one direction of a clause comes from at an instant: the same way up through its frameworks that
 * `clauseStatusAt` goes.
 *
 * @returns undefined if a framework named above it is not known, or stands under itself: then nothing is known to tell
 */
export function statusCause(
  set: AgreementSet,
  version: AgreementVersion,
  instant: Date,
  direction: ClauseDirection,
): StatusCause | undefined {
  const seen = new Set([version.terms.reference]);
  for (let below = version; below.terms.framework !== undefined; ) {
    const { framework } = below.terms;
    if (seen.has(framework)) return undefined;
    seen.add(framework);
    const versions = set.versions.filter(({ terms }) => terms.reference === framework);
    const above = currentVersion(versions, instant);
    if (above === undefined) return undefined;
    // An article of the framework says nothing of the annex's articles: only the direction is handed on.
    const handedOn = { assigner: direction.assigner };
    if (statusAt(above, set.acts, versions, instant, handedOn) !== 'IN_FORCE') {
      return { version: above, acts: actsBehind(set, above, instant, handedOn) };
    }
    below = above;
  }
  return { version, acts: actsBehind(set, version, instant, direction) };
}

/** None where the acts are not why: a suspension before the first day, or of what has expired since. */
function actsBehind(
  set: AgreementSet,
  version: AgreementVersion,
  instant: Date,
  direction: ClauseDirection,
): readonly AgreementAct[] {
  const { reference } = version.terms;
  const own = set.acts.filter((act) => act.reference === reference);
  const versions = set.versions.filter(({ terms }) => terms.reference === reference);
  switch (statusAt(version, own, versions, instant, direction)) {
    case 'TERMINATED':
      return own.filter((act) => act.kind === 'TERMINATE' && act.effectiveAt <= instant).slice(0, 1);
    case 'SUSPENDED':
      return suspendingActs(version, own, instant, direction);
    default:
      return [];
  }
}
