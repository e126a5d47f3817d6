import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { dataspaceAgreements } from '../../../src/agreements/interchange/dataspace-protocol.js';
import { odrlAgreement } from '../../../src/agreements/interchange/odrl.js';
import { PROFILE_TERMS, profileDocument } from '../../../src/agreements/interchange/odrl-profile.js';
import { expectRendering } from './golden.js';
import { DOCUMENT, sampleVersion } from './sample.js';

/** Of "ODRL Vocabulary & Expression 2.2", what an agreement of ours may use. */
const ODRL_ACTIONS = ['use', 'read'];
const ODRL_LEFT_OPERANDS = ['purpose', 'dateTime', 'count'];
const ODRL_OPERATORS = ['eq', 'neq', 'gt', 'gteq', 'lt', 'lteq', 'isAnyOf', 'isNoneOf', 'isPartOf'];
const ODRL_KEYS = [
  '@context',
  '@type',
  '@id',
  '@list',
  '@value',
  'uid',
  'profile',
  'conflict',
  'inheritFrom',
  'permission',
  'prohibition',
  'obligation',
  'duty',
  'assigner',
  'assignee',
  'target',
  'source',
  'refinement',
  'action',
  'constraint',
  'leftOperand',
  'operator',
  'rightOperand',
  'unit',
  'and',
  'or',
];

/** Every key, and every value behind a given key, anywhere in a document. */
function keysIn(document: unknown): readonly string[] {
  if (Array.isArray(document)) return document.flatMap(keysIn);
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([key, value]) => (key === '@context' ? [key] : [key, ...keysIn(value)]));
}
function valuesOf(key: string, document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document.flatMap((one) => valuesOf(key, one));
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([own, value]) => [...(own === key ? [value] : []), ...valuesOf(key, value)]);
}
const profileTerms = (texts: readonly unknown[]): string[] =>
  texts
    .filter((text): text is string => typeof text === 'string' && text.startsWith('besa:'))
    .map((text) => text.slice(5));

describe('an agreement as ODRL 2.2', () => {
  const document = odrlAgreement(sampleVersion());

  test('uses words of ODRL and of the documented profile only', () => {
    const plain = (texts: readonly unknown[]): unknown[] => texts.filter((text) => !String(text).startsWith('besa:'));
    const allowed = [...ODRL_KEYS, ...Object.keys(PROFILE_TERMS).map((name) => `besa:${name}`)];
    expect(keysIn(document).filter((key) => !allowed.includes(key))).toEqual([]);
    expect(plain(valuesOf('action', document)).filter((one) => !ODRL_ACTIONS.includes(String(one)))).toEqual([]);
    expect(plain(valuesOf('leftOperand', document)).filter((one) => !ODRL_LEFT_OPERANDS.includes(String(one)))).toEqual(
      [],
    );
    expect(plain(valuesOf('operator', document)).filter((one) => !ODRL_OPERATORS.includes(String(one)))).toEqual([]);
  });

  test('uses every term of the profile somewhere, and no other', () => {
    const contains = odrlAgreement(
      sampleVersion({
        clauses: [
          ...DOCUMENT.clauses,
          {
            ...DOCUMENT.clauses[0],
            article: '5',
            action: 'MATCH',
            rows: { field: 'route', op: 'contains', value: 'X' },
          },
        ],
      }),
    );
    const used = [
      ...profileTerms(keysIn(contains)),
      ...['action', 'leftOperand', 'operator'].flatMap((key) => profileTerms(valuesOf(key, contains))),
    ];
    expect([...new Set(used)].sort()).toEqual(Object.keys(PROFILE_TERMS).sort());
  });

  test('has one assigner and one assignee in each rule: mutual clauses are two, partners their agencies', () => {
    const rules = document.permission as readonly { assigner: string; assignee: string; 'besa:article': string }[];
    expect(rules.map((rule) => [rule['besa:article'], rule.assigner, rule.assignee].join(' '))).toEqual([
      '3.1 urn:besa:agency:AL-BMP urn:besa:agency:ME-BP',
      '3.1 urn:besa:agency:ME-BP urn:besa:agency:AL-BMP',
      '3.2 urn:besa:agency:ME-BP urn:besa:agency:AL-BMP',
      '3.2 urn:besa:agency:ME-BP urn:besa:agency:AL-MOI',
      '3.3 urn:besa:agency:AL-BMP urn:besa:agency:AL-MOI',
    ]);
  });

  test('says in each permission between which instants it holds', () => {
    for (const rule of document.permission as readonly { constraint: unknown[] }[]) {
      expect(rule.constraint.slice(0, 2)).toEqual([
        {
          leftOperand: 'dateTime',
          operator: 'gteq',
          rightOperand: { '@value': '2024-04-30T22:00:00.000Z', '@type': 'xsd:dateTime' },
        },
        {
          leftOperand: 'dateTime',
          operator: 'lt',
          rightOperand: { '@value': '2034-04-30T22:00:00.000Z', '@type': 'xsd:dateTime' },
        },
      ]);
    }
  });

  test('lets prohibitions win and inherits from its framework', () => {
    expect(document).toMatchObject({ conflict: 'prohibit', inheritFrom: 'urn:besa:agreement:AGR-2020-001' });
    expect(document.prohibition).toMatchObject([
      { 'besa:withholds': ['birthDate'], 'besa:sensitivity': ['VULNERABILITY'] },
    ]);
  });

  test('is the document beside this test', () => {
    expectRendering('odrl.json', `${JSON.stringify(document, null, 2)}\n`);
  });
});

describe('the profile', () => {
  test('is docs/odrl-profile.jsonld, term by term', () => {
    expect(JSON.parse(readFileSync('docs/odrl-profile.jsonld', 'utf8'))).toEqual(profileDocument());
  });

  test('is explained in docs/interchange.md, term by term', () => {
    const text = readFileSync('docs/interchange.md', 'utf8');
    const explained = [...text.matchAll(/^\| `besa:(\w+)`/gm)].map(([, name]) => name);
    expect(explained).toEqual(Object.keys(PROFILE_TERMS));
  });
});

describe('an agreement for the Dataspace Protocol', () => {
  test('says nothing of a wording that is not finalised', () => {
    expect(dataspaceAgreements({ ...sampleVersion(), finalisedAt: null })).toEqual([]);
  });

  test('says nothing of a direction in which something is prohibited: the protocol cannot say what', () => {
    const directions = dataspaceAgreements(sampleVersion()).map(({ agreement }) => {
      const { assigner, assignee } = agreement as { assigner: string; assignee: string };
      return `${assigner} ${assignee}`;
    });
    expect(directions).not.toContain('urn:besa:agency:AL-BMP urn:besa:agency:ME-BP');
    expect(directions).toContain('urn:besa:agency:ME-BP urn:besa:agency:AL-BMP');
  });

  test('is one message per provider, consumer and dataset, each with its own id', () => {
    const messages = dataspaceAgreements(sampleVersion());
    const ids = messages.map(({ agreement }) => (agreement as { '@id': string })['@id']);
    expect(new Set(ids).size).toBe(ids.length);
    expectRendering('dataspace-protocol.json', `${JSON.stringify(messages, null, 2)}\n`);
  });
});
