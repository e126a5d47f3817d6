import { Migration } from '@mikro-orm/migrations';

const SCHEMAS = `
create schema if not exists besa;
create schema if not exists records;
-- A function may be called by whoever is granted it, by nobody else: the reader role sees both schemas.
alter default privileges revoke execute on functions from public;
`;

const CLOCK = `
-- The one clock of every decision. Only a test cluster may replace it.
create function besa.besa_now() returns timestamptz language sql stable as $$ select statement_timestamp() $$;

-- Facts carry milliseconds: what a JavaScript Date can hold. Cut off, not rounded, so that a fact is never in the future.
create function besa.besa_instant() returns timestamptz language sql stable as $$
  select date_trunc('milliseconds', besa.besa_now())
$$;
`;

const READER = `
-- The role that reads records. It owns nothing and row-level security binds it.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'besa_reader') then
    begin
      create role besa_reader login;
    exception when duplicate_object or unique_violation then
      null; -- another hub on the same cluster was faster
    end;
  end if;
  if exists (select from pg_catalog.pg_roles where rolname = 'besa_reader' and (rolsuper or rolbypassrls or rolcreaterole)) then
    raise exception 'role besa_reader has more rights than a reader may have' using hint = 'drop the role and let the hub create it';
  end if;
  if not exists (
    select from pg_catalog.pg_roles where rolname = 'besa_reader' and rolconfig @> array[
      'plan_cache_mode=force_generic_plan', 'default_transaction_isolation=repeatable read', 'TimeZone=UTC']
  ) then
    alter role besa_reader set plan_cache_mode = force_generic_plan;
    alter role besa_reader set default_transaction_isolation = 'repeatable read';
    alter role besa_reader set timezone = 'UTC';
  end if;
end $$;
grant usage on schema besa, records to besa_reader;
grant execute on function besa.besa_now() to besa_reader;
`;

const AGREEMENT_SET = `
-- One row: the version of everything a decision reads. Compiled decisions are keyed by it.
create table besa.agreement_set (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into besa.agreement_set (version) values (1);
grant select on besa.agreement_set to besa_reader;

-- Runs before the change itself: the row lock puts changes of rights one behind the other.
create function besa.bump_agreement_set() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update besa.agreement_set set version = version + 1;
  return null;
end $$;
`;

const PARTIES = `
-- A clause names an agency or a partner by code, so no code may mean both.
create table besa.party_code (code text collate "C" primary key check (code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$' and length(code) <= 64));

create function besa.claim_party_code() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into besa.party_code (code) values (new.code);
  return new;
end $$;

create table besa.partner (
  code text collate "C" primary key,
  name text not null check (name <> ''),
  footnote text
);

create table besa.agency (
  code text collate "C" primary key,
  name text not null check (name <> ''),
  partner text collate "C" not null references besa.partner (code)
);
create index agency_of_partner on besa.agency (partner, code);

create trigger claim_code before insert on besa.partner for each row execute function besa.claim_party_code();
create trigger claim_code before insert on besa.agency for each row execute function besa.claim_party_code();
alter table besa.partner enable always trigger claim_code;
alter table besa.agency enable always trigger claim_code;
`;

const DATABASES = `
create table besa.shared_database (
  id int generated always as identity primary key,
  code text collate "C" not null unique check (code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$' and length(code) <= 64),
  name text not null check (name <> ''),
  owner text collate "C" not null references besa.agency (code),
  record_type text collate "C" not null,
  hosting text not null check (hosting in ('HOSTED', 'FEDERATED'))
);
create index database_of_owner on besa.shared_database (owner, record_type, code);

create table besa.technology (
  code text collate "C" primary key check (code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$' and length(code) <= 64),
  name text not null check (name <> ''),
  owner text collate "C" not null references besa.agency (code),
  kind text not null,
  description text not null,
  maturity int not null check (maturity between 1 and 9)
);
create index technology_of_owner on besa.technology (owner, code);
`;

const FIXED = `
-- Signed clauses speak of these by code. If an agency could change its partner, or a database its owner, signed words would change
-- their meaning without a signature.
create function besa.refuse_change_of_meaning() returns trigger language plpgsql as $$
declare
  fixed text;
begin
  foreach fixed in array tg_argv loop
    if to_jsonb(old) -> fixed is distinct from to_jsonb(new) -> fixed then
      raise exception 'column % of %.% never changes', fixed, tg_table_schema, tg_table_name;
    end if;
  end loop;
  return new;
end $$;

create trigger fixed before update on besa.partner for each row execute function besa.refuse_change_of_meaning('code');
create trigger fixed before update on besa.agency for each row execute function besa.refuse_change_of_meaning('code', 'partner');
create trigger fixed before update on besa.shared_database for each row
  execute function besa.refuse_change_of_meaning('id', 'code', 'owner', 'record_type', 'hosting');
alter table besa.partner enable always trigger fixed;
alter table besa.agency enable always trigger fixed;
alter table besa.shared_database enable always trigger fixed;

create trigger bump before insert or update or delete or truncate on besa.agency
  for each statement execute function besa.bump_agreement_set();
create trigger bump before insert or update or delete or truncate on besa.shared_database
  for each statement execute function besa.bump_agreement_set();
alter table besa.agency enable always trigger bump;
alter table besa.shared_database enable always trigger bump;
`;

/** Partners, agencies, shared databases, technologies; the clock, the version of the agreement set and the reader role. */
export class RegistryMigration extends Migration {
  override up(): void {
    for (const sql of [SCHEMAS, CLOCK, READER, AGREEMENT_SET, PARTIES, DATABASES, FIXED]) this.addSql(sql);
  }
}
