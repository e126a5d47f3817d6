import type { Action } from '../../domain/action.js';
import type { ClauseDuty, Constraints, Quota } from '../../domain/clause.js';
import type { Operator } from '../../domain/predicate.js';
import type { HandlingCode } from '../../domain/record-type.js';
import type { Treatment } from '../../domain/treatment.js';

/**
 * Everything a plain-language summary says, in one language. Names of agencies, record types, fields and codes are handed in and
 * stay as they are: they are data, and the working group's.
 */
export interface Phrases {
  /** BCP 47, for dates and numbers */
  readonly locale: string;
  /** whether the descriptions of the exchange standard are in this language, and so may be quoted */
  readonly quotesStandard: boolean;
  /** said first where no native speaker has read the texts; null = read */
  readonly unreviewed: string | null;
  heading(reference: string, version: number, title: string): string;
  parties(names: readonly string[]): string;
  legalBasis(text: string): string;
  /** days in the agreement's time zone, half-open */
  validity(from: string, until: string, timeZone: string): string;
  framework(reference: string): string;
  readonly notInForce: string;
  article(number: string): string;
  permission(given: {
    readonly assigner: string;
    readonly assignee: string;
    readonly action: Action;
    readonly records: string;
    readonly mutual: boolean;
  }): string;
  purposes(names: readonly string[]): string;
  rows(condition: string): string;
  readonly everyRow: string;
  /** `isNumber`: more and less, not later and earlier */
  comparison(field: string, operator: Operator, value: string, isNumber: boolean): string;
  readonly and: string;
  readonly or: string;
  not(condition: string): string;
  shown(fields: readonly string[], how: string): string;
  /** how a treatment shows a value, to follow the fields' names; WITHHELD is never asked for */
  treatment(treatment: Treatment): string;
  readonly onlyReference: string;
  readonly restWithheld: string;
  readonly conditions: string;
  readonly condition: ConditionPhrases;
  prohibition(given: {
    readonly assigner: string;
    readonly assignee: string;
    readonly records: string;
    readonly mutual: boolean;
    readonly action: Action | undefined;
    readonly fields: readonly string[];
    readonly sensitivities: readonly string[];
  }): string;
  readonly ending: {
    readonly heading: string;
    amendment(notice: string | null): string;
    readonly suspension: string;
    termination(notice: string | null): string;
    afterwards(received: 'ERASE' | 'RETURN', within: string | null): string;
  };
  /** ISO 8601 duration in words */
  duration(iso: string): string;
  list(items: readonly string[]): string;
}

/** One sentence part per kind of constraint; a kind added to the domain fails to compile until every language has a word for it. */
export type ConditionPhrases = {
  readonly [Kind in Exclude<keyof Constraints, 'handlingCodes' | 'quota' | 'duties'>]-?: (
    value: NonNullable<Constraints[Kind]>,
  ) => string;
} & {
  handlingCodes(codes: readonly HandlingCode[]): string;
  quota(quota: Quota): string;
  duty(duty: ClauseDuty): string;
};

/** Units of an ISO 8601 duration of dates, largest first: `P1Y6M` → `[['year', 1], ['month', 6]]`. */
export function durationParts(iso: string): readonly (readonly ['year' | 'month' | 'day', number])[] {
  const [, years, months, days] = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$/.exec(iso) ?? [];
  const parts = [
    ['year', Number(years ?? 0)],
    ['month', Number(months ?? 0)],
    ['day', Number(days ?? 0)],
  ] as const;
  return parts.filter(([, count]) => count > 0);
}

/** A local day in words: `2024-05-01` → `1 May 2024`. */
export function dayInWords(day: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${day}T00:00:00Z`));
}
