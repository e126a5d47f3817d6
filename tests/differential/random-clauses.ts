// Random clauses of every kind: permissions with all their constraints, prohibitions by field, sensitivity and row.
import type { Clause, Constraints, Permission, Prohibition } from '../../src/domain/clause.js';
import { HANDLING_CODES, type RecordType } from '../../src/domain/record-type.js';
import type { Treatment } from '../../src/domain/treatment.js';
import type { Choices } from './choices.js';
import { randomPredicate, randomTreatment } from './generate.js';
import type { Parchment } from './random-agreements.js';
import { CATEGORIES } from './specimen.js';

/** Two of one legal regime and one of another. */
export const PURPOSES = [
  { name: 'P', regime: 'LED', description: '' },
  { name: 'Q', regime: 'LED', description: '' },
  { name: 'R', regime: 'GDPR', description: '' },
] as const;

export const HOURS = ['06:00-22:00', '22:00-06:00', '00:00-12:00', '02:00-03:00', '01:30-23:59', '23:30-00:30'];
export const WINDOW_DAYS = ['2023-12-31', '2024-01-01', '2024-03-31', '2024-04-26', '2024-10-27', '2024-12-31'];
export const AGES = ['P1M', 'P3M', 'P1Y', 'P30D', 'P14D', 'P1Y6M', 'P1M1D', 'P1D'];
export const MASKS = ['AA-999999', '9', 'A9', 'AA-\\A9', '99/99'];

export function randomClauses(choices: Choices, given: Parchment): readonly Clause[] {
  return Array.from({ length: 1 + choices.below(5) }, (_, index) => {
    const article = `${index + 1}`;
    return choices.once(4) ? randomProhibition(choices, given, article) : randomPermission(choices, given, article);
  });
}

type Common = Pick<Clause, 'article' | 'assigner' | 'assignee' | 'mutual' | 'scope' | 'rows'>;

function randomCommon(choices: Choices, given: Parchment, article: string, isAlways: boolean): Common {
  const [first, second] = choices.some(given.agencies, 2, 2) as [string, string];
  const named = (agency: string): string => (choices.once(2) ? agency.slice(0, 1) : agency);
  const [assigner, assignee] = [named(first), named(second)];
  const databases = given.databases.filter(({ owner }) => owner.startsWith(assigner));
  const isOne = choices.once(6) && databases.length > 0;
  const otherType = given.databases.find(({ recordType }) => recordType !== given.recordType.name)?.recordType;
  const recordType = choices.once(12) ? (otherType ?? given.recordType.name) : given.recordType.name;
  return {
    article,
    assigner,
    // An agency is never in an agreement with itself under one name.
    assignee: assignee === assigner ? second : assignee,
    mutual: !isOne && choices.once(2),
    scope: isOne ? { kind: 'Database', database: choices.one(databases).code } : { kind: 'RecordType', recordType },
    ...(isAlways ? {} : { rows: randomPredicate(choices, given.recordType.fields, 2) }),
  };
}

function randomPermission(choices: Choices, given: Parchment, article: string): Permission {
  const common = randomCommon(choices, given, article, choices.once(2));
  const fields = randomFields(choices, given.recordType);
  return {
    ...common,
    kind: 'PERMISSION',
    action: choices.one([
      'READ',
      'READ',
      'READ',
      'READ',
      'EXPORT',
      'EXPORT',
      'AGGREGATE',
      'AGGREGATE',
      'MATCH',
    ] as const),
    purposes: choices.some(
      PURPOSES.map(({ name }) => name),
      2,
      3,
    ),
    ...(fields && { fields }),
    // Told from the article, so that no other choice moves: a ledger that keeps evidence answers as one that does not.
    constraints: { ...randomConstraints(choices), ...(Number(article) % 2 === 1 && { evidence: 'VALUES' }) },
  };
}

function randomFields(choices: Choices, { fields }: RecordType): Readonly<Record<string, Treatment>> | undefined {
  if (choices.once(12)) return undefined;
  const openness = 5 + choices.below(5);
  const shareable = fields.filter(({ sensitivity }) => sensitivity !== 'INTERNAL');
  const named = choices.once(3) ? choices.some(shareable, 1, shareable.length) : shareable;
  return Object.fromEntries(named.map((field) => [field.name, randomTreatment(choices, field, openness)]));
}

/** None half of the time; otherwise up to three, so that each decides something now and then. */
export function randomConstraints(choices: Choices): Constraints {
  const number = choices.once(2) ? 0 : 1 + choices.below(3);
  return Object.assign({}, ...choices.some(KINDS, number, number).map((make) => make(choices)));
}

type Make = (choices: Choices) => Constraints;

const handling: Make = (choices) => ({ handlingCodes: choices.some(HANDLING_CODES, 1, 3) });

const minimum: Make = (choices) => ({
  countMin: 1 + choices.below(5),
  ...(choices.once(2) && { zeroPolicy: choices.one(['SHOW', 'SUPPRESS'] as const) }),
});

const window: Make = (choices) => {
  const [from = '', until = ''] = [...choices.some(WINDOW_DAYS, 2, 2)].sort();
  return choices.one<Constraints>([{ from }, { until }, { from, until }]);
};

const pattern: Make = (choices) => ({ justification: { pattern: choices.one(MASKS) } });

const hours: Make = (choices) => ({ hours: choices.one(HOURS) });
const regime: Make = (choices) => ({ regime: choices.one(['LED', 'GDPR']) });

/** Each constraint there is; some twice, because they decide seldom. */
const KINDS: readonly Make[] = [
  handling,
  handling,
  minimum,
  minimum,
  window,
  window,
  pattern,
  (choices) => ({ dataSubjectCategories: [...choices.some(CATEGORIES, 1, 2)].sort() }),
  (choices) => ({ recordAgeMax: choices.one(AGES) }),
  (choices) => ({ rowsMax: 1 + choices.below(3) }),
  hours,
  hours,
  () => ({ justification: 'REQUIRED' }),
  regime,
  regime,
  (choices) => ({ quota: { requests: 1 + choices.below(3), per: 'day' } }),
];

function randomProhibition(choices: Choices, given: Parchment, article: string): Prohibition {
  const names = given.recordType.fields.map(({ name }) => name);
  const hides = choices.once(3);
  return {
    // One of whole rows without condition leaves nothing to compare: rare.
    ...randomCommon(choices, given, article, choices.once(hides ? 20 : 3)),
    kind: 'PROHIBITION',
    ...(choices.once(2) && { action: choices.one(['MATCH', 'AGGREGATE', 'READ', 'EXPORT'] as const) }),
    purposes: choices.some(
      PURPOSES.map(({ name }) => name),
      0,
      2,
    ),
    ...(hides
      ? {}
      : choices.once(2)
        ? {
            sensitivity: choices.some(
              [...new Set(given.recordType.fields.map(({ sensitivity }) => sensitivity))],
              1,
              2,
            ),
          }
        : { fields: choices.some(names, 1, 4) }),
  };
}

/** A text that gives less, or forbids more: one clause gone, a limit on each, or a prohibition more. */
export function tightened(choices: Choices, clauses: readonly Clause[]): readonly Clause[] {
  const permissions = clauses.filter((clause) => clause.kind === 'PERMISSION');
  const gone = permissions.length > 1 ? choices.one(permissions) : undefined;
  // Only a permission without a minimum goes: statistics obey the strictest minimum of all that are left.
  if (gone !== undefined && gone.constraints.countMin === undefined && choices.once(2))
    return clauses.filter((clause) => clause !== gone);
  const [first] = permissions;
  if (first !== undefined && choices.once(2)) {
    const { assigner, assignee, mutual, scope } = first;
    const ofAll = { article: `${clauses.length + 10}`, assigner, assignee, mutual, scope };
    return [...clauses, { ...ofAll, kind: 'PROHIBITION', purposes: [], sensitivity: ['OPERATIONAL'] }];
  }
  return clauses.map((clause) =>
    clause.kind === 'PERMISSION' ? { ...clause, constraints: { ...clause.constraints, rowsMax: 1 } } : clause,
  );
}
