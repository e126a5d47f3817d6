import { Migration } from '@mikro-orm/migrations';

/** Counts, not facts: they grow while their minute lasts, and go after TURNED_AWAY_KEPT_DAYS. */
const TURNED_AWAY = `
create table besa.turned_away (
  minute timestamptz(0) not null,
  source text collate "C" not null check (length(source) <= 60),
  reason text collate "C" not null check (reason ~ '^[A-Z_]{1,30}$'),
  count bigint not null check (count > 0),
  primary key (minute, source, reason)
);
`;

/**
 * What left the database, month by month and without a gap: the entries of a month are those behind the last archived one up
 * to the last before the first entry of a later month, so that a clock that was set back makes no hole.
 */
const ARCHIVE = `
create table besa.ledger_archive (
  -- first day, UTC
  month date primary key check (extract(day from month) = 1),
  first_sequence bigint not null unique check (first_sequence > 0),
  last_sequence bigint not null unique,
  -- of the tree before the first and behind the last of these entries
  peaks_before bytea[] not null,
  peaks_after bytea[] not null,
  file text collate "C" not null check (file ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$'),
  sha256 text collate "C" not null check (sha256 ~ '^[0-9a-f]{64}$'),
  -- the rule it went by
  kept_months int not null check (kept_months > 0),
  at timestamptz(3) not null,
  check (last_sequence >= first_sequence)
);
create trigger append_only before update or delete or truncate on besa.ledger_archive
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.ledger_archive enable always trigger append_only;

create function besa.stamp_ledger_archive() returns trigger language plpgsql as $$
declare
  ends timestamptz := (new.month::timestamp + interval '1 month') at time zone 'UTC';
  before besa.ledger_archive;
begin
  select * into before from besa.ledger_archive a order by a.month desc limit 1;
  if before.month >= new.month or new.first_sequence <> coalesce(before.last_sequence, 0) + 1 then
    raise exception 'months of the ledger are archived in their order, none left out';
  end if;
  -- INVARIANT (the rule is kept): by the clock the ledger itself goes by, whatever the caller believes the time to be.
  if (new.month::timestamp + make_interval(months => new.kept_months + 1)) at time zone 'UTC' > besa.besa_now() then
    raise exception 'the rule keeps % in the database still', to_char(new.month, 'YYYY-MM');
  end if;
  if (select count(*) from besa.ledger_entry e
      where e.sequence between new.first_sequence and new.last_sequence and e.at < ends and e.body is not null)
    <> new.last_sequence - new.first_sequence + 1 then
    raise exception 'not all of these entries are there and of % or before', to_char(new.month, 'YYYY-MM');
  end if;
  new.at := besa.besa_instant();
  return new;
end $$;
create trigger stamp before insert on besa.ledger_archive for each row execute function besa.stamp_ledger_archive();
alter table besa.ledger_archive enable always trigger stamp;

-- Months whose entries have all been emptied.
create table besa.ledger_archive_end (
  month date primary key references besa.ledger_archive (month),
  at timestamptz(3) not null default besa.besa_instant()
);
create trigger append_only before update or delete or truncate on besa.ledger_archive_end
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.ledger_archive_end enable always trigger append_only;
`;

/**
 * INVARIANT (append-only but for the archive): the one change an entry may see is that its body and its agency go, and only if an
 * archive holds it. Sequence, instant and leaf stay, so the tree can be recomputed and every proof given.
 *
 * Updates of the partitions themselves stay refused: only what goes through the parent table meets the trigger for rows.
 */
const EMPTYING = `
-- Lines are forgotten by the sequences of their entries, whoever reads them.
create index ledger_line_sequence on besa.ledger_line (sequence);

create function besa.ledger_entry_may_be_emptied() returns trigger language plpgsql as $$
begin
  if new.body is not null or new.agency is not null
    or row(new.sequence, new.at, new.request_id, new.leaf) is distinct from row(old.sequence, old.at, old.request_id, old.leaf)
    or not exists (
      select from besa.ledger_archive a where old.sequence between a.first_sequence and a.last_sequence
    ) then
    raise exception 'the ledger is append-only: % on % refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
drop trigger append_only on besa.ledger_entry;
create trigger append_only before delete or truncate on besa.ledger_entry
  for each statement execute function besa.ledger_is_append_only();
alter table besa.ledger_entry enable always trigger append_only;
create trigger only_emptied before update on besa.ledger_entry
  for each row execute function besa.ledger_entry_may_be_emptied();
alter table besa.ledger_entry enable always trigger only_emptied;
grant update (body, agency) on besa.ledger_entry to current_user;

-- Empties the next so many entries of an archived month behind a sequence, and takes them off the lists; that an agency received
-- a record stays. Returns how far it came; once that is the last entry
-- and none is left, the end is kept as a fact.
create function besa.ledger_empty_archived(its_month date, behind bigint, batch int) returns bigint language plpgsql volatile
  set lock_timeout = '4s' as $$
declare
  archive besa.ledger_archive;
  reached bigint;
begin
  select * into strict archive from besa.ledger_archive a where a.month = its_month;
  reached := least(greatest(behind, archive.first_sequence - 1) + batch, archive.last_sequence);
  -- INVARIANT (recipients stay known): who received which record is read from bodies, so the index comes first.
  if (select i.sequence from besa.ledger_indexed i for update) < reached then
    raise exception 'the index of the ledger does not reach % yet', reached;
  end if;
  perform besa.ledger_forget(greatest(behind + 1, archive.first_sequence), reached);
  update besa.ledger_entry e set body = null, agency = null
  where e.sequence > behind and e.sequence >= archive.first_sequence and e.sequence <= reached and e.body is not null;
  if reached = archive.last_sequence and not exists (
    select from besa.ledger_entry e
    where e.sequence between archive.first_sequence and archive.last_sequence and e.body is not null
  ) then
    insert into besa.ledger_archive_end (month) values (its_month) on conflict do nothing;
  end if;
  return reached;
end $$;
`;

/** Requests that authentication turned away, and the ledger's archive. */
export class ArchiveAndTurnedAwayMigration extends Migration {
  override up(): void {
    for (const statements of [TURNED_AWAY, ARCHIVE, EMPTYING]) this.addSql(statements);
  }
}
