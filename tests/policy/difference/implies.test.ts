import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Predicate } from '../../../src/domain/predicate.js';
import type { Value } from '../../../src/domain/record-type.js';
import { bindPredicate } from '../../../src/policy/bind-predicate.js';
import { implies, impliesUnlessFalse } from '../../../src/policy/difference/implies.js';
import { evaluate } from '../../../src/policy/truth.js';
import { type PredicateNote, predicateFrom } from '../notation.js';
import { CROSSING } from '../world.js';
import { predicate } from './random-wording.js';

const bound = (note: PredicateNote): Predicate => {
  const made = bindPredicate(predicateFrom(note), CROSSING);
  if (made === null) throw new Error('the condition does not fit the type');
  return made;
};
const on = (field: string, op: string, value: unknown) => ({ field, op, value }) as PredicateNote;

/** Every row that the drawn conditions can tell apart, and some they cannot. */
const GRID: readonly Readonly<Record<string, Value>>[] = [null, 'SYR', 'AFG', 'TUR', 'IRQ'].flatMap((nationality) =>
  [null, 0, 1, 2, 3, 4, 5].flatMap((personsCount) =>
    [null, 'AL-ME', 'AL-ME.1', 'AL-XK', 'AL-😀', 'AL-｡', 'AL-ME.2', 'ME', 'XAL-XK'].flatMap((borderSection) =>
      [null, 'MINOR', 'ADULT'].map((minorStatus) => ({ nationality, personsCount, borderSection, minorStatus })),
    ),
  ),
);
const truths = (of: Predicate) => GRID.map((row) => evaluate(of, (field) => row[field] ?? null));

describe('one condition does not imply another', () => {
  test.each([
    { name: 'null is not another value', a: on('nationality', 'isNull', true), b: on('nationality', 'ne', 'SYR') },
    {
      name: 'a list is not one of its elements',
      a: on('nationality', 'in', ['SYR', 'AFG']),
      b: on('nationality', 'eq', 'SYR'),
    },
    { name: 'a bound is not inside itself', a: on('personsCount', 'gte', 2), b: on('personsCount', 'gt', 2) },
    {
      name: 'UTF-16 is not the order of bytes',
      a: on('borderSection', 'gt', 'AL-｡'),
      b: on('borderSection', 'gt', 'AL-😀'),
    },
    {
      name: 'part of a text is not its beginning',
      a: on('borderSection', 'contains', 'AL'),
      b: on('borderSection', 'startsWith', 'AL'),
    },
    {
      name: 'not unknown is not true',
      a: { not: on('personsCount', 'isNull', true) },
      b: { or: [on('nationality', 'eq', 'SYR'), { not: on('nationality', 'eq', 'SYR') }] },
    },
  ] satisfies { name: string; a: PredicateNote; b: PredicateNote }[])('$name', ({ a, b }) => {
    expect(implies(bound(a), bound(b), CROSSING)).toBe(false);
  });
});

describe('one condition implies another', () => {
  test.each([
    {
      name: 'itself and more',
      a: { and: [on('nationality', 'eq', 'SYR'), on('personsCount', 'gt', 1)] },
      b: on('nationality', 'eq', 'SYR'),
    },
    { name: 'an element its list', a: on('nationality', 'eq', 'SYR'), b: on('nationality', 'in', ['AFG', 'SYR']) },
    {
      name: 'a list the same in pieces',
      a: on('nationality', 'in', ['AFG', 'SYR']),
      b: { or: [on('nationality', 'eq', 'SYR'), on('nationality', 'eq', 'AFG')] },
    },
    {
      name: 'not this another',
      a: { not: on('nationality', 'in', ['SYR', 'AFG']) },
      b: on('nationality', 'ne', 'AFG'),
    },
    {
      name: 'a longer beginning a shorter one',
      a: on('borderSection', 'startsWith', 'AL-ME.'),
      b: on('borderSection', 'startsWith', 'AL-ME'),
    },
    {
      name: 'both values of two, where there is one',
      a: on('minorStatus', 'isNull', false),
      b: on('minorStatus', 'in', ['ADULT', 'MINOR']),
    },
    {
      name: 'twice not',
      a: { not: { not: on('personsCount', 'lt', 3) } as PredicateNote },
      b: on('personsCount', 'lte', 3),
    },
  ] satisfies { name: string; a: PredicateNote; b: PredicateNote }[])('$name', ({ a, b }) => {
    expect(implies(bound(a), bound(b), CROSSING)).toBe(true);
  });
});

describe('what is called implied', () => {
  test('is true on every row; and most of what is true on every row is found', () => {
    let found = 0;
    let isTrue = 0;
    const related = fc
      .tuple(predicate, predicate, fc.nat({ max: 3 }))
      .map(([a, b, how]): [PredicateNote, PredicateNote] => {
        if (how === 0) return [a, b];
        if (how === 1) return [{ and: [a, b] }, b];
        return how === 2 ? [a, { or: [b, a] }] : [{ not: { or: [a, b] } }, { not: a }];
      });
    fc.assert(
      fc.property(related, ([noteA, noteB]) => {
        const [a, b] = [bound(noteA), bound(noteB)];
        const [ofA, ofB] = [truths(a), truths(b)];
        const holds = ofA.every((truth, index) => truth !== true || ofB[index] === true);
        const binds = ofA.every((truth, index) => truth === false || ofB[index] !== false);
        if (implies(a, b, CROSSING)) expect(holds).toBe(true);
        if (impliesUnlessFalse(a, b, CROSSING)) expect(binds).toBe(true);
        if (holds) isTrue += 1;
        if (holds && implies(a, b, CROSSING)) found += 1;
      }),
      { seed: 20_261_123, numRuns: 2_000 },
    );
    expect(isTrue).toBeGreaterThan(700);
    expect(found / isTrue).toBeGreaterThan(0.9);
  });

  test('is given up, not guessed, where finding out would take too long', () => {
    const cases = Array.from({ length: 14 }, (_, index) => ({
      or: [on('personsCount', 'eq', index), on('borderSection', 'contains', `${index}`)],
    }));
    const started = performance.now();
    implies(bound({ and: cases }), bound({ and: [...cases, on('nationality', 'eq', 'SYR')] }), CROSSING);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
