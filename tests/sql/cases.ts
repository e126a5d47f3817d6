import type { ReadAsk } from '../../src/domain/ask.js';
import type { Bar, Candidate, Decision, Grant } from '../../src/domain/decision.js';
import { FIXED_LADDERS } from '../../src/domain/ladder.js';
import type { Predicate } from '../../src/domain/predicate.js';
import type { Field, RecordType } from '../../src/domain/record-type.js';
import type { SharedDatabase } from '../../src/domain/registry.js';
import type { Treatment } from '../../src/domain/treatment.js';

/** A record type of no field in particular: what one line of SQL looks like does not depend on borders. */
const field = (name: string, rest: Partial<Field>): Field => ({
  name,
  description: name,
  type: { kind: 'scalar', name: 'String', isList: false },
  isRequired: false,
  isKey: false,
  isMeasure: false,
  isOccurredAt: false,
  sensitivity: 'OPERATIONAL',
  ladder: [],
  ...rest,
});

export const VISIT: RecordType = {
  name: 'Visit',
  plural: 'visits',
  description: 'a visit',
  fields: [
    field('reference', { isKey: true, isRequired: true }),
    field('visitedAt', {
      type: { kind: 'scalar', name: 'DateTime', isList: false },
      isRequired: true,
      isOccurredAt: true,
      ladder: FIXED_LADDERS.DateTime ?? [],
    }),
    field('place', { ladder: [{ name: 'region', kind: 'before', separator: '.' }] }),
    field('size', {
      type: { kind: 'scalar', name: 'Int', isList: false },
      isMeasure: true,
      ladder: [{ name: 'tens', kind: 'width', width: 10 }],
    }),
    field('findings', { type: { kind: 'scalar', name: 'String', isList: true } }),
  ],
};

export const database = (id: number, owner: string): SharedDatabase => ({
  id,
  code: `${owner}-VISITS`,
  name: `Visits of ${owner}`,
  owner,
  recordType: 'Visit',
  hosting: 'HOSTED',
});

const C: Treatment = { kind: 'CLEAR' };
const DAY: Treatment = { kind: 'GENERALISED', step: 'day' };
const M: Treatment = { kind: 'MASKED' };
const P: Treatment = { kind: 'PSEUDONYM' };

export const candidate = (article: string, fields: Candidate['fields'], rest: Partial<Candidate> = {}): Candidate => ({
  basis: { agreement: 'AGR-1', version: 1, article },
  fields,
  handlingCodes: [],
  zeroPolicy: 'SHOW',
  ...rest,
});

export const granted = (
  id: number,
  owner: string,
  candidates: readonly Candidate[],
  bars: readonly Bar[] = [],
): Grant => ({ kind: 'GRANTED', database: database(id, owner), candidates, bars });

export const decision = (grants: readonly Grant[]): Decision => ({
  setVersion: '1',
  validFrom: null,
  validUntil: null,
  grants,
  digest: 'd',
});

export const inPlace = (value: string): Predicate => ({ kind: 'compare', field: 'place', op: 'eq', value });

const ASK: ReadAsk = {
  agency: 'A',
  action: 'READ',
  purpose: 'CONTROL',
  recordType: 'Visit',
  fields: ['reference', 'visitedAt', 'place'],
  orderBy: [],
  page: { direction: 'FORWARD', size: 50 },
};

const OWN: Grant = { kind: 'OWNED', database: database(1, 'A') };
const PLACE_CLEAR = candidate('1', { visitedAt: C, place: C });

export interface ReadCase {
  readonly name: string;
  readonly ask: ReadAsk;
  readonly grants: readonly Grant[];
  readonly withKeys?: boolean;
}

/** Each stands beside `golden/<name>.sql`. */
export const READ_CASES: readonly ReadCase[] = [
  { name: 'own rows need no condition', ask: ASK, grants: [OWN] },
  {
    name: 'a clause with rows is a condition on its own partition',
    ask: ASK,
    grants: [granted(2, 'B', [candidate('1', { visitedAt: C, place: C }, { rows: inPlace('P.1') })])],
  },
  {
    name: 'a limit of age is told by the clock of the statement',
    ask: ASK,
    grants: [granted(2, 'B', [candidate('1', { visitedAt: C, place: C }, { recordAgeMax: 'P1Y6M10D' })])],
  },
  {
    name: 'rows of other categories and of none are not shown',
    ask: ASK,
    grants: [granted(2, 'B', [candidate('1', { visitedAt: C, place: C }, { dataSubjectCategories: ['SUSPECT'] })])],
  },
  {
    name: 'clauses over different rows are not merged',
    ask: ASK,
    grants: [
      granted(2, 'B', [
        candidate('1', { visitedAt: C }, { recordAgeMax: 'P1Y' }),
        candidate('2', { place: C }, { dataSubjectCategories: ['SUSPECT'] }),
        candidate('3', { size: C }, { recordAgeMax: 'P1M' }),
      ]),
    ],
  },
  {
    name: 'the page is cut to the fewest rows a clause allows',
    ask: ASK,
    grants: [
      granted(2, 'B', [candidate('1', { visitedAt: C, place: C }, { rowsMax: 20 })]),
      granted(3, 'C', [candidate('1', { visitedAt: C, place: C }, { rowsMax: 10 })]),
    ],
  },
  {
    name: 'a withheld field is never selected',
    ask: { ...ASK, fields: ['reference', 'size'] },
    grants: [granted(2, 'B', [PLACE_CLEAR])],
  },
  {
    name: 'databases of one shape share one condition and their filter',
    ask: { ...ASK, where: { kind: 'compare', field: 'visitedAt', op: 'gte', value: '2024-05-01T00:00:00.000Z' } },
    grants: [OWN, granted(2, 'B', [PLACE_CLEAR]), granted(3, 'C', [PLACE_CLEAR])],
  },
  {
    name: 'exact and generalised times sort in branches and meet as instants',
    ask: ASK,
    grants: [OWN, granted(2, 'B', [candidate('1', { visitedAt: DAY, place: C })])],
  },
  {
    name: 'two clauses on one row show each row its own treatment',
    ask: { ...ASK, where: inPlace('P.1') },
    grants: [
      granted(2, 'B', [
        candidate('1', { visitedAt: C, place: { kind: 'GENERALISED', step: 'region' } }),
        candidate('2', { visitedAt: C, place: C, reference: M }, { rows: inPlace('P.2'), handlingCodes: ['H2'] }),
      ]),
    ],
  },
  {
    name: 'each row compares what it shows with a token or with a value',
    ask: {
      ...ASK,
      where: {
        kind: 'or',
        of: [
          { kind: 'not', of: inPlace('P.1') },
          { kind: 'compare', field: 'place', op: 'in', value: ['psn_1', 'psn_2'] },
        ],
      },
    },
    grants: [
      granted(2, 'B', [
        candidate('1', { visitedAt: C, place: P }),
        candidate('2', { visitedAt: C, place: C }, { rows: inPlace('P.2') }),
      ]),
    ],
  },
  {
    name: 'rows that show a token are in no order by its field',
    ask: { ...ASK, where: inPlace('P.1'), orderBy: [{ field: 'place', direction: 'ASC' }] },
    grants: [
      granted(2, 'B', [
        candidate('1', { visitedAt: C, place: P }),
        candidate('2', { visitedAt: C, place: C }, { rows: inPlace('P.2') }),
      ]),
    ],
  },
  {
    name: 'a prohibition hides rows where its condition is true or unknown',
    ask: ASK,
    grants: [
      granted(2, 'B', [PLACE_CLEAR], [{ basis: { agreement: 'AGR-1', version: 1, article: '9' }, rows: inPlace('X') }]),
    ],
  },
  {
    name: 'a prohibition of a field turns it to null on its rows',
    ask: ASK,
    grants: [
      granted(
        2,
        'B',
        [PLACE_CLEAR],
        [{ basis: { agreement: 'AGR-1', version: 1, article: '9' }, rows: inPlace('X'), fields: ['visitedAt'] }],
      ),
    ],
  },
  {
    name: 'the next page begins behind the cursor',
    ask: {
      ...ASK,
      orderBy: [
        { field: 'place', direction: 'ASC' },
        { field: 'visitedAt', direction: 'DESC' },
      ],
      page: { direction: 'FORWARD', size: 2, cursor: { values: ['P.1', '2024-05-01 10:00:00+00'], id: '42' } },
    },
    grants: [OWN],
    withKeys: true,
  },
  {
    name: 'the page before a cursor is read backwards',
    ask: { ...ASK, page: { direction: 'BACKWARD', size: 2, cursor: { values: [null], id: '42' } } },
    grants: [granted(2, 'B', [candidate('1', { place: C })])],
    withKeys: true,
  },
];
