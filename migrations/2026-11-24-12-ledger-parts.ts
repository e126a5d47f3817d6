import { Migration } from '@mikro-orm/migrations';

/**
 * The ledger in months, and entries in parts. What a leaf stands for is handed in by the hub from now on, because it is a tree of
 * the entry's parts (`src/audit/content.ts`); the leaf itself is composed here as before.
 *
 * Entries of before stay where they are: their table becomes the first partition. Rows of a month that has no partition go to the
 * default one, so that a forgotten job never stops the hub.
 */
export class LedgerPartsMigration extends Migration {
  override up(): void {
    for (const statement of [...PARTITIONED, GUARD, ...GUARDED, MAKE_MONTH, ATTACH, DROP_APPEND, APPEND]) {
      this.addSql(statement);
    }
  }
}

/** Most entries are stored as they are: compressing them takes longer than all the rest of an append, and is done under its lock. */
const PLAIN_UP_TO = 'toast_tuple_target = 4080';

const PARTITIONED = [
  // Two primary keys cannot meet in one table; the sequence goes on being unique, because one function counts it under one lock.
  'alter table besa.ledger_entry rename to ledger_entry_before',
  'alter table besa.ledger_entry_before drop constraint ledger_entry_pkey',
  'alter table besa.ledger_entry_before drop constraint ledger_entry_request_id_key',
  'alter index besa.ledger_entry_agency rename to ledger_entry_before_agency',
  `create table besa.ledger_entry (
    sequence bigint not null constraint ledger_entry_sequence_check check (sequence > 0),
    at timestamptz(3) not null,
    agency text collate "C",
    request_id uuid not null,
    -- null: the month is in an archive
    body text,
    leaf bytea not null constraint ledger_entry_leaf_check check (length(leaf) = 32),
    primary key (sequence, at)
  ) partition by range (at)`,
  'create index ledger_entry_agency on besa.ledger_entry (agency, sequence)',
  'create index ledger_entry_request on besa.ledger_entry (request_id)',
  `create table besa.ledger_entry_default partition of besa.ledger_entry default with (${PLAIN_UP_TO})`,
  `comment on table besa.ledger_entry is 'leaf = SHA-256(0x00, text of instant, content of the parts and sequence): docs/architecture.md, ledger'`,
];

/** Triggers for statements are not inherited: each table that holds entries has its own. */
const GUARD = `create function besa.ledger_guard(holder regclass) returns void language plpgsql as $$
begin
  execute format('create trigger append_only before update or delete or truncate on %s
    for each statement execute function besa.ledger_is_append_only()', holder);
  execute format('alter table %s enable always trigger append_only', holder);
  execute format('revoke update, delete, truncate on %s from public, current_user', holder);
end
$$`;

const GUARDED = [
  `select besa.ledger_guard('besa.ledger_entry')`,
  `select besa.ledger_guard('besa.ledger_entry_default')`,
];

/** `ledger_make_month(day)`: the partition of the day's month (UTC); false if there is one, or rows of it lie elsewhere already. */
const MAKE_MONTH = `create function besa.ledger_make_month(day date) returns boolean language plpgsql as $$
declare
  begins timestamptz := date_trunc('month', day::timestamp) at time zone 'UTC';
  ends timestamptz := (date_trunc('month', day::timestamp) + interval '1 month') at time zone 'UTC';
  name text := 'ledger_entry_' || to_char(day, 'YYYY_MM');
begin
  if to_regclass('besa.' || name) is not null then
    return false;
  end if;
  execute format('create table besa.%I partition of besa.ledger_entry for values from (%L) to (%L) with (${PLAIN_UP_TO})',
    name, begins, ends);
  perform besa.ledger_guard(('besa.' || name)::regclass);
  return true;
exception when invalid_object_definition or check_violation then
  return false;
end
$$`;

const ATTACH = `do $$
declare
  until timestamptz := (select date_trunc('month', max(b.at) at time zone 'UTC') at time zone 'UTC' + interval '32 days'
    from besa.ledger_entry_before b);
  today date := (besa.besa_now() at time zone 'UTC')::date;
begin
  if until is null then
    drop table besa.ledger_entry_before;
  else
    until := date_trunc('month', until at time zone 'UTC') at time zone 'UTC';
    alter table besa.ledger_entry_before alter column body drop not null;
    execute format('alter table besa.ledger_entry attach partition besa.ledger_entry_before for values from (minvalue) to (%L)', until);
  end if;
  for ahead in 0 .. 3 loop
    perform besa.ledger_make_month((today + make_interval(months => ahead))::date);
  end loop;
end
$$`;

const DROP_APPEND = 'drop function besa.ledger_append(uuid[], text[], text[], bigint[], timestamptz[], timestamptz[])';

/**
 * `ledger_append(ids, agencies, bodies, contents, set versions, valid from, valid until)`: one position per entry in each array;
 * `contents`: 64 hex digits; null version = no guard, null instant = no boundary that way. Returns the sequence per entry,
 * null = stale, not written.
 *
 * INVARIANT (acts before disclosures): the lock comes first and the version is read by a later statement, so in a
 * snapshot taken under the lock. An act on agreements changes its facts, appends under the same lock and keeps it until
 * its commit: an entry that stands behind it in the sequence has seen what it changed. Read committed is what gives each
 * statement its own snapshot; any other isolation is refused, for it would compare with the past.
 *
 * The idle timeout lasts as long as the transaction: a process that was stopped while it held the lock is cut off.
 * Without sequential scans, because a plan made while the ledger was small is kept by its connection while it grows.
 * A request sent again after a commit in doubt comes within seconds: it is looked for among the entries of a day.
 */
const APPEND = `create function besa.ledger_append(
  request_ids uuid[], agencies text[], bodies text[], contents text[],
  set_versions bigint[], valid_froms timestamptz[], valid_untils timestamptz[]
) returns bigint[] language plpgsql volatile set lock_timeout = '4s' set enable_seqscan = off as $$
declare
  current_version bigint;
  instant timestamptz;
  since timestamptz;
  instant_text text;
  size bigint;
  peaks bytea[];
  depth int;
  rest bigint;
  node bytea;
  sequences bigint[] := array_fill(null::bigint, array[cardinality(request_ids)]);
  leaves bytea[] := array_fill(null::bytea, array[cardinality(request_ids)]);
  has_written boolean := false;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'ledger_append needs read committed' using errcode = 'invalid_transaction_state';
  end if;
  perform set_config('idle_in_transaction_session_timeout', '4s', true);
  perform from besa.ledger_lock for update;
  if not found then
    raise exception 'the lock of the ledger is missing';
  end if;

  instant := date_trunc('milliseconds', besa.besa_now());
  since := instant - interval '1 day';
  instant_text := to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  current_version := (select s.version from besa.agreement_set s);
  select h.size, h.peaks into strict size, peaks from besa.ledger_head h order by h.size desc limit 1;
  depth := cardinality(peaks);
  if exists (select from besa.ledger_entry e where e.request_id = any (request_ids) and e.at >= since) then
    sequences := array(
      select (select min(e.sequence) from besa.ledger_entry e where e.request_id = r.id and e.at >= since)
      from unnest(request_ids) with ordinality r (id, place) order by r.place
    );
  end if;

  for i in 1 .. cardinality(request_ids) loop
    continue when sequences[i] is not null;
    continue when set_versions[i] is not null and (
      set_versions[i] is distinct from current_version
      or coalesce(valid_froms[i] > instant, false)
      or coalesce(valid_untils[i] <= instant, false)
    );
    if contents[i] !~ '^[0-9a-f]{64}$' then
      raise exception 'a content is 64 hex digits' using errcode = 'invalid_parameter_value';
    end if;
    node := sha256('\\x00'::bytea || convert_to(
      '{"at":"' || instant_text || '","content":"' || contents[i] || '","sequence":' || (size + 1) || '}', 'UTF8'));
    leaves[i] := node;
    rest := size;
    while rest & 1 = 1 loop
      node := sha256('\\x01'::bytea || peaks[depth] || node);
      depth := depth - 1;
      rest := rest >> 1;
    end loop;
    depth := depth + 1;
    peaks[depth] := node;
    size := size + 1;
    sequences[i] := size;
    has_written := true;
  end loop;

  if has_written then
    insert into besa.ledger_entry (sequence, at, agency, request_id, body, leaf)
      select n.sequence, instant, n.agency, n.request_id, n.body, n.leaf
      from unnest(sequences, agencies, request_ids, bodies, leaves) n (sequence, agency, request_id, body, leaf)
      where n.leaf is not null;
    insert into besa.ledger_head (size, peaks) values (size, peaks[1:depth]);
  end if;
  return sequences;
end
$$`;
