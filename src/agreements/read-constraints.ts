import { type Constraints, ZERO_POLICIES } from '../domain/clause.js';
import { DATA_SUBJECT_CATEGORY, HANDLING_CODES } from '../domain/record-type.js';
import {
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
] as const satisfies readonly (keyof Constraints)[];

const COUNT_MAX = 1_000_000_000;
const DUTIES_MAX = 50;
const DURATION = {
  meant: 'a duration such as `P1Y` or `P30D`',
  lengthMax: 20,
  pattern: /^P(?=\d)(\d{1,4}Y)?(\d{1,4}M)?(\d{1,5}D)?$/,
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
  justification: (place) => readWord(place, ['REQUIRED'] as const),
  regime: (place) => readText(place, REGIME),
  from: (place) => readText(place, DAY),
  until: (place) => readText(place, DAY),
  dataSubjectCategories: (place) => readSet(place, { min: 1, max: COUNT_MAX }, (code) => readText(code, CATEGORY)),
  handlingCodes: (place) =>
    readSet(place, { min: 1, max: HANDLING_CODES.length }, (code) => readWord(code, HANDLING_CODES)),
  quota: readQuota,
  rowsMax: (place) => readWhole(place, { min: 1, max: COUNT_MAX }),
  recordAgeMax: (place) => readText(place, DURATION),
  hours: (place) => readText(place, HOURS),
  retainFor: (place) => readText(place, DURATION),
  onwardDepth: (place) => readWhole(place, { min: 0, max: 10 }),
  duties: (place) => readList(place, { min: 1, max: DUTIES_MAX }, (duty) => readText(duty, DUTY)),
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

function readQuota(place: Place): Constraints['quota'] {
  const mapping = readMapping(place, ['values', 'per'], 'a quota such as `{ values: 200, per: day }`');
  if (mapping === undefined) return undefined;
  const values = readWhole(placeAt(place, 'values', memberOf(mapping, 'values')), { min: 1, max: COUNT_MAX });
  const per = readWord(placeAt(place, 'per', memberOf(mapping, 'per')), ['day', 'month'] as const);
  return values === undefined || per === undefined ? undefined : { values, per };
}
