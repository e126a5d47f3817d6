import type { Candidate } from '../domain/decision.js';
import type { FieldTreatments } from './candidate.js';

/** Candidates kept of those that show the same of the same rows under the same demands. */
export const EQUAL_CANDIDATES_MAX = 8;

const keys = new WeakMap<Candidate, string>();
const treatmentIds = new WeakMap<FieldTreatments, number>();
let treatmentsSeen = 0;

/**
 * The candidates without those that would be one too many of their kind: an agency with a hundred thousand clauses has few
 * different ones, and each answer and each ledger entry names the clauses it relies on. The first are kept, in their order.
 *
 * INVARIANT (nothing is shown less): a candidate is left out only if an equal one is kept; candidates with a quota never are.
 */
export function fewOfEqual(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.length <= EQUAL_CANDIDATES_MAX) return candidates;
  const counts = new Map<string, number>();
  return candidates.filter((candidate) => {
    if (candidate.quota !== undefined) return true;
    const key = keyOf(candidate);
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count < EQUAL_CANDIDATES_MAX;
  });
}

/** Everything of a candidate but under which clause it is one. Kept with it: a right has the same candidate for ever. */
function keyOf(candidate: Candidate): string {
  let key = keys.get(candidate);
  if (key === undefined) {
    const { basis: _, fields, ...rest } = candidate;
    key = JSON.stringify([treatmentsId(fields), rest]);
    keys.set(candidate, key);
  }
  return key;
}

/** Equal treatments are one object (`treatmentsOf`), so a number tells them apart without reading them. */
function treatmentsId(fields: FieldTreatments): number {
  let id = treatmentIds.get(fields);
  if (id === undefined) {
    treatmentsSeen += 1;
    id = treatmentsSeen;
    treatmentIds.set(fields, id);
  }
  return id;
}
