import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Permission } from '../../src/domain/clause.js';
import type { ConstraintFacts } from '../../src/policy/constraints/constraint.js';
import { edgesAround, hours } from '../../src/policy/constraints/hours.js';
import { wallClock } from '../../src/policy/local-time.js';
import { versionFrom } from './notation.js';
import { CROSSING, STANDARD } from './world.js';

const DAY_MS = 86_400_000;
const VERSION = versionFrom('H', {
  parties: ['AL-BMP', 'ME-BP'],
  clauses: [{ article: '1', assigner: 'AL-BMP', assignee: 'ME-BP' }],
});

function isOpen(text: string, timeZone: string, instant: number): boolean {
  const facts: ConstraintFacts = {
    version: { ...VERSION, terms: { ...VERSION.terms, timeZone } },
    assigner: 'AL-BMP',
    recordType: CROSSING,
    standard: STANDARD,
    now: new Date(instant),
  };
  const permission: Permission = {
    ...(VERSION.terms.clauses[0] as Permission),
    constraints: { hours: text },
  };
  const ask = {
    agency: 'ME-BP',
    action: 'READ',
    purpose: 'BORDER_SURVEILLANCE',
    recordType: 'BorderCrossing',
  } as const;
  return hours(permission, ask, facts) === null;
}

const time = fc.integer({ min: 0, max: 24 * 60 - 1 });
const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const window = fc.tuple(time, fc.oneof(time, fc.constant(24 * 60))).filter(([from, until]) => from !== until);
const timeZone = fc.constantFrom(
  'Europe/Tirane',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'UTC',
);
const aroundChanges = fc
  .tuple(
    fc.constantFrom('2024-03-31', '2024-10-27', '2024-04-07', '2024-10-06', '2024-11-03', '2024-07-01'),
    fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
  )
  .map(([day, shift]) => Date.parse(`${day}T00:00:00Z`) + shift);

describe('hours of the day', () => {
  test('are open while the clocks of the zone show a time within them', () => {
    let open = 0;
    fc.assert(
      fc.property(window, timeZone, aroundChanges, ([from, until], zone, instant) => {
        const shown = Math.floor((((wallClock(instant, zone) % DAY_MS) + DAY_MS) % DAY_MS) / 60_000);
        const isWithin = from < until ? from <= shown && shown < until : from <= shown || shown < until;
        expect(isOpen(`${clock(from)}-${clock(until)}`, zone, instant)).toBe(isWithin);
        if (isWithin) open += 1;
      }),
      { seed: 20_261_123, numRuns: 1_000 },
    );
    // An oracle that says one thing of everything would prove nothing.
    expect(open).toBeGreaterThan(333);
    expect(open).toBeLessThan(667);
  });

  test('neither open nor shut between two edges, and change at an edge', () => {
    fc.assert(
      fc.property(
        window,
        timeZone,
        aroundChanges,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (span, zone, instant, part) => {
          const text = span.map(clock).join('-');
          const { before, after } = edgesAround({ timeZone: zone, hours: text }, instant);
          expect(before <= instant && instant < after).toBe(true);
          const state = isOpen(text, zone, instant);
          const within = Math.min(after - 1, Math.floor(before + part * (after - before)));
          expect([before, within, after - 1].map((one) => isOpen(text, zone, one))).toEqual([state, state, state]);
          const isHorizon = Math.abs(after - instant) === 3 * DAY_MS;
          if (!isHorizon) expect(isOpen(text, zone, after)).toBe(!state);
        },
      ),
      { seed: 20_261_123, numRuns: 1_000 },
    );
  });

  test.each([
    { name: 'hours that are none', text: '6-22' },
    { name: 'from one time to the same', text: '06:00-06:00' },
    { name: 'words', text: 'by day' },
  ])('are never open: $name', ({ text }) => {
    for (let hour = 0; hour < 24; hour += 1) expect(isOpen(text, 'UTC', hour * 3_600_000)).toBe(false);
  });
});
