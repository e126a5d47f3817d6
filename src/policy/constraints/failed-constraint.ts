import type { Ask } from '../../domain/ask.js';
import type { Constraints, Permission } from '../../domain/clause.js';
import { firstReason, type ReasonCode } from '../../domain/reasons.js';
import { type ConstraintCheck, enforcedLater } from './constraint.js';
import { duties } from './duties.js';
import { hours } from './hours.js';
import { justification } from './justification.js';
import { onwardDepth } from './onward-depth.js';
import { pseudonym } from './pseudonym.js';
import { quota } from './quota.js';
import { recordAgeMax } from './record-age-max.js';
import { retainFor } from './retain-for.js';
import { rowsMax } from './rows-max.js';
import { unbuiltAction } from './unbuilt-action.js';

/** The register: a kind of constraint added to the domain fails to compile until it has a line here. */
const CHECKS: { readonly [Kind in keyof Required<Constraints>]: ConstraintCheck } = {
  // per statistics cell (disclosure/)
  countMin: enforcedLater,
  zeroPolicy: enforcedLater,
  // per row (view.ts)
  handlingCodes: enforcedLater,
  justification,
  regime: notYet,
  from: notYet,
  until: notYet,
  dataSubjectCategories: notYet,
  quota,
  rowsMax,
  recordAgeMax,
  hours,
  retainFor,
  onwardDepth,
  duties,
};

// INVARIANT (fail closed): loads, verifies and denies until it is enforced.
function notYet(): ReasonCode {
  return 'OWNER_APPROVAL_REQUIRED';
}

/** The checks a permission is under: one per constraint it carries, and those of its action and treatments. */
export function constraintsOf(permission: Permission): readonly ConstraintCheck[] {
  const carried = Object.entries(permission.constraints).filter(([, demand]) => demand !== undefined);
  return [unbuiltAction, pseudonym, ...carried.map(([kind]) => checkOf(kind))];
}

function checkOf(kind: string): ConstraintCheck {
  // A constraint of a later version of the hub: not understood is not fulfilled.
  return isKnown(kind) ? CHECKS[kind] : () => 'OWNER_APPROVAL_REQUIRED';
}

function isKnown(kind: string): kind is keyof typeof CHECKS {
  return Object.hasOwn(CHECKS, kind);
}

/**
 * Why a permission does not hold for this ask though it permits purpose and action: the first code in catalogue order;
 * null if every constraint holds.
 */
export function failedConstraint(permission: Permission, ask: Ask): ReasonCode | null {
  const codes: ReasonCode[] = [];
  for (const check of constraintsOf(permission)) {
    const code = check(permission, ask);
    if (code !== null) codes.push(code);
  }
  return codes.length === 0 ? null : firstReason(codes);
}
