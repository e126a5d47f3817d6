/** What an agency is to be told about its agreements: derived when asked for, so that nothing is missed and nothing is sent twice. */
import { noticesOf, type QuotaRefusal } from '../agreements/notices.js';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import type { Notice } from '../domain/notice.js';
import { CALENDAR } from './calendar.js';
import { dutiesFor } from './duties.js';
import { ownAgreements } from './own-agreements.js';
import type { Ports } from './ports.js';
import { quotaStandings } from './quota-use.js';

/** Notices to the caller's agency up to now, newest first; `since` leaves out older ones. */
export async function listNotices(hub: Ports, { agency }: Identity, since?: Date): Promise<readonly Notice[]> {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  const { agreements, now } = await ownAgreements(hub, agency);
  const keys = await hub.agreementStore.keysOf([agency]);
  const refusals = await refusalsOf(hub, agency);
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

/** Accounts of the present periods that refused something: one per account, however many units it limits. */
async function refusalsOf(hub: Ports, agency: string): Promise<readonly Refusal[]> {
  const standings = await quotaStandings(hub, agency);
  const refusals = standings.flatMap(({ basis, assigner, assignee, refused, firstRefusedAt, resetsAt }) =>
    firstRefusedAt === null
      ? []
      : [
          {
            agreement: basis.agreement,
            article: basis.article,
            owner: assigner,
            recipient: assignee,
            requests: refused,
            at: firstRefusedAt,
            resetsAt,
          },
        ],
  );
  return [
    ...new Map(refusals.map((one) => [JSON.stringify([one.agreement, one.article, one.recipient]), one])).values(),
  ];
}
