/** The same at the start of a hub and at `besa schema apply`, over agreements in a real database. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as acts from '../../src/hub/change-agreement.js';
import { withRecordTables } from '../../src/persistence/record-tables.js';
import { readStandard } from '../../src/records/read-standard.js';
import { signingOf } from '../../src/start/agreements-at-rest.js';
import { openRecordTables, protectClauses, type StandardFiles } from '../../src/start/standard.js';
import { conclude, openHub, party, type RealHub } from '../agreements/real-hub.js';
import { agreement, clause } from '../agreements/small-world.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';

const SIGHTING = `"""A sighting."""
type Sighting @record(plural: "sightings") {
  number: String! @key @sensitivity(is: DIRECT_IDENTIFIER)
  seenAt: DateTime! @sensitivity(is: TIME_PRECISE) @occurredAt
  section: String @sensitivity(is: OPERATIONAL)
  country: CountryCode @sensitivity(is: REFERENCE)
}
enum Purpose { PATROL @regime(is: GDPR) INQUIRY @regime(is: LED) }
`;

const filesOf = (text: string): StandardFiles => {
  const files = [{ path: 'sighting.graphql', text }];
  const read = readStandard(files);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return { standard: read.standard, files };
};

let database: TestDatabase;
let hub: RealHub;
beforeAll(async () => {
  database = await freshDatabase();
  hub = await openHub(database.url, { isNew: true });
  await conclude(hub, agreement({ clauses: [clause({ fields: { section: 'CLEAR' } })] }));
});
afterAll(async () => {
  await hub?.close();
  await database?.drop();
});

const SIGNING = signingOf({ signingEnvironment: 'test', demo: 'off' });
/** What a start does about the standard. */
async function start(text: string, environment: 'development' | 'production'): Promise<void> {
  const standard = filesOf(text);
  const config = { timeZone: 'Europe/Tirane', environment };
  await protectClauses(database.url, standard, config, SIGNING);
  await openRecordTables(database.url, standard.standard, config, standard.files);
}
const applied = () => withRecordTables(database.url, async (tables) => (await tables.applied())?.[0]?.text);

const CLOSED = SIGHTING.replace(
  'section: String @sensitivity(is: OPERATIONAL)',
  'section: String @sensitivity(is: INTERNAL)',
);
const DESCRIBED = SIGHTING.replace('A sighting.', 'Something seen.');

describe('a start', () => {
  test('remembers the standard it began with, and begins with it again', async () => {
    expect(await applied()).toBeUndefined();
    for (const _ of [1, 2]) await start(SIGHTING, 'production');
    expect(await applied()).toBe(SIGHTING);
    const rows = await hub.orm.em.fork().execute<{ count: string }[]>('select count(*) from besa.applied_standard');
    expect(Number(rows[0]?.count)).toBe(1);
  });

  test('refuses one that would close a signed clause, in production and elsewhere, and names agreement, article and field', async () => {
    for (const environment of ['production', 'development'] as const) {
      await expect(start(CLOSED, environment)).rejects.toMatchObject({
        message: 'the exchange standard would change what was agreed',
        mends: [
          '`AGR-1` article 1: `Sighting.section` would be `INTERNAL`, which no clause can share; amend the agreement first, or leave it as it is',
        ],
      });
    }
    expect(await applied()).toBe(SIGHTING);
  });

  test('in production refuses any other one until it is applied; elsewhere it applies it', async () => {
    await expect(start(DESCRIBED, 'production')).rejects.toMatchObject({
      mends: [expect.stringContaining('besa schema apply')],
    });
    await start(DESCRIBED, 'development');
    expect(await applied()).toBe(DESCRIBED);
    await start(DESCRIBED, 'production');
  });

  test('counts a text on the table, and no longer an agreement that is over', async () => {
    const names = async (text: string): Promise<readonly string[]> => {
      const refusal = await start(text, 'development').then(
        () => ({ mends: [] as readonly string[] }),
        (error: { readonly mends: readonly string[] }) => error,
      );
      return refusal.mends.map((line) => line.split(' ')[0] ?? '');
    };
    const country = clause({ fields: { country: 'CLEAR' } });
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference: 'AGR-2', clauses: [country] }));
    const moved = DESCRIBED.replace('country: CountryCode', 'country: String');
    expect(await names(moved)).toEqual(['`AGR-2`']);
    await acts.terminateAgreement(hub, party('AA-P'), { reference: 'AGR-1', reason: 'over' });
    expect(await names(CLOSED)).toEqual([]);
  });

  test('never forgets: what was applied is only added to', async () => {
    for (const words of ['update besa.applied_standard set files = files', 'delete from besa.applied_standard']) {
      await expect(hub.orm.em.fork().execute(words)).rejects.toThrow('never changed or removed');
    }
  });
});
