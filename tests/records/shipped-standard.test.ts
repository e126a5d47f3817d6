import { describe, expect, test } from '@jest/globals';
import { SENSITIVITIES } from '../../src/domain/record-type.js';
import { typeOf } from './sample-standard.js';
import { SHIPPED } from './shipped-standard.js';

describe('the shipped exchange standard', () => {
  test('has the six harmonised types and the counts', () => {
    expect(SHIPPED.recordTypes.map(({ name, plural }) => [name, plural])).toEqual([
      ['BorderCrossing', 'borderCrossings'],
      ['DetectionCount', 'detectionCounts'],
      ['FacilitationIncident', 'facilitationIncidents'],
      ['ReadmissionCase', 'readmissionCases'],
      ['RefusalOfEntry', 'refusalsOfEntry'],
      ['TravelDocumentAlert', 'travelDocumentAlerts'],
      ['VehicleOfInterest', 'vehiclesOfInterest'],
    ]);
  });

  test('describes every type and every field', () => {
    const bare = SHIPPED.recordTypes.flatMap((type) =>
      type.fields.filter(({ description }) => description === '').map(({ name }) => `${type.name}.${name}`),
    );
    expect(bare).toEqual([]);
    expect(SHIPPED.recordTypes.filter(({ description }) => description === '')).toEqual([]);
    expect(SHIPPED.purposes.filter(({ description }) => description === '')).toEqual([]);
  });

  test('uses every sensitivity', () => {
    const used = new Set(SHIPPED.recordTypes.flatMap(({ fields }) => fields.map(({ sensitivity }) => sensitivity)));
    expect([...used].sort()).toEqual([...SENSITIVITIES].sort());
  });

  test('keeps the names and properties the design gives', () => {
    const crossing = typeOf(SHIPPED, 'BorderCrossing').fields.map(
      ({ name, type, sensitivity, isRequired, isKey, isMeasure, isOccurredAt, normalise }) =>
        [
          name,
          type.name,
          sensitivity,
          isRequired && '!',
          isKey && 'key',
          isMeasure && 'measure',
          isOccurredAt && 'occurredAt',
          normalise,
        ]
          .filter(Boolean)
          .join(' '),
    );
    expect(crossing).toEqual(
      expect.arrayContaining([
        'nationalReference String DIRECT_IDENTIFIER ! key',
        'detectedAt DateTime TIME_PRECISE ! occurredAt',
        'borderSection String OPERATIONAL',
        'nationality CountryCode QUASI_IDENTIFIER',
        'personsCount Int OPERATIONAL measure',
        'birthDate Date DIRECT_IDENTIFIER',
        'documentNumber String DOCUMENT_IDENTIFIER DOCUMENT',
        'outcome CrossingOutcome OPERATIONAL',
        'fullName String DIRECT_IDENTIFIER',
        'patrolNote String INTERNAL',
      ]),
    );
    const counts = typeOf(SHIPPED, 'DetectionCount').fields;
    expect(
      counts.map(({ name, type, isKey, isMeasure, sensitivity }) => [name, type.name, isKey, isMeasure, sensitivity]),
    ).toEqual([
      ['detectedMonth', 'Date', true, false, 'REFERENCE'],
      ['route', 'String', true, false, 'REFERENCE'],
      ['borderType', 'String', true, false, 'REFERENCE'],
      ['nationality', 'CountryCode', true, false, 'REFERENCE'],
      ['detections', 'Int', false, true, 'REFERENCE'],
    ]);
  });

  test('names the legal regime of each purpose', () => {
    expect(Object.fromEntries(SHIPPED.purposes.map(({ name, regime }) => [name, regime]))).toEqual({
      FIRST_LINE_CHECK: 'GDPR',
      SECOND_LINE_CHECK: 'GDPR',
      BORDER_SURVEILLANCE: 'GDPR',
      RISK_ANALYSIS: 'GDPR',
      SMUGGLING_INVESTIGATION: 'LED',
      TRAFFICKING_INVESTIGATION: 'LED',
      DOCUMENT_FRAUD_DETECTION: 'LED',
      STOLEN_PROPERTY_RECOVERY: 'LED',
      READMISSION_RETURN: 'GDPR',
      STATISTICS_REPORTING: 'STATISTICS',
      DATA_QUALITY: 'ANY',
      OVERSIGHT_AUDIT: 'ANY',
    });
  });
});
