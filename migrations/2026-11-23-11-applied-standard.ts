import { Migration } from '@mikro-orm/migrations';

const APPLIED_STANDARD = `
-- The files of the exchange standard, word for word, each time they were applied: signed clauses are read in the meaning of
-- the newest. Only ever added to.
create table besa.applied_standard (
  id int generated always as identity primary key,
  -- [{ "path": …, "text": … }], ordered by path
  files jsonb not null check (jsonb_typeof(files) = 'array'),
  applied_at timestamptz(3) not null default besa.besa_instant()
);
create trigger append_only before update or delete or truncate on besa.applied_standard
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.applied_standard enable always trigger append_only;
`;

/** The exchange standard as it was last applied, to compare the next one with. */
export class AppliedStandardMigration extends Migration {
  override up(): void {
    this.addSql(APPLIED_STANDARD);
  }
}
