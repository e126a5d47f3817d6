import { Migration } from '@mikro-orm/migrations';

const HEADS = `
-- Keys of the hub for heads of its ledger. A later one is introduced by the one before it: what both signed stands beside it.
-- Whether the signatures hold is not known here: whoever reads keys believes those that follow from a key it knows.
create table besa.ledger_key (
  id bigint generated always as identity primary key,
  fingerprint text collate "C" not null unique check (fingerprint ~ '^[0-9a-f]{32}$'),
  public_key text collate "C" not null unique check (public_key ~ '^[0-9a-f]{64}$'),
  since timestamptz(3) not null,
  -- one key has one successor
  previous text collate "C" unique references besa.ledger_key (fingerprint),
  introduction text,
  by_previous text check (by_previous ~ '^[0-9a-f]{128}$'),
  by_itself text check (by_itself ~ '^[0-9a-f]{128}$'),
  check (num_nulls(previous, introduction, by_previous, by_itself) in (0, 4)),
  check (fingerprint = left(encode(sha256(decode(public_key, 'hex')), 'hex'), 32))
);
-- A ledger has one first key.
create unique index ledger_key_first on besa.ledger_key ((previous is null)) where previous is null;

create table besa.signed_head (
  size bigint not null check (size >= 0),
  root bytea not null check (length(root) = 32),
  at timestamptz(3) not null,
  key text collate "C" not null references besa.ledger_key (fingerprint),
  text text not null,
  signature text not null check (signature ~ '^[0-9a-f]{128}$'),
  primary key (size, key)
);

create trigger append_only before update or delete or truncate on besa.ledger_key
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.ledger_key enable always trigger append_only;
create trigger append_only before update or delete or truncate on besa.signed_head
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.signed_head enable always trigger append_only;

-- Locked by whoever signs or changes the key: heads of several processes come in the order of their sizes.
create table besa.signing_lock (only_row boolean primary key default true check (only_row));
insert into besa.signing_lock default values;
`;

/** Keys of the hub for heads of its ledger, and the heads it signed with them: facts that are only ever added. */
export class SignedHeadsMigration extends Migration {
  override up(): void {
    this.addSql(HEADS);
  }
}
