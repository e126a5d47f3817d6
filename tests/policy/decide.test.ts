import { describe, expect, test } from '@jest/globals';
import type { AgreementSet, AgreementVersion } from '../../src/domain/agreement.js';
import type { Ask } from '../../src/domain/ask.js';
import { bindPredicate } from '../../src/policy/bind-predicate.js';
import { decide } from '../../src/policy/decide.js';
import { digestOf } from '../../src/policy/digest.js';
import { EQUAL_CANDIDATES_MAX } from '../../src/policy/equal-candidates.js';
import { clauseStatusAt, statusAt } from '../../src/policy/in-force.js';
import { type ClauseNote, predicateFrom, versionFrom } from './notation.js';
import { CROSSING, DATABASES, STANDARD } from './world.js';

const NOW = new Date('2024-06-01T10:00:00Z');
const ASK: Ask = { agency: 'ME-BP', action: 'READ', purpose: 'BORDER_SURVEILLANCE', recordType: 'BorderCrossing' };

const facts = (set: AgreementSet, now = NOW) => ({
  set,
  databases: DATABASES,
  recordType: CROSSING,
  standard: STANDARD,
  now,
});
const setOf = (versions: readonly AgreementVersion[], version = '1'): AgreementSet => ({ version, versions, acts: [] });
const clause = (article: string, more: Partial<ClauseNote> = {}): ClauseNote => ({
  article,
  assigner: 'AL-BMP',
  assignee: 'ME-BP',
  fields: { nationality: 'CLEAR' },
  ...more,
});
const parties = ['AL-BMP', 'ME-BP'];

describe('a decision', () => {
  test('is refused for a purpose the standard does not have, and for another record type than its own', () => {
    const set = setOf([versionFrom('A', { parties, clauses: [clause('1', { purposes: ['CURIOSITY'] })] })]);
    expect(() => decide({ ...ASK, purpose: 'CURIOSITY' }, facts(set))).toThrow('exchange standard');
    expect(() => decide({ ...ASK, recordType: 'TravelDocumentAlert' }, facts(set))).toThrow('own record type');
  });

  test('does not depend on the order its agreements were loaded in', () => {
    const a = versionFrom('A', { parties, clauses: [clause('1'), clause('2', { fields: { personsCount: 'CLEAR' } })] });
    const b = versionFrom('B', { parties, clauses: [clause('1', { kind: 'PROHIBITION', fields: ['nationality'] })] });
    const one = decide(ASK, facts(setOf([a, b])));
    const other = decide(ASK, facts(setOf([b, a], '2')));
    expect(other.grants).toEqual(one.grants);
    expect(other.digest).toBe(one.digest);
    expect([one.setVersion, other.setVersion]).toEqual(['1', '2']);
  });

  test('has another digest when it says something else', () => {
    const notes: readonly ClauseNote[] = [
      clause('1'),
      clause('1', { fields: { nationality: 'MASKED' } }),
      clause('1', { fields: { detectedAt: { GENERALISED: 'day' } } }),
      clause('1', { fields: { detectedAt: { GENERALISED: 'month' } } }),
      clause('1', { rows: { field: 'personsCount', op: 'gt', value: 1 } }),
      clause('1', { rows: { field: 'personsCount', op: 'gt', value: 2 } }),
      clause('1', { handlingCodes: ['H2'] }),
      clause('1', { countMin: 5 }),
      clause('1', { purposes: ['RISK_ANALYSIS'] }),
      clause('2'),
    ];
    const digests = notes.map(
      (note) => decide(ASK, facts(setOf([versionFrom('A', { parties, clauses: [note] })]))).digest,
    );
    expect(new Set(digests).size).toBe(notes.length);
    expect(digestOf('a')).toHaveLength(32);
    expect(digestOf('a')).not.toBe(digestOf('b'));
  });

  test('over 100,000 clauses of one agency takes a time linear in them', () => {
    const clauses = Array.from({ length: 1_000 }, (_, index) =>
      clause(String(index), { rows: { field: 'borderSection', op: 'eq', value: `S-${index}` } }),
    );
    const versions = Array.from({ length: 100 }, (_, index) => versionFrom(`AGR-${index}`, { parties, clauses }));
    const started = performance.now();
    const decision = decide(ASK, facts(setOf(versions)));
    // About half a second outside the test runner; what is quadratic would take minutes.
    expect(performance.now() - started).toBeLessThan(15_000);
    const granted = decision.grants.find(({ database }) => database.owner === 'AL-BMP');
    // A thousand different conditions, each in a hundred agreements: of those that are equal a few are kept.
    expect(granted?.kind === 'GRANTED' && granted.candidates.length).toBe(1_000 * EQUAL_CANDIDATES_MAX);
  });
});

describe('the status of a version', () => {
  const version = versionFrom('A', { parties, clauses: [clause('1', { mutual: true }), clause('2')] });
  const suspend = (assigner?: string, article?: string) => ({
    kind: 'SUSPEND' as const,
    reference: 'A',
    by: 'AL-BMP',
    effectiveAt: new Date('2024-05-01T00:00:00Z'),
    ...(assigner === undefined ? {} : { assigner }),
    ...(article === undefined ? {} : { article }),
  });

  test('is SUSPENDED as a whole only when every direction of every clause is', () => {
    expect(statusAt(version, [suspend('AL-BMP')], [], NOW)).toBe('IN_FORCE');
    expect(statusAt(version, [suspend('AL-BMP'), suspend('ME-BP')], [], NOW)).toBe('SUSPENDED');
    expect(statusAt(version, [suspend()], [], NOW)).toBe('SUSPENDED');
    expect(statusAt(version, [suspend(undefined, '2')], [], NOW)).toBe('IN_FORCE');
  });

  test('follows acts by when they take effect, not by when they were recorded', () => {
    const resume = {
      kind: 'RESUME' as const,
      reference: 'A',
      by: 'AL-BMP',
      effectiveAt: new Date('2024-04-01T00:00:00Z'),
    };
    expect(statusAt(version, [suspend(), resume], [], NOW)).toBe('SUSPENDED');
  });

  test('ignores acts on other agreements, and a notice that would end after its own end', () => {
    const elsewhere = { ...suspend(), reference: 'B' };
    const late = {
      kind: 'TERMINATE' as const,
      reference: 'A',
      by: 'AL-BMP',
      effectiveAt: new Date('2031-01-01T00:00:00Z'),
    };
    expect(statusAt(version, [elsewhere, late], [], NOW)).toBe('IN_FORCE');
    expect(statusAt(version, [late], [], new Date('2032-01-01T00:00:00Z'))).toBe('EXPIRED');
  });

  test('is its own while no framework is named', () => {
    expect(clauseStatusAt(setOf([version]), version, NOW)).toBe('IN_FORCE');
  });
});

describe('a clause’s condition', () => {
  const bound = (field: string, op: 'eq' | 'gt' | 'in' | 'isNull', value: string | number | boolean | string[]) =>
    bindPredicate(predicateFrom({ field, op, value }), CROSSING);

  test.each([
    ['an unknown field', 'noSuchField', 'eq', 'x'],
    ['an operator that does not fit', 'nationality', 'gt', 'SYR'],
    ['a number where text is due', 'nationality', 'eq', 1],
    ['a fraction of an Int', 'personsCount', 'eq', 1.5],
    ['an Int beyond its range', 'personsCount', 'eq', 2 ** 31],
    ['a day that does not exist', 'birthDate', 'eq', '2023-02-30'],
    ['an instant without offset', 'detectedAt', 'gt', '2023-05-04T00:00:00'],
    ['a code that the enum does not have', 'minorStatus', 'eq', 'OLD'],
    ['a NUL', 'borderSection', 'eq', 'a\u0000'],
    ['half a surrogate pair', 'borderSection', 'eq', 'a\ud83d'],
    ['an empty list', 'borderSection', 'in', []],
    ['no boolean for isNull', 'borderSection', 'isNull', 'yes'],
  ] as const)('does not bind with %s', (_what, field, op, value) => {
    expect(bound(field, op, typeof value === 'object' ? [...value] : value)).toBeNull();
    expect(
      bindPredicate({ kind: 'not', of: predicateFrom({ field, op, value: value as string }) }, CROSSING),
    ).toBeNull();
  });

  test('has its instants in the one form that rows have', () => {
    expect(bound('detectedAt', 'gt', '2023-05-04T00:00:00+02:00')).toMatchObject({ value: '2023-05-03T22:00:00.000Z' });
    expect(bound('detectedAt', 'gt', '2023-05-04T00:00Z')).toMatchObject({ value: '2023-05-04T00:00:00.000Z' });
    expect(bound('borderSection', 'in', ['a', '😀'])).toMatchObject({ value: ['a', '😀'] });
  });
});
