// Agreements as the database keeps them: texts, events, signatures, versions and acts, told in their order at their instants.
import { type Client, escapeLiteral } from 'pg';
import type { AgreementAct, AgreementVersion } from '../../src/domain/agreement.js';
import type { Clause } from '../../src/domain/clause.js';
import type { SharedDatabase } from '../../src/domain/registry.js';
import { sha256Hex } from '../../src/persistence/cryptography.js';
import { canonicalJson } from '../../src/support/canonical-json.js';
import { AGENCIES, type Happening } from './random-agreements.js';

const text = (value: string | null): string => (value === null ? 'null' : escapeLiteral(value));

/** Once, before any world: who there is, and what everybody owns. */
export async function registerAgencies(client: Client, databases: readonly SharedDatabase[]): Promise<void> {
  const partners = [...new Set(AGENCIES.map(({ partner }) => partner))];
  const statements = [
    ...partners.map((partner) => `insert into besa.partner values (${text(partner)}, 'x')`),
    ...AGENCIES.flatMap(({ code, partner }) => [
      `insert into besa.agency values (${text(code)}, 'x', ${text(partner)})`,
      `insert into besa.signatory_key (agency, public_key, is_demo, registered_by)
        values (${text(code)}, '${sha256Hex(code)}', false, 'x')`,
    ]),
    ...databases.map(
      ({ id, code, owner, recordType }) =>
        `insert into besa.shared_database (id, code, name, owner, record_type, hosting) overriding system value
          values (${id}, ${text(code)}, 'x', ${text(owner)}, ${text(recordType)}, 'HOSTED')`,
    ),
  ];
  await client.query(statements.join(';\n'));
}

/** Puts a world's story into the tables, each part at its instant. */
export async function tell(client: Client, story: readonly Happening[]): Promise<void> {
  const book: Book = { events: new Map(), hashes: new Map() };
  const statements = story.flatMap((happening) => [
    `set local "besa_test.now" = '${new Date(happening.at).toISOString()}'`,
    ...(happening.kind === 'VERSION' ? versionStatements(happening.version, book) : actStatements(happening.act, book)),
  ]);
  if (statements.length > 0) await client.query(statements.join(';\n'));
}

interface Book {
  /** by reference: the number of the last event */
  readonly events: Map<string, number>;
  /** by reference: the hash of the last text */
  readonly hashes: Map<string, string>;
}

function eventStatement(book: Book, reference: string, version: number, kind: string, by: string): string {
  const number = (book.events.get(reference) ?? 0) + 1;
  book.events.set(reference, number);
  return `insert into besa.agreement_event (reference, number, kind, version, revision, agency, person, reason)
    values (${text(reference)}, ${number}, '${kind}', ${version}, 1, ${text(by)}, 'x', 'x')`;
}

function versionStatements(version: AgreementVersion, book: Book): readonly string[] {
  const { terms, noticeEndsAt } = version;
  const { reference, parties } = terms;
  const body = bodyOf(version, book.hashes.get(reference) ?? null);
  book.hashes.set(reference, sha256Hex(body));
  const key = `${text(reference)}, ${version.version}, 1`;
  // Notice is due where one party tightens alone; otherwise all have signed.
  const by = noticeEndsAt === undefined ? null : (parties[0] ?? null);
  const signing = by === null ? parties : [by];
  return [
    `insert into besa.agreement_text values (${key}, ${text(body)}, '${sha256Hex(body)}')`,
    eventStatement(book, reference, version.version, 'FINALIZE', parties[0] ?? ''),
    ...signing.map(
      (party) => `insert into besa.agreement_signature
        select ${key}, agency, id, repeat('0', 128) from besa.signatory_key where agency = ${text(party)}`,
    ),
    `insert into besa.agreement_version (reference, version, revision, tightened_by) values (${key}, ${text(by)})`,
  ];
}

function actStatements(act: AgreementAct, book: Book): readonly string[] {
  const { reference, kind, by, effectiveAt } = act;
  const event = eventStatement(book, reference, 1, kind, by);
  const scope = kind === 'TERMINATE' ? 'null, null' : `${text(act.assigner ?? null)}, ${text(act.article ?? null)}`;
  return [
    event,
    `insert into besa.agreement_act (reference, number, kind, agency, effective_at, assigner, article)
      values (${text(reference)}, ${book.events.get(reference)}, '${kind}', ${text(by)}, '${effectiveAt.toISOString()}', ${scope})`,
  ];
}

/** What of a signed text the database itself reads. */
function bodyOf({ terms, version }: AgreementVersion, previous: string | null): string {
  const { reference, timeZone, from, until, parties, framework, amendmentNotice, clauses } = terms;
  return canonicalJson({
    version,
    previous,
    terms: {
      reference,
      timeZone,
      from,
      until,
      parties,
      ...(framework !== undefined && { framework }),
      ...(amendmentNotice !== undefined && { amendmentNotice }),
      clauses: clauses.map(writtenClause),
    },
  });
}

function writtenClause(clause: Clause): Record<string, string | boolean | readonly string[]> {
  const { article, kind, assigner, assignee, mutual, scope, action, purposes } = clause;
  return {
    article,
    kind,
    assigner,
    assignee,
    ...(mutual && { mutual }),
    ...(action !== undefined && { action }),
    purposes,
    ...(scope.kind === 'Database' ? { database: scope.database } : { recordType: scope.recordType }),
  };
}
