// The demo world cut small: two record types, six agencies of five partners, one database of each owner and type.
import { FIXED_LADDERS } from '../../src/domain/ladder.js';
import type {
  ExchangeStandard,
  Field,
  FieldType,
  RecordType,
  ScalarName,
  Sensitivity,
} from '../../src/domain/record-type.js';
import type { SharedDatabase } from '../../src/domain/registry.js';

export const TIME_ZONE = 'Europe/Tirane';

const scalar = (name: ScalarName): FieldType => ({ kind: 'scalar', name, isList: false });

function field(name: string, type: FieldType, sensitivity: Sensitivity, more: Partial<Field> = {}): Field {
  const fixed = type.kind === 'scalar' && !type.isList ? FIXED_LADDERS[type.name] : undefined;
  return {
    name,
    description: '',
    type,
    sensitivity,
    isRequired: false,
    isKey: false,
    isMeasure: false,
    isOccurredAt: false,
    ladder: fixed ?? [],
    ...more,
  };
}

export const CROSSING: RecordType = {
  name: 'BorderCrossing',
  plural: 'borderCrossings',
  description: '',
  fields: [
    field('nationalReference', scalar('String'), 'DIRECT_IDENTIFIER', { isKey: true, isRequired: true }),
    field('detectedAt', scalar('DateTime'), 'TIME_PRECISE', { isOccurredAt: true }),
    field('borderSection', scalar('String'), 'OPERATIONAL', {
      ladder: [{ name: 'section', kind: 'before', separator: '.' }],
    }),
    field('nationality', scalar('CountryCode'), 'QUASI_IDENTIFIER'),
    field('personsCount', scalar('Int'), 'OPERATIONAL', { isMeasure: true }),
    field('birthDate', scalar('Date'), 'DIRECT_IDENTIFIER'),
    field('documentNumber', scalar('String'), 'DOCUMENT_IDENTIFIER'),
    field(
      'minorStatus',
      { kind: 'enum', name: 'MinorStatus', values: ['ADULT', 'MINOR'], isList: false },
      'VULNERABILITY',
    ),
    field('indicator', scalar('String'), 'REFERENCE'),
    field('patrolNote', scalar('String'), 'INTERNAL'),
  ],
};

export const ALERT: RecordType = {
  name: 'TravelDocumentAlert',
  plural: 'travelDocumentAlerts',
  description: '',
  fields: [
    field('documentNumber', scalar('String'), 'DOCUMENT_IDENTIFIER', { isKey: true, isRequired: true }),
    field('documentType', scalar('String'), 'REFERENCE'),
    field('reportedAt', scalar('DateTime'), 'TIME_PRECISE', { isOccurredAt: true }),
  ],
};

const PURPOSES = ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS', 'SMUGGLING_INVESTIGATION', 'FIRST_LINE_CHECK'];

export const STANDARD: ExchangeStandard = {
  recordTypes: [CROSSING, ALERT],
  purposes: [
    ...PURPOSES.map((name) => ({ name, regime: 'LED', description: '' })),
    { name: 'READMISSION_RETURN', regime: 'GDPR', description: '' },
    { name: 'STATE_SECURITY', regime: 'NATIONAL_SECURITY', description: '' },
  ],
};

export const PARTNER_OF: Readonly<Record<string, string>> = {
  'AL-BMP': 'AL',
  'AL-MOI': 'AL',
  'ME-BP': 'ME',
  'MK-BP': 'MK',
  'RS-BP': 'RS',
  'XK-BP': 'XK',
};

const OWNERS = ['AL-BMP', 'ME-BP', 'MK-BP', 'RS-BP', 'XK-BP'];

export const DATABASES: readonly SharedDatabase[] = OWNERS.flatMap((owner, index) => [
  database(2 * index + 1, `${PARTNER_OF[owner]}-BORDER-CROSSINGS`, owner, CROSSING),
  database(2 * index + 2, `${PARTNER_OF[owner]}-DOCUMENT-ALERTS`, owner, ALERT),
]);

function database(id: number, code: string, owner: string, recordType: RecordType): SharedDatabase {
  return { id, code, name: code, owner, recordType: recordType.name, hosting: 'HOSTED' };
}
