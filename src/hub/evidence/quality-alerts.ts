/** What quality notices and reviews of records come to in an inbox: that there is something to do, until when, nothing of the record. */
import type { QualityNotice } from '../../domain/evidence.js';
import type { Notice, NoticeKind } from '../../domain/notice.js';
import type { Ports, ReviewsDue } from '../ports.js';

/** Days before its date on which the recipient is reminded. */
const SOON_DAYS = 7;
const DAY_MS = 86_400_000;
const PAGE = 500;

/**
 * Of the quality notices that are not attested: to the recipient that there is one, that it is due soon and that it is overdue;
 * to the owner that it is overdue. And, to the owner of records, that reviews of them are due.
 */
export async function qualityAlerts(
  hub: Pick<Ports, 'corrections'>,
  agency: string,
  now: Date,
): Promise<readonly Notice[]> {
  const received = await unattested(hub, agency, 'RECEIVED');
  const issued = await unattested(hub, agency, 'ISSUED');
  const reviews = await hub.corrections.reviewsDue(agency);
  return [
    ...received.flatMap((notice) => [told(notice), dueSoon(notice), overdue(notice)]),
    ...issued.map((notice) => overdue(notice)),
    ...reviews.map(reviewDue),
  ].filter(({ at }) => at <= now);
}

async function unattested(
  hub: Pick<Ports, 'corrections'>,
  agency: string,
  role: 'RECEIVED' | 'ISSUED',
): Promise<readonly QualityNotice[]> {
  const found: QualityNotice[] = [];
  for (const status of ['OPEN', 'OVERDUE'] as const) {
    for (let below: number | undefined; ; ) {
      const page = await hub.corrections.notices({
        agency,
        role,
        status,
        limit: PAGE,
        ...(below === undefined ? {} : { below }),
      });
      found.push(...page);
      below = page.at(-1)?.number;
      if (page.length < PAGE || below === undefined) break;
    }
  }
  return found;
}

const WORDS = { CORRECTED: 'corrected', DISPUTED: 'disputed', ERASED: 'erased' } as const;

function told(notice: QualityNotice): Notice {
  const { owner, kind, recordCount: count, issuedAt, reason } = notice;
  const sentence = `${owner} has ${WORDS[kind]} ${recordsOf(count)} your agency received (${reason}): say what you did about your copy`;
  return alert('QUALITY_NOTICE', notice, { at: issuedAt, sentence });
}

function dueSoon(notice: QualityNotice): Notice {
  const { owner, kind, recordCount: count, issuedAt, dueAt } = notice;
  const at = new Date(Math.max(dueAt.getTime() - SOON_DAYS * DAY_MS, issuedAt.getTime()));
  const sentence = `due soon: ${owner} has ${WORDS[kind]} ${recordsOf(count)} your agency received`;
  return alert('QUALITY_DUE_SOON', notice, { at, sentence });
}

function overdue(notice: QualityNotice): Notice {
  const { owner, recipient, kind, recordCount: count, dueAt } = notice;
  const sentence = `overdue: ${recipient} has not said what it did about ${recordsOf(count)} of ${owner} that ${count === 1 ? 'was' : 'were'} ${WORDS[kind]}`;
  return alert('QUALITY_OVERDUE', notice, { at: dueAt, sentence });
}

function recordsOf(count: number): string {
  return count === 1 ? 'a record' : `${count} records`;
}

function alert(kind: NoticeKind, notice: QualityNotice, said: Pick<Notice, 'at' | 'sentence'>): Notice {
  const { id, dueAt } = notice;
  const subject = { qualityNotice: id };
  return { key: `-/${kind}/${id}`, kind, reference: null, dueAt, renewal: null, subject, ...said };
}

function reviewDue({ database, records, since }: ReviewsDue): Notice {
  const kind = 'REVIEW_DUE';
  const sentence = `${recordsOf(records)} or more of ${database} ${records === 1 ? 'is' : 'are'} due for review`;
  const subject = { database };
  return {
    key: `-/${kind}/${database}/${since.toISOString()}`,
    kind,
    at: since,
    reference: null,
    sentence,
    dueAt: since,
    renewal: null,
    subject,
  };
}
