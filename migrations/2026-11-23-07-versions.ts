import { Migration } from '@mikro-orm/migrations';

const NOTICE = `
-- When something of which notice is given takes effect: the first instant of the first local day after the local day of the
-- notice and the duration. Whole days, so that neither the hour nor summer time shortens it; policy/notice.ts says the same.
create function besa.after_notice(given_at timestamptz, notice text, zone text) returns timestamptz language sql stable as $$
  select besa.start_of_local_day((((given_at at time zone zone)::date + notice::interval)::date + 1), zone)
$$;
`;

const COLUMNS = `
-- Tightened by one party, entered by its signature alone; null: every party signed. And from when the version counts.
alter table besa.agreement_version
  add column tightened_by text collate "C" references besa.agency (code),
  add column begins_at timestamptz;

-- The one time that rows are changed: the new column says of them what was computed so far.
alter table besa.agreement_version disable trigger append_only;
update besa.agreement_version set begins_at = greatest(valid_from, finalised_at);
alter table besa.agreement_version enable always trigger append_only;
alter table besa.agreement_version alter column begins_at set not null;
`;

const NARROWER = `
-- What the database itself can tell of a tightening: no right to any database, purpose or action is new. Rows, fields and
-- conditions are the hub's to compare (policy/difference.ts), each time it loads the agreement.
create function besa.refuse_wider_reach(added besa.agreement_version, before besa.agreement_version) returns void
language plpgsql stable as $$
declare
  wider text;
begin
  select r.article into wider from besa.reach_of_version(added) r
  where not exists (
    select from besa.clause_reach b
    where b.reference = before.reference and b.version = before.version
      and b.article = r.article and b.assigner = r.assigner and b.ctx = r.ctx
      and (b.record_type = r.record_type or b.database = r.database
        or b.record_type = (select d.record_type from besa.shared_database d where d.code = r.database))
  ) limit 1;
  if wider is not null then
    raise exception 'article % of % reaches further than the version before', wider, added.reference;
  end if;
  if added.valid_until > before.valid_until then
    raise exception 'version % of % holds longer than the one before', added.version, added.reference;
  end if;
end $$;
`;

const READ_VERSION = `
create or replace function besa.read_version() returns trigger language plpgsql as $$
declare
  body jsonb;
  terms jsonb;
  before besa.agreement_version;
  before_text besa.agreement_text;
  unsigned text;
  notice text;
begin
  select t.body::jsonb into strict body from besa.agreement_text t
  where t.reference = new.reference and t.version = new.version and t.revision = new.revision;
  terms := body -> 'terms';
  select v.* into before from besa.agreement_version v where v.reference = new.reference order by v.version desc limit 1;
  select t.* into before_text from besa.agreement_text t
  where t.reference = before.reference and t.version = before.version and t.revision = before.revision;
  if terms ->> 'reference' is distinct from besa.plain_reference(new.reference)
    or (body ->> 'version')::int is distinct from new.version
    or new.version <> coalesce(before.version, 0) + 1 or body ->> 'previous' is distinct from before_text.hash then
    raise exception 'the text does not continue agreement %', new.reference;
  end if;
  new.parties := array(select jsonb_array_elements_text(terms -> 'parties'));
  select party into unsigned from unnest(new.parties) party
  where (new.tightened_by is null or party = new.tightened_by) and not exists (
    select from besa.agreement_signature s
    where s.reference = new.reference and s.version = new.version and s.revision = new.revision and s.agency = party
  ) limit 1;
  if cardinality(new.parties) < 2 or unsigned is not null then
    raise exception 'agreement % is not signed by every party', new.reference;
  end if;
  if before.reference is not null and not (new.parties @> before.parties and before.parties @> new.parties) then
    raise exception 'the parties of agreement % stay the same', new.reference;
  end if;
  new.valid_from := besa.start_of_local_day((terms ->> 'from')::date, terms ->> 'timeZone');
  new.valid_until := besa.start_of_local_day((terms ->> 'until')::date, terms ->> 'timeZone');
  new.framework := terms ->> 'framework';
  new.finalised_at := besa.besa_instant();
  new.begins_at := greatest(new.valid_from, new.finalised_at);
  if new.tightened_by is not null then
    if before.reference is null or not (new.tightened_by = any (new.parties)) then
      raise exception 'nobody may tighten agreement % alone', new.reference;
    end if;
    notice := before_text.body::jsonb #>> '{terms,amendmentNotice}';
    if notice is not null then
      new.begins_at := greatest(new.begins_at,
        besa.after_notice(new.finalised_at, notice, before_text.body::jsonb #>> '{terms,timeZone}'));
    end if;
  end if;
  -- While notice of termination runs, nothing new is agreed either.
  if new.tightened_by is not null or exists (
    select from besa.agreement_act a where a.reference = new.reference and a.kind = 'TERMINATE'
  ) then
    perform besa.refuse_wider_reach(new, before);
  end if;
  return new;
end $$;
`;

const SPANS = `
-- The span of each version of an agreement: begun, not superseded, not terminated, not at its end.
create or replace function besa.spans_of_agreement(agreement text) returns table (version int, span tstzmultirange)
language sql stable as $$
  select v.version, case when v.begins_at < ended.at
    then tstzmultirange(tstzrange(v.begins_at, ended.at)) else '{}'::tstzmultirange end
  from besa.agreement_version v
  cross join lateral (
    select least(v.valid_until,
      (select min(l.begins_at) from besa.agreement_version l where l.reference = v.reference and l.version > v.version),
      (select min(t.effective_at) from besa.agreement_act t where t.reference = v.reference and t.kind = 'TERMINATE')) as at
  ) ended
  where v.reference = agreement
$$;
`;

const TERMINATION = `
-- The earliest instant at which an agreement can end by one side, if notice is given now: what the version that counts says.
create function besa.termination_notice_end(agreement text, given_at timestamptz) returns timestamptz language sql stable as $$
  select besa.after_notice(given_at, t.body::jsonb #>> '{terms,terminationNotice}', t.body::jsonb #>> '{terms,timeZone}')
  from besa.agreement_version v join besa.agreement_text t using (reference, version, revision)
  where v.reference = agreement
  order by v.begins_at <= given_at desc, case when v.begins_at <= given_at then -v.version else v.version end
  limit 1
$$;

create or replace function besa.stamp_act() returns trigger language plpgsql as $$
declare
  instant timestamptz := besa.besa_instant();
  -- The hub asked for the instant a moment ago: midnight may have passed since.
  slack constant interval := interval '5 seconds';
begin
  if not exists (select from besa.agreement_version v where v.reference = new.reference and new.agency = any (v.parties)) then
    raise exception '% is no party to a finalised version of %', new.agency, new.reference;
  end if;
  if new.kind = 'TERMINATE' then
    new.effective_at := coalesce(new.effective_at, besa.termination_notice_end(new.reference, instant));
    if new.effective_at < besa.termination_notice_end(new.reference, instant - slack) then
      raise exception 'notice of termination of % ends later', new.reference;
    end if;
  end if;
  new.effective_at := date_trunc('milliseconds', coalesce(new.effective_at, instant));
  -- What was released was released: an act cannot reach back.
  if new.effective_at < instant - slack then
    raise exception 'an act cannot take effect in the past';
  end if;
  new.effective_at := greatest(new.effective_at, instant);
  return new;
end $$;
`;

/** Versions that one party's tightening makes, when they begin, and notice of termination. */
export class VersionsMigration extends Migration {
  override up(): void {
    for (const sql of [NOTICE, COLUMNS, NARROWER, READ_VERSION, SPANS, TERMINATION]) this.addSql(sql);
  }
}
