import { Migration } from '@mikro-orm/migrations';

/**
 * Who may read what of the ledger, derived from its entries and rebuilt from them at any time. Never part of an append: reads
 * bring it up to date first.
 *
 * INVARIANT (nothing of others): a row of `ledger_line` is made from parts its reader may read, and of nothing else.
 */
export class LedgerIndexMigration extends Migration {
  override up(): void {
    for (const statement of [...TABLES, PART, RANGE, INDEX, REINDEX, FORGET]) {
      this.addSql(statement);
    }
  }
}

const TABLES = [
  `create table besa.ledger_line (
    reader text collate "C" not null,
    sequence bigint not null,
    at timestamptz(3) not null,
    -- OWN: the reader asked; OWNER: its databases were asked
    perspective text collate "C" not null check (perspective in ('OWN', 'OWNER')),
    agency text collate "C",
    -- null, as is the justification: not this owner's to read, or gone into an archive
    person text check (person is not null or perspective = 'OWNER' or is_archived),
    purpose text collate "C",
    justification text,
    -- several separated by commas; for an owner those of the lines about its databases
    action text collate "C" not null,
    outcome text collate "C" not null check (outcome in ('ANSWERED', 'REFUSED', 'FAILED')),
    databases text[] not null,
    record_types text[] not null,
    -- of the entry only what a receipt stands on is left here
    is_archived boolean not null default false,
    primary key (reader, sequence)
  )`,
  'create index ledger_line_at on besa.ledger_line (reader, at)',
  'create index ledger_line_agency on besa.ledger_line (reader, agency, sequence)',
  // what one ask of an entry had from one database
  `create table besa.ledger_asked (
    sequence bigint not null,
    database text collate "C" not null,
    -- among the asks of this database, from 1
    place int not null,
    -- null: in entries of before owners could read their lines
    owner text collate "C",
    action text collate "C" not null,
    record_type text collate "C" not null,
    -- null: counted into cells of statistics
    records bigint,
    fields text[] not null,
    basis jsonb not null,
    primary key (sequence, database, place)
  )`,
  `create table besa.ledger_receipt (
    database_id int not null,
    record_id bigint not null,
    sequence bigint not null,
    place int not null,
    version int not null,
    primary key (database_id, record_id, sequence, place, version)
  )`,
  'create index ledger_receipt_sequence on besa.ledger_receipt (sequence)',
  // entries up to here are in the index; sequences have no gaps and become visible in order
  `create table besa.ledger_indexed (
    only_row boolean primary key default true check (only_row),
    sequence bigint not null
  )`,
  'insert into besa.ledger_indexed (sequence) values (0)',
  // a body nobody can read was not written by a hub: \`besa audit verify\` says more
  'create table besa.ledger_unreadable (sequence bigint primary key)',
];

/** A line of a body as JSON. U+0000, which texts of a caller may hold, is no character of this database: U+FFFD stands for it. */
const PART = `create function besa.ledger_part(line text) returns jsonb language sql immutable as $$
  select case when strpos(line, '\\u0000') = 0 then line::jsonb
    else regexp_replace(line, '(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000', '\\1\\\\ufffd', 'g')::jsonb end
$$`;

const textsOf = (array: string): string => `array(select jsonb_array_elements_text(${array}))`;
const LINE_COLUMNS = `reader, sequence, at, perspective, agency, person, purpose, justification, action, outcome, databases,
  record_types`;
/** INVARIANT (as in audit/seen-by.ts): an owner with whom nothing was ever agreed is told neither person nor justification. */
const AGREED = `bool_or(a.ask ->> 'reason' is distinct from 'NO_AGREEMENT')`;
const ifAgreed = (name: string): string => `case when ${AGREED} then k.person ->> '${name}' end`;

/**
 * Entries behind \`after\` up to \`upto\`, each line of a body read once.
 *
 * asked: every ask of every database, of both layouts; in whole entries, lines stand inside their asks and name no owner.
 * own: a line for the agency that asked; an entry of nobody's agency is read by nobody.
 * owners: a line for each owner whose databases somebody else asked, from those of its lines and from what it may read of who asked.
 * receipts: the part with the records stands right behind the one of its database, one list for each ask.
 */
const RANGE = `create function besa.ledger_index_range(after bigint, upto bigint) returns void language sql volatile
set enable_seqscan = off as $$
  with line as materialized (
    select e.sequence, e.at, l.place, besa.ledger_part(l.line) as part
    from besa.ledger_entry e cross join lateral string_to_table(e.body, e'\\n') with ordinality l (line, place)
    where e.sequence > after and e.sequence <= upto and e.body is not null
  ), request as materialized (
    select l.sequence, l.at, coalesce(l.part -> 'request', l.part -> 'entry') as request, l.part -> 'entry' as whole
    from line l where l.part ->> 'part' = 'REQUEST' or l.part -> 'entry' is not null
  ), asker as materialized (
    select l.sequence, l.part -> 'asking' as asking, p.part -> 'person' as person
    from line l left join line p on p.sequence = l.sequence and p.part ->> 'part' = 'PERSON'
    where l.part ->> 'part' = 'ASKING'
    union all
    select r.sequence, r.whole, r.whole from request r where r.whole is not null
  ), asked as materialized (
    select l.sequence, l.at, l.part -> 'database' ->> 'code' as code, l.part -> 'database' ->> 'owner' as owner, a.place, a.ask
    from line l cross join lateral jsonb_array_elements(l.part -> 'database' -> 'asks') with ordinality a (ask, place)
    where l.part ->> 'part' = 'DATABASE'
    union all
    select r.sequence, r.at, w.line ->> 'database', null,
      row_number() over (partition by r.sequence, w.line ->> 'database' order by a.place), a.ask || w.line
    from request r cross join lateral jsonb_array_elements(r.whole -> 'asks') with ordinality a (ask, place)
      cross join lateral jsonb_array_elements(a.ask -> 'lines') w (line)
    where r.whole is not null
  ), asks as (
    insert into besa.ledger_asked (sequence, database, place, owner, action, record_type, records, fields, basis)
    select a.sequence, a.code, a.place, a.owner, a.ask ->> 'action', a.ask ->> 'recordType', (a.ask ->> 'records')::bigint,
      ${textsOf(`a.ask -> 'selectedFields'`)}, a.ask -> 'basis'
    from asked a
    on conflict do nothing
  ), databases as (
    select a.sequence, array_agg(distinct a.code) as codes from asked a group by a.sequence
  ), own as (
    insert into besa.ledger_line (${LINE_COLUMNS})
    select k.asking ->> 'agency', r.sequence, r.at, 'OWN', k.asking ->> 'agency', k.person ->> 'person', k.asking ->> 'purpose',
      k.person ->> 'justification', r.request ->> 'action', r.request ->> 'outcome',
      coalesce(d.codes, '{}'), array(select distinct one ->> 'recordType' from jsonb_array_elements(r.request -> 'asks') one)
    from request r join asker k using (sequence) left join databases d using (sequence)
    where k.asking ->> 'agency' is not null
    on conflict do nothing
  ), owners as (
    insert into besa.ledger_line (${LINE_COLUMNS})
    select a.owner, a.sequence, a.at, 'OWNER', k.asking ->> 'agency', ${ifAgreed('person')}, k.asking ->> 'purpose',
      ${ifAgreed('justification')},
      string_agg(distinct (a.ask ->> 'action') collate "C", ',' order by (a.ask ->> 'action') collate "C"),
      case when bool_or(a.ask ->> 'outcome' in ('ANSWERED', 'PARTIAL')) then 'ANSWERED'
        when bool_or(a.ask ->> 'outcome' = 'UNAVAILABLE') then 'FAILED' else 'REFUSED' end,
      array_agg(distinct a.code), array_agg(distinct a.ask ->> 'recordType')
    from asked a join asker k using (sequence)
    where a.owner is not null and a.owner is distinct from k.asking ->> 'agency'
    group by a.owner, a.sequence, a.at, k.asking, k.person
    on conflict do nothing
  )
  insert into besa.ledger_receipt (database_id, record_id, sequence, place, version)
  select s.id, (one.record ->> 0)::bigint, r.sequence, given.place, (one.record ->> 1)::int
  from line r join line d on d.sequence = r.sequence and d.place = r.place - 1
    join besa.shared_database s on s.code = d.part -> 'database' ->> 'code'
    cross join lateral jsonb_array_elements(r.part -> 'records') with ordinality given (records, place)
    cross join lateral jsonb_array_elements(given.records) one (record)
  where r.part ->> 'part' = 'RECORDS'
  on conflict do nothing
$$`;

/**
 * \`ledger_index(batch)\`: brings the next entries into the index, at most so many. Returns up to which sequence it reaches now,
 * and the newest there was when it began. One caller at a time works, the others wait for it; whoever is up to date locks
 * nothing. One entry that cannot be read must not keep all others out: the batch is taken entry by entry then.
 */
const INDEX = `create function besa.ledger_index(batch int, out indexed bigint, out newest bigint) language plpgsql volatile
set lock_timeout = '4s' as $$
declare
  done bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'ledger_index needs read committed' using errcode = 'invalid_transaction_state';
  end if;
  newest := (select coalesce(max(h.size), 0) from besa.ledger_head h);
  indexed := (select i.sequence from besa.ledger_indexed i);
  if indexed >= newest then
    return;
  end if;
  perform set_config('idle_in_transaction_session_timeout', '4s', true);
  select i.sequence into strict done from besa.ledger_indexed i for update;
  indexed := greatest(done, least(done + batch, newest));
  if indexed = done then
    return;
  end if;
  begin
    perform besa.ledger_index_range(done, indexed);
  exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
    for one in done + 1 .. indexed loop
      begin
        perform besa.ledger_index_range(one - 1, one);
      exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
        insert into besa.ledger_unreadable (sequence) values (one) on conflict do nothing;
      end;
    end loop;
  end;
  update besa.ledger_indexed set sequence = indexed;
end
$$`;

/** Empties the index, but for what is left of archived entries: the next reads, or \`besa audit reindex\`, fill it again. */
const REINDEX = `create function besa.ledger_reindex() returns void language plpgsql volatile set lock_timeout = '4s' as $$
begin
  perform from besa.ledger_indexed for update;
  delete from besa.ledger_receipt r using besa.ledger_entry e where e.sequence = r.sequence and e.body is not null;
  delete from besa.ledger_asked a using besa.ledger_entry e where e.sequence = a.sequence and e.body is not null;
  delete from besa.ledger_line l using besa.ledger_entry e where e.sequence = l.sequence and e.body is not null;
  delete from besa.ledger_unreadable u using besa.ledger_entry e where e.sequence = u.sequence and e.body is not null;
  update besa.ledger_indexed set sequence = 0;
end
$$`;

/**
 * \`ledger_forget(from, until)\`: for entries whose bodies went into an archive. Nobody lists or counts them any more; who received
 * which record stays, for as long as the record is held its recipients must be told of a correction; but not which person it was
 * and why: that is in the archive.
 */
const FORGET = `create function besa.ledger_forget(first bigint, last bigint) returns void language sql volatile as $$
  delete from besa.ledger_line l where l.sequence between first and last
    and not exists (select from besa.ledger_receipt r where r.sequence = l.sequence);
  update besa.ledger_line l set is_archived = true, person = null, justification = null where l.sequence between first and last;
  delete from besa.ledger_asked a where a.sequence between first and last
    and not exists (select from besa.ledger_receipt r where r.sequence = a.sequence);
$$`;
