import { accountIdOf, limitsAction } from '../../domain/quota.js';
import { quotaAccountOf } from '../quota-account.js';
import type { ConstraintCheck } from './constraint.js';

/**
 * `quota`: at most so many values, requests, records or different records in a local day or month. What is used up is told
 * by `facts.exhausted`; charging is done by `hub/charge.ts`, before anything is read.
 *
 * INVARIANT (fail closed): a quota that does not speak of the action asked would leave it without any limit; it denies.
 */
export const quota: ConstraintCheck = (permission, ask, { version, assigner, now, exhausted }) => {
  const limits = permission.constraints.quota;
  if (limits === undefined) return null;
  if (!limitsAction(limits, ask.action)) return 'QUOTA_EXHAUSTED';
  if (exhausted === undefined || exhausted.size === 0) return null;
  const account = quotaAccountOf({ version, clause: permission, assigner, assignee: ask.agency }, now);
  return account !== undefined && exhausted.has(accountIdOf(account)) ? 'QUOTA_EXHAUSTED' : null;
};
