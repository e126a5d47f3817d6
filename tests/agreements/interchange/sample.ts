import type { AgreedVersion } from '../../../src/agreements/interchange/agreed-version.js';
import { parseTerms } from '../../../src/agreements/parse-terms.js';

/** An agreement in which every key of a clause stands somewhere. */
export const DOCUMENT = {
  reference: 'AGR-2025-001',
  title: 'Exchange on the common border section',
  parties: ['AL-BMP', 'ME-BP', 'AL-MOI'],
  legalBasis: 'Police cooperation treaty, article 7',
  timeZone: 'Europe/Tirane',
  from: '2024-05-01',
  until: '2034-05-01',
  framework: 'AGR-2020-001',
  amendmentNotice: 'P30D',
  terminationNotice: 'P3M',
  afterEffects: { received: 'ERASE', within: 'P30D' },
  clauses: [
    {
      article: '3.1',
      kind: 'PERMISSION',
      assigner: 'AL-BMP',
      assignee: 'ME-BP',
      mutual: true,
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['BORDER_SURVEILLANCE'],
      rows: {
        and: [
          { field: 'borderSection', op: 'in', value: ['AL-ME', 'AL-XK'] },
          {
            not: {
              or: [
                { field: 'nationality', op: 'isNull', value: true },
                { field: 'route', op: 'startsWith', value: 'W' },
              ],
            },
          },
          { field: 'personsCount', op: 'gte', value: 2 },
        ],
      },
      fields: {
        borderSection: 'CLEAR',
        nationality: 'CLEAR',
        detectedAt: { GENERALISED: 'day' },
        documentNumber: 'PSEUDONYM',
      },
      justification: { pattern: 'AA-999999' },
      regime: 'GDPR',
      from: '2024-06-01',
      until: '2033-01-01',
      hours: '06:00-22:00',
      recordAgeMax: 'P1Y6M',
      dataSubjectCategories: ['IRREGULAR_MIGRANT'],
      handlingCodes: ['H2'],
      quota: { requests: 200, subjects: 50, per: 'day' },
      rowsMax: 1000,
      retainFor: 'P30D',
      onwardDepth: 0,
      evidence: 'VALUES',
      duties: ['answer questions', { duty: 'report the use', within: 'P1M', every: 'P3M' }],
    },
    {
      article: '3.2',
      kind: 'PERMISSION',
      assigner: 'ME-BP',
      assignee: 'AL',
      recordType: 'BorderCrossing',
      action: 'AGGREGATE',
      purposes: ['RISK_ANALYSIS', 'STATISTICS_REPORTING'],
      countMin: 5,
      zeroPolicy: 'SUPPRESS',
    },
    {
      article: '3.3',
      kind: 'PERMISSION',
      assigner: 'AL-BMP',
      assignee: 'AL-MOI',
      database: 'AL-BORDER-CROSSINGS',
      action: 'EXPORT',
      purposes: ['RISK_ANALYSIS'],
      fields: { nationality: 'CLEAR' },
      justification: 'REQUIRED',
    },
    {
      article: '9.1',
      kind: 'PROHIBITION',
      assigner: 'AL-BMP',
      assignee: 'ME-BP',
      recordType: 'BorderCrossing',
      fields: ['birthDate'],
      sensitivity: ['VULNERABILITY'],
    },
  ],
};

/** The same as the hub would render it: finalised, signed by two of three. */
export function sampleVersion(changes: Record<string, unknown> = {}): AgreedVersion {
  const parsed = parseTerms({ ...DOCUMENT, ...changes });
  if (parsed.kind === 'REFUSED') throw new Error(JSON.stringify(parsed.problems));
  const signedAt = new Date('2024-04-20T09:00:00Z');
  return {
    terms: parsed.terms,
    version: 2,
    hash: 'a'.repeat(64),
    previous: 'b'.repeat(64),
    from: new Date('2024-04-30T22:00:00Z'),
    until: new Date('2034-04-30T22:00:00Z'),
    finalisedAt: signedAt,
    signatures: ['AL-BMP', 'ME-BP'].map((agency) => ({
      agency,
      signature: 'c'.repeat(128),
      publicKey: 'd'.repeat(64),
      signedAt,
    })),
    agencies: [
      { code: 'AL-BMP', name: 'Border and Migration Police', partner: 'AL' },
      { code: 'AL-MOI', name: 'Ministry of Interior', partner: 'AL' },
      { code: 'ME-BP', name: 'Border Police', partner: 'ME' },
    ],
  };
}
