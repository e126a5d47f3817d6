import { Migration } from '@mikro-orm/migrations';

const KEYS = `
-- Validity is said when a key is registered; without a beginning it is the instant of the registration, never earlier.
alter table besa.signatory_key add column valid_until timestamptz check (valid_from < valid_until);

create or replace function besa.stamp_key() returns trigger language plpgsql as $$
begin
  new.valid_from := greatest(besa.besa_instant(), date_trunc('milliseconds', new.valid_from));
  new.valid_until := date_trunc('milliseconds', new.valid_until);
  return new;
end $$;

-- Registering a key only proposes it: it counts from the instant at which another person, of the agency, confirms it.
create table besa.signatory_key_confirmation (
  key_id int primary key references besa.signatory_key (id),
  confirmed_at timestamptz not null,
  confirmed_by text not null,
  agency text collate "C" not null references besa.agency (code)
);

-- Keys of before this rule have signed already: they count as confirmed at their registration, by nobody.
insert into besa.signatory_key_confirmation (key_id, confirmed_at, confirmed_by, agency)
select id, valid_from, 'registered before keys were confirmed', agency from besa.signatory_key;

create function besa.stamp_key_confirmation() returns trigger language plpgsql as $$
declare
  key besa.signatory_key;
begin
  select * into strict key from besa.signatory_key k where k.id = new.key_id;
  if key.registered_by = new.confirmed_by then
    raise exception 'a key is confirmed by another person than the one who registered it';
  end if;
  if key.agency <> new.agency then
    raise exception 'a key is confirmed by its own agency';
  end if;
  new.confirmed_at := besa.besa_instant();
  return new;
end $$;
create trigger stamp before insert on besa.signatory_key_confirmation
  for each row execute function besa.stamp_key_confirmation();
alter table besa.signatory_key_confirmation enable always trigger stamp;

create trigger append_only before update or delete or truncate on besa.signatory_key_confirmation
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.signatory_key_confirmation enable always trigger append_only;

-- A signature and the revocation of its key come one behind the other: the key's row is the lock. A signature that came too
-- late would be stored, finalise a version and make it doubtful for ever, so it is refused as a step somebody else was faster than.
create function besa.refuse_ended_key() returns trigger language plpgsql as $$
begin
  perform from besa.signatory_key k where k.id = new.key_id for share;
  if exists (select from besa.signatory_key k where k.id = new.key_id
      and (new.signed_at < k.valid_from or new.signed_at >= k.valid_until))
    or exists (select from besa.signatory_key_end e where e.key_id = new.key_id) then
    raise exception 'the key does not count any more' using errcode = 'unique_violation';
  end if;
  return new;
end $$;
-- Behind \`stamp\`: triggers run in the order of their names.
create trigger usable_key before insert on besa.agreement_signature for each row execute function besa.refuse_ended_key();
alter table besa.agreement_signature enable always trigger usable_key;

create or replace function besa.stamp_key_end() returns trigger language plpgsql as $$
begin
  perform from besa.signatory_key k where k.id = new.key_id for update;
  -- What was signed while this waited stays signed.
  new.ended_at := greatest(besa.besa_instant(),
    (select max(s.signed_at) + interval '1 millisecond' from besa.agreement_signature s where s.key_id = new.key_id));
  return new;
end $$;

-- Why a key was revoked: said since there is a way to revoke one.
alter table besa.signatory_key_end add column reason text;
alter table besa.signatory_key_end add constraint reason_given check (reason is not null and reason <> '') not valid;
`;

const VERIFIED = `
-- convert_to is only stable, because a database's encoding might be thought to change; to UTF8 it gives the same bytes always.
create function besa.bytes_hash(body text) returns text language sql immutable strict parallel safe as $$
  select encode(sha256(convert_to(body, 'UTF8')), 'hex')
$$;

-- Computed by the database from the bytes that stand there now: whoever changes a text changes this with it.
alter table besa.agreement_text
  add column id int generated always as identity unique,
  add column bytes_hash text collate "C" generated always as (besa.bytes_hash(body)) stored;

-- What stood there when every party's signature had been verified and the version was finalised.
create table besa.verified_text (
  -- that of the text, so that one look-up by a number finds what is to be compared
  id int primary key,
  reference text collate "C" not null,
  version int not null,
  revision int not null,
  hash text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  unique (reference, version),
  foreign key (reference, version) references besa.agreement_version (reference, version)
);
insert into besa.verified_text (id, reference, version, revision, hash)
select t.id, v.reference, v.version, v.revision, t.bytes_hash
from besa.agreement_version v join besa.agreement_text t using (reference, version, revision)
order by v.reference, v.version;

create function besa.remember_verified_text() returns trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into besa.verified_text (id, reference, version, revision, hash)
  select t.id, t.reference, t.version, t.revision, t.bytes_hash from besa.agreement_text t
  where t.reference = new.reference and t.version = new.version and t.revision = new.revision;
  return null;
end $$;
-- For each row: these run before the statement's own trigger, which builds the second lock from what is written here.
create trigger remember_text after insert on besa.agreement_version
  for each row execute function besa.remember_verified_text();
alter table besa.agreement_version enable always trigger remember_text;

create trigger append_only before update or delete or truncate on besa.verified_text
  for each statement execute function besa.refuse_change_of_fact();
create trigger derived before insert on besa.verified_text
  for each statement execute function besa.refuse_direct_change();
alter table besa.verified_text enable always trigger append_only;
alter table besa.verified_text enable always trigger derived;

grant select (id, reference, version, revision, bytes_hash) on besa.agreement_text to besa_reader;
grant select on besa.verified_text to besa_reader;
`;

const STRETCHES = `
-- Beside each database a verified text that opens it, and its hash; null = the agency's own. One text is enough even where
-- several open it: a doubtful agreement takes away every right between its parties, so it closes what the others would open.
alter table besa.readable_stretch add column grounds int[], add column hashes text[];

create or replace function besa.stretches_of(contexts text[]) returns setof besa.readable_stretch language sql stable as $$
  with reach as materialized (
    select * from besa.clause_reach where ctx = any (contexts)
  ), span_of_version as materialized (
    select r.reference, s.version, s.span from (select distinct reference from reach) r
    cross join lateral besa.spans_of_agreement(r.reference) s
  ), interrupted as materialized (
    select distinct a.reference from besa.agreement_act a where a.kind <> 'TERMINATE'
  ), direction as materialized (
    select d.*, case when i.reference is null then s.span
      else s.span - besa.suspended(d.reference, d.assigner, d.article) end as span
    from (select distinct reference, version, article, assigner from reach) d
    join span_of_version s using (reference, version)
    left join interrupted i using (reference)
  ), allowed as materialized (
    select d.reference, d.version, d.article, d.assigner, g.id as ground,
      case when v.framework is null then d.span
        else d.span * besa.span_of_framework(v.framework, d.assigner, array[d.reference]) end as span
    from direction d join besa.agreement_version v using (reference, version)
    join besa.verified_text g using (reference, version)
  ), scoped as materialized (
    -- clauses of one text that say the same of the same databases are merged before any database is looked up
    select r.ctx, a.ground, r.assigner, r.record_type, r.database, range_agg(a.span) as span
    from reach r join allowed a using (reference, version, article, assigner)
    where not isempty(a.span)
    group by r.ctx, a.ground, r.assigner, r.record_type, r.database
  ), permitted as (
    select s.ctx, b.id, s.ground, range_agg(s.span) as span
    from scoped s
    join besa.shared_database b on b.owner = s.assigner and (b.record_type = s.record_type or b.code = s.database)
    group by s.ctx, b.id, s.ground
  ), open as materialized (
    select p.ctx, p.id, p.ground, one.span from permitted p cross join lateral unnest(p.span) one (span)
  ), piece as (
    select ctx, at as begun, lead(at) over (partition by ctx order by at) as ended
    from (select ctx, lower(span) as at from open union select ctx, upper(span) from open) cut
  ), numbered as (
    select p.ctx, p.begun, p.ended, o.id, o.ground,
      row_number() over (partition by p.ctx, p.begun, o.id order by o.ground) as place
    from piece p join open o on o.ctx = p.ctx and o.span @> p.begun
    where p.ended is not null
  )
  select n.ctx, n.begun, n.ended, array_agg(n.id order by n.id), array_agg(n.ground order by n.id), array_agg(v.hash order by n.id)
  from numbered n join besa.verified_text v on v.id = n.ground
  where n.place = 1
  group by n.ctx, n.begun, n.ended
  union all
  select b.owner, '-infinity', 'infinity', array_agg(b.id order by b.id), array_agg(null::int order by b.id), array_agg(null::text order by b.id)
  from besa.shared_database b where b.owner = any (contexts) group by b.owner
$$;

-- Fires the trigger that rebuilds every stretch; no agency changes.
update besa.agency set name = name where false;

alter table besa.readable_stretch
  alter column grounds set not null,
  alter column hashes set not null,
  add check (cardinality(grounds) = cardinality(databases) and cardinality(hashes) = cardinality(databases));
`;

/** The lock as record tables of before this migration are given it; later ones get the same words from \`records/table-ddl\`. */
const POLICIES = `
do $$
declare
  locked record;
begin
  for locked in select p.schemaname, p.tablename from pg_catalog.pg_policies p
    where p.schemaname = 'records' and p.policyname = 'second_lock' loop
    execute format($lock$
      alter policy second_lock on %I.%I using (database_id = any ((
        select coalesce(array_agg(o.id), '{}')
        from besa.readable_stretch s cross join lateral unnest(s.databases, s.grounds, s.hashes) o (id, ground, hash)
        where s.ctx in (current_setting('besa.ctx', true), split_part(current_setting('besa.ctx', true), '|', 1))
          and s.valid_from <= besa.besa_now() and s.valid_until > besa.besa_now()
          and case when o.ground is null then strpos(s.ctx, '|') = 0 else coalesce((
            select t.bytes_hash = o.hash from besa.agreement_text t where t.id = o.ground), false) end
      )::int[]))$lock$, locked.schemaname, locked.tablename);
  end loop;
end $$;
`;

const DISCORD = `
-- Each signature, finalisation and act stands twice: as an event of the history and as the fact that decisions read. Here is what
-- of an agreement's history the facts do not bear out: an act that is gone, an instant that was moved by more than a minute.
-- Where the clock was set back an event has the instant of the one before it, and only "not later" can be compared.
create function besa.discord() returns table (reference text, said text) language sql stable as $$
  with told as (
    select e.*, lag(e.at) over (partition by e.reference order by e.number) as at_before from besa.agreement_event e
  )
  select e.reference, string_agg(e.number || ' ' || e.kind, ', ' order by e.number)
  from told e
  left join besa.agreement_version v on e.kind = 'FINALIZE'
    and v.reference = e.reference and v.version = e.version and v.revision = e.revision
  left join besa.agreement_signature s on e.kind = 'SIGN'
    and s.reference = e.reference and s.version = e.version and s.revision = e.revision and s.agency = e.agency
  left join besa.agreement_act a on a.reference = e.reference and a.number = e.number
  cross join lateral (
    select case e.kind when 'FINALIZE' then v.finalised_at when 'SIGN' then s.signed_at else a.effective_at end as at
  ) fact
  where e.kind in ('FINALIZE', 'SIGN', 'SUSPEND', 'RESUME', 'TERMINATE') and (
    fact.at is null
    or (e.kind in ('FINALIZE', 'SIGN') and fact.at > e.at + interval '1 minute')
    or (fact.at < e.at - interval '1 minute' and e.at is distinct from e.at_before)
    or (a.kind is not null and (a.kind <> e.kind or a.agency <> e.agency))
  )
  group by e.reference
$$;
`;

const EVIDENCE = `
-- One mark for each agreement over everything its verification reads: another mark, verify again. Texts stand in it by the
-- hash of their bytes.
create function besa.evidence() returns table (reference text, mark text) language sql stable
set timezone = 'UTC' set datestyle = 'ISO' as $$
  with version as (
    select v.reference, string_agg(concat_ws('|', v::text, t.bytes_hash, t.hash), e'\\n' order by v.version) as said
    from besa.agreement_version v left join besa.agreement_text t using (reference, version, revision)
    group by v.reference
  ), signature as (
    select s.reference, string_agg(concat_ws('|', s::text, k::text, c::text, e::text), e'\\n'
      order by s.version, s.revision, s.agency) as said
    from besa.agreement_version v join besa.agreement_signature s using (reference, version, revision)
    left join besa.signatory_key k on k.id = s.key_id
    left join besa.signatory_key_confirmation c on c.key_id = s.key_id
    left join besa.signatory_key_end e on e.key_id = s.key_id
    group by s.reference
  ), finalisation as (
    select f.reference, count(*)::text as said from besa.agreement_event f where f.kind = 'FINALIZE' group by f.reference
  )
  select reference, besa.bytes_hash(concat_ws(e'\\n\\n',
    coalesce(v.said, '-'), coalesce(s.said, '-'), coalesce(f.said, '-'), coalesce(d.said, '-')))
  from version v full join finalisation f using (reference) left join signature s using (reference)
  left join besa.discord() d using (reference)
$$;
`;

/** Keys that two people vouch for; and the second lock opens a database only while the text behind it is the verified one. */
export class KeysAndVerifiedTextsMigration extends Migration {
  override up(): void {
    for (const sql of [KEYS, VERIFIED, STRETCHES, POLICIES, DISCORD, EVIDENCE]) this.addSql(sql);
  }
}
