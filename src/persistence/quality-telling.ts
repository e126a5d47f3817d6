/** Who is told of an act: looked up in the ledger's index behind its commit, as often as the index has more to say. */
import type { PoolClient } from 'pg';
import type { QualityKind } from '../domain/evidence.js';
import type { NoticeDraft, Received, ReceivedOfAct } from '../domain/quality-act.js';

/** Tellers of one act come one after the other. The index adds to `quality_untold` meanwhile: its reference to the act asks for less. */
const ACT = `select a.kind, a.changed, d.id as "databaseId", d.code, d.owner, d.record_type as "recordType", e.sequence::float8 as sequence
  from besa.quality_act a
    join besa.quality_act_entry e on e.act = a.number
    join besa.shared_database d on d.id = a.database_id
  where a.number = $1 for no key update of a`;

/** However few receipts the planner expects, there may be a million: each is looked up by its keys, and they are counted without a sort. */
const PLANS =
  'set local enable_seqscan = off; set local enable_sort = off; set local enable_memoize = off; set local jit = off';

const MARKS = 'select number::text as number from besa.quality_untold where act = $1';
const UNMARK = 'delete from besa.quality_untold where number = any ($1::bigint[])';

const REPLACED = `select record_id::text as "recordId", version from besa.record_version where act = $1`;

/**
 * One row for everything an agency received of a record in one version, for one purpose and under the same clauses, however often;
 * and, in the same snapshot, up to which entry the index reaches. Receipts of the owner's own reads are left out. $2 = database id,
 * $3 = its code, $4 = its owner.
 */
const RECEIVED = `with answered as (
    select r.record_id, r.version, l.agency, l.purpose, k.basis, k.fields
    from besa.record_version v
      cross join lateral (select r.record_id, r.version, r.sequence, r.place from besa.ledger_receipt r
        where r.database_id = $2 and r.record_id = v.record_id and r.version <= v.version offset 0) r
      cross join lateral (select k.basis, k.fields from besa.ledger_asked k
        where k.sequence = r.sequence and k.database = $3 and k.place = r.place offset 0) k
      cross join lateral (select l.agency, l.purpose from besa.ledger_line l
        where l.reader = $4 and l.sequence = r.sequence and l.agency <> $4 offset 0) l
    where v.act = $1
    group by r.record_id, r.version, l.agency, l.purpose, k.basis, k.fields
  ), received as (
    select a.record_id, a.version, a.agency, a.purpose, a.basis,
      coalesce(array_agg(distinct f.name) filter (where f.name is not null), '{}') as fields
    from answered a left join lateral unnest(a.fields) f (name) on true
    group by a.record_id, a.version, a.agency, a.purpose, a.basis
  )
  select i.sequence::float8 as indexed, r.record_id::text as "recordId", r.version, r.agency, r.purpose, r.basis, r.fields
  from besa.ledger_indexed i left join received r on true`;

const TOLD = `select n.telling, n.recipient, r.record_id::text as "recordId", r.versions, r.purposes, r.fields, r.agreements
  from besa.quality_notice n join besa.quality_notice_record r on r.notice = n.number
  where n.act = $1`;

/** A recipient that is told days after the act has as many days longer. */
const ADD_NOTICES = `insert into besa.quality_notice (act, recipient, telling, at, due_at)
  select a.number, r.recipient, $2, i.now, a.due_at + make_interval(hours => 24 * greatest(0, extract(epoch from i.now - a.at)::bigint / 86400)::int)
  from besa.quality_act a cross join (select besa.besa_instant() as now) i cross join unnest($3::text[]) r (recipient)
  where a.number = $1 returning number::text as number, recipient`;

const ADD_RECORDS = `insert into besa.quality_notice_record (notice, record_id, versions, current_version, purposes, fields, agreements)
  select r.notice, r.record_id, r.versions, r.current_version, r.purposes, r.fields, r.agreements
  from jsonb_to_recordset($1::jsonb) r (notice bigint, record_id bigint, versions int[], current_version int,
    purposes text[], fields text[], agreements text[])`;

type ReceivedRow = { readonly indexed: number } & (Received | { readonly recordId: null });

interface ToldRow {
  readonly telling: number;
  readonly recipient: string;
  readonly recordId: string;
  readonly versions: readonly number[];
  readonly purposes: readonly string[];
  readonly fields: readonly string[];
  readonly agreements: readonly string[];
}

interface ActRow extends Pick<ReceivedOfAct, 'owner' | 'recordType' | 'changed'> {
  readonly kind: QualityKind;
  readonly sequence: number;
  readonly databaseId: number;
  readonly code: string;
}

/**
 * Tells inside the caller's transaction, which must be READ COMMITTED; all but the commit. The marks are read before the receipts
 * and only these are removed: a receipt that comes in between has one of its own.
 */
export async function tellOfAct(
  client: PoolClient,
  act: number,
  draftsOf: (of: ReceivedOfAct) => readonly NoticeDraft[],
): Promise<'TOLD' | 'LATER'> {
  await client.query(PLANS);
  const [found] = (await client.query<ActRow>(ACT, [act])).rows;
  if (found === undefined) throw new Error('an act that is to be told of was not entered');
  const marks = (await client.query<{ readonly number: string }>(MARKS, [act])).rows;
  if (marks.length === 0) return 'TOLD';
  const rows = (await client.query<ReceivedRow>(RECEIVED, [act, found.databaseId, found.code, found.owner])).rows;
  if ((rows[0]?.indexed ?? 0) < found.sequence) return 'LATER';
  const replaced = (await client.query<{ readonly recordId: string; readonly version: number }>(REPLACED, [act])).rows;
  const drafts = draftsOf({
    ...found,
    replaced: new Map(replaced.map(({ recordId, version }) => [recordId, version])),
    received: rows.filter((row): row is ReceivedRow & Received => row.recordId !== null),
  });
  const told = (await client.query<ToldRow>(TOLD, [act])).rows;
  await addNotices(client, act, news(drafts, told), told.reduce((last, { telling }) => Math.max(last, telling), 0) + 1);
  await client.query(UNMARK, [marks.map(({ number }) => number)]);
  return 'TOLD';
}

/** What was not told before: records with everything there is to say of them now, where that is more than what was said. */
function news(drafts: readonly NoticeDraft[], told: readonly ToldRow[]): readonly NoticeDraft[] {
  const said = new Map<string, ToldRow[]>();
  for (const row of told) {
    const key = `${row.recipient} ${row.recordId}`;
    said.set(key, [...(said.get(key) ?? []), row]);
  }
  return drafts.flatMap(({ recipient, records }) => {
    const further = records.filter((record) => {
      const known = said.get(`${recipient} ${record.recordId}`);
      if (known === undefined) return true;
      const isMore = (part: 'versions' | 'purposes' | 'fields' | 'agreements'): boolean => {
        const before = new Set<string | number>(known.flatMap((row) => [...row[part]]));
        return record[part].some((one) => !before.has(one));
      };
      return isMore('versions') || isMore('purposes') || isMore('fields') || isMore('agreements');
    });
    return further.length === 0 ? [] : [{ recipient, records: further }];
  });
}

async function addNotices(
  client: PoolClient,
  act: number,
  drafts: readonly NoticeDraft[],
  telling: number,
): Promise<void> {
  if (drafts.length === 0) return;
  const recipients = drafts.map(({ recipient }) => recipient);
  const { rows } = await client.query<{ readonly number: string; readonly recipient: string }>(ADD_NOTICES, [
    act,
    telling,
    recipients,
  ]);
  const notices = new Map(rows.map((row) => [row.recipient, row.number]));
  const lines = drafts.flatMap(({ recipient, records }) =>
    records.map((record) => ({
      notice: notices.get(recipient),
      record_id: record.recordId,
      versions: record.versions,
      current_version: record.currentVersion,
      purposes: record.purposes,
      fields: record.fields,
      agreements: record.agreements,
    })),
  );
  await client.query(ADD_RECORDS, [JSON.stringify(lines)]);
}
