import type { Candidate, Grant } from '../domain/decision.js';
import { digestOf } from './digest.js';

/**
 * A digest of what grants say, whatever version of the set they were made from: equal grants have equal digests.
 * Holds for one release of the hub; a cursor from another finds its decision changed, which is true enough.
 */
export function digestOfGrants(grants: readonly Grant[]): string {
  const treatments = new Map<Candidate['fields'], string>();
  const texts = grants.map((grant) => {
    if (grant.kind !== 'GRANTED') return JSON.stringify({ ...grant, database: grant.database.code });
    const candidates = grant.candidates.map((candidate) => candidateText(candidate, treatments));
    const { kind, bars, missed } = grant;
    return `${JSON.stringify({ kind, database: grant.database.code, bars, missed })}[${candidates.join()}]`;
  });
  return digestOf(texts.join('\n'));
}

/**
 * A list of treatments is written out where it first occurs and by number after that: thousands of clauses share a few.
 * Written by hand, not as one JSON object, because this is what a decision over 100,000 clauses spends its time on.
 */
function candidateText(candidate: Candidate, treatments: Map<Candidate['fields'], string>): string {
  const { basis, rows, fields, handlingCodes, countMin, zeroPolicy, ...rest } = candidate;
  let shown = treatments.get(fields);
  if (shown === undefined) {
    shown = JSON.stringify(fields);
    treatments.set(fields, `#${treatments.size}`);
  }
  const clause = `${JSON.stringify(basis.agreement)}${basis.version}${JSON.stringify(basis.article)}`;
  return `${clause}${JSON.stringify(rows)}${shown}${handlingCodes.join()}|${countMin}|${zeroPolicy}${restText(rest)}`;
}

/** Most candidates carry nothing more: they pay nothing for it. */
function restText(rest: object): string {
  for (const _ in rest) return JSON.stringify(rest);
  return '';
}
