import { Migration } from '@mikro-orm/migrations';

/**
 * What quotas count. No facts: what was asked and disclosed stands in the ledger; these are the sums that decide how much
 * more may be. One account for each direction of a clause and each day or month, and the marks of records it has seen.
 */
export class QuotaMigration extends Migration {
  override up(): void {
    for (const statement of [ACCOUNTS, SUBJECTS, CHARGE, SETTLE]) this.addSql(statement);
  }
}

const ACCOUNTS = `create table besa.quota_account (
  -- agreement|article|assigner|assignee|day or month
  key text collate "C" not null,
  period_from timestamptz not null,
  period_until timestamptz not null check (period_from < period_until),
  used_values bigint not null default 0 check (used_values >= 0),
  used_requests bigint not null default 0 check (used_requests >= 0),
  used_records bigint not null default 0 check (used_records >= 0),
  used_subjects bigint not null default 0 check (used_subjects >= 0),
  -- requests that found too little left
  refused bigint not null default 0,
  first_refused_at timestamptz,
  primary key (key, period_from)
) with (fillfactor = 50)`;

const SUBJECTS = `create table besa.quota_subject (
  key text collate "C" not null,
  period_from timestamptz not null,
  -- keyed hash of the record's id: another one in each account and period, so that nobody can follow a record by it
  mark bytea not null check (length(mark) = 32),
  primary key (key, period_from, mark)
)`;

/**
 * `charge([{ key, from, until, values, requests, records, subjects, values_max, … }])`: charges all or none. Null: the
 * period of one is not the present one. Else the keys that hold too little; empty: all are charged.
 *
 * INVARIANT (exact): sums are read by a statement that follows the lock, so in a snapshot taken under it. Read committed
 * is what gives each statement its own; any other isolation is refused, for it would add to a sum of the past. New accounts
 * first, then all of them in the order of their keys: no two calls wait for each other in a circle.
 */
const CHARGE = `create function besa.charge(charges jsonb) returns text[] language plpgsql volatile set lock_timeout = '4s' as $$
declare
  exhausted text[];
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'charge needs read committed' using errcode = 'invalid_transaction_state';
  end if;
  if exists (
    select from jsonb_to_recordset(charges) c ("from" timestamptz, "until" timestamptz)
    where (besa.besa_now() >= c."from" and besa.besa_now() < c."until") is not true
  ) then
    return null;
  end if;

  insert into besa.quota_account (key, period_from, period_until)
    select c.key, c."from", c."until" from jsonb_to_recordset(charges) c (key text, "from" timestamptz, "until" timestamptz)
    order by c.key collate "C"
    on conflict do nothing;
  perform from besa.quota_account a
    where (a.key, a.period_from) in (
      select c.key, c."from" from jsonb_to_recordset(charges) c (key text, "from" timestamptz))
    order by a.key, a.period_from for update;

  exhausted := array(
    select a.key from besa.quota_account a
    join jsonb_to_recordset(charges) c (
      key text, "from" timestamptz, "values" bigint, requests bigint, records bigint, subjects bigint,
      values_max bigint, requests_max bigint, records_max bigint, subjects_max bigint)
    on a.key = c.key and a.period_from = c."from"
    where a.used_values + coalesce(c."values", 0) > c.values_max
      or a.used_requests + coalesce(c.requests, 0) > c.requests_max
      or a.used_records + coalesce(c.records, 0) > c.records_max
      or a.used_subjects + coalesce(c.subjects, 0) > c.subjects_max
    order by a.key
  );
  if cardinality(exhausted) > 0 then
    update besa.quota_account a set refused = a.refused + 1, first_refused_at = coalesce(a.first_refused_at, besa.besa_now())
      from jsonb_to_recordset(charges) c (key text, "from" timestamptz)
      where a.key = c.key and a.period_from = c."from" and a.key = any (exhausted);
    return exhausted;
  end if;

  update besa.quota_account a set
    used_values = a.used_values + coalesce(c."values", 0),
    used_requests = a.used_requests + coalesce(c.requests, 0),
    used_records = a.used_records + coalesce(c.records, 0),
    used_subjects = a.used_subjects + coalesce(c.subjects, 0)
  from jsonb_to_recordset(charges) c (
    key text, "from" timestamptz, "values" bigint, requests bigint, records bigint, subjects bigint)
  where a.key = c.key and a.period_from = c."from";
  return exhausted;
end
$$`;

/**
 * `settle([{ key, from, records_back, subjects_charged, marks }])`: gives back records that were not disclosed, and subjects
 * but for the marks the period has not seen yet. Accounts whose period is over stay as they are: nobody asks for them again.
 * Marks of earlier periods go, some at each call, so that no call is long.
 */
const SETTLE = `create function besa.settle(settlements jsonb) returns void language plpgsql volatile set lock_timeout = '4s' as $$
declare
  one record;
  added bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'settle needs read committed' using errcode = 'invalid_transaction_state';
  end if;
  for one in
    select * from jsonb_to_recordset(settlements) s (
      key text, "from" timestamptz, records_back bigint, subjects_charged bigint, marks text[])
    order by s.key collate "C", s."from"
  loop
    perform from besa.quota_account a
      where a.key = one.key and a.period_from = one."from" and besa.besa_now() < a.period_until for update;
    continue when not found;
    with marked as (
      insert into besa.quota_subject (key, period_from, mark)
      select one.key, one."from", decode(mark, 'hex') from unnest(one.marks) mark
      on conflict do nothing
      returning 1
    )
    select count(*) into added from marked;
    update besa.quota_account a set
      used_records = greatest(0, a.used_records - one.records_back),
      used_subjects = greatest(0, a.used_subjects - one.subjects_charged + added)
    where a.key = one.key and a.period_from = one."from";
    delete from besa.quota_subject s using (
      select o.key, o.period_from, o.mark from besa.quota_subject o
      where o.key = one.key and o.period_from < one."from" limit 1000
    ) old
    where s.key = old.key and s.period_from = old.period_from and s.mark = old.mark;
  end loop;
end
$$`;
