import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { Action } from '../../src/domain/action.js';
import type { ReadAsk } from '../../src/domain/ask.js';
import type { Decision } from '../../src/domain/decision.js';
import { decided } from '../../src/hub/decided.js';
import { planRead } from '../../src/plan/plan-read.js';
import { readQuery } from '../../src/sql/compile-read.js';
import { renderSelect } from '../../src/sql/select.js';
import { AGENCIES } from '../world.js';
import { type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world.close());

const ASK: ReadAsk = {
  agency: 'ME-BP',
  action: 'READ',
  purpose: 'BORDER_SURVEILLANCE',
  recordType: 'BorderCrossing',
  fields: ['borderSection'],
  orderBy: [],
  page: { direction: 'FORWARD', size: 1_000 },
};

async function decisionOn(agency: string, purpose: string, action: Action): Promise<Decision> {
  const facts = await world.hub.agreements.inForce({ refresh: true });
  return decided(world.hub, { agency, purpose, action, recordType: 'BorderCrossing' }, facts);
}

/** Databases whose rows come back when the application names none: what the lock alone holds. */
async function openBehindTheLock(agency: string, purpose: string, action: Action): Promise<readonly string[]> {
  const { setVersion } = await decisionOn(agency, purpose, action);
  const statement = { text: 'select distinct c.database_id from records.border_crossing c', values: [] };
  const read = await world.hub.records.read(
    statement,
    { agency, purpose, action, setVersion, validFrom: null, validUntil: null },
    'aggregate',
  );
  const { databases } = await world.hub.agreements.inForce();
  const codes = read.rows.map(([id]) => databases.find((database) => String(database.id) === id)?.code ?? '?');
  return codes.sort();
}

describe('without the application’s filter', () => {
  test.each(AGENCIES.map((agency) => [agency]))('%s still reads only databases an agreement opens', async (agency) => {
    for (const { name: purpose } of world.hub.standard.purposes) {
      for (const action of ['READ', 'AGGREGATE'] as const) {
        const { grants } = await decisionOn(agency, purpose, action);
        // A justification is the application's to ask for; the lock knows databases, purposes and time.
        const open = grants
          .filter((grant) => grant.kind !== 'WITHHELD' || grant.reason === 'JUSTIFICATION_MISSING')
          .map(({ database }) => database.code)
          .sort();
        expect([agency, purpose, action, await openBehindTheLock(agency, purpose, action)]).toEqual([
          agency,
          purpose,
          action,
          open,
        ]);
      }
    }
  });
});

describe('without the lock', () => {
  test('the application’s statement reads the same rows as the database’s owner, whom no policy binds', async () => {
    const decision = await decisionOn('ME-BP', 'BORDER_SURVEILLANCE', 'READ');
    const recordType = world.hub.standard.recordTypes.find(({ name }) => name === 'BorderCrossing');
    if (recordType === undefined) throw new Error('the standard has no crossings');
    const query = readQuery(planRead(ASK, decision, recordType), { envelope: [], withKeys: false });
    if (query === null) throw new Error('nothing is read');
    const statement = renderSelect(query, world.hub.timeZone);
    await world.owner.query(`set timezone = 'UTC'`);
    const free = await world.owner.query<Record<string, string>>(statement.text, [...statement.values]);
    const locked = await world.hub.records.read(
      statement,
      { ...ASK, setVersion: decision.setVersion, validFrom: null, validUntil: null },
      'lookup',
    );
    expect(locked.rows.length).toBeGreaterThan(100);
    expect(free.rows.map(({ x0, x1, x5 }) => [String(x0), x1, x5])).toEqual(
      locked.rows.map(([database, id, , , , section]) => [database, id, section]),
    );
  });
});

describe('the reader’s role', () => {
  const asReader = async (text: string): Promise<unknown> => {
    const reader = new Client({ connectionString: world.database.readerUrl });
    await reader.connect();
    try {
      return (await reader.query(text)).rows;
    } finally {
      await reader.end();
    }
  };

  test('reads nothing without a context, with a made up one, or with one of another set version', async () => {
    expect(await asReader('select 1 from records.border_crossing limit 1')).toEqual([]);
    for (const context of ['', 'ME-BP', '|BORDER_SURVEILLANCE|READ', 'XX|BORDER_SURVEILLANCE|READ', '%|%|%']) {
      const set = `select set_config('besa.ctx', '${context}', false)`;
      const reader = new Client({ connectionString: world.database.readerUrl });
      await reader.connect();
      await reader.query(set);
      const { rows } = await reader.query('select distinct database_id from records.border_crossing');
      await reader.end();
      // An agency's bare code opens its own database: that is what every context of it opens.
      expect(rows).toHaveLength(context === 'ME-BP' ? 1 : 0);
    }
    const statement = { text: 'select 1 from records.border_crossing limit 1', values: [] };
    const guard = { ...ASK, setVersion: '0', validFrom: null, validUntil: null };
    expect(await world.hub.records.read(statement, guard, 'lookup')).toEqual({ stale: true, rows: [] });
  });

  test('reaches no partition, writes nothing, changes no policy', async () => {
    const { rows } = await world.owner.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_inherits i on i.inhrelid = c.oid where c.relname like 'border_crossing_p%'`,
    );
    expect(rows.length).toBe(6);
    for (const { name } of rows) await expect(asReader(`select 1 from ${name}`)).rejects.toThrow(/permission denied/);
    const forbidden = [
      'insert into records.border_crossing (database_id, id) values (1, 1)',
      'delete from records.border_crossing',
      'insert into besa.readable_stretch select * from besa.readable_stretch',
      'alter table records.border_crossing disable row level security',
      'update besa.agreement_set set version = 0',
      'select * from besa.agreement_text',
      'select * from besa.ledger_entry',
    ];
    for (const text of forbidden) await expect(asReader(text)).rejects.toThrow(/permission denied|must be owner/);
  });

  test('a connection that failed in a read opens nothing to the next one', async () => {
    const facts = await world.hub.agreements.inForce({ refresh: true });
    const guard = { ...ASK, setVersion: facts.set.version, validFrom: null, validUntil: null };
    const failing = { text: 'select 1 / (c.database_id - c.database_id) from records.border_crossing c', values: [] };
    for (let round = 0; round < 12; round += 1) {
      await expect(world.hub.records.read(failing, guard, 'lookup')).rejects.toThrow();
    }
    const probe = { text: `select current_setting('besa.ctx', true), 1 from (select 1) c`, values: [] };
    const other = { ...guard, agency: 'RS-BP' };
    const seen = await world.hub.records.read(probe, other, 'lookup');
    expect(seen.rows).toEqual([['RS-BP|BORDER_SURVEILLANCE|READ', '1']]);
  });
});
