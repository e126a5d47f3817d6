import { Migration } from '@mikro-orm/migrations';

const ATTESTATIONS = `
-- What is owed is derived from agreements and clock; that the debtor says it has done it is a fact, and the only one stored.
create table besa.duty_attestation (
  reference text collate "C" not null,
  duty text collate "C" not null,
  agency text collate "C" not null references besa.agency (code),
  person text not null,
  statement text not null check (char_length(statement) between 1 and 2000),
  at timestamptz not null,
  primary key (reference, duty)
);

create function besa.stamp_attestation() returns trigger language plpgsql as $$
begin
  if not exists (
    select from besa.agreement_version v where v.reference = new.reference and new.agency = any (v.parties)
  ) then
    raise exception '% owes nothing under %', new.agency, new.reference;
  end if;
  new.at := besa.besa_instant();
  return new;
end $$;
create trigger stamp before insert on besa.duty_attestation for each row execute function besa.stamp_attestation();
alter table besa.duty_attestation enable always trigger stamp;

create trigger append_only before update or delete or truncate on besa.duty_attestation
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.duty_attestation enable always trigger append_only;
`;

/** Attestations of duties: facts that are only ever added. */
export class DutyAttestationsMigration extends Migration {
  override up(): void {
    this.addSql(ATTESTATIONS);
  }
}
