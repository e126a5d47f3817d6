/** How the hub compares wordings: what a version changes, who may enter it alone, and when it begins. */
import { partnersOf } from '../../agreements/parties.js';
import type { Terms } from '../../domain/agreement.js';
import type { Difference } from '../../domain/difference.js';
import type { ExchangeStandard } from '../../domain/record-type.js';
import type { Agency, SharedDatabase } from '../../domain/registry.js';
import { differenceOf, mayEnterAlone, type Wording } from '../../policy/difference.js';
import { afterNotice } from '../../policy/notice.js';

/** What wordings are read against. */
export interface Reading {
  readonly standard: ExchangeStandard;
  readonly agencies: readonly Agency[];
  readonly databases: readonly SharedDatabase[];
}

/** What a wording changes against the one before it. */
export function compareWordings(reading: Reading, before: Terms, after: Terms): Difference {
  return differenceOf(wordingOf(before, reading), wordingOf(after, reading), reading);
}

/** Parties of which each may enter the wording by its signature alone; none, unless it only narrows. */
export function tighteners(reading: Reading, before: Terms, difference: Difference): readonly string[] {
  const wording = wordingOf(before, reading);
  return before.parties.filter((party) => mayEnterAlone(party, difference, wording));
}

export interface ComparisonRules {
  readonly mayEnterAlone: (agency: string, before: Terms, after: Terms) => boolean;
  readonly isNarrower: (before: Terms, after: Terms) => boolean;
  /** when a tightening finalised at this instant begins, after the notice that the version before names; undefined = at once */
  readonly noticeEnd: (before: Terms, finalisedAt: Date) => Date | undefined;
}

/** The same comparison as rules: signing and verifying ask by them. */
export function comparisonRules(reading: Reading): ComparisonRules {
  return {
    mayEnterAlone: (agency, before, after) =>
      tighteners(reading, before, compareWordings(reading, before, after)).includes(agency),
    isNarrower: (before, after) => compareWordings(reading, before, after).isNarrower,
    noticeEnd: ({ amendmentNotice, timeZone }, finalisedAt) => afterNotice(finalisedAt, amendmentNotice, timeZone),
  };
}

function wordingOf(terms: Terms, { agencies }: Reading): Wording {
  return { terms, partnerOf: partnersOf(terms, agencies) };
}
