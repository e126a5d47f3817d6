import { Migration } from '@mikro-orm/migrations';

/** What opens the commitments in the ledger. No facts: they go with the record, and then nobody can try out what was shown. */
export class CommitmentsMigration extends Migration {
  override up(): void {
    for (const statement of [OPENINGS, KEEP, FORGET]) this.addSql(statement);
  }
}

const OPENINGS = `
create table besa.commitment_opening (
  database_id int not null references besa.shared_database (id),
  record_id bigint not null,
  commitment bytea not null check (length(commitment) = 32),
  salt bytea not null check (length(salt) = 16),
  primary key (database_id, record_id, commitment)
);
create trigger no_update before update or truncate on besa.commitment_opening
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.commitment_opening enable always trigger no_update;
`;

/** An advisory lock of the hub's own: openings are kept under it together, and forgotten under it alone. */
const LOCK = `hashtextextended('besa.commitment_opening', 0)`;

/**
 * \`keep_openings(database ids, record ids, commitments, salts)\`, one each per opening.
 *
 * INVARIANT (erased is erased): the look at the tombstones is a statement that follows the lock, so in a snapshot taken under it,
 * and who lays a tombstone holds the lock alone until its commit. Read committed is what gives each statement its own snapshot;
 * any other isolation is refused.
 */
const KEEP = `
create function besa.keep_openings(databases int[], records bigint[], commitments bytea[], salts bytea[])
  returns void language plpgsql volatile set lock_timeout = '4s' as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'keep_openings needs read committed' using errcode = 'invalid_transaction_state';
  end if;
  perform pg_advisory_xact_lock_shared(${LOCK});
  insert into besa.commitment_opening (database_id, record_id, commitment, salt)
    select o.database_id, o.record_id, o.commitment, o.salt
    from unnest(databases, records, commitments, salts) o (database_id, record_id, commitment, salt)
    where not exists (
      select from besa.tombstone t where t.database_id = o.database_id and t.record_id = o.record_id)
    on conflict do nothing;
end $$;
`;

/** With the tombstone, whoever lays it: an erasure, the end of a retention, the replay of erasures into a restored backup. */
const FORGET = `
create function besa.forget_openings() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(${LOCK});
  delete from besa.commitment_opening o using laid t
    where o.database_id = t.database_id and o.record_id = t.record_id;
  return null;
end $$;
create trigger forget_openings after insert on besa.tombstone
  referencing new table as laid for each statement execute function besa.forget_openings();
alter table besa.tombstone enable always trigger forget_openings;
`;
