import type { Candidate, Decision } from '../../domain/decision.js';
import type { PseudonymRotation } from '../../domain/treatment.js';
import { generaliseScalar, label } from '../generalise.js';
import { dayText, startOfLocalDay } from '../local-time.js';

/** A stretch `[from, until)` in which a recipient's tokens stay the same. */
export interface RotationPeriod {
  /** ISO 8601 label of the local month, quarter or year: `2026-05`, `2026-Q2`, `2026` */
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
}

/**
 * The rotation period an instant falls in.
 *
 *     2026-05-04T10:00Z, month, Europe/Tirane → { name: '2026-05', from: 2026-04-30T22:00Z, until: 2026-05-31T22:00Z }
 *
 * @param timeZone IANA name
 */
export function rotationPeriodAt(at: Date, rotation: PseudonymRotation, timeZone: string): RotationPeriod {
  const step = { name: rotation, kind: 'period', period: rotation } as const;
  const from = generaliseScalar(at.toISOString(), step, timeZone);
  const name = String(label(from, step, timeZone));
  const month = name.length === 4 ? 1 : name.includes('Q') ? Number(name.slice(-1)) * 3 - 2 : Number(name.slice(5));
  // A month beyond December is one of the next year.
  const next = dayText(Date.UTC(Number(name.slice(0, 4)), month - 1 + MONTHS[rotation], 1));
  return { name, from: new Date(String(from)), until: new Date(startOfLocalDay(next, timeZone)) };
}

const MONTHS: Readonly<Record<PseudonymRotation, number>> = { month: 1, quarter: 3, year: 12 };

/**
 * The decision, bounded by the rotation of tokens, with the name of their period: for decisions that show any.
 *
 * INVARIANT (one key per answer): the instant at which tokens change is a boundary of the decision, so the guard of each read
 * and of the ledger refuses an answer that would mix tokens of two periods.
 *
 * @param at an instant at which the decision holds
 */
export function boundByRotation(
  decision: Decision,
  at: Date,
  { rotation, timeZone }: { readonly rotation: PseudonymRotation; readonly timeZone: string },
): Decision {
  const period = rotationPeriodAt(at, rotation, timeZone);
  const { validFrom, validUntil } = decision;
  return {
    ...decision,
    validFrom: validFrom === null || validFrom < period.from ? period.from : validFrom,
    validUntil: validUntil === null || validUntil > period.until ? period.until : validUntil,
    pseudonymPeriod: period.name,
  };
}

/** May a row show a token under this decision? */
export function showsPseudonyms({ grants }: Decision): boolean {
  // Thousands of clauses share a few lists of treatments: each is looked through once.
  const seen = new Set<Candidate['fields']>();
  return grants.some(
    (grant) => grant.kind === 'GRANTED' && grant.candidates.some(({ fields }) => hasPseudonym(fields, seen)),
  );
}

function hasPseudonym(fields: Candidate['fields'], seen: Set<Candidate['fields']>): boolean {
  if (seen.has(fields)) return false;
  seen.add(fields);
  return Object.values(fields).some(({ kind }) => kind === 'PSEUDONYM');
}
