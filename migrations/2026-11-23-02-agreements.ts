import { Migration } from '@mikro-orm/migrations';

const APPEND_ONLY = `
create function besa.refuse_change_of_fact() returns trigger language plpgsql as $$
begin
  raise exception '%.% holds facts: they are added, never changed or removed', tg_table_schema, tg_table_name;
end $$;
`;

/** The statement that makes a table append-only for every role, replication included. */
const appendOnly = (table: string): string => `
create trigger append_only before update or delete or truncate on besa.${table}
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.${table} enable always trigger append_only;
`;

const KEYS = `
-- Public keys only: a private key never reaches the hub. A signature counts if its key was valid when it was given.
create table besa.signatory_key (
  id int generated always as identity primary key,
  agency text collate "C" not null references besa.agency (code),
  public_key text collate "C" not null unique check (public_key ~ '^[0-9a-f]{64}$'),
  is_demo boolean not null,
  valid_from timestamptz not null,
  registered_by text not null
);
create index key_of_agency on besa.signatory_key (agency, id);

create table besa.signatory_key_end (
  key_id int primary key references besa.signatory_key (id),
  ended_at timestamptz not null,
  ended_by text not null
);

create function besa.stamp_key() returns trigger language plpgsql as $$
begin
  new.valid_from := besa.besa_instant();
  return new;
end $$;
create function besa.stamp_key_end() returns trigger language plpgsql as $$
begin
  new.ended_at := besa.besa_instant();
  return new;
end $$;
create trigger stamp before insert on besa.signatory_key for each row execute function besa.stamp_key();
create trigger stamp before insert on besa.signatory_key_end for each row execute function besa.stamp_key_end();
alter table besa.signatory_key enable always trigger stamp;
alter table besa.signatory_key_end enable always trigger stamp;
`;

const TEXTS = `
-- What is negotiated and signed, word for word: canonical JSON (RFC 8785), one revision for each time the words changed.
create table besa.agreement_text (
  reference text collate "C" not null,
  version int not null check (version >= 1),
  revision int not null check (revision >= 1),
  body text collate "C" not null,
  hash text collate "C" not null,
  primary key (reference, version, revision),
  check (hash = encode(sha256(convert_to(body, 'UTF8')), 'hex'))
);

-- Everything that ever happened to an agreement, numbered without gaps: two writers cannot both have number n.
create table besa.agreement_event (
  reference text collate "C" not null,
  number int not null,
  kind text not null check (kind in ('DRAFT', 'OFFER', 'COUNTER', 'ACCEPT', 'REJECT', 'SIGN', 'FINALIZE', 'SUSPEND', 'RESUME', 'TERMINATE')),
  version int not null,
  revision int not null,
  agency text collate "C" references besa.agency (code),
  person text not null,
  reason text,
  at timestamptz not null,
  primary key (reference, number),
  foreign key (reference, version, revision) references besa.agreement_text (reference, version, revision)
);

create function besa.stamp_event() returns trigger language plpgsql as $$
declare
  latest besa.agreement_event;
begin
  select * into latest from besa.agreement_event e where e.reference = new.reference order by e.number desc limit 1;
  if new.number is distinct from coalesce(latest.number, 0) + 1 then
    raise exception 'event % of % is not the next one', new.number, new.reference using errcode = 'unique_violation';
  end if;
  -- The database's clock may be set back; history is not.
  new.at := greatest(besa.besa_instant(), latest.at);
  return new;
end $$;
create trigger stamp before insert on besa.agreement_event for each row execute function besa.stamp_event();
alter table besa.agreement_event enable always trigger stamp;

create table besa.agreement_signature (
  reference text collate "C" not null,
  version int not null,
  revision int not null,
  agency text collate "C" not null references besa.agency (code),
  key_id int not null references besa.signatory_key (id),
  -- Ed25519 over the bytes of the text, lower-case hexadecimal: one spelling only
  signature text collate "C" not null check (signature ~ '^[0-9a-f]{128}$'),
  signed_at timestamptz not null,
  primary key (reference, version, revision, agency),
  foreign key (reference, version, revision) references besa.agreement_text (reference, version, revision)
);

create function besa.stamp_signature() returns trigger language plpgsql as $$
begin
  new.signed_at := besa.besa_instant();
  return new;
end $$;
create trigger stamp before insert on besa.agreement_signature for each row execute function besa.stamp_signature();
alter table besa.agreement_signature enable always trigger stamp;
`;

const LOCAL_DAY = `
-- The first instant of a local day: where midnight came twice, the first one; where it was skipped, the instant of the change.
create function besa.start_of_local_day(day date, zone text) returns timestamptz language sql stable as $$
  select min(found) from (
    select (day::timestamp at time zone zone) - back as found
    from unnest(array[interval '0', interval '30 minutes', interval '1 hour', interval '2 hours', interval '3 hours']) back
  ) candidate
  where (found at time zone zone)::date = day
$$;
`;

const VERSIONS = `
-- Finalised versions: nothing else exists for a decision. The columns after the key are read out of the signed text by the database.
create table besa.agreement_version (
  reference text collate "C" not null,
  version int not null,
  revision int not null,
  valid_from timestamptz not null,
  valid_until timestamptz not null check (valid_from < valid_until),
  framework text collate "C",
  parties text[] not null,
  finalised_at timestamptz not null,
  primary key (reference, version),
  foreign key (reference, version, revision) references besa.agreement_text (reference, version, revision)
);
create index version_under_framework on besa.agreement_version (framework) where framework is not null;

create function besa.read_version() returns trigger language plpgsql as $$
declare
  body jsonb;
  terms jsonb;
  before besa.agreement_text;
  unsigned text;
begin
  select t.body::jsonb into strict body from besa.agreement_text t
  where t.reference = new.reference and t.version = new.version and t.revision = new.revision;
  terms := body -> 'terms';
  select t.* into before from besa.agreement_version v join besa.agreement_text t using (reference, version, revision)
  where v.reference = new.reference order by v.version desc limit 1;
  if terms ->> 'reference' is distinct from new.reference or (body ->> 'version')::int is distinct from new.version
    or new.version <> coalesce(before.version, 0) + 1 or body ->> 'previous' is distinct from before.hash then
    raise exception 'the text does not continue agreement %', new.reference;
  end if;
  new.parties := array(select jsonb_array_elements_text(terms -> 'parties'));
  select party into unsigned from unnest(new.parties) party
  where not exists (
    select from besa.agreement_signature s
    where s.reference = new.reference and s.version = new.version and s.revision = new.revision and s.agency = party
  ) limit 1;
  if cardinality(new.parties) < 2 or unsigned is not null then
    raise exception 'agreement % is not signed by every party', new.reference;
  end if;
  new.valid_from := besa.start_of_local_day((terms ->> 'from')::date, terms ->> 'timeZone');
  new.valid_until := besa.start_of_local_day((terms ->> 'until')::date, terms ->> 'timeZone');
  new.framework := terms ->> 'framework';
  new.finalised_at := besa.besa_instant();
  return new;
end $$;
create trigger read_text before insert on besa.agreement_version for each row execute function besa.read_version();
alter table besa.agreement_version enable always trigger read_text;
`;

const ACTS = `
-- One side's acts on a finalised agreement.
create table besa.agreement_act (
  id bigint generated always as identity primary key,
  reference text collate "C" not null,
  number int not null,
  kind text not null check (kind in ('SUSPEND', 'RESUME', 'TERMINATE')),
  agency text collate "C" not null references besa.agency (code),
  effective_at timestamptz not null,
  assigner text collate "C",
  article text collate "C",
  foreign key (reference, number) references besa.agreement_event (reference, number),
  check (kind <> 'TERMINATE' or (assigner is null and article is null))
);
create index act_on_agreement on besa.agreement_act (reference, effective_at, id);

create function besa.stamp_act() returns trigger language plpgsql as $$
declare
  instant timestamptz := besa.besa_instant();
begin
  if not exists (select from besa.agreement_version v where v.reference = new.reference and new.agency = any (v.parties)) then
    raise exception '% is no party to a finalised version of %', new.agency, new.reference;
  end if;
  new.effective_at := date_trunc('milliseconds', coalesce(new.effective_at, instant));
  -- What was released was released: an act cannot reach back.
  if new.effective_at < instant - interval '5 seconds' then
    raise exception 'an act cannot take effect in the past';
  end if;
  new.effective_at := greatest(new.effective_at, instant);
  return new;
end $$;
create trigger stamp before insert on besa.agreement_act for each row execute function besa.stamp_act();
alter table besa.agreement_act enable always trigger stamp;

create trigger bump before insert on besa.agreement_version for each statement execute function besa.bump_agreement_set();
create trigger bump before insert on besa.agreement_act for each statement execute function besa.bump_agreement_set();
alter table besa.agreement_version enable always trigger bump;
alter table besa.agreement_act enable always trigger bump;
`;

const FACT_TABLES = [
  'signatory_key',
  'signatory_key_end',
  'agreement_text',
  'agreement_event',
  'agreement_signature',
  'agreement_version',
  'agreement_act',
];

/** Agreements as facts that are only ever added: texts, events, signatures, finalised versions, acts, and signatories' keys. */
export class AgreementsMigration extends Migration {
  override up(): void {
    for (const sql of [APPEND_ONLY, KEYS, TEXTS, LOCAL_DAY, VERSIONS, ACTS]) this.addSql(sql);
    for (const table of FACT_TABLES) this.addSql(appendOnly(table));
  }
}
