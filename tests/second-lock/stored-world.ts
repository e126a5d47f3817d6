/** A random world as the statements that put it into the tables, the database clock moved on before each change. */
import { type Client, escapeLiteral } from 'pg';
import { sha256Hex } from '../../src/persistence/cryptography.js';
import { startOfLocalDay } from '../../src/policy/local-time.js';
import { canonicalJson } from '../../src/support/canonical-json.js';
import { type Change, PARTIES, START_MS, timesOf, type World, type WorldVersion } from './random-world.js';

/** @param prefix stands before each code, so that worlds do not meet */
export function statementsOf(given: World, prefix: string): readonly string[] {
  const setting = [
    `update besa.test_clock set instant = to_timestamp(${START_MS / 1000})`,
    ...[...new Set(given.agencies.map((agency) => agency.partner))].map(
      (partner) => `insert into besa.partner values (${text(prefix + partner)}, 'x')`,
    ),
    ...given.agencies.flatMap(({ code, partner }) => [
      `insert into besa.agency values (${text(prefix + code)}, 'x', ${text(prefix + partner)})`,
      `insert into besa.signatory_key (agency, public_key, is_demo, registered_by) values (${text(prefix + code)}, '${sha256Hex(prefix + code)}', false, 'x')`,
    ]),
  ];
  const book: Book = { prefix, versions: [0, 0], events: [0, 0], hashes: [null, null] };
  const times = timesOf(given);
  return [
    ...setting,
    ...given.changes.flatMap((change, index) => [
      `update besa.test_clock set instant = to_timestamp(${(times[index] ?? 0) / 1000}::numeric)`,
      ...changeStatements(change, book, times[index] ?? 0),
    ]),
  ];
}

interface Book {
  readonly prefix: string;
  /** by agreement: the last version, the last event, the hash of the last text */
  readonly versions: number[];
  readonly events: number[];
  readonly hashes: (string | null)[];
}

const text = (value: string | null): string => (value === null ? 'null' : escapeLiteral(value));
const referenceOf = (prefix: string, agreement: number): string => `${prefix}-${agreement}`;

function changeStatements(change: Change, book: Book, now: number): readonly string[] {
  const { prefix } = book;
  if (change.kind === 'FINALIZE') return versionStatements(change.version, book);
  if (change.kind === 'DATABASE') {
    return [
      `insert into besa.shared_database (code, name, owner, record_type, hosting)
        values (${text(prefix + change.code)}, 'x', ${text(prefix + change.owner)}, '${change.recordType}', 'HOSTED')`,
    ];
  }
  const { agreement, kind, by } = change;
  const reference = text(referenceOf(prefix, agreement));
  const number = nextEvent(book, agreement);
  const scope =
    kind === 'TERMINATE'
      ? 'null, null'
      : `${text(change.assigner && prefix + change.assigner)}, ${text(change.article)}`;
  const effective = `to_timestamp(${(now + change.delayMs) / 1000}::numeric)`;
  return [
    eventStatement(book, agreement, number, kind, by),
    `insert into besa.agreement_act (reference, number, kind, agency, effective_at, assigner, article)
      values (${reference}, ${number}, '${kind}', ${text(prefix + by)}, ${effective}, ${scope})`,
  ];
}

function nextEvent(book: Book, agreement: number): number {
  book.events[agreement] = (book.events[agreement] ?? 0) + 1;
  return book.events[agreement] ?? 0;
}

function eventStatement(
  { prefix, versions }: Book,
  agreement: number,
  number: number,
  kind: string,
  by: string,
): string {
  const reference = text(referenceOf(prefix, agreement));
  return `insert into besa.agreement_event (reference, number, kind, version, revision, agency, person)
    values (${reference}, ${number}, '${kind}', ${versions[agreement]}, 1, ${text(prefix + by)}, 'x')`;
}

function versionStatements(version: WorldVersion, book: Book): readonly string[] {
  const { prefix } = book;
  const { agreement } = version;
  const number = (book.versions[agreement] ?? 0) + 1;
  book.versions[agreement] = number;
  const reference = referenceOf(prefix, agreement);
  const body = bodyOf(version, { reference, number, previous: book.hashes[agreement] ?? null, prefix });
  book.hashes[agreement] = sha256Hex(body);
  const key = `${text(reference)}, ${number}, 1`;
  const parties = PARTIES[agreement] ?? [];
  return [
    `insert into besa.agreement_text values (${key}, ${text(body)}, '${sha256Hex(body)}')`,
    eventStatement(book, agreement, nextEvent(book, agreement), 'FINALIZE', parties[0] ?? ''),
    ...parties.map(
      (party) => `insert into besa.agreement_signature
        select ${key}, agency, id, repeat('0', 128) from besa.signatory_key where agency = ${text(prefix + party)}`,
    ),
    `insert into besa.agreement_version (reference, version, revision) values (${key})`,
  ];
}

function bodyOf(
  { timeZone, from, until, framework, clauses, agreement }: WorldVersion,
  place: {
    readonly reference: string;
    readonly number: number;
    readonly previous: string | null;
    readonly prefix: string;
  },
): string {
  const { reference, number, previous, prefix } = place;
  const written = clauses.map(({ scope, assigner, assignee, mutual, ...rest }) => ({
    ...rest,
    assigner: prefix + assigner,
    assignee: prefix + assignee,
    ...(mutual ? { mutual } : {}),
    ...('database' in scope ? { database: prefix + scope.database } : scope),
  }));
  const under = framework === null ? {} : { framework: referenceOf(prefix, framework) };
  const parties = (PARTIES[agreement] ?? []).map((party) => prefix + party);
  return canonicalJson({
    version: number,
    previous,
    terms: { reference, timeZone, from, until, parties, ...under, clauses: written },
  });
}

export async function idsOf(client: Client, prefix: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ code: string; id: number }>(
    'select code, id from besa.shared_database where code like $1',
    [`${prefix}%`],
  );
  return new Map(rows.map(({ code, id }) => [code, id]));
}

/** Every instant at which something may change, and the milliseconds beside it. */
export function instantsOf(given: World): readonly number[] {
  const times = timesOf(given);
  const found = given.changes.flatMap((change, index) => {
    const now = times[index] ?? 0;
    if (change.kind === 'DATABASE') return [];
    if (change.kind !== 'FINALIZE') return [now + change.delayMs];
    const { from, until, timeZone } = change.version;
    return [now, startOfLocalDay(from, timeZone), startOfLocalDay(until, timeZone)];
  });
  return [...new Set(found.flatMap((instant) => [instant - 1, instant, instant + 1]))];
}
