import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { durationFrom } from '../../src/domain/duration.js';
import type { Field } from '../../src/domain/record-type.js';
import { isYoungEnough } from '../../src/policy/constraints/record-age-max.js';
import { column } from '../../src/sql/expression.js';
import { Renderer } from '../../src/sql/render.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { VISIT } from './cases.js';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await freshDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  // A session far from the hub's zone: nothing may depend on it.
  await client.query(`set timezone = 'Pacific/Auckland';
    create or replace function besa.besa_now() returns timestamptz language sql stable
      as $$ select current_setting('besa.test_now')::timestamptz $$`);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const INSTANT = VISIT.fields.find(({ isOccurredAt }) => isOccurredAt) as Field;
const DATE: Field = { ...INSTANT, type: { kind: 'scalar', name: 'Date', isList: false }, ladder: [] };

const SEED = 20_261_123;
const DAY_MS = 86_400_000;
const between = (from: string, until: string): fc.Arbitrary<number> =>
  fc.integer({ min: Date.parse(from), max: Date.parse(until) });

/** Days on which calendars differ: ends of months, leap days, changes of the clocks, whatever the zone. */
const now = fc.oneof(
  between('2020-01-01T00:00:00Z', '2031-01-01T00:00:00Z'),
  fc
    .tuple(
      fc.constantFrom('2024-02-29', '2024-03-31', '2023-02-28', '2024-10-27', '2024-12-31', '2024-05-31'),
      fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
    )
    .map(([day, shift]) => Date.parse(`${day}T00:00:00Z`) + shift),
);
const part = (max: number, unit: string): fc.Arbitrary<string> =>
  fc.option(fc.integer({ min: 0, max }), { nil: undefined }).map((count) => (count === undefined ? '' : count + unit));
const age = fc.oneof(
  fc
    .tuple(part(3, 'Y'), part(30, 'M'), part(800, 'D'))
    .map((parts) => `P${parts.join('')}`)
    .filter((text) => text !== 'P'),
  fc.constantFrom('P9999Y', 'P9999Y9999M99999D', 'P0D', 'P99999D', 'P1M', 'P1Y'),
);
const timeZone = fc.constantFrom('Europe/Tirane', 'Pacific/Kiritimati', 'America/St_Johns', 'UTC');

async function isVisibleInSql(
  field: Field,
  raw: string,
  text: string,
  at: Date,
  zone: string,
): Promise<boolean | null> {
  const duration = durationFrom(text);
  if (duration === null) throw new Error('the duration was generated');
  const isDate = field.type.name === 'Date';
  const renderer = new Renderer(zone);
  const condition = renderer.expression({
    kind: 'compare',
    op: '>=',
    left: column('raw'),
    right: { kind: 'ago', age: duration, scalar: isDate ? 'Date' : 'DateTime' },
  });
  await client.query(`select set_config('besa.test_now', $1, false)`, [at.toISOString()]);
  const place = `$${renderer.values.length + 1}`;
  const { rows } = await client.query<{ holds: boolean | null }>(
    `select ${condition} as holds from (select ${place}::${isDate ? 'date' : 'timestamptz'} as raw) c`,
    [...renderer.values, raw],
  );
  return rows[0]?.holds ?? null;
}

/** The limit itself, found by halving the meaning: where a difference between two calendars would show. */
function limitOf(isYoung: (instant: number) => boolean, at: number): number {
  let [old, young] = [Date.parse('0001-01-01T00:00:00Z'), at];
  if (isYoung(old)) return old;
  while (young - old > 1) {
    const middle = Math.floor((old + young) / 2);
    if (isYoung(middle)) young = middle;
    else old = middle;
  }
  return young;
}

describe('how old a record may be means the same row by row and in PostgreSQL', () => {
  test('of an instant, to the millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(now, age, timeZone, async (instant, text, zone) => {
        const at = new Date(instant);
        const isYoung = (raw: number): boolean =>
          isYoungEnough(new Date(raw).toISOString(), text, { field: INSTANT, now: at, timeZone: zone });
        const limit = limitOf(isYoung, instant);
        for (const raw of [limit - 1, limit].filter((one) => one >= Date.parse('0001-01-01T00:00:00Z'))) {
          const inSql = await isVisibleInSql(INSTANT, new Date(raw).toISOString(), text, at, zone);
          expect({ raw, inSql }).toEqual({ raw, inSql: isYoung(raw) });
        }
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  test('of a date, to the day of the hub’s zone', async () => {
    await fc.assert(
      fc.asyncProperty(now, age, timeZone, fc.integer({ min: -2, max: 2 }), async (instant, text, zone, shift) => {
        const at = new Date(instant);
        const isYoung = (raw: string): boolean => isYoungEnough(raw, text, { field: DATE, now: at, timeZone: zone });
        const limit = limitOf((raw) => isYoung(new Date(raw).toISOString().slice(0, 10)), instant);
        const raw = new Date(Math.max(limit + shift * DAY_MS, Date.parse('0001-01-01'))).toISOString().slice(0, 10);
        expect(await isVisibleInSql(DATE, raw, text, at, zone)).toBe(isYoung(raw));
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  test('a row that does not say when it occurred is not visible', async () => {
    const at = new Date('2024-06-01T00:00:00Z');
    expect(isYoungEnough(null, 'P1Y', { field: INSTANT, now: at, timeZone: 'UTC' })).toBe(false);
    const { rows } = await client.query<{ isVisible: boolean }>(
      'select (null::timestamptz >= besa.besa_now()) is true as "isVisible"',
    );
    expect(rows[0]?.isVisible).toBe(false);
  });
});
