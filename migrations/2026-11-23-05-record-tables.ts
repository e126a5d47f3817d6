import { Migration } from '@mikro-orm/migrations';

const RECORD_TABLES = `
-- What each record table was made from, so that a later file can be compared with it. The tables themselves are made by
-- besa schema apply, because record types are files of the operator, not of the program.
create table besa.record_table (
  name text collate "C" primary key,
  shape jsonb not null,
  -- The stored day of every record falls in it: one zone for all tables, never changed.
  time_zone text not null,
  applied_at timestamptz(3) not null default besa.besa_instant()
);

create function besa.one_time_zone() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from besa.record_table where time_zone <> new.time_zone) then
    raise exception 'record tables keep the time zone they were first made with';
  end if;
  return new;
end $$;
create trigger one_time_zone before insert or update on besa.record_table for each row execute function besa.one_time_zone();
alter table besa.record_table enable always trigger one_time_zone;
`;

/** What the record tables were made from. */
export class RecordTablesMigration extends Migration {
  override up(): void {
    this.addSql(RECORD_TABLES);
  }
}
