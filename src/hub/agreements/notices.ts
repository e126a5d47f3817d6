/** What an agency is to be told about its agreements: derived when asked for, so that nothing is missed and nothing is sent twice. */
import { noticesOf, type QuotaRefusal } from '../../agreements/notices.js';
import { HubError } from '../../domain/errors.js';
import type { Identity } from '../../domain/identity.js';
import type { Notice } from '../../domain/notice.js';
import { CALENDAR } from '../calendar.js';
import type { Ports } from '../ports.js';
import { refusedAskings } from '../quota-use.js';
import { dutiesFor } from './duties.js';
import { ownAgreements } from './own-agreements.js';

/** Notices to the caller's agency up to now, newest first; `since` leaves out older ones. */
export async function listNotices(hub: Ports, { agency }: Identity, since?: Date): Promise<readonly Notice[]> {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  const { agreements, now } = await ownAgreements(hub, agency);
  const keys = await hub.agreementStore.keysOf([agency]);
  const refusals = await refusalsOf(hub, agency, now);
  const facts = agreements.map((own) => ({
    shown: own.shown,
    history: own.seen,
    versions: own.versions,
    duties: dutiesFor(agency, own, now),
    refusals: refusals.filter(({ agreement }) => agreement === own.shown),
  }));
  const notices = noticesOf(agency, { agreements: facts, keys }, now, CALENDAR);
  return since === undefined ? notices : notices.filter(({ at }) => at >= since);
}

interface Refusal extends QuotaRefusal {
  readonly agreement: string;
}

/** For how long an owner is told of asking beyond a quota, in milliseconds. */
const REFUSALS_TOLD_MS = 90 * 86_400_000;

async function refusalsOf(hub: Ports, agency: string, now: Date): Promise<readonly Refusal[]> {
  const askings = await refusedAskings(hub, agency, new Date(now.getTime() - REFUSALS_TOLD_MS));
  return askings.map(({ basis, assigner, assignee, requests, firstAt, resetsAt }) => ({
    agreement: basis.agreement,
    article: basis.article,
    owner: assigner,
    recipient: assignee,
    requests,
    at: firstAt,
    resetsAt,
  }));
}
