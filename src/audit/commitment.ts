import { hash } from 'node:crypto';
import { canonicalJson, type JsonValue } from '../support/canonical-json.js';

/** What was shown of one record: its fields by name, each as it stood in the answer. Withheld ones are absent, null is null. */
export type ShownFields = { readonly [name: string]: JsonValue };

const COMMITMENT = /^[0-9a-f]{64}$/;
const SALT = /^[0-9a-f]{32}$/;

/**
 * The commitment to what was shown of a record, 64 hex digits: who holds it learns nothing, who has salt and fields besides
 * can show that it was these and no others.
 *
 *     SHA-256 of {"fields":{"documentNumber":"AL900001","reportedAt":null},"salt":"000102030405060708090a0b0c0d0e0f"}
 *
 * The text is canonical JSON (RFC 8785), so that the order in which fields were selected does not matter.
 *
 * @param salt 32 hex digits, fresh for each commitment: few documents have so many values that they could not be tried out
 * @throws Error for another salt; TypeError for a value that has no canonical JSON
 * @see docs/clauses.md#clause-evidence
 */
export function commitmentTo(fields: ShownFields, salt: string): string {
  if (!SALT.test(salt)) throw new Error('a salt is 32 hex digits');
  return hash('sha256', canonicalJson({ fields, salt }), 'hex');
}

/**
 * Does the salt open the commitment to these fields?
 *
 * @returns false also for a commitment or a salt that is none: what cannot be checked proves nothing
 */
export function commitmentHolds(commitment: string, salt: string, fields: ShownFields): boolean {
  if (!COMMITMENT.test(commitment) || !SALT.test(salt)) return false;
  try {
    return commitmentTo(fields, salt) === commitment;
  } catch {
    return false;
  }
}
