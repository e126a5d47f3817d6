// How often each kind of demand decides an answer: a suite in which one never does would not notice if it were not enforced.
import type { AggregateAsk, Ask, ReadAsk } from '../../src/domain/ask.js';
import type { Feature } from './agreement-meaning.js';
import { type Court, meantGrants } from './clause-meaning.js';
import { countCells, readPage, strictest, visibleRows, type World } from './oracle.js';
import type { AgreementWorld } from './random-agreements.js';
import { PURPOSES } from './random-clauses.js';
import { limitBounds } from './row-limits.js';

export const FEATURES: readonly Feature[] = [
  'hours',
  'window',
  'justification',
  'pattern',
  'regime',
  'recordAgeMax',
  'dataSubjectCategories',
  'handlingCodes',
  'rowsMax',
  'pseudonym',
  'suspension',
  'termination',
  'framework',
  'notice',
  'superseding',
  'mutual',
  'prohibitedFields',
  'prohibitedRows',
  'sensitivity',
  'statisticsMinimum',
  'zeroPolicy',
  'quota',
];

export interface Question {
  readonly ask: Ask;
  readonly court: Court;
  readonly world: World;
}

/** How often leaving out each feature gave another answer. */
export const decisive = new Map<Feature, number>(FEATURES.map((feature) => [feature, 0]));

const features = new WeakMap<AgreementWorld, readonly Feature[]>();
/** features left out of each case: one in turn, and those that decided least often so far */
const RAREST_PER_CASE = 2;
let turn = 0;

/** Leaves out some features, one by one, and counts those that change the answer. */
export function weigh(question: Question, given: AgreementWorld): void {
  const found = features.get(given) ?? featuresIn(given);
  features.set(given, found);
  turn += 1;
  const rarest = [...found].sort((a, b) => countOf(a) - countOf(b)).slice(0, RAREST_PER_CASE);
  const tried = new Set([...rarest, ...found.slice(turn % (found.length || 1)).slice(0, 1)]);
  if (tried.size === 0) return;
  const whole = answerText(question);
  for (const feature of tried) {
    const without = answerText({ ...question, court: { ...question.court, without: feature } });
    if (without !== whole) decisive.set(feature, countOf(feature) + 1);
  }
}

function countOf(feature: Feature): number {
  return decisive.get(feature) ?? 0;
}

/** What a text or a fact of this world must hold for a feature to be able to decide anything. */
const SIGNS: Readonly<Record<Feature, RegExp>> = {
  hours: /"hours"/,
  window: /"constraints":[{][^}]*"(from|until)"/,
  justification: /"justification"/,
  pattern: /"pattern"/,
  regime: /"regime"/,
  recordAgeMax: /"recordAgeMax"/,
  dataSubjectCategories: /"dataSubjectCategories"/,
  handlingCodes: /"PERMISSION"/,
  rowsMax: /"rowsMax"/,
  pseudonym: /"PSEUDONYM"/,
  suspension: /"SUSPEND"/,
  termination: /"TERMINATE"/,
  framework: /"framework"/,
  notice: /"noticeEndsAt"/,
  superseding: /"version":2/,
  mutual: /"mutual":true/,
  prohibitedFields: /"PROHIBITION"/,
  prohibitedRows: /"PROHIBITION"/,
  sensitivity: /"sensitivity"/,
  statisticsMinimum: /"countMin"/,
  zeroPolicy: /"SUPPRESS"/,
  quota: /"quota"/,
};

function featuresIn({ set }: AgreementWorld): readonly Feature[] {
  const text = JSON.stringify(set);
  return FEATURES.filter((feature) => SIGNS[feature].test(text));
}

/** The whole answer as text, by the meaning alone. */
function answerText({ ask, court, world }: Question): string {
  const grants = meantGrants(ask, court).map(({ grant }) => grant);
  if (isRead(ask)) {
    const { rows, hasMore } = readPage(
      ask,
      visibleRows(grants, world),
      world,
      limitBounds(grants, world.recordType).most,
    );
    const names = grants.map(({ kind, database }) => [database.code, kind]);
    return JSON.stringify([names, hasMore, rows.map(({ row, shown }) => [row.id, shown.fields])]);
  }
  if (!isAggregate(ask)) return JSON.stringify(grants);
  const readable = PURPOSES.map(({ name: purpose }) => {
    const read = { ...court, exhausted: new Set<string>(), isAnyJustified: true };
    return meantGrants({ ...ask, purpose, action: 'READ' }, read).map(({ grant }) => grant);
  });
  return JSON.stringify([strictest(ask, grants, world.recordType), countCells(ask, grants, readable, world)]);
}

function isRead(ask: Ask): ask is ReadAsk {
  return ask.action === 'READ';
}

function isAggregate(ask: Ask): ask is AggregateAsk {
  return ask.action === 'AGGREGATE';
}
