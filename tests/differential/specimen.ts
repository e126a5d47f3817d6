// A record type with a field of every kind and every ladder, and few hostile values for each: few, so that equal values,
// boundaries and nulls meet.
import { FIXED_LADDERS, type LadderStep } from '../../src/domain/ladder.js';
import type { Field, FieldType, RecordType, Scalar, ScalarName, Sensitivity } from '../../src/domain/record-type.js';

const scalar = (name: ScalarName, isList = false): FieldType => ({ kind: 'scalar', name, isList });
const KINDS = ['ALPHA', 'BETA', 'GAMMA'];

function field(name: string, type: FieldType, more: Partial<Field> = {}): Field {
  const fixed = type.kind === 'scalar' && !type.isList ? FIXED_LADDERS[type.name] : undefined;
  return {
    name,
    description: '',
    type,
    sensitivity: 'OPERATIONAL' satisfies Sensitivity,
    isRequired: false,
    isKey: false,
    isMeasure: false,
    isOccurredAt: false,
    ladder: fixed ?? [],
    ...more,
  };
}

const width = (name: string, size: number): LadderStep => ({ name, kind: 'width', width: size });
const groups = (name: string, members: Record<string, readonly string[]>): LadderStep => ({
  name,
  kind: 'groups',
  groups: members,
  otherwise: 'OTHER',
});

/** Two names for one shape: a table each, where two time zones are tried in one database; records occur at an instant or on a day. */
export function specimen(name: string, occurred: 'seenAt' | 'bornOn' = 'seenAt'): RecordType {
  return {
    name,
    plural: `${name.toLowerCase()}s`,
    description: '',
    fields: [
      field('reference', scalar('ID'), { isKey: true, isRequired: true, sensitivity: 'REFERENCE' }),
      field('seenAt', scalar('DateTime'), { isOccurredAt: occurred === 'seenAt' }),
      field('reportedAt', scalar('DateTime'), { sensitivity: 'TIME_PRECISE' }),
      field('bornOn', scalar('Date'), { isOccurredAt: occurred === 'bornOn' }),
      field('place', scalar('String'), {
        sensitivity: 'LOCATION_PRECISE',
        ladder: [
          { name: 'section', kind: 'before', separator: '.' },
          groups('side', { EAST: ['A', 'B'], 'W%_': ['a'] }),
        ],
      }),
      field('country', scalar('CountryCode'), {
        sensitivity: 'QUASI_IDENTIFIER',
        ladder: [
          groups('region', { NEAR: ['AAA', 'BBB'], FAR: ['CCC'] }),
          groups('world', { ALL: ['AAA', 'BBB', 'CCC'] }),
        ],
      }),
      field('count', scalar('Int'), { isMeasure: true, ladder: [width('fives', 5), width('tens', 10)] }),
      field('weight', scalar('Float'), { isMeasure: true, ladder: [width('halves', 0.5), width('twos', 2)] }),
      field('flag', scalar('Boolean')),
      field(
        'kind',
        { kind: 'enum', name: 'Kind', values: KINDS, isList: false },
        { ladder: [groups('half', { EARLY: ['ALPHA', 'BETA'] })] },
      ),
      field('note', scalar('String'), { sensitivity: 'DIRECT_IDENTIFIER' }),
      field('tags', scalar('String', true)),
      field('marks', scalar('Int', true)),
      field('secret', scalar('String'), { sensitivity: 'INTERNAL' }),
    ],
  };
}

const TEXTS = ['', 'A', 'B', 'a', 'A.1', 'A.1.2', '.', 'a%', '_', '\\', "'", '"', 'ë', 'e\u0308', '｡', '😀', 'a\nb'];
const LONG_TEXTS = [
  '12345678',
  '1234567',
  '😀😀😀😀😀😀😀',
  '😀😀😀😀😀😀😀😀',
  'ab%_\\\'"x',
  'e\u0308e\u0308e\u0308e\u0308',
];

// Around local midnights, changes of the clocks, ends of months, quarters and years, in the zones of ZONES.
const INSTANTS = [
  '2023-12-31T21:59:59.999Z',
  '2023-12-31T22:59:59.999Z',
  '2023-12-31T23:00:00.000Z',
  '2024-02-28T23:00:00.000Z',
  '2024-02-29T22:59:59.999Z',
  '2024-03-30T22:59:59.999Z',
  '2024-03-30T23:00:00.000Z',
  '2024-03-31T00:59:59.999Z',
  '2024-03-31T01:00:00.000Z',
  '2024-03-31T21:59:59.999Z',
  '2024-03-31T22:00:00.000Z',
  '2024-04-25T21:59:59.999Z',
  '2024-04-25T22:00:00.000Z',
  '2024-10-26T22:00:00.000Z',
  '2024-10-27T00:30:00.000Z',
  '2024-10-27T01:30:00.000Z',
  '2024-10-27T22:59:59.999Z',
  '2024-10-31T21:00:00.000Z',
  '2024-12-31T23:00:00.001Z',
];

/** Tirane changes its clocks at night; in Cairo midnight itself is skipped. */
export const ZONES = ['Europe/Tirane', 'Africa/Cairo'] as const;

const DAYS = ['2023-12-31', '2024-01-01', '2024-02-29', '2024-03-31', '2024-04-01', '2024-06-30', '2024-12-31'];
const WHOLE = [-11, -10, -1, 0, 1, 4, 5, 9, 10, 2_147_483_640];
// Sums of these are exact in any order.
const FRACTIONS = [-2.5, -0.5, 0, 0.25, 0.5, 2, 3.75, 1024];

/** Fields that may be shown as pseudonyms. */
export const TOKEN_FIELDS: readonly string[] = ['reference', 'place', 'note'];

export const CATEGORIES = ['SUSPECT', 'WITNESS', 'VICTIM'] as const;

/** Values a field of this type may hold, or a condition on it may name. */
export function valuesOf({ type }: Pick<Field, 'type'>): readonly Scalar[] {
  if (type.kind === 'enum') return type.values;
  switch (type.name) {
    case 'String':
      return [...TEXTS, ...LONG_TEXTS];
    case 'ID':
      return LONG_TEXTS;
    case 'CountryCode':
      return ['AAA', 'BBB', 'CCC', 'DDD'];
    case 'Int':
      return WHOLE;
    case 'Float':
      return FRACTIONS;
    case 'Boolean':
      return [true, false];
    case 'Date':
      return DAYS;
    case 'DateTime':
      return INSTANTS;
  }
}
