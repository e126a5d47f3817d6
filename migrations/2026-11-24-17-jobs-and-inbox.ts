import { Migration } from '@mikro-orm/migrations';

const JOB = `
-- The last run of each job: not a fact, a sign for the operator. Who is at it holds an advisory lock meanwhile.
create table besa.job (
  name text collate "C" primary key check (name ~ '^[a-z]+(-[a-z]+)*$'),
  run bigint not null default 1,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3),
  outcome text check (outcome in ('DONE', 'FAILED')),
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  error_code text,
  succeeded_at timestamptz(3),
  process text not null,
  check ((finished_at is null) = (outcome is null)),
  check ((error_code is not null) = (outcome is not null and outcome = 'FAILED'))
);

-- The number of the new run, or null if the last one was good and began less than so many milliseconds ago.
create function besa.begin_job(job text, process text, unless_within_ms int) returns bigint language sql volatile as $$
  insert into besa.job as j (name, started_at, process) values (job, besa.besa_instant(), begin_job.process)
  on conflict (name) do update set run = j.run + 1, started_at = excluded.started_at, process = excluded.process,
    finished_at = null, outcome = null, counts = '{}', error_code = null
  where unless_within_ms is null or j.outcome is distinct from 'DONE'
    -- A run in the future is one of a clock that was set back.
    or excluded.started_at not between j.started_at and j.started_at + unless_within_ms * interval '1 millisecond'
  returning run
$$;

-- False: another process took over meanwhile, and the run counts for nothing.
create function besa.finish_job(job text, its_run bigint, its_counts jsonb, its_error text) returns boolean language sql volatile as $$
  with finished as (
    update besa.job j set finished_at = besa.besa_instant(), counts = its_counts, error_code = its_error,
      outcome = case when its_error is null then 'DONE' else 'FAILED' end,
      succeeded_at = case when its_error is null then besa.besa_instant() else j.succeeded_at end
    where j.name = job and j.run = its_run
    returning 1
  )
  select exists (select from finished)
$$;
`;

const NOTICES = `
-- What an agency was told, in the order it was told. Ids count from 1 without a gap, and become visible in their order.
create table besa.inbox_notice (
  agency text collate "C" not null references besa.agency (code),
  id bigint not null check (id > 0),
  -- stable: the same notice has the same one whenever it is derived
  key text collate "C" not null,
  kind text collate "C" not null,
  at timestamptz(3) not null,
  due_at timestamptz(3),
  -- what the agreement is called towards the agency
  agreement text,
  sentence text not null check (sentence <> ''),
  subject jsonb not null default '{}' check (jsonb_typeof(subject) = 'object'),
  posted_at timestamptz(3) not null default besa.besa_instant(),
  primary key (agency, id),
  unique (agency, key)
);
create trigger append_only before update or delete or truncate on besa.inbox_notice
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.inbox_notice enable always trigger append_only;

-- The greatest id given out; its row is the lock that puts postings to one agency one behind the other.
create table besa.inbox_counter (
  agency text collate "C" primary key references besa.agency (code),
  last_id bigint not null default 0
) with (fillfactor = 50);
`;

const POST = `
-- post_notices(agency, [{ key, kind, at, due_at, agreement, sentence, subject }]): adds those that are not there yet, in the order
-- given, and says how many. INVARIANT (no gap): what is there is read after the lock, in a snapshot taken under it.
create function besa.post_notices(its_agency text, notices jsonb) returns int language plpgsql volatile set lock_timeout = '4s' as $$
declare
  before bigint;
  added int;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'post_notices needs read committed' using errcode = 'invalid_transaction_state';
  end if;
  insert into besa.inbox_counter (agency) values (its_agency) on conflict do nothing;
  select c.last_id into before from besa.inbox_counter c where c.agency = its_agency for update;

  insert into besa.inbox_notice (agency, id, key, kind, at, due_at, agreement, sentence, subject)
    select its_agency, before + row_number() over (order by n.place), n.key, n.kind, n.at, n.due_at, n.agreement, n.sentence,
      coalesce(n.subject, '{}')
    from (
      select distinct on (given.value ->> 'key') given.place, one.*
      from jsonb_array_elements(notices) with ordinality given (value, place)
      cross join jsonb_to_record(given.value) one (
        key text, kind text, at timestamptz, due_at timestamptz, agreement text, sentence text, subject jsonb)
      order by given.value ->> 'key', given.place
    ) n
    where not exists (select from besa.inbox_notice known where known.agency = its_agency and known.key = n.key);
  get diagnostics added = row_count;
  if added > 0 then
    update besa.inbox_counter c set last_id = before + added where c.agency = its_agency;
    -- Without a word of whom: everybody on this database may listen.
    notify besa_inbox;
  end if;
  return added;
end
$$;
`;

const READ = `
-- That an agency has read its inbox up to a notice: who said so, and when.
create table besa.inbox_read (
  agency text collate "C" not null references besa.agency (code),
  up_to bigint not null check (up_to > 0),
  by text not null,
  at timestamptz(3) not null default besa.besa_instant(),
  primary key (agency, up_to),
  foreign key (agency, up_to) references besa.inbox_notice (agency, id)
);
create trigger append_only before update or delete or truncate on besa.inbox_read
  for each statement execute function besa.refuse_change_of_fact();
alter table besa.inbox_read enable always trigger append_only;
`;

const ACTS = `
-- Whoever posts notices need not wait for its next turn. Without a word of which agreement: everybody on this database may listen.
create function besa.tell_of_acts() returns trigger language plpgsql as $$
begin
  notify besa_act;
  return null;
end $$;
create trigger tell after insert on besa.agreement_event for each statement execute function besa.tell_of_acts();
`;

/** Jobs with their last runs; an inbox per agency: notices as they were posted, and up to where they were read. */
export class JobsAndInboxMigration extends Migration {
  override up(): void {
    for (const sql of [JOB, NOTICES, POST, READ, ACTS]) this.addSql(sql);
  }
}
