import { Migration } from '@mikro-orm/migrations';

/**
 * The ledger: one row per authenticated request, leaves of one Merkle tree (RFC 6962), written by `besa.ledger_append` alone.
 *
 * Everything here is only ever inserted. The head of the tree is a row per append too, not one row updated in place: a
 * backup or an export holds a snapshot for minutes, and every version of an updated row would stay and be searched until
 * it ends. And each kept head narrows down where a rewritten entry stands.
 */
export class LedgerMigration extends Migration {
  override up(): void {
    for (const statement of [...TABLES, APPEND_ONLY, ...GUARDS, APPEND]) this.addSql(statement);
  }
}

const TABLES = [
  `create table besa.ledger_entry (
    sequence bigint primary key check (sequence > 0),
    at timestamptz(3) not null,
    agency text collate "C",
    request_id uuid not null unique,
    body text not null,
    leaf bytea not null check (length(leaf) = 32)
  )`,
  'create index ledger_entry_agency on besa.ledger_entry (agency, sequence)',
  `comment on table besa.ledger_entry is 'leaf = SHA-256(0x00, text of instant, SHA-256 of the body and sequence): docs/architecture.md, ledger'`,
  // peaks: roots of the complete subtrees that the first \`size\` leaves fall into, largest first
  `create table besa.ledger_head (
    size bigint primary key check (size >= 0),
    peaks bytea[] not null
  )`,
  `insert into besa.ledger_head (size, peaks) values (0, '{}')`,
  // Locking a row of its own leaves no dead versions behind, and needs a privilege that an advisory lock would not.
  'create table besa.ledger_lock (only_row boolean primary key default true check (only_row))',
  'insert into besa.ledger_lock default values',
];

const APPEND_ONLY = `create function besa.ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only: % on % refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end
$$`;

const GUARDS = ['ledger_entry', 'ledger_head'].flatMap((table) => [
  `create trigger append_only before update or delete or truncate on besa.${table}
    for each statement execute function besa.ledger_is_append_only()`,
  `alter table besa.${table} enable always trigger append_only`,
  `revoke update, delete, truncate on besa.${table} from public, current_user`,
]);

/**
 * `ledger_append(ids, agencies, bodies, set versions, valid from, valid until)`: one position per entry in each array;
 * null version = no guard, null instant = no boundary that way. Returns the sequence per entry, null = stale, not written.
 *
 * INVARIANT (acts before disclosures): the lock comes first and the version is read by a later statement, so in a
 * snapshot taken under the lock. An act on agreements changes its facts, appends under the same lock and keeps it until
 * its commit: an entry that stands behind it in the sequence has seen what it changed. Read committed is what gives each
 * statement its own snapshot; any other isolation is refused, for it would compare with the past.
 *
 * The idle timeout lasts as long as the transaction: a process that was stopped while it held the lock is cut off.
 * Without sequential scans, because a plan made while the ledger was small is kept by its connection while it grows.
 */
const APPEND = `create function besa.ledger_append(
  request_ids uuid[], agencies text[], bodies text[],
  set_versions bigint[], valid_froms timestamptz[], valid_untils timestamptz[]
) returns bigint[] language plpgsql volatile set lock_timeout = '4s' set enable_seqscan = off as $$
declare
  current_version bigint;
  instant timestamptz;
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
  instant_text := to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  current_version := (select s.version from besa.agreement_set s);
  select h.size, h.peaks into strict size, peaks from besa.ledger_head h order by h.size desc limit 1;
  depth := cardinality(peaks);
  if exists (select from besa.ledger_entry e where e.request_id = any (request_ids)) then
    sequences := array(
      select e.sequence from unnest(request_ids) with ordinality r (id, place)
      left join besa.ledger_entry e on e.request_id = r.id order by r.place
    );
  end if;

  for i in 1 .. cardinality(request_ids) loop
    continue when sequences[i] is not null;
    continue when set_versions[i] is not null and (
      set_versions[i] is distinct from current_version
      or coalesce(valid_froms[i] > instant, false)
      or coalesce(valid_untils[i] <= instant, false)
    );
    node := sha256('\\x00'::bytea || convert_to(
      '{"at":"' || instant_text || '","content":"' || encode(sha256(convert_to(bodies[i], 'UTF8')), 'hex')
      || '","sequence":' || (size + 1) || '}', 'UTF8'));
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
