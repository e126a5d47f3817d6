import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UNPRINTABLE } from '../../src/agreements/document.js';
import { parseTerms } from '../../src/agreements/parse-terms.js';
import { readSignedText, writeSignedText } from '../../src/agreements/signed-text.js';
import { writeTerms } from '../../src/agreements/write-terms.js';
import { ACTIONS } from '../../src/domain/action.js';
import type { Terms } from '../../src/domain/agreement.js';
import type { Clause, Constraints, Permission, Prohibition } from '../../src/domain/clause.js';
import { OPERATORS, type Predicate } from '../../src/domain/predicate.js';
import { HANDLING_CODES, SENSITIVITIES } from '../../src/domain/record-type.js';
import type { Treatment } from '../../src/domain/treatment.js';

const SEED = { seed: 20261123, numRuns: 200 };
const code = fc.stringMatching(/^[A-Z]{2,4}(-[A-Z0-9]{1,4})?$/);
const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/);
const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() === text && text !== '' && !UNPRINTABLE.test(text));
const setOf = <T extends string>(one: fc.Arbitrary<T>, minLength = 1, maxLength = 4): fc.Arbitrary<T[]> =>
  fc.uniqueArray(one, { minLength, maxLength }).map((some) => [...some].sort());
const scalar = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
  fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cs}|\0/u.test(text)),
);
const maybe = <K extends string, T>(key: K, one: fc.Arbitrary<T>): fc.Arbitrary<{ [Key in K]?: T }> =>
  fc.option(one, { nil: undefined }).map((value) => (value === undefined ? {} : { [key]: value })) as fc.Arbitrary<{
    [Key in K]?: T;
  }>;

const rows: fc.Arbitrary<Predicate> = fc.letrec<{ rows: Predicate }>((tie) => ({
  rows: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .record({ kind: fc.constant('compare' as const), field: name, op: fc.constantFrom(...OPERATORS) })
      .chain((compare) => {
        const isListed = compare.op === 'in' || compare.op === 'notIn';
        return (isListed ? fc.array(scalar, { minLength: 1, maxLength: 3 }) : scalar).map((value) => ({
          ...compare,
          value,
        }));
      }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('rows'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('rows') }),
  ),
})).rows;

const treatment: fc.Arbitrary<Treatment> = fc.oneof(
  fc.constantFrom<Treatment>({ kind: 'CLEAR' }, { kind: 'MASKED' }, { kind: 'PSEUDONYM' }, { kind: 'WITHHELD' }),
  name.map((step): Treatment => ({ kind: 'GENERALISED', step })),
);

const constraints: fc.Arbitrary<Constraints> = fc
  .tuple(
    maybe('countMin', fc.integer({ min: 1, max: 1000 })),
    maybe('zeroPolicy', fc.constant('SUPPRESS' as const)),
    maybe('justification', fc.constant('REQUIRED' as const)),
    maybe('handlingCodes', setOf(fc.constantFrom(...HANDLING_CODES))),
    maybe(
      'quota',
      fc.record({ values: fc.integer({ min: 1, max: 9 }), per: fc.constantFrom('day' as const, 'month' as const) }),
    ),
    maybe('retainFor', fc.constantFrom('P30D', 'P1Y6M')),
    maybe('onwardDepth', fc.integer({ min: 0, max: 3 })),
    maybe('evidence', fc.constant('VALUES' as const)),
    maybe('duties', fc.array(words, { minLength: 1, maxLength: 2 })),
  )
  .map((parts) => Object.assign({}, ...parts) as Constraints);

const common = fc.record({ assigner: code, assignee: code, article: fc.constant('0') });
const scope = fc.oneof(
  fc.record({ mutual: fc.boolean(), scope: name.map((recordType) => ({ kind: 'RecordType' as const, recordType })) }),
  fc.record({ mutual: fc.constant(false), scope: code.map((database) => ({ kind: 'Database' as const, database })) }),
);
const permission: fc.Arbitrary<Permission> = fc
  .tuple(
    common,
    scope,
    maybe('rows', rows),
    maybe('fields', fc.dictionary(name, treatment, { minKeys: 1, maxKeys: 3, noNullPrototype: true })),
    fc.record({
      kind: fc.constant('PERMISSION' as const),
      action: fc.constantFrom(...ACTIONS),
      purposes: setOf(name),
      constraints,
    }),
  )
  .map((parts) => Object.assign({}, ...parts) as Permission);
const prohibition: fc.Arbitrary<Prohibition> = fc
  .tuple(
    common,
    scope,
    maybe('rows', rows),
    maybe('action', fc.constantFrom(...ACTIONS)),
    maybe('fields', setOf(name)),
    maybe('sensitivity', setOf(fc.constantFrom(...SENSITIVITIES))),
    fc.record({ kind: fc.constant('PROHIBITION' as const), purposes: setOf(name, 0) }),
  )
  .map((parts) => Object.assign({}, ...parts) as Prohibition);

const terms: fc.Arbitrary<Terms> = fc
  .tuple(
    fc.record({
      reference: fc.stringMatching(/^AGR-[0-9]{1,4}$/),
      title: words,
      parties: setOf(code, 2),
      legalBasis: words,
      timeZone: fc.constantFrom('UTC', 'Europe/Tirane', 'America/Argentina/Ushuaia'),
      from: fc.constant('2024-02-29'),
      until: fc.constant('2034-05-01'),
      clauses: fc
        .array(fc.oneof<fc.Arbitrary<Clause>[]>(permission, prohibition), { minLength: 1, maxLength: 4 })
        .map((clauses) => clauses.map((one, index) => ({ ...one, article: `${index}.1` }))),
    }),
    maybe('framework', fc.constant('FRAME-1')),
  )
  .map((parts) => Object.assign({}, ...parts) as Terms);

describe('terms', () => {
  test('written as a document read back as the same terms, through JSON too', () => {
    fc.assert(
      fc.property(terms, (given) => {
        const document = writeTerms(given);
        expect(parseTerms(document)).toEqual({ kind: 'READ', terms: given });
        expect(parseTerms(JSON.parse(JSON.stringify(document)))).toEqual({ kind: 'READ', terms: given });
      }),
      SEED,
    );
  });

  test('have one signed text: documents that differ in order alone are signed with the same bytes', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, one]) => [key, reversed(one)]),
      );
    };
    fc.assert(
      fc.property(terms, (given) => {
        const parsed = parseTerms(reversed({ ...writeTerms(given), parties: [...given.parties].reverse() }));
        if (parsed.kind === 'REFUSED') throw new Error(JSON.stringify(parsed.problems));
        const place = { environment: 'test', version: 1, previous: null };
        expect(writeSignedText({ ...place, terms: parsed.terms })).toBe(writeSignedText({ ...place, terms: given }));
      }),
      SEED,
    );
  });

  test('are read back from their signed text, and from no other spelling of it', () => {
    fc.assert(
      fc.property(terms, fc.nat(), (given, at) => {
        const said = { environment: 'test', version: 3, previous: 'ab', terms: given };
        const body = writeSignedText(said);
        expect(readSignedText(body)).toEqual(said);
        expect(readSignedText(` ${body}`)).toBeUndefined();
        expect(readSignedText(JSON.stringify(JSON.parse(body), null, 1))).toBeUndefined();
        const place = at % body.length;
        expect(readSignedText(body.slice(0, place) + body.slice(place + 1))).not.toEqual(said);
      }),
      SEED,
    );
  });
});
