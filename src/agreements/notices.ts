import type { AgreementAct, AgreementVersion } from '../domain/agreement.js';
import type { AgreementEvent, AgreementHistory, SignatoryKey } from '../domain/agreement-history.js';
import type { Duty } from '../domain/duty.js';
import type { Notice, NoticeKind } from '../domain/notice.js';
import { dayAfter, type LocalCalendar } from './local-calendar.js';
import { negotiationOf } from './negotiation.js';
import { writeTerms } from './write-terms.js';

/** One agreement as one of its parties knows it. */
export interface NoticeFacts {
  /** what the agreement is called towards the agency */
  readonly shown: string;
  readonly history: AgreementHistory;
  /** finalised and verified, in the order of their numbers */
  readonly versions: readonly AgreementVersion[];
  /** owed by or to the agency */
  readonly duties: readonly Duty[];
  readonly refusals: readonly QuotaRefusal[];
}

/** That a recipient asked for more than a clause's quota lets through. */
export interface QuotaRefusal {
  readonly article: string;
  readonly owner: string;
  readonly recipient: string;
  readonly requests: number;
  readonly at: Date;
  readonly resetsAt: Date;
}

/** Days before its end on which an agreement's parties are told of it. */
const EXPIRY_DAYS = [90, 30, 7, 1] as const;
const DUTY_DAYS = 7;
const KEY_DAYS = 30;
const DAY_MS = 86_400_000;

/** Everything an agency is to be told up to an instant, newest first. */
export function noticesOf(
  agency: string,
  given: { readonly agreements: readonly NoticeFacts[]; readonly keys: readonly SignatoryKey[] },
  now: Date,
  calendar: LocalCalendar,
): readonly Notice[] {
  const notices = [
    ...given.agreements.flatMap((facts) => [
      ...turnNotices(agency, facts),
      ...actNotices(facts),
      ...tighteningNotices(facts),
      ...endNotices(facts, calendar),
      ...facts.duties.flatMap((duty) => dutyNotices(agency, duty, facts)),
      ...facts.refusals.filter(({ owner }) => owner === agency).map((refusal) => refusalNotice(refusal, facts)),
    ]),
    ...given.keys.flatMap((key) => keyNotices(key)),
  ];
  return notices
    .filter(({ at }) => at <= now)
    .sort((a, b) => b.at.getTime() - a.at.getTime() || (a.key < b.key ? -1 : 1));
}

function notice(
  kind: NoticeKind,
  facts: Pick<NoticeFacts, 'shown'> | null,
  about: string,
  told: Pick<Notice, 'at' | 'sentence' | 'dueAt'> & Partial<Pick<Notice, 'renewal'>>,
): Notice {
  const reference = facts?.shown ?? null;
  return { key: [reference ?? '-', kind, about].join('/'), kind, reference, renewal: null, ...told };
}

/** What waits for this agency: a wording to answer, or one to sign. */
function turnNotices(agency: string, facts: NoticeFacts): readonly Notice[] {
  const { version, state, accepted, signed, text } = negotiationOf(facts.history);
  const last = facts.history.events.findLast((event) => event.version === version);
  if (last === undefined) return [];
  const about = `${version}.${text.revision}.${last.number}`;
  const isAnswerDue = (state === 'OFFERED' || state === 'REQUESTED') && !accepted.includes(agency);
  const isSignatureDue = (state === 'ACCEPTED' || state === 'AGREED') && !signed.includes(agency);
  if (!isAnswerDue && !isSignatureDue) return [];
  const due = isAnswerDue ? 'your answer: accept, counter or reject' : 'your signature';
  const sentence = `version ${version} of ${facts.shown} waits for ${due}`;
  return [notice('YOUR_TURN', facts, about, { at: last.at, sentence, dueAt: null })];
}

type ActEvent = AgreementEvent & { readonly kind: AgreementAct['kind'] };

/** Acts with the events that recorded them: both in the order they were recorded. */
function actsRecorded({ history }: NoticeFacts): readonly { readonly act: AgreementAct; readonly event: ActEvent }[] {
  const isAct = (event: AgreementEvent): event is ActEvent =>
    event.kind === 'SUSPEND' || event.kind === 'RESUME' || event.kind === 'TERMINATE';
  const events = history.events.filter(isAct);
  return history.acts.flatMap((act, index) => {
    const event = events[index];
    return event === undefined ? [] : [{ act, event }];
  });
}

const ACTS = {
  SUSPEND: ['SUSPENDED', 'suspends'],
  RESUME: ['RESUMED', 'resumes'],
  TERMINATE: ['TERMINATION_ANNOUNCED', 'terminates'],
} as const;

function actNotices(facts: NoticeFacts): readonly Notice[] {
  return actsRecorded(facts).map(({ act, event }) => {
    const [kind, does] = ACTS[act.kind];
    const article = act.kind === 'TERMINATE' || act.article === undefined ? '' : `article ${act.article} of `;
    const direction = act.kind === 'TERMINATE' || act.assigner === undefined ? '' : `, as far as ${act.assigner} gives`;
    const because = event.reason === undefined ? '' : `: ${event.reason}`;
    return notice(kind, facts, String(event.number), {
      at: event.at,
      sentence: `${act.by} ${does} ${article}${facts.shown}${direction}${because}`,
      dueAt: act.effectiveAt,
    });
  });
}

function tighteningNotices(facts: NoticeFacts): readonly Notice[] {
  return facts.history.finalised.flatMap((finalised) => {
    const version = facts.versions.find((one) => one.version === finalised.version);
    if (finalised.tightenedBy === undefined || version === undefined) return [];
    const begins = new Date(
      Math.max(version.from.getTime(), version.finalisedAt.getTime(), version.noticeEndsAt?.getTime() ?? 0),
    );
    const sentence = `${finalised.tightenedBy} narrows ${facts.shown} by version ${finalised.version}`;
    const told = { at: finalised.finalisedAt, sentence, dueAt: begins };
    return [notice('TIGHTENING_ANNOUNCED', facts, String(finalised.version), told)];
  });
}

/** That an agreement ends soon, and that it has ended; by the words of its newest version. */
function endNotices(facts: NoticeFacts, calendar: LocalCalendar): readonly Notice[] {
  const last = facts.versions.at(-1);
  if (last === undefined) return [];
  const terminatedAt = Math.min(
    ...facts.history.acts.filter(({ kind }) => kind === 'TERMINATE').map(({ effectiveAt }) => effectiveAt.getTime()),
  );
  const { terms, until } = last;
  const endsAt = Math.min(until.getTime(), terminatedAt);
  const how = endsAt < until.getTime() ? 'was terminated' : 'has expired';
  const ended = notice('ENDED', facts, String(last.version), {
    at: new Date(endsAt),
    sentence: `${facts.shown} ${how}`,
    dueAt: null,
  });
  const expiries = EXPIRY_DAYS.flatMap((days) => {
    const day = new Date(Date.parse(`${terms.until}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
    const at = new Date(calendar.startOfLocalDay(day, terms.timeZone));
    // Told once a version has this end, and not of an end that another one came before.
    const told = new Date(Math.max(at.getTime(), last.finalisedAt.getTime()));
    if (endsAt < until.getTime() || told >= until || isOvertaken(days, last, calendar)) return [];
    const sentence = `${facts.shown} ends in ${days} day${days === 1 ? '' : 's'}, at the beginning of ${terms.until}`;
    const renewal = renewalOf(last);
    return [notice('EXPIRES_SOON', facts, `${last.version}.${days}`, { at: told, sentence, dueAt: until, renewal })];
  });
  return [ended, ...expiries];
}

/** Was the version finalised so late that a nearer notice was due already? Then only that one is told. */
function isOvertaken(days: number, { terms, finalisedAt }: AgreementVersion, calendar: LocalCalendar): boolean {
  const nearer = EXPIRY_DAYS.find((other) => other < days);
  if (nearer === undefined) return false;
  const day = new Date(Date.parse(`${terms.until}T00:00:00Z`) - nearer * DAY_MS).toISOString().slice(0, 10);
  return calendar.startOfLocalDay(day, terms.timeZone) <= finalisedAt.getTime();
}

/** The same words from the end on, for as long again: what its parties may draft as the next version. */
function renewalOf({ terms }: AgreementVersion): Notice['renewal'] {
  const { from, until } = terms;
  return writeTerms({ ...terms, from: until, until: asLongAgain(from, until) });
}

/** `2024-05-01`, `2034-05-01` → `2044-05-01`: whole months where both days of the month are the same, else days. */
function asLongAgain(from: string, until: string): string {
  const [begin, end] = [new Date(`${from}T00:00:00Z`), new Date(`${until}T00:00:00Z`)];
  if (begin.getUTCDate() === end.getUTCDate()) {
    const months = 12 * (end.getUTCFullYear() - begin.getUTCFullYear()) + end.getUTCMonth() - begin.getUTCMonth();
    return dayAfter(until, `P${Math.floor(months / 12)}Y${months % 12}M`);
  }
  return new Date(2 * end.getTime() - begin.getTime()).toISOString().slice(0, 10);
}

function dutyNotices(agency: string, duty: Duty, facts: NoticeFacts): readonly Notice[] {
  const { key, dueAt, status, debtor, creditor } = duty;
  if (dueAt === null || status === 'ATTESTED') return [];
  const told = `${debtor} owes ${creditor} under ${facts.shown}: ${wordsOf(duty)}`;
  const soon = new Date(Math.max(dueAt.getTime() - DUTY_DAYS * DAY_MS, duty.owedFrom.getTime()));
  const overdue = notice('DUTY_OVERDUE', facts, key, { at: dueAt, sentence: `overdue: ${told}`, dueAt });
  if (agency !== debtor) return [overdue];
  return [overdue, notice('DUTY_DUE_SOON', facts, key, { at: soon, sentence: told, dueAt })];
}

/** What is owed, in words. */
export function wordsOf({ kind, words }: Pick<Duty, 'kind' | 'words'>): string {
  if (words !== null) return words;
  return kind === 'ERASE' ? 'erase what was received' : 'return what was received';
}

function refusalNotice(refusal: QuotaRefusal, facts: NoticeFacts): Notice {
  const { article, recipient, requests, at, resetsAt } = refusal;
  const times = `${requests} time${requests === 1 ? '' : 's'}`;
  const sentence = `${recipient} asked beyond the quota of article ${article} of ${facts.shown} ${times}`;
  return notice('QUOTA_REFUSED', facts, `${article}/${recipient}/${resetsAt.toISOString()}`, {
    at,
    sentence,
    dueAt: resetsAt,
  });
}

function keyNotices({ id, validUntil, endedAt }: SignatoryKey): readonly Notice[] {
  if (validUntil === undefined || (endedAt !== undefined && endedAt <= validUntil)) return [];
  const at = new Date(validUntil.getTime() - KEY_DAYS * DAY_MS);
  const sentence = `signatory key ${id} ends at ${validUntil.toISOString()}; register its successor`;
  return [notice('KEY_ENDS_SOON', null, String(id), { at, sentence, dueAt: validUntil })];
}
