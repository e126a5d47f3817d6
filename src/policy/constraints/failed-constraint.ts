import type { Ask } from '../../domain/ask.js';
import type { Constraints, Permission } from '../../domain/clause.js';
import { firstReason, type ReasonCode } from '../../domain/reasons.js';
import type { ConstraintCheck, ConstraintFacts } from './constraint.js';
import { countMin } from './count-min.js';
import { dataSubjectCategories } from './data-subject-categories.js';
import { duties } from './duties.js';
import { evidence } from './evidence.js';
import { handlingCodes } from './handling-codes.js';
import { hours } from './hours.js';
import { justification } from './justification.js';
import { onwardDepth } from './onward-depth.js';
import { quota } from './quota.js';
import { recordAgeMax } from './record-age-max.js';
import { regime, regimeInScope } from './regime.js';
import { retainFor } from './retain-for.js';
import { rowsMax } from './rows-max.js';
import { timeWindow } from './time-window.js';
import { unbuiltAction } from './unbuilt-action.js';
import { zeroPolicy } from './zero-policy.js';

/** The register: a kind of constraint added to the domain fails to compile until it has a line here. */
const CHECKS: { readonly [Kind in keyof Required<Constraints>]: ConstraintCheck } = {
  countMin,
  zeroPolicy,
  handlingCodes,
  justification,
  regime,
  from: timeWindow,
  until: timeWindow,
  dataSubjectCategories,
  quota,
  rowsMax,
  recordAgeMax,
  hours,
  retainFor,
  onwardDepth,
  duties,
  evidence,
};

/** The checks a permission is under: one per constraint it carries, and that of its action. */
export function constraintsOf(permission: Permission): readonly ConstraintCheck[] {
  const carried = Object.entries(permission.constraints).filter(([, demand]) => demand !== undefined);
  return [unbuiltAction, regimeInScope, ...carried.map(([kind]) => checkOf(kind))];
}

function checkOf(kind: string): ConstraintCheck {
  // A constraint of a later version of the hub: not understood is not fulfilled.
  return isKnown(kind) ? CHECKS[kind] : () => 'OWNER_APPROVAL_REQUIRED';
}

function isKnown(kind: string): kind is keyof typeof CHECKS {
  return Object.hasOwn(CHECKS, kind);
}

/** One demand a permission makes, by the key of the agreement file or the name of the rule, and why it fails. */
export interface CheckedConstraint {
  readonly kind: string;
  /** null: it holds */
  readonly failed: ReasonCode | null;
}

/** Each check a permission is under with what came of it, in the order of `constraintsOf`: for telling why it fails. */
export function checkedConstraints(
  permission: Permission,
  ask: Ask,
  facts: ConstraintFacts,
): readonly CheckedConstraint[] {
  const carried = Object.entries(permission.constraints).filter(([, demand]) => demand !== undefined);
  const kinds = ['action', 'regime of the purpose', ...carried.map(([kind]) => kind)];
  return constraintsOf(permission).map((check, index) => ({
    kind: kinds[index] ?? 'constraint',
    failed: check(permission, ask, facts),
  }));
}

/**
 * Why a permission does not hold for this ask though it permits purpose and action: the first code in catalogue order;
 * null if every constraint holds.
 */
export function failedConstraint(permission: Permission, ask: Ask, facts: ConstraintFacts): ReasonCode | null {
  const codes: ReasonCode[] = [];
  for (const check of constraintsOf(permission)) {
    const code = check(permission, ask, facts);
    if (code !== null) codes.push(code);
  }
  return codes.length === 0 ? null : firstReason(codes);
}
