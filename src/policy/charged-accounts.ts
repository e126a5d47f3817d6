import type { Basis, Candidate, Decision, QuotaAccount } from '../domain/decision.js';
import type { RecordType } from '../domain/record-type.js';
import { contains } from './candidate.js';

/** A clause of a decision whose quota is charged, and the database it is a candidate for. */
export interface ChargedClause {
  readonly databaseId: number;
  readonly basis: Basis;
  readonly account: QuotaAccount;
}

/** With more clauses than this without a quota, none is looked for that contains one with a quota: it is charged. */
const COMPARED_MAX = 16;

/**
 * The clauses of a decision that are charged before it is carried out: those with a quota, unless one without a quota
 * shows everything they show. Several clauses, or one for several databases, may share an account.
 */
export function chargedClauses(decision: Decision, recordType: RecordType): readonly ChargedClause[] {
  return decision.grants.flatMap((grant) => {
    if (grant.kind !== 'GRANTED' || !grant.candidates.some(({ quota }) => quota !== undefined)) return [];
    const free = grant.candidates.filter(({ quota }) => quota === undefined).slice(0, COMPARED_MAX);
    const isFree = (candidate: Candidate): boolean => free.some((other) => contains(other, candidate, recordType));
    return grant.candidates.flatMap((candidate) => {
      const { basis, quota: account } = candidate;
      return account === undefined || isFree(candidate) ? [] : [{ databaseId: grant.database.id, basis, account }];
    });
  });
}
