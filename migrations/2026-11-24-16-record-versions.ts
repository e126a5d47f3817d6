import { Migration } from '@mikro-orm/migrations';

/**
 * Correction, dispute and erasure: what a record was before, who was told that it is so no longer, and what is left of an erased
 * one: a tombstone. Nothing here is readable by the role that reads records.
 */
export class RecordVersionsMigration extends Migration {
  override up(): void {
    for (const statement of [ACTS, VERSIONS, TOMBSTONES, NOTICES, TELLING, APPEND_ONLY, DUE_INDEXES]) {
      this.addSql(statement);
    }
  }
}

const ACTS = `
-- One act on the quality of records: by a steward of one record, by the hub of those whose time is over.
create table besa.quality_act (
  number bigint generated always as identity primary key,
  database_id int not null references besa.shared_database (id),
  kind text collate "C" not null check (kind in ('CORRECTED', 'DISPUTED', 'ERASED')),
  reason text collate "C" not null check (reason ~ '^[A-Z][A-Z_]{0,39}$'),
  -- for the owner alone: no notice carries it, the ledger has its digest. Goes when the record is erased
  note text check (char_length(note) between 1 and 2000),
  person text not null,
  -- names of the fields that have another value now
  changed text[] not null,
  due_at timestamptz(3) not null,
  at timestamptz(3) not null
);
create index quality_act_of_database on besa.quality_act (database_id, number);

-- Where its entry stands in the ledger. Of its own, because it is known last: the ledger's lock is held for this row alone.
create table besa.quality_act_entry (
  act bigint primary key references besa.quality_act (number),
  sequence bigint not null unique check (sequence > 0)
);
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
  act bigint not null references besa.quality_act (number),
  primary key (database_id, record_id)
);
create index tombstone_of_key on besa.tombstone (database_id, key_hash);
`;

const NOTICES = `
-- What one recipient is told of one act: once, and once more if its ledger has it later that it received more of it.
create table besa.quality_notice (
  number bigint generated always as identity primary key,
  id uuid not null unique default gen_random_uuid(),
  act bigint not null references besa.quality_act (number),
  recipient text collate "C" not null references besa.agency (code),
  -- the how manyth time the act's recipients were looked up
  telling int not null check (telling > 0),
  at timestamptz(3) not null default besa.besa_instant(),
  due_at timestamptz(3) not null,
  unique (act, recipient, telling)
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
  -- names of fields that the recipient was shown for certain and that are concerned
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

/**
 * Acts whose recipients are to be looked up in the ledger's index: every act once, with its commit; and again when the index
 * meets the receipt of a replaced version behind the act's entry, whose answer was under way when the act was committed.
 *
 * INVARIANT (nobody is missed): an entry behind the act's is indexed in a snapshot that has the act, for sequences become visible
 * in their order; the entries before it are in the index when it is looked up, or it is left for later.
 *
 * Without sequential scans, because a plan made while tables were small is kept by its connection while they grow.
 */
const TELLING = `
create table besa.quality_untold (
  number bigint generated always as identity primary key,
  act bigint not null references besa.quality_act (number)
);
create index quality_untold_of_act on besa.quality_untold (act);

create function besa.tell_of_late_receipts() returns trigger language plpgsql volatile set enable_seqscan = off as $$
begin
  insert into besa.quality_untold (act)
    select distinct v.act from came r
      join besa.record_version v on v.database_id = r.database_id and v.record_id = r.record_id and v.version >= r.version
      join besa.quality_act_entry e on e.act = v.act and e.sequence < r.sequence;
  return null;
end $$;
create trigger late_receipts after insert on besa.ledger_receipt
  referencing new table as came for each statement execute function besa.tell_of_late_receipts();
alter table besa.ledger_receipt enable always trigger late_receipts;
`;

const FACTS = ['quality_act_entry', 'tombstone', 'quality_notice', 'quality_notice_record', 'quality_attestation'];

const APPEND_ONLY = `
${FACTS.map(
  (table) => `create trigger append_only before update or delete or truncate on besa.${table}
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.${table} enable always trigger append_only;`,
).join('\n')}

${['quality_act', 'record_version']
  .map(
    (table) => `create trigger append_only before delete or truncate on besa.${table}
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.${table} enable always trigger append_only;`,
  )
  .join('\n')}

-- The one change there is: an erased record's content goes, for good, and what was noted of it.
create function besa.only_erasure_of_note() returns trigger language plpgsql as $$
begin
  if new.note is not null
    or to_jsonb(new) - 'note' is distinct from to_jsonb(old) - 'note'
    or not exists (select from besa.record_version v join besa.tombstone t using (database_id, record_id) where v.act = old.number)
  then
    raise exception 'besa.quality_act holds facts: only the note on an erased record is removed';
  end if;
  return new;
end $$;
create trigger only_erasure before update on besa.quality_act
  for each row execute function besa.only_erasure_of_note();
alter table besa.quality_act enable always trigger only_erasure;

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
