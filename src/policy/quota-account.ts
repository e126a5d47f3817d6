import type { AgreementVersion } from '../domain/agreement.js';
import type { Permission, Quota } from '../domain/clause.js';
import type { QuotaAccount } from '../domain/decision.js';
import { localDayOf, startOfLocalDay } from './local-time.js';

/** One direction of a permission and the agency that receives under it. */
export interface QuotaDirection {
  readonly version: AgreementVersion;
  readonly clause: Permission;
  readonly assigner: string;
  readonly assignee: string;
}

/**
 * The account a quota is counted in at an instant; undefined if the permission has no quota.
 *
 * Its key names agreement, article, both agencies and the length of the period, not the version: an amended quota goes on
 * counting where the old one was.
 */
export function quotaAccountOf(direction: QuotaDirection, now: Date): QuotaAccount | undefined {
  const { version, clause, assigner, assignee } = direction;
  const limits = clause.constraints.quota;
  if (limits === undefined) return undefined;
  const { reference, timeZone } = version.terms;
  const key = [reference, clause.article, assigner, assignee, limits.per].join('|');
  return { key, limits, ...quotaPeriod(limits.per, timeZone, now) };
}

/**
 * The calendar day or month of a time zone that an instant falls in, as instants `[from, until)`.
 *
 *     day, Europe/Tirane, 2024-03-31T10:00:00Z → 2024-03-30T23:00:00Z … 2024-03-31T22:00:00Z (23 hours: the clocks go forward)
 */
export function quotaPeriod(per: Quota['per'], timeZone: string, now: Date): Pick<QuotaAccount, 'from' | 'until'> {
  const today = localDayOf(now.getTime(), timeZone);
  const first = per === 'day' ? today : `${today.slice(0, 7)}-01`;
  const instant = (day: string): Date => new Date(startOfLocalDay(day, timeZone));
  return { from: instant(first), until: instant(nextAfter(first, per)) };
}

function nextAfter(day: string, per: Quota['per']): string {
  const next = new Date(`${day}T00:00:00Z`);
  if (per === 'day') next.setUTCDate(next.getUTCDate() + 1);
  else next.setUTCMonth(next.getUTCMonth() + 1);
  return next.toISOString().slice(0, 10);
}
