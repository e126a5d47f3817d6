import { Migration } from '@mikro-orm/migrations';

/**
 * Correction, dispute and erasure: what a record was before, who was told that it is so no longer, and what is left of an erased
 * one: a tombstone. Nothing here is readable by the role that reads records.
 */
export class RecordVersionsMigration extends Migration {
  override up(): void {
    for (const statement of [ACTS, VERSIONS, TOMBSTONES, NOTICES, APPEND_ONLY, DUE_INDEXES]) this.addSql(statement);
  }
}

const ACTS = `
-- One act on the quality of records: by a steward of one record, by the hub of those whose time is over.
create table besa.quality_act (
  number bigint generated always as identity primary key,
  database_id int not null references besa.shared_database (id),
  kind text collate "C" not null check (kind in ('CORRECTED', 'DISPUTED', 'ERASED')),
  reason text collate "C" not null check (reason ~ '^[A-Z][A-Z_]{0,39}$'),
  -- for the owner alone: no notice carries it
  note text check (char_length(note) between 1 and 2000),
  person text not null,
  -- names of the fields that have another value now
  changed text[] not null,
  due_at timestamptz(3) not null,
  at timestamptz(3) not null,
  -- of its entry in the ledger
  sequence bigint not null check (sequence > 0)
);
create index quality_act_of_database on besa.quality_act (database_id, number);
`;

const VERSIONS = `
-- What stood in a record until an act replaced it: { fields, envelope }. Null: the record was erased since.
create table besa.record_version (
  database_id int not null references besa.shared_database (id),
  record_id bigint not null,
  version int not null check (version > 0),
  content jsonb,
  act bigint not null references besa.quality_act (number),
  primary key (database_id, record_id, version)
);
create index record_version_of_act on besa.record_version (act);
`;

const TOMBSTONES = `
-- That a record was erased, and nothing of it. key_hash: keyed hash of its key, so that the same record is not taken back.
create table besa.tombstone (
  database_id int not null references besa.shared_database (id),
  record_id bigint not null,
  -- the last one it had
  version int not null check (version > 0),
  key_hash bytea not null check (length(key_hash) = 32),
  erased_at timestamptz(3) not null,
  reason text collate "C" not null,
  sequence bigint not null check (sequence > 0),
  primary key (database_id, record_id)
);
create index tombstone_of_key on besa.tombstone (database_id, key_hash);
`;

const NOTICES = `
-- What one recipient is told of one act.
create table besa.quality_notice (
  number bigint generated always as identity primary key,
  id uuid not null unique default gen_random_uuid(),
  act bigint not null references besa.quality_act (number),
  recipient text collate "C" not null references besa.agency (code),
  unique (act, recipient)
);
create index quality_notice_of_recipient on besa.quality_notice (recipient, number);

create table besa.quality_notice_record (
  notice bigint not null references besa.quality_notice (number),
  record_id bigint not null,
  -- those the recipient received, ascending
  versions int[] not null,
  -- null: erased
  current_version int,
  -- for which the recipient received it
  purposes text[] not null,
  -- names of fields the recipient was shown and that are concerned
  fields text[] not null,
  -- references of the agreements it received it under
  agreements text[] not null,
  primary key (notice, record_id)
);

create table besa.quality_attestation (
  notice bigint primary key references besa.quality_notice (number),
  agency text collate "C" not null references besa.agency (code),
  person text not null,
  statement text not null check (char_length(statement) between 1 and 2000),
  outcome text collate "C" not null check (outcome in ('CORRECTED', 'ERASED', 'NOT_HELD')),
  at timestamptz(3) not null default besa.besa_instant()
);

create function besa.attested_by_recipient() returns trigger language plpgsql as $$
begin
  if not exists (select from besa.quality_notice n where n.number = new.notice and n.recipient = new.agency) then
    raise exception '% was not told what it attests', new.agency;
  end if;
  return new;
end $$;
create trigger by_recipient before insert on besa.quality_attestation
  for each row execute function besa.attested_by_recipient();
alter table besa.quality_attestation enable always trigger by_recipient;
`;

const FACTS = ['quality_act', 'tombstone', 'quality_notice', 'quality_notice_record', 'quality_attestation'];

const APPEND_ONLY = `
${FACTS.map(
  (table) => `create trigger append_only before update or delete or truncate on besa.${table}
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.${table} enable always trigger append_only;`,
).join('\n')}

create trigger append_only before delete or truncate on besa.record_version
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.record_version enable always trigger append_only;

-- The one change there is: an erased record's content goes, for good.
create function besa.only_erasure_of_content() returns trigger language plpgsql as $$
begin
  if new.content is not null
    or (new.database_id, new.record_id, new.version, new.act) is distinct from (old.database_id, old.record_id, old.version, old.act)
    or not exists (select from besa.tombstone t where t.database_id = old.database_id and t.record_id = old.record_id)
  then
    raise exception 'besa.record_version holds facts: only the content of an erased record is removed';
  end if;
  return new;
end $$;
create trigger only_erasure before update on besa.record_version
  for each row execute function besa.only_erasure_of_content();
alter table besa.record_version enable always trigger only_erasure;
`;

/** Records whose time is over are looked for again and again: where none has a date, the index is empty and costs nothing. */
const DUE_INDEXES = `do $$
declare
  holder regclass;
begin
  for holder in
    select i.inhrelid::regclass from pg_catalog.pg_inherits i
      join pg_catalog.pg_class p on p.oid = i.inhparent
      join pg_catalog.pg_namespace n on n.oid = p.relnamespace
      join pg_catalog.pg_class c on c.oid = i.inhrelid
    where n.nspname = 'records' and p.relkind = 'p' and c.relkind = 'r'
  loop
    execute format('create index on %s (retain_until) where retain_until is not null', holder);
    execute format('create index on %s (review_due_at) where review_due_at is not null', holder);
  end loop;
end $$`;
