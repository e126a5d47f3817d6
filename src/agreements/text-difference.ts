import type { Terms } from '../domain/agreement.js';
import { canonicalJson, type JsonValue } from '../support/canonical-json.js';
import { type TermsDocument, writeTerms } from './write-terms.js';

/** One place at which two wordings differ. Clauses are named by article: `['clauses', '3.1', 'fields', 'birthDate']`. */
export interface TextChange {
  readonly path: readonly string[];
  /** null: it was not there */
  readonly before: JsonValue;
  /** null: it is not there any more */
  readonly after: JsonValue;
}

/**
 * What another wording changed, place by place: in the order of the document, clauses by their place in the later wording,
 * those left out last. Lists, conditions (`rows`) and whole new clauses are one place each. It says what changed, not what
 * that means: whether a change widens or narrows a right is asked of `policy/difference`.
 *
 * @returns empty exactly if both wordings have the same canonical text
 */
export function textDifference(before: Terms, after: Terms): readonly TextChange[] {
  return documentDifference(writeTerms(before), writeTerms(after));
}

/** The same of two documents in the form of the agreement file. */
export function documentDifference(before: TermsDocument, after: TermsDocument): readonly TextChange[] {
  const { clauses: clausesBefore, ...headBefore } = before;
  const { clauses: clausesAfter, ...headAfter } = after;
  return [
    ...mappingChanges(headBefore, headAfter, []),
    ...clauseChanges(clausesOf(clausesBefore), clausesOf(clausesAfter)),
  ];
}

/** One change as a line for people. */
export function changeSentence({ path, before, after }: TextChange): string {
  const [first, article, ...within] = path;
  const isClause = first === 'clauses' && article !== undefined;
  const place = isClause
    ? `article ${article}${within.length === 0 ? '' : `, \`${within.join('.')}\``}`
    : `\`${path.join('.')}\``;
  if (before === null) return `${place}: added${shown(after)}`;
  if (after === null) return `${place}: left out; was${shown(before)}`;
  return `${place}: was${shown(before)}, is${shown(after)}`;
}

const shown = (value: JsonValue): string => ` ${typeof value === 'string' ? value : JSON.stringify(value)}`;

type Path = readonly string[];
type Members = { readonly [key: string]: JsonValue | undefined };

/** Keys whose value is one thing to a reader, however it is built. */
const WHOLE: readonly string[] = ['rows'];

function valueChanges(before: JsonValue, after: JsonValue, path: Path): readonly TextChange[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const isWhole = WHOLE.includes(path.at(-1) ?? '');
  if (!isWhole && isMembers(before) && isMembers(after)) return mappingChanges(before, after, path);
  return [{ path, before, after }];
}

function mappingChanges(before: Members, after: Members, path: Path): readonly TextChange[] {
  const names = [...Object.keys(after), ...Object.keys(before).filter((name) => memberOf(after, name) === null)];
  return [...new Set(names)].flatMap((name) =>
    valueChanges(memberOf(before, name), memberOf(after, name), [...path, name]),
  );
}

type Clauses = ReadonlyMap<string, Members>;

function clauseChanges(before: Clauses, after: Clauses): readonly TextChange[] {
  const changed = [...after].flatMap(([article, clause]) =>
    valueChanges(before.get(article) ?? null, clause, ['clauses', article]),
  );
  const left = [...before].filter(([article]) => !after.has(article));
  const gone = left.map(([article, clause]) => ({
    path: ['clauses', article],
    before: clause as JsonValue,
    after: null,
  }));
  return [...orderChange(before, after), ...changed, ...gone];
}

/** The order of clauses is signed too, so it is told where those that stay changed places. */
function orderChange(before: Clauses, after: Clauses): readonly TextChange[] {
  const stayed = [...before.keys()].filter((article) => after.has(article));
  const now = [...after.keys()].filter((article) => before.has(article));
  const isSame = stayed.every((article, index) => article === now[index]);
  return isSame ? [] : [{ path: ['clauses'], before: stayed, after: now }];
}

function clausesOf(clauses: JsonValue | undefined): Clauses {
  const list = Array.isArray(clauses) ? (clauses as readonly JsonValue[]) : [];
  return new Map(
    list.filter(isMembers).map((clause, index) => {
      const { article } = clause;
      return [typeof article === 'string' ? article : String(index), clause];
    }),
  );
}

function isMembers(value: JsonValue): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function memberOf(members: Members, name: string): JsonValue {
  return Object.hasOwn(members, name) ? (members[name] ?? null) : null;
}
