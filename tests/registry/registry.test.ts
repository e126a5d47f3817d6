import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Orm, openOrm } from '../../src/persistence/orm.js';
import { RegistryRepository } from '../../src/persistence/repositories/registry.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';

let database: TestDatabase;
let orm: Orm;
let registry: RegistryRepository;

beforeAll(async () => {
  database = await freshDatabase();
  orm = await openOrm(database.url);
  await orm.em.fork().execute('create table records.sighting (database_id int) partition by list (database_id)');
  registry = new RegistryRepository(orm, (recordType, id) => [
    `create table records.${recordType.toLowerCase()}_p${id} partition of records.${recordType.toLowerCase()} for values in (${id})`,
  ]);
  await registry.addPartner({ code: 'AA', name: 'A', footnote: '* a footnote' });
  await registry.addPartner({ code: 'BB', name: 'B', footnote: null });
  await registry.addAgency({ code: 'AA-P', name: 'police of A', partner: 'AA' });
  await registry.addAgency({ code: 'BB-P', name: 'police of B', partner: 'BB' });
});

afterAll(async () => {
  await orm?.close(true);
  await database?.drop();
});

const sightings = { name: 'sightings', owner: 'AA-P', recordType: 'Sighting', hosting: 'HOSTED' } as const;

async function setVersion(): Promise<number> {
  const [row] = await orm.em.fork().execute<{ version: string }[]>('select version::text from besa.agreement_set');
  return Number(row?.version);
}

describe('the registry refuses', () => {
  test('a code twice', async () => {
    expect(await registry.addPartner({ code: 'AA', name: 'again', footnote: null })).toBe(false);
    expect(await registry.addAgency({ code: 'AA-P', name: 'again', partner: 'BB' })).toBe(false);
  });

  test('an agency with the code of a partner, because a clause names either', async () => {
    expect(await registry.addAgency({ code: 'BB', name: 'an agency', partner: 'AA' })).toBe(false);
  });

  test('a code with a bar, which would end a part of a context', async () => {
    await expect(registry.addAgency({ code: 'AA|P', name: 'x', partner: 'AA' })).rejects.toThrow();
  });

  test('an agency of nobody', async () => {
    await expect(registry.addAgency({ code: 'CC-P', name: 'x', partner: 'CC' })).rejects.toThrow();
  });

  test('to let an agency change its partner', async () => {
    const change = orm.em.fork().execute("update besa.agency set partner = 'BB' where code = 'AA-P'");
    await expect(change).rejects.toThrow(/never changes/);
  });

  test('a database whose partition cannot be made, and forgets it', async () => {
    await expect(registry.addDatabase({ ...sightings, code: 'AA-X', recordType: 'Unheard' })).rejects.toThrow();
    expect((await registry.databases()).map((one) => one.code)).not.toContain('AA-X');
  });
});

describe('the registry', () => {
  test('makes the partition with the database and counts it as a change of the agreement set', async () => {
    const before = await setVersion();
    expect(await registry.addDatabase({ ...sightings, code: 'AA-SIGHTINGS' })).toBe(true);
    expect(await registry.addDatabase({ ...sightings, code: 'AA-SIGHTINGS' })).toBe(false);
    const [own] = await registry.databases();
    expect(own).toEqual({ ...sightings, code: 'AA-SIGHTINGS', id: expect.any(Number) });
    await orm.em.fork().execute(`insert into records.sighting values (${own?.id})`);
    expect(await setVersion()).toBeGreaterThan(before);
  });

  test('keeps names as they are written, quotes and question marks included', async () => {
    const name = 'l\'agjencia "X" ? \\? $1 ü';
    expect(
      await registry.addTechnology({ code: 'T-1', name, owner: 'AA-P', kind: 'SENSOR', description: '?', maturity: 9 }),
    ).toBe(true);
    expect(await registry.technologies()).toEqual([
      { code: 'T-1', name, owner: 'AA-P', kind: 'SENSOR', description: '?', maturity: 9 },
    ]);
  });

  test('answers lists in the order of the keys, with an empty one for a stranger', async () => {
    expect(await registry.agenciesOf(['BB', 'ZZ', 'AA'])).toEqual([
      [{ code: 'BB-P', name: 'police of B', partner: 'BB' }],
      [],
      [{ code: 'AA-P', name: 'police of A', partner: 'AA' }],
    ]);
    expect((await registry.databasesOf(['BB-P', 'AA-P'])).map((list) => list.length)).toEqual([0, 1]);
    expect((await registry.technologiesOf(['AA-P', 'BB-P'])).map((list) => list.length)).toEqual([1, 0]);
    expect((await registry.partners()).map((partner) => partner.footnote)).toEqual(['* a footnote', null]);
  });
});
