import type { VisibleEntry } from '../domain/ledger-view.js';
import { canonicalJson, type JsonValue } from '../support/canonical-json.js';

/** One row for each line of an entry: what a person reads. Proofs are in the other form of a view, `view-format.ts`. */
const COLUMNS = [
  'sequence',
  'at',
  'perspective',
  'agency',
  'person',
  'roles',
  'purpose',
  'regime',
  'justification',
  'action',
  'outcome',
  'database',
  'recordType',
  'databaseOutcome',
  'reason',
  'clauses',
  'records',
  'selectedFields',
  'touchedFields',
] as const;

/** The first line of the table (RFC 4180), without its end. */
export const VIEW_TABLE_HEADER: string = COLUMNS.join(',');

/** The rows of one entry, one at least, without their ends. */
export function viewTableRows({ seen }: Pick<VisibleEntry, 'seen'>): readonly string[] {
  const { sequence, at, perspective, agency, person, roles, purpose, regime, justification, action, outcome } = seen;
  const head = [
    sequence,
    at.toISOString(),
    perspective,
    agency,
    person,
    roles.join(' '),
    purpose,
    regime,
    justification,
  ];
  const rows = seen.asks.flatMap(({ recordType, lines, selectedFields, touchedFields }) =>
    lines.map((line) => [
      line.database,
      recordType,
      line.outcome,
      line.reason,
      line.basis.map((clause) => `${clause.agreement} v${clause.version} art. ${clause.article}`).join('; '),
      line.records,
      selectedFields.join(' '),
      touchedFields.join(' '),
    ]),
  );
  const none = ['', '', '', '', '', '', '', ''];
  return (rows.length === 0 ? [none] : rows).map((row) => [...head, action, outcome, ...row].map(cell).join(','));
}

/**
 * The last line of the table: a comment with what a view says in its first and last line (`view-format.ts`).
 *
 *     # {"end":{"count":2,"digest":"…"},"export":"VIEW_TABLE", … ,"signature":{…}}
 *
 * @param headerLine first line of the same view; `endLine`: its last one, over the lines of this table
 */
export function viewTableEnd(headerLine: string, endLine: string): string {
  const read = (text: string): { readonly [name: string]: JsonValue } => JSON.parse(text);
  return `# ${canonicalJson({ ...read(headerLine), ...read(endLine), export: 'VIEW_TABLE' })}`;
}

/** A table program takes a cell that begins so for a formula, and some even behind white space or quotes. */
const FORMULA = /^[\s"']*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]|^[\t\r]/u;

/** A cell that no table program carries out: a text that could be a formula gets an apostrophe in front. */
function cell(value: string | number | null): string {
  if (value === null || value === '') return '';
  if (typeof value === 'number') return String(value);
  const text = value.replace(/\p{Cc}/gu, ' ');
  return `"${(FORMULA.test(value) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
