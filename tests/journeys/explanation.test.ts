import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AGENCIES } from '../world.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

interface Line {
  readonly outcome: string;
  readonly reason: string | null;
  readonly agreements: readonly string[];
}

test('an explanation says of every ask what the live answer says: outcome, reason, agreements', async () => {
  const purposes = world.hub.standard.purposes.map(({ name }) => name);
  const touches: readonly (readonly [readonly string[], string])[] = [
    [[], ''],
    [['nationality'], 'where: { nationality: { eq: "SYR" } },'],
    [['fullName'], 'where: { fullName: { isNull: false } },'],
  ];
  const seen = new Set<string>();
  for (const agency of AGENCIES) {
    for (const purpose of purposes) {
      for (const [fields, where] of touches) {
        for (const justification of ['', 'justification: "case 1",']) {
          const asked = `purpose: ${purpose}, ${justification}`;
          const answered = await world.ask(
            `{ live: borderCrossings(${asked} ${where} first: 1) { sources { database { code } outcome reason agreements } }
               told: explainAccess(${asked} recordType: "BorderCrossing", action: READ, touches: ${JSON.stringify(fields)}) { database outcome reason agreements sentence } }`,
            `${agency}:ANALYST`,
          );
          const live = dataOf<{ sources: readonly (Line & { database: { code: string } })[] }>(
            answered,
            'live',
          ).sources;
          const explained = dataOf<readonly (Line & { database: string; sentence: string })[]>(answered, 'told');
          expect(explained.map(({ sentence, ...line }) => line)).toEqual(
            live.map(({ database, ...line }) => ({ ...line, database: database.code })),
          );
          for (const { reason, outcome } of live) seen.add(reason ?? outcome);
        }
      }
    }
  }
  // The comparison is worth something only if the world answers in many ways.
  expect([...seen].sort()).toEqual([
    'ACTION_NOT_PERMITTED',
    'ANSWERED',
    'EXPIRED',
    'FIELD_NOT_FILTERABLE',
    'JUSTIFICATION_MISSING',
    'NO_AGREEMENT',
    'PURPOSE_NOT_PERMITTED',
    'SUSPENDED',
  ]);
});
