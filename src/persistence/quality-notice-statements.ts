/** The statements that read quality notices. Status is told by the one clock, never stored. */
import type { QualityAttestation, QualityNotice } from '../domain/evidence.js';
import type { QualityNoticePage, Statement } from '../hub/ports.js';

const STATUS = `case when t.notice is not null then 'ATTESTED' when n.due_at <= besa.besa_now() then 'OVERDUE' else 'OPEN' end`;

const SELECT = `select n.id::text as id, n.number::float8 as number, a.database_id as "databaseId", a.kind, a.reason, a.note,
    n.recipient, d.owner, n.at as "issuedAt", n.due_at as "dueAt", ${STATUS} as status,
    (select count(*)::int from besa.quality_notice_record r where r.notice = n.number) as "recordCount",
    case when t.notice is not null then
      jsonb_build_object('person', t.person, 'statement', t.statement, 'outcome', t.outcome) end as attested,
    t.at as "attestedAt"
  from besa.quality_notice n
    join besa.quality_act a on a.number = n.act
    join besa.shared_database d on d.id = a.database_id
    left join besa.quality_attestation t on t.notice = n.number`;

/** A notice as these statements give it back. */
export interface NoticeRow extends Omit<QualityNotice, 'attestation'> {
  readonly attested: Omit<QualityAttestation, 'at'> | null;
  readonly attestedAt: Date | null;
}

export function noticeFrom({ attested, attestedAt, ...notice }: NoticeRow): QualityNotice {
  const attestation = attested === null || attestedAt === null ? null : { ...attested, at: attestedAt };
  return { ...notice, attestation };
}

/** Notices to one agency, or about its databases, newest first. */
export function listNotices({ agency, role, limit, status, id, below }: QualityNoticePage): Statement {
  const own = role === 'RECEIVED' ? 'n.recipient' : 'd.owner';
  return {
    text: `${SELECT} where ${own} = $1 and ($2::text is null or ${STATUS} = $2) and ($3::uuid is null or n.id = $3)
      and ($4::bigint is null or n.number < $4) order by n.number desc limit $5`,
    values: [agency, status ?? null, id ?? null, below ?? null, limit],
  };
}

/** Notices of one act, by recipient; of one recipient, the newest last. */
export function noticesOfAct(act: number): Statement {
  return { text: `${SELECT} where n.act = $1 order by n.recipient, n.number`, values: [act] };
}

/** Records of one notice, by raw id. */
export function noticeRecords(
  notice: string,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Statement {
  return {
    text: `select r.record_id::text as "recordId", r.versions, r.current_version as "currentVersion", r.purposes, r.fields, r.agreements
      from besa.quality_notice_record r join besa.quality_notice n on n.number = r.notice
      where n.id = $1 and ($2::bigint is null or r.record_id > $2) order by r.record_id limit $3`,
    values: [notice, after ?? null, limit],
  };
}
