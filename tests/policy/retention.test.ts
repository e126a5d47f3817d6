import { describe, expect, test } from '@jest/globals';
import { durationFrom, durationInWords } from '../../src/domain/duration.js';
import { retainedUntil } from '../../src/policy/constraints/retain-for.js';

describe('what was received may be kept', () => {
  test.each([
    {
      name: 'to the same time of day',
      now: '2024-06-01T10:00:00Z',
      duration: 'P30D',
      until: '2024-07-01T10:00:00.000Z',
    },
    {
      name: 'on local clocks when they go forward',
      now: '2024-03-30T09:30:00Z',
      duration: 'P1D',
      until: '2024-03-31T08:30:00.000Z',
    },
    {
      name: 'on local clocks when they go back',
      now: '2024-10-26T09:30:00Z',
      duration: 'P1D',
      until: '2024-10-27T10:30:00.000Z',
    },
    {
      name: 'to the earlier instant where the clocks skip the time',
      now: '2024-03-30T01:30:00Z',
      duration: 'P1D',
      until: '2024-03-31T00:30:00.000Z',
    },
    {
      name: 'to the first of two where the time comes twice',
      now: '2024-10-26T00:30:00Z',
      duration: 'P1D',
      until: '2024-10-27T00:30:00.000Z',
    },
    {
      name: 'to the last day of a shorter month',
      now: '2024-01-31T10:00:00Z',
      duration: 'P1M',
      until: '2024-02-29T10:00:00.000Z',
    },
    { name: 'not at all for no time', now: '2024-01-31T10:00:00Z', duration: 'P0D', until: '2024-01-31T10:00:00.000Z' },
    {
      name: 'not at all for what is no length of time',
      now: '2024-01-31T10:00:00Z',
      duration: 'long',
      until: '2024-01-31T10:00:00.000Z',
    },
  ])('$name', ({ now, duration, until }) => {
    expect(new Date(retainedUntil(new Date(now), duration, 'Europe/Tirane')).toISOString()).toBe(until);
  });
});

test.each([
  { text: 'P1Y', duration: { months: 12, days: 0 }, words: '1 year' },
  { text: 'P1Y6M10D', duration: { months: 18, days: 10 }, words: '1 year, 6 months and 10 days' },
  { text: 'P2M1D', duration: { months: 2, days: 1 }, words: '2 months and 1 day' },
  { text: 'P0D', duration: { months: 0, days: 0 }, words: '0 days' },
  { text: 'P9999Y', duration: { months: 24_000, days: 0 }, words: '9999 years' },
  { text: 'P', duration: null, words: 'P' },
  { text: 'PT1H', duration: null, words: 'PT1H' },
  { text: 'P1D1Y', duration: null, words: 'P1D1Y' },
])('the duration `$text` is $words', ({ text, duration, words }) => {
  expect(durationFrom(text)).toEqual(duration);
  expect(durationInWords(text)).toBe(words);
});
