import type { ClauseDuty, Constraints, Quota, QuotaUnit } from '../../domain/clause.js';
import { QUOTA_UNITS } from '../../domain/clause.js';
import { type Duration, durationFrom } from '../../domain/duration.js';
import { isSame } from './same.js';

/** Is a demand, or its absence, certainly at least as strict as the other? Only ever asked of two that differ. */
type IsStricter<Kind extends keyof Constraints> = (
  after: Constraints[Kind] | undefined,
  before: Constraints[Kind] | undefined,
) => boolean;

/**
 * How strict one demand is against another of its kind. A kind added to the domain fails to compile until it has a line.
 * `from` and `until` are here as dates without the agreement's own: see `windowOf`.
 */
const STRICTER: { readonly [Kind in keyof Required<Constraints>]: IsStricter<Kind> } = {
  countMin: (after, before) => after !== undefined && (before === undefined || after >= before),
  zeroPolicy: (after) => after === 'SUPPRESS',
  // One pattern is met where another is not; what meets any is a justification at least.
  justification: (after, before) => after !== undefined && (before === undefined || before === 'REQUIRED'),
  regime: (after, before) => after !== undefined && before === undefined,
  from: (after, before) => after !== undefined && (before === undefined || after >= before),
  until: (after, before) => after !== undefined && (before === undefined || after <= before),
  hours: (after, before) => after !== undefined && (before === undefined || areHoursWithin(after, before)),
  recordAgeMax: isShorter,
  dataSubjectCategories: isSubset,
  // Without the key no such row is shown: naming fewer is stricter, and none the strictest.
  handlingCodes: (after = [], before = []) => after.every((code) => before.includes(code)),
  quota: (after, before) => after !== undefined && (before === undefined || isSmallerQuota(after, before)),
  rowsMax: (after, before) => after !== undefined && (before === undefined || after <= before),
  retainFor: isShorter,
  // What is not said about handing on is left to the law: only "never" is certainly stricter than nothing.
  onwardDepth: (after, before) => after !== undefined && (before === undefined ? after === 0 : after <= before),
  duties: (after = [], before = []) => before.every((duty) => after.some((other) => isSooner(other, duty))),
  // Nobody is shown less for it; but who gave the records could prove less without.
  evidence: (after) => after !== undefined,
};

/** Is what `after` says of this kind certainly at least as strict as what `before` says? Equal demands are. */
export function isAtLeastAsStrict<Kind extends keyof Constraints>(
  kind: Kind,
  after: Constraints,
  before: Constraints,
): boolean {
  return isSame(after[kind], before[kind]) || STRICTER[kind](after[kind], before[kind]);
}

/** Kinds that either says anything about, in the order of the domain. */
export function kindsIn(...sets: readonly Constraints[]): readonly (keyof Constraints)[] {
  const kinds = Object.keys(STRICTER) as (keyof Constraints)[];
  return kinds.filter((kind) => sets.some((set) => set[kind] !== undefined));
}

/** A later version's kind, read from a stored text, is none of ours: then nothing is certain. */
export function hasUnknownKind(constraints: Constraints): boolean {
  return Object.keys(constraints).some((kind) => !Object.hasOwn(STRICTER, kind));
}

function isShorter(after: string | undefined, before: string | undefined): boolean {
  if (after === undefined) return false;
  return before === undefined || isAtMostAsLong(after, before);
}

function isSubset(after: readonly string[] | undefined, before: readonly string[] | undefined): boolean {
  return after !== undefined && (before === undefined || after.every((one) => before.includes(one)));
}

/**
 * Does one duration end no later than the other, whenever both begin? `P1M` against `P30D` is not certain either way.
 *
 *     P11M, P1Y → true     P365D, P1Y → true     P30D, P1M → false
 */
export function isAtMostAsLong(shorter: string, longer: string): boolean {
  const [a, b] = [durationFrom(shorter), durationFrom(longer)];
  if (a === null || b === null) return shorter === longer;
  return (a.months <= b.months && a.days <= b.days) || daysOf(a, 366, 31) <= daysOf(b, 365, 28);
}

function daysOf({ months, days }: Duration, daysOfYear: number, daysOfMonth: number): number {
  return Math.floor(months / 12) * daysOfYear + (months % 12) * daysOfMonth + days;
}

const HOURS = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/;
const DAY_MINUTES = 24 * 60;

/** Are the local hours part of the others? Windows of no length are left to the careful answer. */
function areHoursWithin(inner: string, outer: string): boolean {
  const [within, around] = [minutesOf(inner), minutesOf(outer)];
  if (within === null || around === null) return false;
  return [...within].every((minute) => around.has(minute));
}

function minutesOf(hours: string): ReadonlySet<number> | null {
  const parts = HOURS.exec(hours)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [fromHour = 0, fromMinute = 0, untilHour = 0, untilMinute = 0] = parts;
  const [from, until] = [fromHour * 60 + fromMinute, untilHour * 60 + untilMinute];
  if (from === until) return null;
  const length = until > from ? until - from : until - from + DAY_MINUTES;
  return new Set(Array.from({ length }, (_, index) => (from + index) % DAY_MINUTES));
}

function isSmallerQuota(after: Quota, before: Quota): boolean {
  // Another period is another account, which begins with nothing used.
  if (after.per !== before.per) return false;
  const limit = (quota: Quota, unit: QuotaUnit): number => quota[unit] ?? Number.POSITIVE_INFINITY;
  return QUOTA_UNITS.every((unit) => limit(after, unit) <= limit(before, unit));
}

function isSooner(after: ClauseDuty, before: ClauseDuty): boolean {
  const [a, b] = [after, before].map((duty) => (typeof duty === 'string' ? { duty } : duty));
  if (a === undefined || b === undefined || a.duty !== b.duty) return false;
  const isNoLater = (key: 'within' | 'every'): boolean => {
    const [late, early] = [b[key], a[key]];
    return late === undefined || (early !== undefined && isAtMostAsLong(early, late));
  };
  return isNoLater('within') && isNoLater('every');
}
