import type { ScalarName } from './scalar.js';

/**
 * One step of a field's ladder: a rule from exact value to coarser value. Each ladder is one chain, finest first:
 * equal at a finer step implies equal at every coarser one (design 3).
 *
 * - `period`  DateTime and Date: the start of the day, month, quarter or year in the hub's time zone
 * - `width`   Int and Float: the largest multiple of `width` that is not above the value
 * - `before`  String: the text before the first `separator`, all of it if there is none
 * - `groups`  String, enum, CountryCode: the group the value is listed in, else `otherwise`
 */
export type LadderStep =
  | { readonly name: string; readonly kind: 'period'; readonly period: Period }
  | { readonly name: string; readonly kind: 'width'; readonly width: number }
  | { readonly name: string; readonly kind: 'before'; readonly separator: string }
  | {
      readonly name: string;
      readonly kind: 'groups';
      readonly groups: Readonly<Record<string, readonly string[]>>;
      readonly otherwise: string;
    };

export const PERIODS = ['day', 'month', 'quarter', 'year'] as const;
export type Period = (typeof PERIODS)[number];

const periodStep = (period: Period): LadderStep => ({ name: period, kind: 'period', period });

/** The fixed chains of time and date fields; every other ladder comes from `@ladder` in the SDL. */
export const FIXED_LADDERS: Readonly<Partial<Record<ScalarName, readonly LadderStep[]>>> = {
  DateTime: PERIODS.map(periodStep),
  Date: PERIODS.filter((period) => period !== 'day').map(periodStep),
};
