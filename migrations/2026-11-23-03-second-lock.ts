import { Migration } from '@mikro-orm/migrations';

const TABLES = `
-- Who may reach whose databases for what, clause by clause: read out of the signed text by the database itself, when a version
-- is finalised. Parties and their partners never change afterwards, so neither does this.
create table besa.clause_reach (
  reference text collate "C" not null,
  version int not null,
  article text collate "C" not null,
  assigner text collate "C" not null,
  assignee text collate "C" not null,
  record_type text collate "C",
  database text collate "C",
  -- assignee|purpose|action
  ctx text collate "C" not null check (ctx ~ '^[^|]+[|][^|]+[|][^|]+$'),
  primary key (reference, version, article, assigner, ctx),
  check ((record_type is null) <> (database is null))
);
create index reach_of_context on besa.clause_reach (ctx);
create index reach_into_owner on besa.clause_reach (assigner);

-- One row for each stretch of time in which nothing changes for a context. Row-level security reads this and nothing else.
create table besa.readable_stretch (
  ctx text collate "C" not null,
  valid_from timestamptz not null,
  valid_until timestamptz not null check (valid_from < valid_until),
  databases int[] not null,
  primary key (ctx, valid_from)
);
grant select on besa.readable_stretch to besa_reader;

-- Written by the triggers below, by nobody else: depth 1 is the statement itself, depth 2 a trigger's.
create function besa.refuse_direct_change() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    raise exception '%.% is derived from the agreements: it is not written by hand', tg_table_schema, tg_table_name;
  end if;
  return null;
end $$;
create trigger derived before insert or update or delete or truncate on besa.clause_reach
  for each statement execute function besa.refuse_direct_change();
create trigger derived before insert or update or delete or truncate on besa.readable_stretch
  for each statement execute function besa.refuse_direct_change();
alter table besa.clause_reach enable always trigger derived;
alter table besa.readable_stretch enable always trigger derived;
`;

const REACH = `
-- A right includes those below it: MATCH < READ < EXPORT and AGGREGATE < READ.
create function besa.actions_included(action text) returns text[] language sql immutable as $$
  select case action
    when 'MATCH' then array['MATCH']
    when 'AGGREGATE' then array['AGGREGATE']
    when 'READ' then array['READ', 'MATCH', 'AGGREGATE']
    when 'EXPORT' then array['EXPORT', 'READ', 'MATCH', 'AGGREGATE']
  end
$$;

-- The parties a code stands for: an agency that is party, or a partner's agencies that are.
create function besa.parties_named(named text, parties text[]) returns setof text language sql stable as $$
  select a.code from besa.agency a where a.code = any (parties) and named in (a.code, a.partner)
$$;

create function besa.reach_of_version(version besa.agreement_version) returns setof besa.clause_reach language sql stable as $$
  with clause as (
    select c.value as clause, d.assigner, d.assignee
    from besa.agreement_text t
    cross join lateral jsonb_array_elements(t.body::jsonb -> 'terms' -> 'clauses') c
    cross join lateral (
      select c.value ->> 'assigner', c.value ->> 'assignee'
      union all
      select c.value ->> 'assignee', c.value ->> 'assigner' where c.value -> 'mutual' = 'true'::jsonb
    ) d (assigner, assignee)
    where t.reference = version.reference and t.version = version.version and t.revision = version.revision
      and c.value ->> 'kind' = 'PERMISSION'
  )
  select distinct version.reference, version.version, c.clause ->> 'article', giver, taker,
    c.clause ->> 'recordType', c.clause ->> 'database', taker || '|' || purpose || '|' || action
  from clause c
  cross join lateral besa.parties_named(c.assigner, version.parties) giver
  cross join lateral besa.parties_named(c.assignee, version.parties) taker
  cross join lateral jsonb_array_elements_text(c.clause -> 'purposes') purpose
  cross join lateral unnest(besa.actions_included(c.clause ->> 'action')) action
  where giver <> taker
$$;
`;

const TIME = `
-- The span of each version of an agreement: begun, not superseded, not terminated, not at its end.
create function besa.spans_of_agreement(agreement text) returns table (version int, span tstzmultirange) language sql stable as $$
  select v.version, case when greatest(v.valid_from, v.finalised_at) < ended.at
    then tstzmultirange(tstzrange(greatest(v.valid_from, v.finalised_at), ended.at)) else '{}'::tstzmultirange end
  from besa.agreement_version v
  cross join lateral (
    select least(v.valid_until,
      (select min(greatest(l.valid_from, l.finalised_at)) from besa.agreement_version l
       where l.reference = v.reference and l.version > v.version),
      (select min(t.effective_at) from besa.agreement_act t where t.reference = v.reference and t.kind = 'TERMINATE')) as at
  ) ended
  where v.reference = agreement
$$;

-- When one direction of an agreement (of one article, if one is given) is suspended by at least one side: from each SUSPEND
-- to the next act of the same side that concerns the direction.
create function besa.suspended(agreement text, from_agency text, of_article text) returns tstzmultirange language sql stable as $$
  select coalesce(range_agg(tstzrange(s.effective_at, s.next_at)), '{}'::tstzmultirange)
  from (
    select a.kind, a.effective_at, lead(a.effective_at) over (partition by a.agency order by a.effective_at, a.id) as next_at
    from besa.agreement_act a
    where a.reference = agreement and a.kind in ('SUSPEND', 'RESUME')
      and (a.assigner is null or a.assigner = from_agency
        or a.assigner = (select g.partner from besa.agency g where g.code = from_agency))
      and (a.article is null or a.article = of_article)
  ) s
  where s.kind = 'SUSPEND'
$$;

-- When every framework above an agreement lets this direction through; a framework that nobody finalised, or that stands
-- under itself, never does.
create function besa.span_of_framework(framework text, from_agency text, below text[]) returns tstzmultirange language plpgsql stable as $$
declare
  allowed tstzmultirange;
begin
  if framework = any (below) then
    return '{}'::tstzmultirange;
  end if;
  select coalesce(range_agg(case when v.framework is null then s.span
      else s.span * besa.span_of_framework(v.framework, from_agency, below || span_of_framework.framework) end), '{}')
  into allowed
  from besa.agreement_version v join besa.spans_of_agreement(span_of_framework.framework) s on s.version = v.version
  where v.reference = span_of_framework.framework;
  return allowed - besa.suspended(framework, from_agency, null);
end $$;
`;

const STRETCHES = `
-- What readable_stretch must say about these contexts, from the agreements alone.
create function besa.stretches_of(contexts text[]) returns setof besa.readable_stretch language sql stable as $$
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
    select d.reference, d.version, d.article, d.assigner,
      case when v.framework is null then d.span
        else d.span * besa.span_of_framework(v.framework, d.assigner, array[d.reference]) end as span
    from direction d join besa.agreement_version v using (reference, version)
  ), scoped as materialized (
    -- clauses that say the same of the same databases are merged before any database is looked up
    select r.ctx, r.assigner, r.record_type, r.database, range_agg(a.span) as span
    from reach r join allowed a using (reference, version, article, assigner)
    where not isempty(a.span)
    group by r.ctx, r.assigner, r.record_type, r.database
  ), permitted as (
    select s.ctx, b.id, range_agg(s.span) as span
    from scoped s
    join besa.shared_database b on b.owner = s.assigner and (b.record_type = s.record_type or b.code = s.database)
    group by s.ctx, b.id
  ), open as materialized (
    select p.ctx, p.id, one.span from permitted p cross join lateral unnest(p.span) one (span)
  ), piece as (
    select ctx, at as begun, lead(at) over (partition by ctx order by at) as ended
    from (select ctx, lower(span) as at from open union select ctx, upper(span) from open) cut
  )
  select p.ctx, p.begun, p.ended, array_agg(o.id order by o.id)
  from piece p join open o on o.ctx = p.ctx and o.span @> p.begun
  where p.ended is not null
  group by p.ctx, p.begun, p.ended
  union all
  select b.owner, '-infinity', 'infinity', array_agg(b.id order by b.id)
  from besa.shared_database b where b.owner = any (contexts) group by b.owner
$$;

create function besa.rebuild_stretches(contexts text[]) returns void language plpgsql as $$
begin
  delete from besa.readable_stretch where ctx = any (contexts);
  insert into besa.readable_stretch select * from besa.stretches_of(contexts);
end $$;

-- Empty as long as nobody got past the triggers: rows that stand and should not, or should and do not.
create function besa.second_lock_differences() returns setof besa.readable_stretch language sql stable as $$
  with everything as (
    select * from besa.stretches_of(array(select distinct ctx from besa.clause_reach union select code from besa.agency))
  )
  (select * from besa.readable_stretch except select * from everything)
  union all
  (select * from everything except select * from besa.readable_stretch)
$$;
`;

const TRIGGERS = `
create function besa.contexts_of_agreements(changed text[]) returns text[] language sql stable as $$
  with recursive touched (reference) as (
    select unnest(changed) collate "C"
    union
    select v.reference from touched t join besa.agreement_version v on v.framework = t.reference
  )
  select array(select distinct r.ctx from besa.clause_reach r join touched using (reference))
$$;

create function besa.follow_versions() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into besa.clause_reach
  select r.* from added a
  join besa.agreement_version v using (reference, version)
  cross join lateral besa.reach_of_version(v) r;
  perform besa.rebuild_stretches(besa.contexts_of_agreements(array(select reference from added)));
  return null;
end $$;

create function besa.follow_acts() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform besa.rebuild_stretches(besa.contexts_of_agreements(array(select reference from added)));
  return null;
end $$;

create function besa.follow_databases() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform besa.rebuild_stretches(array(
    select owner from added union select r.ctx from besa.clause_reach r join added a on a.owner = r.assigner));
  return null;
end $$;

-- For what hardly ever happens; also the way to mend the table after somebody got past the triggers.
create function besa.rebuild_everything() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from besa.readable_stretch;
  insert into besa.readable_stretch
  select * from besa.stretches_of(array(select distinct ctx from besa.clause_reach union select code from besa.agency));
  return null;
end $$;

create trigger second_lock after insert on besa.agreement_version
  referencing new table as added for each statement execute function besa.follow_versions();
create trigger second_lock after insert on besa.agreement_act
  referencing new table as added for each statement execute function besa.follow_acts();
create trigger second_lock after insert on besa.shared_database
  referencing new table as added for each statement execute function besa.follow_databases();
create trigger second_lock_again after update or delete or truncate on besa.shared_database
  for each statement execute function besa.rebuild_everything();
create trigger second_lock_again after update or delete or truncate on besa.agency
  for each statement execute function besa.rebuild_everything();
alter table besa.agreement_version enable always trigger second_lock;
alter table besa.agreement_act enable always trigger second_lock;
alter table besa.shared_database enable always trigger second_lock;
alter table besa.shared_database enable always trigger second_lock_again;
alter table besa.agency enable always trigger second_lock_again;
`;

/** The second lock: which databases an agency may read for a purpose and action at an instant, kept by triggers. */
export class SecondLockMigration extends Migration {
  override up(): void {
    for (const sql of [TABLES, REACH, TIME, STRETCHES, TRIGGERS]) this.addSql(sql);
  }
}
