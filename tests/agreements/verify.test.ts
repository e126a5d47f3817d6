import { describe, expect, test } from '@jest/globals';
import { writeSignedText } from '../../src/agreements/signed-text.js';
import { type VerificationRules, verifyAgreement, withoutDoubtful } from '../../src/agreements/verify.js';
import type { AgreementSignature, AgreementText, StoredAgreement } from '../../src/domain/agreement-history.js';
import { startOfLocalDay } from '../../src/policy/local-time.js';
import {
  AGENCIES,
  agreement,
  clause,
  type Document,
  KEYS,
  SIGNING,
  signatureOf,
  strangerKey,
  termsFrom,
} from './small-world.js';

const AT = new Date('2025-01-01T00:00:00Z');
const RULES: VerificationRules = { ...SIGNING, keys: KEYS, agencies: AGENCIES, startOfLocalDay };

function textOf(
  document: Document,
  place = { environment: 'test', version: 1, previous: null as string | null },
): AgreementText {
  const terms = termsFrom(document);
  const body = writeSignedText({ ...place, terms });
  return { reference: terms.reference, version: place.version, revision: 1, body, hash: SIGNING.sha256(body) };
}

function signaturesOf(text: AgreementText): readonly AgreementSignature[] {
  const { parties } = (JSON.parse(text.body) as { terms: { parties: string[] } }).terms;
  return parties.map((agency) => ({
    ...text,
    agency,
    keyId: KEYS.find((key) => key.agency === agency)?.id ?? 0,
    signature: signatureOf(agency, text.body),
    signedAt: AT,
  }));
}

function stored(...texts: readonly AgreementText[]): StoredAgreement {
  return {
    reference: 'AGR-1',
    finalised: texts.map(({ reference, version, revision }) => ({ reference, version, revision, finalisedAt: AT })),
    finalisations: texts.length,
    texts,
    signatures: texts.flatMap(signaturesOf),
  };
}

const FIRST = textOf(agreement());
const SECOND = textOf(agreement({ title: 'second' }), { environment: 'test', version: 2, previous: FIRST.hash });
const BOTH = stored(FIRST, SECOND);

const causes = (given: StoredAgreement, rules = RULES): readonly string[] => {
  const { versions, doubts } = verifyAgreement(given, rules);
  if (doubts.length > 0) expect(versions).toEqual([]);
  return doubts.map((doubt) => doubt.cause);
};
const flipped = (text: string, at: number, bit: number): string => {
  const bytes = Buffer.from(text, 'utf8');
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes.toString('utf8');
};

describe('a stored agreement is not believed', () => {
  test('with any byte of its words flipped, even if the hash is made to fit', () => {
    for (let at = 0; at < Buffer.byteLength(FIRST.body); at += 1) {
      const body = flipped(FIRST.body, at, at % 7);
      const [only] = stored(FIRST).texts;
      const changed = { ...only, body, hash: SIGNING.sha256(body) } as AgreementText;
      expect(causes({ ...stored(FIRST), texts: [{ ...FIRST, body }] })).toEqual(['HASH']);
      expect(causes({ ...stored(FIRST), texts: [changed] })).toHaveLength(1);
    }
  });

  test('with any digit of a signature, key or hash changed', () => {
    const [own, other] = stored(FIRST).signatures as [AgreementSignature, AgreementSignature];
    for (let at = 0; at < 128; at += 1) {
      const signature =
        own.signature.slice(0, at) + (own.signature[at] === '0' ? '1' : '0') + own.signature.slice(at + 1);
      expect(causes({ ...stored(FIRST), signatures: [{ ...own, signature }, other] })).toEqual(['SIGNATURE']);
    }
    for (let at = 0; at < 64; at += 1) {
      const hash = FIRST.hash.slice(0, at) + (FIRST.hash[at] === '0' ? '1' : '0') + FIRST.hash.slice(at + 1);
      expect(causes({ ...stored(FIRST), texts: [{ ...FIRST, hash }] })).toEqual(['HASH']);
    }
    const keys = KEYS.map((key) => ({ ...key, publicKey: strangerKey() }));
    expect(causes(stored(FIRST), { ...RULES, keys })).toEqual(['SIGNATURE']);
  });

  test.each<[string, StoredAgreement, string]>([
    ['with a signature missing', { ...stored(FIRST), signatures: stored(FIRST).signatures.slice(1) }, 'SIGNATURE'],
    [
      'with one party’s signature in place of the other’s',
      { ...stored(FIRST), signatures: swapped(stored(FIRST)) },
      'SIGNATURE',
    ],
    [
      'with the signatures of another agreement',
      { ...stored(FIRST), signatures: stored(textOf(agreement({ title: 'other' }))).signatures },
      'SIGNATURE',
    ],
    [
      'with the signatures of the version before',
      {
        ...stored(FIRST, SECOND),
        signatures: stored(FIRST).signatures.flatMap((one) => [one, { ...one, version: 2 }]),
      },
      'SIGNATURE',
    ],
    [
      'made for another hub',
      stored(textOf(agreement(), { environment: 'trial', version: 1, previous: null })),
      'ENVIRONMENT',
    ],
    ['stored under another reference', stored(textOf(agreement({ reference: 'AGR-2' }))), 'REFERENCE'],
    ['with an old version put in as a new one', replayed(), 'VERSION'],
    [
      'whose next version follows other words',
      stored(FIRST, textOf(agreement(), { environment: 'test', version: 2, previous: 'ff' })),
      'VERSION',
    ],
    ['with its first version gone', { ...BOTH, finalised: BOTH.finalised.slice(1), finalisations: 1 }, 'VERSION'],
    ['with its last version gone', { ...BOTH, finalised: BOTH.finalised.slice(0, 1) }, 'MISSING'],
    ['with its words gone', { ...stored(FIRST), texts: [] }, 'HASH'],
  ])('%s', (_, given, cause) => {
    expect(causes(given)).toContain(cause);
  });

  test('signed before its key was registered, after it ended, or with a demo key outside the demo', () => {
    const [late, ended, demo] = [
      KEYS.map((key) => ({ ...key, validFrom: new Date(AT.getTime() + 1) })),
      KEYS.map((key) => ({ ...key, endedAt: AT })),
      KEYS.map((key) => ({ ...key, isDemo: true })),
    ];
    for (const keys of [late, ended, demo]) expect(causes(stored(FIRST), { ...RULES, keys })).toEqual(['SIGNATURE']);
    expect(causes(stored(FIRST), { ...RULES, keys: demo, acceptsDemoKeys: true })).toEqual([]);
  });
});

test('what its parties signed is believed, with instants computed from the signed days', () => {
  const { versions, doubts } = verifyAgreement(BOTH, RULES);
  expect(doubts).toEqual([]);
  expect(
    versions.map((one) => [one.version, one.terms.title, one.from.toISOString(), one.until.toISOString()]),
  ).toEqual([
    [1, 'Sightings on the common section', '2024-04-30T22:00:00.000Z', '2034-04-30T22:00:00.000Z'],
    [2, 'second', '2024-04-30T22:00:00.000Z', '2034-04-30T22:00:00.000Z'],
  ]);
  expect(versions[0]?.partnerOf).toEqual({ 'AA-P': 'AA', 'BB-P': 'BB' });
});

test('a doubt takes every permission between those it may have bound, and no prohibition', () => {
  const clauses = [
    clause({ assigner: 'AA', assignee: 'BB' }),
    clause({ article: '2', assignee: 'CC-P' }),
    { article: '3', kind: 'PROHIBITION', assigner: 'AA-P', assignee: 'BB-P', recordType: 'Sighting' },
  ];
  const { versions } = verifyAgreement(
    stored(textOf(agreement({ parties: ['AA-P', 'BB-P', 'CC-P'], clauses }))),
    RULES,
  );
  const doubt = { reference: 'AGR-9', version: 1, cause: 'HASH', parties: ['AA-P', 'BB-P'] };
  const articles = withoutDoubtful(versions, [doubt]).flatMap((one) => one.terms.clauses.map(({ article }) => article));
  expect(articles).toEqual(['2', '3']);
});

function swapped({ signatures }: StoredAgreement): readonly AgreementSignature[] {
  const [own, other] = signatures as [AgreementSignature, AgreementSignature];
  return [
    { ...own, signature: other.signature },
    { ...other, signature: own.signature },
  ];
}

function replayed(): StoredAgreement {
  const third = { ...FIRST, version: 3 };
  const both = stored(FIRST, SECOND);
  return {
    ...both,
    finalised: [...both.finalised, { reference: 'AGR-1', version: 3, revision: 1, finalisedAt: AT }],
    finalisations: 3,
    texts: [...both.texts, third],
    signatures: [...both.signatures, ...signaturesOf(FIRST).map((one) => ({ ...one, version: 3 }))],
  };
}
