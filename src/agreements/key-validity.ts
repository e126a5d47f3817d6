import type { SignatoryKey } from '../domain/agreement-history.js';

/**
 * Does a signature given with the key at this instant count? From the later of the key's beginning and its confirmation on,
 * until its set end or its revocation, whichever is earlier; half-open. What was signed before an end stays signed.
 *
 * @param instant of the database's clock
 */
export function countsAt({ validFrom, validUntil, confirmedAt, endedAt }: SignatoryKey, instant: Date): boolean {
  // INVARIANT (two people): a key that nobody but its registrar vouched for signs nothing.
  if (confirmedAt === undefined || instant < confirmedAt || instant < validFrom) return false;
  return (validUntil === undefined || instant < validUntil) && (endedAt === undefined || instant < endedAt);
}
