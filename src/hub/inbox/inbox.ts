/** An agency's inbox: what there is to tell is derived from facts, stored once under its key, and read by whoever works there. */
import { HubError, type UserError } from '../../domain/errors.js';
import type { Identity, Role } from '../../domain/identity.js';
import type { InboxNotice } from '../../domain/inbox.js';
import type { Notice, NoticeKind } from '../../domain/notice.js';
import { listNotices } from '../agreements/notices.js';
import type { Party } from '../change-agreement.js';
import { qualityAlerts } from '../evidence/quality-alerts.js';
import type { InboxStanding, Ports } from '../ports.js';
import { quotaStandings } from '../quota-use.js';
import { quotasNearlyUsed, refusalNotices } from './unusual-use.js';

/** Whoever works for an agency may read its inbox; an operator works for none. */
export const INBOX_READERS: readonly Role[] = [
  'ANALYST',
  'REPORTER',
  'STEWARD',
  'POLICY_OFFICER',
  'SIGNATORY',
  'AUDITOR',
];
/** Who may say that it was read: those who act on it. */
export const INBOX_MARKERS: readonly Role[] = ['STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'];

/**
 * Where notices come from. Each derives all there is to tell up to now, however often it was told: the key says what is new.
 * A source of a later kind, such as follow-ups of requests, is one more line.
 */
const SOURCES: readonly ((hub: Ports, agency: string, now: Date) => Promise<readonly Notice[]>)[] = [
  (hub, agency) => listNotices(hub, { agency, person: '', roles: [] }),
  (hub, agency, now) => qualityAlerts(hub, agency, now),
  (hub, agency, now) => refusalNotices(hub, agency, now),
  async (hub, agency, now) => quotasNearlyUsed(await quotaStandings(hub, agency), now),
];

/**
 * Stores what an agency has not been told yet, oldest first.
 *
 * @returns how many notices are new
 * @throws what a source throws, once the notices of the others are stored
 */
export async function postNotices(hub: Ports, agency: string): Promise<number> {
  const { now } = await hub.agreements.inForce();
  const notices: Notice[] = [];
  let failure: { readonly cause: unknown } | undefined;
  for (const source of SOURCES) {
    try {
      notices.push(...(await source(hub, agency, now)));
    } catch (cause) {
      failure ??= { cause };
    }
  }
  const posted = await hub.inbox.post(agency, notices.sort(inOrder));
  if (failure !== undefined) throw failure.cause;
  return posted;
}

function inOrder(a: Notice, b: Notice): number {
  return a.at.getTime() - b.at.getTime() || (a.key < b.key ? -1 : 1);
}

/** A notice as an agency reads it. */
export interface ShownNotice extends Omit<InboxNotice, 'key'> {
  readonly isRead: boolean;
}

export interface InboxAsk {
  readonly size: number;
  /** id of a notice: older ones only */
  readonly below?: number;
  /** true: what was not read yet; false: what was; absent: both */
  readonly unread?: boolean;
  readonly kinds?: readonly NoticeKind[];
}

export interface InboxPageShown {
  readonly notices: readonly ShownNotice[];
  readonly hasMore: boolean;
}

/**
 * A page of the caller's inbox, newest first, exact as of now: what is new is stored before it is read. Where that is not
 * possible, the reading fails.
 */
export async function readInbox(hub: Ports, identity: Identity, ask: InboxAsk): Promise<InboxPageShown> {
  const agency = readerOf(identity);
  await postNotices(hub, agency);
  const { readUpTo } = await hub.inbox.standing(agency);
  const found = await hub.inbox.list(agency, {
    order: 'NEWEST_FIRST',
    // One more than asked for tells whether there is a next page.
    limit: ask.size + 1,
    ...(ask.below === undefined ? {} : { below: ask.below }),
    ...(ask.unread === true ? { above: readUpTo } : {}),
    ...(ask.unread === false ? { below: Math.min(ask.below ?? Number.POSITIVE_INFINITY, readUpTo + 1) } : {}),
    ...(ask.kinds === undefined ? {} : { kinds: ask.kinds }),
  });
  return {
    notices: found.slice(0, ask.size).map((notice) => shown(notice, readUpTo)),
    hasMore: found.length > ask.size,
  };
}

/** @throws HubError FORBIDDEN: the gate asked already; this holds for callers that come another way */
export function readerOf({ agency, roles }: Identity): string {
  if (agency === undefined || !roles.some((role) => INBOX_READERS.includes(role))) throw new HubError('FORBIDDEN');
  return agency;
}

function shown({ key: _key, ...notice }: InboxNotice, readUpTo: number): ShownNotice {
  return { ...notice, isRead: notice.id <= readUpTo };
}

export type Marked =
  | { readonly kind: 'MARKED'; readonly standing: InboxStanding }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

/** Says that the agency has read its inbox up to a notice: who and when are facts, with their ledger entry. */
export async function markInboxRead(hub: Ports, { identity, journal }: Party, upTo: string): Promise<Marked> {
  const agency = readerOf(identity);
  if (!identity.roles.some((role) => INBOX_MARKERS.includes(role))) throw new HubError('FORBIDDEN');
  journal.act('markInboxRead');
  const standing = await hub.inbox.standing(agency);
  const id = noticeIdOf(upTo);
  if (id === undefined || id < 1 || id > standing.last) {
    const code = 'NOTICE_UNKNOWN';
    journal.fault(code);
    const message = 'your inbox has no notice of this id; give the `id` of one that `inbox` lists';
    return { kind: 'REFUSED', userErrors: [{ path: ['input', 'upTo'], code, message }] };
  }
  journal.act('markInboxRead', { upTo: id });
  // Read that far already, nothing is to be written but the entry of the request.
  if (await hub.inbox.markRead({ agency, upTo: id, by: identity.person }, journal.entry())) journal.close();
  return { kind: 'MARKED', standing: await hub.inbox.standing(agency) };
}

/** `7` → 7; undefined for what no notice is called. */
export function noticeIdOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
