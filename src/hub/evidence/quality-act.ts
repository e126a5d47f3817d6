/**
 * The journey of an act on a record's quality: steward of the owner → record → next version → ledger → commit, all of it or nothing;
 * then who received the versions before → notices, at once or by the next run of a job.
 */
import { durationFrom } from '../../domain/duration.js';
import { HubError, type UserError } from '../../domain/errors.js';
import type { QualityKind, QualityNotice, QualityReason } from '../../domain/evidence.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import type { QualityAct, RecordContent, RecordPlace, StoredRecord } from '../../domain/quality-act.js';
import { CALENDAR } from '../calendar.js';
import type { Party } from '../change-agreement.js';
import type { Journal } from '../journal.js';
import type { Ports } from '../ports.js';
import { findRecord, LEDGER_IDS, type RecordName } from './record-target.js';
import { tellRecipients } from './tell-recipients.js';

/** The part of the hub an act on records needs. */
export type Acting = Pick<
  Ports,
  'agreements' | 'corrections' | 'ledgerViews' | 'registry' | 'seal' | 'signing' | 'standard' | 'timeZone'
>;

/** What every act on one record says. */
export interface QualityAsk extends RecordName {
  readonly reason: QualityReason;
  /** for the owner alone: no notice carries it, the ledger its digest, and it goes with the record */
  readonly note?: string;
  /** ISO 8601 duration: how long recipients have to say what they did */
  readonly dueWithin: string;
}

/** A record after an act, as its owner is told of it. */
export interface ActedRecord {
  readonly id: string;
  readonly version: number;
  readonly status: StoredRecord['status'];
}

export type QualityActed =
  | {
      readonly kind: 'DONE';
      readonly record: ActedRecord;
      /** null: who received it is told within the next minutes */
      readonly notices: readonly QualityNotice[] | null;
    }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

export interface NamedQualityAct {
  readonly name: string;
  readonly kind: QualityKind;
  /** What is different from now on, or why that cannot be. */
  readonly changesOf: (place: RecordPlace, record: StoredRecord) => RecordContent | readonly UserError[];
}

export const NO_CHANGES: RecordContent = { fields: {}, envelope: {} };

/** Of one record, acts that come at the same time: the later one reads again. */
const ATTEMPTS_MAX = 3;
const NOTE_LENGTH_MAX = 2_000;
const DUE_DAYS_MAX = 366;
const DAYS_OF_MONTH = 31;
/** how long an answer waits for its notices, before it leaves the telling to go on behind it */
const TELLING_MS_MAX = 5_000;

/** @throws HubError FORBIDDEN: the gate asked already; STALE_VERSION if others kept changing the record */
export async function actOnRecord(
  hub: Acting,
  { identity, journal }: Party,
  ask: QualityAsk,
  { name, kind, changesOf }: NamedQualityAct,
): Promise<QualityActed> {
  const { agency, person } = identity;
  if (agency === undefined || !identity.roles.includes('STEWARD')) throw new HubError('FORBIDDEN');
  journal.act(name);
  const faults = [...noteFaults(ask.note), ...dueFaults(ask.dueWithin)];
  if (faults.length > 0) return refusal(journal, faults);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const found = await findRecord(hub, agency, ask);
    if (found.kind === 'REFUSED') return refusal(journal, found.userErrors);
    const { place, record } = found;
    const changes = changesOf(place, record);
    if (isRefusal(changes)) return refusal(journal, changes);
    const act: QualityAct = {
      ...place,
      kind,
      reason: ask.reason,
      note: ask.note ?? null,
      person,
      dueAt: await dueAt(hub, ask.dueWithin),
      records: [record],
      changes,
    };
    const [id = ''] = hub.seal.sealIds({ agency, purpose: LEDGER_IDS }, [
      { databaseId: place.database.id, id: record.id },
    ]);
    journal.act(name, { record: id, version: record.version, ...subjectOf(hub, act) });
    const done = await hub.corrections.apply(act, journal.entry());
    if (done === 'STALE') continue;
    journal.close();
    const acted = { id, version: kind === 'ERASED' ? record.version : record.version + 1, status: kind };
    return { kind: 'DONE', record: acted, notices: await toldOf(hub, done.act) };
  }
  throw new HubError('STALE_VERSION', 'others kept changing this record; look at it and try again');
}

/**
 * The notices of an act that is done; null if they take longer than an answer should. Whatever keeps them from being written now
 * must not say that the act failed: the job writes them.
 */
function toldOf(hub: Acting, act: number): Promise<readonly QualityNotice[] | null> {
  const late = AbortSignal.timeout(TELLING_MS_MAX);
  const told = async (): Promise<readonly QualityNotice[] | null> => {
    try {
      return (await tellRecipients(hub, act, late)) === 'TOLD' ? await hub.corrections.noticesOfAct(act) : null;
    } catch {
      return null;
    }
  };
  const over = new Promise<null>((resolve) => {
    late.addEventListener('abort', () => resolve(null), { once: true });
  });
  return Promise.race([told(), over]);
}

/** What the ledger keeps of an act beside its name: names, numbers, and a digest of what its owner noted. */
export function subjectOf({ signing }: Pick<Acting, 'signing'>, act: QualityAct): LedgerEntry['subject'] {
  const { database, kind, reason, note, changes, dueAt, records } = act;
  const changed = [...Object.keys(changes.fields), ...Object.keys(changes.envelope)];
  return {
    database: database.code,
    kind,
    reason,
    records: records.length,
    dueAt: dueAt.toISOString(),
    ...(changed.length === 0 ? {} : { fields: changed.join(',') }),
    ...(note === null ? {} : { noteDigest: signing.sha256(note) }),
  };
}

/** The first instant of the day after the period: whole days of the hub's time zone, as other duties are counted. */
export async function dueAt(hub: Pick<Acting, 'agreements' | 'timeZone'>, dueWithin: string): Promise<Date> {
  const { now } = await hub.agreements.inForce();
  return CALENDAR.endOfPeriod(now, dueWithin, hub.timeZone);
}

const isRefusal = (changes: RecordContent | readonly UserError[]): changes is readonly UserError[] =>
  Array.isArray(changes);

/** The ledger gets the act and the first code, never what was typed. */
function refusal(journal: Journal, userErrors: readonly UserError[]): QualityActed {
  journal.fault(userErrors[0]?.code ?? 'BAD_USER_INPUT');
  return { kind: 'REFUSED', userErrors };
}

function noteFaults(note: string | undefined): readonly UserError[] {
  if (note === undefined) return [];
  const isText =
    note.trim() !== '' && note.length <= NOTE_LENGTH_MAX && !/[\p{Cc}\p{Cs}]/u.test(note.replaceAll('\n', ' '));
  if (isText) return [];
  const message = `a note has 1 to ${NOTE_LENGTH_MAX} characters, none of them a control character`;
  return [{ path: ['input', 'note'], code: 'INVALID', message }];
}

function dueFaults(dueWithin: string): readonly UserError[] {
  const duration = durationFrom(dueWithin);
  const days = duration === null ? 0 : duration.months * DAYS_OF_MONTH + duration.days;
  if (days >= 1 && days <= DUE_DAYS_MAX + DAYS_OF_MONTH) return [];
  const message = '`dueWithin` is a duration from `P1D` to `P1Y`, such as `P30D`';
  return [{ path: ['input', 'dueWithin'], code: 'INVALID', message }];
}
