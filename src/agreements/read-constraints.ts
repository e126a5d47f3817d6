import { type ClauseDuty, type Constraints, EVIDENCE, QUOTA_UNITS, ZERO_POLICIES } from '../domain/clause.js';
import { DURATION_PATTERN } from '../domain/duration.js';
import { DATA_SUBJECT_CATEGORY, HANDLING_CODES } from '../domain/record-type.js';
import {
  isMapping,
  type Mapping,
  memberOf,
  type Place,
  placeAt,
  readList,
  readMapping,
  readSet,
  readText,
  readWhole,
  readWord,
} from './document.js';
import { readMask } from './read-mask.js';

/** Keys of a permission that demand something beside parties, purpose, action and time. */
export const CONSTRAINT_KEYS = [
  'countMin',
  'zeroPolicy',
  'justification',
  'regime',
  'from',
  'until',
  'dataSubjectCategories',
  'handlingCodes',
  'quota',
  'rowsMax',
  'recordAgeMax',
  'hours',
  'retainFor',
  'onwardDepth',
  'duties',
  'evidence',
] as const satisfies readonly (keyof Constraints)[];

const COUNT_MAX = 1_000_000_000;
const DUTIES_MAX = 50;
const CATEGORIES_MAX = 100;
const QUOTA_BOUNDS = { min: 1, max: COUNT_MAX };
const UNITS_TOLD = QUOTA_UNITS.map((unit) => `\`${unit}\``).join(', ');
const DURATION = {
  meant: 'a duration such as `P1Y` or `P30D`',
  lengthMax: 20,
  pattern: DURATION_PATTERN,
};
const HOURS = {
  meant: 'hours of a day such as `06:00-22:00`',
  lengthMax: 11,
  pattern: /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
};
const DAY = { meant: 'a day such as `2024-05-01`', lengthMax: 10, pattern: /^[1-9]\d{3}-\d{2}-\d{2}$/ };
const REGIME = { meant: 'the name of a legal regime', lengthMax: 64, pattern: /^[A-Z][A-Z0-9_]*$/ };
const CATEGORY = { meant: 'a data-subject category', lengthMax: 64, pattern: DATA_SUBJECT_CATEGORY };
const DUTY = { meant: 'a duty', lengthMax: 500 };

type Reader<K extends keyof Constraints> = (place: Place) => Constraints[K] | undefined;

const READERS: { readonly [K in keyof Required<Constraints>]: Reader<K> } = {
  countMin: (place) => readWhole(place, { min: 1, max: COUNT_MAX }),
  zeroPolicy: (place) => readWord(place, ZERO_POLICIES),
  justification: readJustification,
  regime: (place) => readText(place, REGIME),
  from: readDay,
  until: readDay,
  dataSubjectCategories: (place) => readSet(place, { min: 1, max: CATEGORIES_MAX }, (code) => readText(code, CATEGORY)),
  handlingCodes: (place) =>
    readSet(place, { min: 1, max: HANDLING_CODES.length }, (code) => readWord(code, HANDLING_CODES)),
  quota: readQuota,
  rowsMax: (place) => readWhole(place, { min: 1, max: COUNT_MAX }),
  recordAgeMax: (place) => readText(place, DURATION),
  hours: (place) => readText(place, HOURS),
  retainFor: (place) => readText(place, DURATION),
  onwardDepth: (place) => readWhole(place, { min: 0, max: 10 }),
  duties: (place) => readList(place, { min: 1, max: DUTIES_MAX }, readDuty),
  evidence: (place) => readWord(place, EVIDENCE),
};

/** The constraints among the keys of a permission. What is left unread is noted as a fault, so nothing is dropped silently. */
export function readConstraints(place: Place, clause: Mapping): Constraints {
  const read: { -readonly [K in keyof Constraints]: Constraints[K] } = {};
  for (const key of CONSTRAINT_KEYS) readInto(read, key, place, clause);
  // The default is not written out: two spellings of one meaning would be signed as two texts.
  if (read.zeroPolicy === 'SHOW') delete read.zeroPolicy;
  return read;
}

function readInto<K extends keyof Constraints>(
  read: { -readonly [Key in keyof Constraints]: Constraints[Key] },
  key: K,
  place: Place,
  clause: Mapping,
): void {
  const value = memberOf(clause, key);
  if (value === undefined) return;
  const constraint = READERS[key](placeAt(place, key, value));
  if (constraint !== undefined) read[key] = constraint;
}

function readJustification(place: Place): Constraints['justification'] {
  if (!isMapping(place.value)) return readWord(place, ['REQUIRED'] as const);
  const mapping = readMapping(place, ['pattern'], 'a justification such as `{ pattern: AA-999999 }`');
  if (mapping === undefined) return undefined;
  const pattern = readMask(placeAt(place, 'pattern', memberOf(mapping, 'pattern')));
  return pattern === undefined ? undefined : { pattern };
}

function readDay(place: Place): string | undefined {
  const day = readText(place, DAY);
  if (day === undefined) return undefined;
  // 30 February passes the pattern; as an instant it is 1 March, or none at all.
  const instant = new Date(`${day}T00:00:00Z`);
  const isReal = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day);
  return isReal ? day : place.faults.note(place.path, 'INVALID', `\`${day}\` is no day of the calendar`);
}

function readDuty(place: Place): ClauseDuty | undefined {
  if (!isMapping(place.value)) return readText(place, DUTY);
  const mapping = readMapping(place, ['duty', 'within', 'every'], 'a duty such as `{ duty: …, within: P30D }`');
  if (mapping === undefined) return undefined;
  const at = (key: string): Place => placeAt(place, key, memberOf(mapping, key));
  const read = (key: 'within' | 'every'): string | undefined =>
    memberOf(mapping, key) === undefined ? undefined : readText(at(key), DURATION);
  const duty = readText(at('duty'), DUTY);
  const [within, every] = [read('within'), read('every')];
  if (duty === undefined) return undefined;
  // Without a date both spellings mean the same, and only one of them may be signed.
  if (within === undefined && every === undefined) return duty;
  return { duty, ...(within === undefined ? {} : { within }), ...(every === undefined ? {} : { every }) };
}

function readQuota(place: Place): Constraints['quota'] {
  const mapping = readMapping(place, [...QUOTA_UNITS, 'per'], 'a quota such as `{ records: 200, per: day }`');
  if (mapping === undefined) return undefined;
  const named = QUOTA_UNITS.filter((unit) => Object.hasOwn(mapping, unit));
  if (named.length === 0) return place.faults.note(place.path, 'REQUIRED', `name what is counted: ${UNITS_TOLD}`);
  const read = named.map((unit) => [unit, readWhole(placeAt(place, unit, mapping[unit]), QUOTA_BOUNDS)] as const);
  const per = readWord(placeAt(place, 'per', memberOf(mapping, 'per')), ['day', 'month'] as const);
  if (per === undefined || read.some(([, limit]) => limit === undefined)) return undefined;
  return { ...Object.fromEntries(read), per };
}
