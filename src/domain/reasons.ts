/**
 * Why something is withheld: stable words in `sources`, `disclosure`, explanations and the ledger (domain vocabulary 3.8).
 * The order is the order of precedence where several constraint codes apply to one source (design 5.2).
 */
export const REASON_CODES = [
  'OK',
  'NO_AGREEMENT',
  'NOT_YET_IN_FORCE',
  'SUSPENDED',
  'EXPIRED',
  'TERMINATED',
  'PURPOSE_NOT_PERMITTED',
  'JUSTIFICATION_MISSING',
  'ACTION_NOT_PERMITTED',
  'RECORD_TYPE_NOT_SHARED',
  'FIELD_NOT_SHARED',
  'FIELD_NOT_FILTERABLE',
  'GENERALISED',
  'SUBJECT_CATEGORY_EXCLUDED',
  'OUTSIDE_TIME_WINDOW',
  'QUOTA_EXHAUSTED',
  'QUERY_TOO_NARROW',
  'CELL_SUPPRESSED',
  'HANDLING_CODE',
  'ONWARD_SHARING_FORBIDDEN',
  'OWNER_APPROVAL_REQUIRED',
  'SOURCE_UNAVAILABLE',
  'REGIME_MISMATCH',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];

/** The first of the given codes in catalogue order. @throws if there is none */
export function firstReason(codes: Iterable<ReasonCode>): ReasonCode {
  const given = new Set(codes);
  const first = REASON_CODES.find((code) => given.has(code));
  if (first === undefined) throw new Error('firstReason needs at least one code');
  return first;
}
