create table records."visit" (
  database_id int not null,
  id bigint not null,
  recorded_at timestamptz(3) not null default besa.besa_instant(),
  version int not null default 1,
  status text collate "C" not null default 'ACTIVE' check (status in ('ACTIVE', 'CORRECTED', 'DISPUTED', 'WITHDRAWN', 'ERASED')),
  handling_code text collate "C" check (handling_code in ('H0', 'H1', 'H2', 'H3')),
  data_subject_category text collate "C",
  retain_until timestamptz(3),
  review_due_at timestamptz(3),
  "number" text collate "C" not null,
  "visited_at" timestamptz(3),
  "ended_on" date,
  "flag" text collate "C",
  "state" text collate "C",
  "crew_count" integer,
  "draught" double precision,
  "is_towed" boolean,
  "hull_id" text collate "C",
  "goods" text[] collate "C",
  "states" text[] collate "C",
  "berth" text collate "C",
  "visited_at_day" date generated always as (("visited_at" at time zone 'Europe/Tirane')::date) stored
) partition by list (database_id);
alter table records."visit" enable row level security;
alter table records."visit" force row level security;
create policy maintenance on records."visit" to current_user using (true) with check (true);
create policy second_lock on records."visit" for select to besa_reader using (
  database_id = any ((
    select coalesce(array_agg(o.id), '{}')
    from besa.readable_stretch s cross join lateral unnest(s.databases, s.grounds, s.hashes) o (id, ground, hash)
    where s.ctx in (current_setting('besa.ctx', true), split_part(current_setting('besa.ctx', true), '|', 1))
      and s.valid_from <= besa.besa_now() and s.valid_until > besa.besa_now()
      and case when o.ground is null then strpos(s.ctx, '|') = 0 else coalesce((
        select t.bytes_hash = o.hash from besa.agreement_text t where t.id = o.ground), false) end
  )::int[])
);
grant select on records."visit" to besa_reader;
create table records."visit_p7" partition of records."visit" (
  primary key (id),
  unique ("number")
) for values in (7);
create index on records."visit_p7" ("visited_at" desc nulls last, id);
create index on records."visit_p7" ("visited_at_day" desc nulls last, id);
create index on records."visit_p7" ("hull_id");
create index on records."visit_p7" (retain_until) where retain_until is not null;
create index on records."visit_p7" (review_due_at) where review_due_at is not null;
