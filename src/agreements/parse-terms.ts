import type { AfterEffects, Terms } from '../domain/agreement.js';
import { DURATION_PATTERN, durationFrom } from '../domain/duration.js';
import type { UserError } from '../domain/errors.js';
import {
  Faults,
  type Mapping,
  memberOf,
  type Place,
  placeAt,
  readList,
  readMapping,
  readSet,
  readText,
  readWord,
} from './document.js';
import { readClause } from './read-clause.js';

export type Parsed<T> =
  | { readonly kind: 'READ'; readonly terms: T }
  | { readonly kind: 'REFUSED'; readonly problems: readonly UserError[] };

const KEYS = [
  'reference',
  'title',
  'parties',
  'legalBasis',
  'timeZone',
  'from',
  'until',
  'framework',
  'amendmentNotice',
  'terminationNotice',
  'afterEffects',
  'matrix',
  'clauses',
];
const PARTIES_MAX = 50;
const CLAUSES_MAX = 1_000;

const REFERENCE = {
  meant: 'a reference: parts of capital letters and digits, joined by hyphens',
  lengthMax: 64,
  pattern: /^[A-Z0-9]+(-[A-Z0-9]+)+$/,
};
const NOTICE = { meant: 'a duration such as `P30D`, `P3M` or `P1Y`', lengthMax: 20, pattern: DURATION_PATTERN };
const NOTICE_YEARS_MAX = 50;
const TITLE = { meant: 'the title', lengthMax: 200 };
const PARTY = { meant: 'the code of an agency', lengthMax: 64, pattern: /^[A-Z0-9]+(-[A-Z0-9]+)*$/ };
const LEGAL_BASIS = { meant: 'the legal basis', lengthMax: 2_000 };
const DATE = {
  meant: 'a date such as `2024-05-01`',
  lengthMax: 10,
  pattern: /^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
};
// Offsets such as `+02:00` are refused: they know no summer time, and PostgreSQL and ECMAScript read their sign differently.
const TIME_ZONE = { meant: 'an IANA time zone', lengthMax: 64, pattern: /^(UTC|[A-Za-z]+(\/[A-Za-z0-9_+-]+)+)$/ };

/**
 * The terms an agreement document says (keys of design 6), as far as the document alone can tell. Sets come out sorted, and
 * what is a default is left out, so that documents of one meaning give equal terms.
 *
 * @param document parsed YAML or JSON; never trusted
 * @returns the terms, or every fault with its path
 */
export function parseTerms(document: unknown): Parsed<Terms> {
  const faults = new Faults();
  const terms = readDocument({ value: document, path: [], faults });
  if (terms === undefined || faults.all.length > 0) return { kind: 'REFUSED', problems: faults.all };
  return { kind: 'READ', terms };
}

function readDocument(place: Place): Terms | undefined {
  const mapping = readMapping(place, KEYS, 'an agreement');
  if (mapping === undefined) return undefined;
  const at = (key: string): Place => placeAt(place, key, memberOf(mapping, key));
  const reference = readText(at('reference'), REFERENCE);
  const title = readText(at('title'), TITLE);
  const parties = readSet(at('parties'), { min: 2, max: PARTIES_MAX }, (party) => readText(party, PARTY));
  const legalBasis = readText(at('legalBasis'), LEGAL_BASIS);
  const timeZone = readTimeZone(at('timeZone'));
  const from = readDate(at('from'));
  const until = readDate(at('until'));
  const framework = Object.hasOwn(mapping, 'framework') ? readText(at('framework'), REFERENCE) : undefined;
  const clauses = readList(at('clauses'), { min: 1, max: CLAUSES_MAX }, readClause);
  if (from !== undefined && until !== undefined && from >= until)
    place.faults.note(['until'], 'INVALID', '`until` is after `from`');
  if (framework !== undefined && framework === reference) {
    place.faults.note(['framework'], 'INVALID', 'an agreement cannot stand under itself');
  }
  if (reference === undefined || title === undefined || parties === undefined || legalBasis === undefined)
    return undefined;
  if (timeZone === undefined || from === undefined || until === undefined || clauses === undefined) return undefined;
  noteRepeatedArticles(
    at('clauses'),
    clauses.map((clause) => clause.article),
  );
  const under = framework === undefined ? {} : { framework };
  const life = readLife(place, mapping);
  return { reference, title, parties, legalBasis, timeZone, from, until, ...under, ...life, clauses };
}

/** What is agreed about changing and ending the agreement, and about who may know of it. */
function readLife(place: Place, mapping: Mapping): Partial<Terms> {
  const at = (key: string): Place => placeAt(place, key, memberOf(mapping, key));
  const read = <T>(key: string, reader: (place: Place) => T | undefined): T | undefined =>
    Object.hasOwn(mapping, key) ? reader(at(key)) : undefined;
  const amendmentNotice = read('amendmentNotice', readNotice);
  const terminationNotice = read('terminationNotice', readNotice);
  const afterEffects = read('afterEffects', readAfterEffects);
  const matrix = read('matrix', (from) => readWord(from, ['PARTIES', 'ALL'] as const));
  return {
    ...(amendmentNotice === undefined ? {} : { amendmentNotice }),
    ...(terminationNotice === undefined ? {} : { terminationNotice }),
    ...(afterEffects === undefined ? {} : { afterEffects }),
    ...(matrix === undefined ? {} : { matrix }),
  };
}

function readAfterEffects(place: Place): AfterEffects | undefined {
  const mapping = readMapping(
    place,
    ['received', 'within'],
    'after-effects such as `{ received: ERASE, within: P30D }`',
  );
  if (mapping === undefined) return undefined;
  const received = readWord(placeAt(place, 'received', memberOf(mapping, 'received')), ['ERASE', 'RETURN'] as const);
  const within = Object.hasOwn(mapping, 'within')
    ? readNotice(placeAt(place, 'within', memberOf(mapping, 'within')))
    : undefined;
  if (received === undefined) return undefined;
  return { received, ...(within === undefined ? {} : { within }) };
}

/** A duration that somebody will live to see the end of. */
function readNotice(place: Place): string | undefined {
  const text = readText(place, NOTICE);
  const duration = text === undefined ? null : durationFrom(text);
  if (text === undefined || duration === null) return undefined;
  if (duration.months <= 12 * NOTICE_YEARS_MAX && duration.days <= 366 * NOTICE_YEARS_MAX) return text;
  return place.faults.note(place.path, 'INVALID', `expected at most ${NOTICE_YEARS_MAX} years`);
}

function noteRepeatedArticles({ path, faults }: Place, articles: readonly string[]): void {
  articles.forEach((article, index) => {
    if (articles.indexOf(article) === index) return;
    faults.note([...path, String(index), 'article'], 'DUPLICATE', `there is an article \`${article}\` already`);
  });
}

function readDate(place: Place): string | undefined {
  const text = readText(place, DATE);
  if (text === undefined) return undefined;
  // 30 February passes the pattern; as an instant it is 1 March.
  const isReal = new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
  return isReal ? text : place.faults.note(place.path, 'INVALID', `\`${text}\` is no day of the calendar`);
}

function readTimeZone(place: Place): string | undefined {
  const text = readText(place, TIME_ZONE);
  if (text === undefined) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    return place.faults.note(place.path, 'INVALID', `\`${text}\` is not an IANA time zone`);
  }
}
