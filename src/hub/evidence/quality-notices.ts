/** Quality notices as their recipient and their owner see them, and what the recipient says it did. */
import { HubError, type UserError } from '../../domain/errors.js';
import type { NoticeRecord, QualityNotice, QualityOutcome, QualityStatus } from '../../domain/evidence.js';
import type { Identity, Role } from '../../domain/identity.js';
import type { Party } from '../change-agreement.js';
import type { Ports } from '../ports.js';
import { LEDGER_IDS } from './record-target.js';

const ATTESTERS: readonly Role[] = ['POLICY_OFFICER', 'STEWARD'];
const STATEMENT_LENGTH_MAX = 2_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface NoticesAsk {
  readonly role: 'RECEIVED' | 'ISSUED';
  readonly status?: QualityStatus;
  readonly limit: number;
  /** numbers smaller than this one only */
  readonly below?: number;
}

type Reading = Pick<Ports, 'corrections'>;

/** Notices to the caller's agency, or about its databases, newest first. */
export function listQualityNotices(
  { corrections }: Reading,
  { agency }: Identity,
  ask: NoticesAsk,
): Promise<readonly QualityNotice[]> {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  return corrections.notices({ agency, ...ask });
}

/** One record of a notice, with the ids its reader knows it by. */
export interface ShownNoticeRecord extends Omit<NoticeRecord, 'recordId' | 'purposes'> {
  /** as it was served to the recipient, one for each purpose; to the owner, one as in its view of the ledger */
  readonly ids: readonly { readonly purpose: string | null; readonly id: string }[];
}

/**
 * The records of a notice of the caller's: those behind `after` in the order of the list, at most `limit`.
 *
 * @param after key of the last one seen
 * @returns each with its key in the list
 */
export async function recordsOfNotice(
  { corrections, seal }: Pick<Ports, 'corrections' | 'seal'>,
  { agency }: Identity,
  { id, recipient, owner, databaseId }: QualityNotice,
  page: { readonly limit: number; readonly after?: string },
): Promise<readonly { readonly key: string; readonly record: ShownNoticeRecord }[]> {
  if (agency === undefined || (agency !== recipient && agency !== owner)) throw new HubError('FORBIDDEN');
  const after = page.after === undefined ? undefined : seal.openId({ agency, purpose: LEDGER_IDS }, page.after)?.id;
  if (page.after !== undefined && after === undefined) {
    throw new HubError('BAD_USER_INPUT', '`after` is no cursor of this list', { path: ['after'] });
  }
  const records = await corrections.noticeRecords(id, { limit: page.limit, ...(after === undefined ? {} : { after }) });
  return records.map(({ recordId, purposes, ...record }) => {
    const idFor = (purpose: string): string =>
      seal.sealIds({ agency, purpose }, [{ databaseId, id: recordId }])[0] ?? '';
    const ids =
      agency === recipient
        ? purposes.map((purpose) => ({ purpose, id: idFor(purpose) }))
        : [{ purpose: null, id: idFor(LEDGER_IDS) }];
    return { key: idFor(LEDGER_IDS), record: { ...record, ids } };
  });
}

export type NoticeAttested =
  | { readonly kind: 'ATTESTED'; readonly notice: QualityNotice }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

export interface NoticeAttestation {
  readonly notice: string;
  readonly statement: string;
  readonly outcome: QualityOutcome;
}

/** Says what was done about a notice: by the agency it was sent to, once, in its own words. A fact with its ledger entry. */
export async function attestQualityNotice(
  { corrections }: Reading,
  { identity, journal }: Party,
  { notice: id, statement, outcome }: NoticeAttestation,
): Promise<NoticeAttested> {
  const { agency, person, roles } = identity;
  if (agency === undefined || !roles.some((role) => ATTESTERS.includes(role))) throw new HubError('FORBIDDEN');
  journal.act('attestQualityNotice');
  const refused = (path: string, code: string, message: string): NoticeAttested => {
    journal.fault(code);
    return { kind: 'REFUSED', userErrors: [{ path: ['input', path], code, message }] };
  };
  const said = statement.trim();
  if (said === '' || statement.length > STATEMENT_LENGTH_MAX || /[\p{Cc}\p{Cs}]/u.test(said.replaceAll('\n', ' '))) {
    return refused('statement', 'INVALID', `say what was done, in 1 to ${STATEMENT_LENGTH_MAX} characters`);
  }
  const own = async (): Promise<QualityNotice | undefined> =>
    UUID.test(id) ? (await corrections.notices({ agency, role: 'RECEIVED', id, limit: 1 }))[0] : undefined;
  const notice = await own();
  if (notice === undefined) return refused('notice', 'NOTICE_UNKNOWN', 'your agency received no notice of this id');
  const done = 'this notice is attested already; an attestation is never changed';
  if (notice.attestation !== null) return refused('notice', 'ALREADY_DONE', done);
  journal.act('attestQualityNotice', { notice: id, outcome });
  const attestation = { notice: notice.number, agency, person, statement: said, outcome };
  if (!(await corrections.attest(attestation, journal.entry()))) return refused('notice', 'ALREADY_DONE', done);
  journal.close();
  return { kind: 'ATTESTED', notice: (await own()) ?? notice };
}
