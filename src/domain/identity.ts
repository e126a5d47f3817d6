/** Roles of the design, section 3. A role opens no record: it only says which operations may be asked at all. */
export const ROLES = ['ANALYST', 'REPORTER', 'STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR', 'OPERATOR'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks: from a verified credential only. */
export interface Identity {
  /** agency code; absent only for an operator of the hub */
  readonly agency?: string;
  /** client or person: the token's `sub` */
  readonly person: string;
  /** to whom the token was issued: `client_id` (RFC 9068) or `azp` (OpenID Connect); absent = it does not say */
  readonly client?: string;
  readonly roles: readonly Role[];
}
