import { Migration } from '@mikro-orm/migrations';

const REFERENCES = `
-- What people call an agreement. Its key is the same, or, where somebody else's agreement had the reference already and its
-- drafter was not to learn of it, the reference with a suffix behind a tilde.
create function besa.plain_reference(reference text) returns text language sql immutable strict parallel safe as $$
  select split_part(reference, '~', 1) collate "C"
$$;
create index text_of_plain_reference on besa.agreement_text (besa.plain_reference(reference));
create index version_of_plain_reference on besa.agreement_version (besa.plain_reference(reference));

-- Two agreements of one reference can have the same words; only one of them can be finalised. Otherwise what was terminated
-- could be put into force again under another key, with the signatures it had.
create function besa.refuse_repeated_text() returns trigger language plpgsql as $$
begin
  if exists (
    select from besa.agreement_text own
    join besa.agreement_version v on besa.plain_reference(v.reference) = besa.plain_reference(new.reference)
    join besa.agreement_text t on t.reference = v.reference and t.version = v.version and t.revision = v.revision
    where own.reference = new.reference and own.version = new.version and own.revision = new.revision
      and v.reference <> new.reference and t.hash = own.hash
  ) then
    raise exception 'the words of % are finalised already under another key', new.reference;
  end if;
  return new;
end $$;
create trigger refuse_repeated before insert on besa.agreement_version
  for each row execute function besa.refuse_repeated_text();
alter table besa.agreement_version enable always trigger refuse_repeated;
`;

const WITHDRAW = `
alter table besa.agreement_event drop constraint agreement_event_kind_check;
alter table besa.agreement_event add constraint agreement_event_kind_check check (kind in
  ('DRAFT', 'OFFER', 'COUNTER', 'ACCEPT', 'REJECT', 'WITHDRAW', 'SIGN', 'FINALIZE', 'SUSPEND', 'RESUME', 'TERMINATE'));
`;

const FRAMEWORKS = `
-- The agreement an annex means by the reference of its framework: the only one of that reference, or, of several, the first
-- finalised among those that all parties of the annex are party to. agreements/settle.ts says the same.
create function besa.framework_key(named text, annex text) returns text language sql stable as $$
  select case when count(*) = 1 then min(f.reference)
    else (array_agg(f.reference order by f.finalised_at, f.reference) filter (where f.parties @> a.parties))[1] end
  from besa.agreement_version f
  left join besa.agreement_version a on a.reference = annex and a.version = 1
  where besa.plain_reference(f.reference) = named and f.version = 1
$$;

create or replace function besa.span_of_framework(framework text, from_agency text, below text[])
returns tstzmultirange language plpgsql stable as $$
declare
  above text := besa.framework_key(framework, below[cardinality(below)]);
  allowed tstzmultirange;
begin
  if above is null or above = any (below) then
    return '{}'::tstzmultirange;
  end if;
  select coalesce(range_agg(case when v.framework is null then s.span
      else s.span * besa.span_of_framework(v.framework, from_agency, below || above) end), '{}')
  into allowed
  from besa.agreement_version v join besa.spans_of_agreement(above) s on s.version = v.version
  where v.reference = above;
  return allowed - besa.suspended(above, from_agency, null);
end $$;

create or replace function besa.contexts_of_agreements(changed text[]) returns text[] language sql stable as $$
  with recursive touched (reference) as (
    select unnest(changed) collate "C"
    union
    select v.reference from touched t
    join besa.agreement_version v on v.framework = besa.plain_reference(t.reference)
  )
  select array(select distinct r.ctx from besa.clause_reach r join touched using (reference))
$$;
`;

/** Withdrawing, and keys of agreements by which nobody learns that a reference is in use among others. */
export class NegotiationMigration extends Migration {
  override up(): void {
    for (const sql of [REFERENCES, WITHDRAW, FRAMEWORKS]) this.addSql(sql);
  }
}
