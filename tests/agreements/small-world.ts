/** A standard of one record type, four agencies of three partners, and their keys: enough for every rule of agreements. */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { parseTerms } from '../../src/agreements/parse-terms.js';
import type { RegistryFacts } from '../../src/agreements/read-terms.js';
import type { Terms } from '../../src/domain/agreement.js';
import type { AgreementHistory, AgreementStep, SignatoryKey } from '../../src/domain/agreement-history.js';
import { FIXED_LADDERS } from '../../src/domain/ladder.js';
import type { ExchangeStandard, Field, FieldType, RecordType } from '../../src/domain/record-type.js';
import type { Agency } from '../../src/domain/registry.js';
import { publicKeyHex, sha256Hex, verifyEd25519 } from '../../src/persistence/cryptography.js';

const scalar = (name: Extract<FieldType, { kind: 'scalar' }>['name'], isList = false): FieldType => ({
  kind: 'scalar',
  name,
  isList,
});

function field(name: string, type: FieldType, more: Partial<Field> = {}): Field {
  const ladder = type.kind === 'scalar' ? (FIXED_LADDERS[type.name] ?? []) : [];
  const plain = { description: name, isRequired: false, isKey: false, isMeasure: false, isOccurredAt: false };
  return { name, type, ladder, sensitivity: 'OPERATIONAL', ...plain, ...more };
}

export const SIGHTING: RecordType = {
  name: 'Sighting',
  plural: 'sightings',
  description: 'a sighting',
  fields: [
    field('number', scalar('String'), { isKey: true, isRequired: true, sensitivity: 'DIRECT_IDENTIFIER' }),
    field('seenAt', scalar('DateTime'), { isOccurredAt: true, sensitivity: 'TIME_PRECISE' }),
    field('bornOn', scalar('Date')),
    field('section', scalar('String')),
    field('country', scalar('CountryCode'), { sensitivity: 'REFERENCE' }),
    field('persons', scalar('Int'), { isMeasure: true }),
    field('speed', scalar('Float')),
    field('isArmed', scalar('Boolean')),
    field('marks', scalar('String', true)),
    field('sex', { kind: 'enum', name: 'Sex', values: ['M', 'F', 'X'], isList: false }),
    field('note', scalar('String'), { sensitivity: 'INTERNAL' }),
  ],
};

export const STANDARD: ExchangeStandard = {
  recordTypes: [SIGHTING],
  purposes: [
    { name: 'PATROL', regime: 'GDPR', description: 'patrol' },
    { name: 'INQUIRY', regime: 'LED', description: 'inquiry' },
  ],
};

export const AGENCIES: readonly Agency[] = [
  { code: 'AA-P', name: 'police of A', partner: 'AA' },
  { code: 'AA-Q', name: 'ministry of A', partner: 'AA' },
  { code: 'BB-P', name: 'police of B', partner: 'BB' },
  { code: 'CC-P', name: 'police of C', partner: 'CC' },
];

export const REGISTRY: RegistryFacts = {
  agencies: AGENCIES,
  databases: [
    { id: 1, code: 'AA-SIGHTINGS', name: 'of A', owner: 'AA-P', recordType: 'Sighting', hosting: 'HOSTED' },
    { id: 2, code: 'BB-SIGHTINGS', name: 'of B', owner: 'BB-P', recordType: 'Sighting', hosting: 'HOSTED' },
  ],
};

export type Document = Record<string, unknown>;

export function clause(more: Document = {}): Document {
  return {
    article: '1',
    kind: 'PERMISSION',
    assigner: 'AA-P',
    assignee: 'BB-P',
    recordType: 'Sighting',
    action: 'READ',
    purposes: ['PATROL'],
    ...more,
  };
}

export function agreement(more: Document = {}): Document {
  return {
    reference: 'AGR-1',
    title: 'Sightings on the common section',
    parties: ['AA-P', 'BB-P'],
    legalBasis: 'Treaty, article 7',
    timeZone: 'Europe/Tirane',
    from: '2024-05-01',
    until: '2034-05-01',
    clauses: [clause()],
    ...more,
  };
}

export function termsFrom(document: Document): Terms {
  const parsed = parseTerms(document);
  if (parsed.kind === 'REFUSED') throw new Error(JSON.stringify(parsed.problems));
  return parsed.terms;
}

/** Keys that are the same in each run: the seed is the hash of the agency's code. */
function privateKeyOf(agency: string): KeyObject {
  const seed = createHash('sha256').update(`test key of ${agency}`).digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

export const publicKeyOf = (agency: string): string => publicKeyHex(privateKeyOf(agency));

export function signatureOf(agency: string, text: string): string {
  return sign(null, Buffer.from(text, 'utf8'), privateKeyOf(agency)).toString('hex');
}

export const strangerKey = (): string => publicKeyHex(generateKeyPairSync('ed25519').publicKey);

export const KEYS: readonly SignatoryKey[] = AGENCIES.map(({ code }, index) => ({
  id: index + 1,
  agency: code,
  publicKey: publicKeyOf(code),
  isDemo: false,
  validFrom: new Date('2024-01-01T00:00:00Z'),
  confirmedAt: new Date('2024-01-01T00:00:00Z'),
}));

export const WORDING = { environment: 'test', sha256: sha256Hex };
export const SIGNING = { ...WORDING, acceptsDemoKeys: false, verify: verifyEd25519 };

/** What the database would hold after the step: instants are those given. */
export function withStep(history: AgreementHistory | undefined, step: AgreementStep, at: Date): AgreementHistory {
  const { reference } = step;
  const before = history ?? { reference, events: [], texts: [], signatures: [], finalised: [], acts: [] };
  const { text, signature, finalised, act } = step;
  const acted = act === undefined ? [] : [{ ...act, reference, effectiveAt: act.effectiveAt ?? at }];
  return {
    reference,
    events: [
      ...before.events,
      ...step.events.map((event, index) => ({ ...event, reference, number: step.number + index, at })),
    ],
    texts: text === undefined ? before.texts : [...before.texts, text],
    signatures: signature === undefined ? before.signatures : [...before.signatures, { ...signature, signedAt: at }],
    finalised: finalised === undefined ? before.finalised : [...before.finalised, { ...finalised, finalisedAt: at }],
    acts: [...before.acts, ...(acted as AgreementHistory['acts'])],
  };
}
