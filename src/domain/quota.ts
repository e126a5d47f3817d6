import type { Action } from './action.js';
import { QUOTA_UNITS, type Quota, type QuotaUnit } from './clause.js';
import type { QuotaAccount } from './decision.js';

/** How much of each unit; a unit that is not named: nothing of it. Whole numbers, never negative. */
export type QuotaAmounts = { readonly [unit in QuotaUnit]?: number };

/** The units that say something about an action. Values are asked for in matches alone. */
const UNITS_OF: { readonly [A in Action]: readonly QuotaUnit[] } = {
  MATCH: ['values', 'requests'],
  READ: ['requests', 'records', 'subjects'],
  EXPORT: ['requests', 'records', 'subjects'],
  AGGREGATE: ['requests', 'records', 'subjects'],
};

/**
 * Does a quota say how much of an action it permits? `{ values: 200, per: day }` says nothing of reading. Statistics
 * disclose no record: of the units named for AGGREGATE only requests are ever charged.
 */
export function limitsAction(quota: Quota, action: Action): boolean {
  return UNITS_OF[action].some((unit) => quota[unit] !== undefined);
}

/** One account of one period: `AGR-2024-004|3.1|AL-BMP|MK-BP|day@2024-06-01T22:00:00.000Z`. */
export function accountIdOf({ key, from }: Pick<QuotaAccount, 'key' | 'from'>): string {
  return `${key}@${from.toISOString()}`;
}

/** The amounts of the units that a quota limits and that are more than nothing: what is counted at all. */
export function limitedAmounts(limits: Quota, amounts: QuotaAmounts): QuotaAmounts {
  const counted = QUOTA_UNITS.filter((unit) => limits[unit] !== undefined && (amounts[unit] ?? 0) > 0);
  return Object.fromEntries(counted.map((unit) => [unit, amounts[unit] ?? 0]));
}

/** `a` and `b` together, unit by unit. */
export function addedAmounts(a: QuotaAmounts, b: QuotaAmounts): QuotaAmounts {
  return Object.fromEntries(QUOTA_UNITS.map((unit) => [unit, (a[unit] ?? 0) + (b[unit] ?? 0)]));
}

/** What is missing from `paid` to make up `total`, unit by unit; null if nothing is. */
export function missingAmounts(total: QuotaAmounts, paid: QuotaAmounts): QuotaAmounts | null {
  const missing = QUOTA_UNITS.flatMap((unit): [QuotaUnit, number][] => {
    const amount = (total[unit] ?? 0) - (paid[unit] ?? 0);
    return amount > 0 ? [[unit, amount]] : [];
  });
  return missing.length === 0 ? null : Object.fromEntries(missing);
}

/** Would these amounts on top of what is used go beyond a limit? */
export function isBeyond(limits: Quota, used: QuotaAmounts, amounts: QuotaAmounts): boolean {
  return QUOTA_UNITS.some((unit) => {
    const limit = limits[unit];
    return limit !== undefined && (used[unit] ?? 0) + (amounts[unit] ?? 0) > limit;
  });
}
