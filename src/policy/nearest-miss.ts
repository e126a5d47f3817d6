import type { AgreementStatus } from '../domain/agreement.js';
import type { Permission } from '../domain/clause.js';
import type { Basis } from '../domain/decision.js';
import { firstReason, type ReasonCode } from '../domain/reasons.js';
import { basisOf } from './candidate.js';
import type { Right } from './rights.js';

/** A permission of a version that is not superseded, as it stands towards one ask and one database. */
export interface Standing {
  readonly right: Right<Permission>;
  readonly status: AgreementStatus;
  readonly coversDatabase: boolean;
  readonly permitsAction: boolean;
  readonly permitsPurpose: boolean;
  /** why it does not hold though in force, covering and permitting; null if it holds or is not asked */
  readonly failed: ReasonCode | null;
  /** when what fails ends by itself */
  readonly resetsAt?: Date;
}

export interface Miss {
  readonly reason: ReasonCode;
  readonly basis: readonly Basis[];
  /** the first instant at which one of these clauses may hold by itself; absent = that is not known */
  readonly resetsAt?: Date;
}

/** In this order: what a suspension withholds is nearer than what has not begun or is over (design 5.2). */
const STATUSES_MISSED = ['SUSPENDED', 'NOT_YET_IN_FORCE', 'EXPIRED', 'TERMINATED'] as const;

/**
 * Why a database is withheld though the agency has these standings towards its owner: the nearest miss of design 5.2,
 * the first that applies, with the clauses behind it. None of them is a candidate.
 */
export function nearestMiss(standings: readonly Standing[]): Miss {
  const covering = standings.filter((one) => one.coversDatabase);
  const permitting = covering.filter((one) => one.permitsAction && one.permitsPurpose);
  const constrained = missedConstraints(permitting);
  if (constrained !== undefined) return constrained;
  for (const status of STATUSES_MISSED) {
    const missed = permitting.filter((one) => one.status === status);
    if (missed.length > 0) return miss(status, missed);
  }
  const inForce = covering.filter((one) => one.status === 'IN_FORCE');
  const ofAction = inForce.filter((one) => one.permitsAction);
  if (ofAction.length > 0) return miss('PURPOSE_NOT_PERMITTED', ofAction);
  if (inForce.length > 0) return miss('ACTION_NOT_PERMITTED', inForce);
  const elsewhere = standings.filter((one) => one.status === 'IN_FORCE');
  if (covering.length === 0 && elsewhere.length > 0) return miss('RECORD_TYPE_NOT_SHARED', elsewhere);
  return { reason: 'NO_AGREEMENT', basis: [] };
}

/** The failed constraint that comes first in the catalogue, with every clause that fails on it; undefined if none fails. */
export function missedConstraints(standings: readonly Standing[]): Miss | undefined {
  const codes = standings.flatMap(({ failed }) => failed ?? []);
  if (codes.length === 0) return undefined;
  const reason = firstReason(codes);
  return miss(
    reason,
    standings.filter(({ failed }) => failed === reason),
  );
}

/** clauses named behind one reason, the first ones: whoever has thousands is not helped by a list of them */
const NAMED_MAX = 16;

function miss(reason: ReasonCode, standings: readonly Standing[]): Miss {
  const resets = standings.map(({ resetsAt }) => resetsAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const first = resets.reduce((earliest, reset) => Math.min(earliest, reset), Number.POSITIVE_INFINITY);
  return {
    reason,
    basis: standings.slice(0, NAMED_MAX).map(({ right }) => basisOf(right)),
    ...(first === Number.POSITIVE_INFINITY ? {} : { resetsAt: new Date(first) }),
  };
}
