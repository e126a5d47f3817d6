/** Two agreements of one reference in PostgreSQL: what the database itself holds to, and what the loaded set makes of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as acts from '../../src/hub/change-agreement.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { conclude, openHub, party, type RealHub } from './real-hub.js';
import { agreement, clause, type Document } from './small-world.js';

let database: TestDatabase;
let hub: RealHub;

const between = (assigner: string, assignee: string, more: Document = {}): Document =>
  agreement({ parties: [assigner, assignee], clauses: [clause({ assigner, assignee })], ...more });
const sql = <T extends object>(text: string): Promise<T[]> => hub.orm.em.fork().execute<T[]>(text);

beforeAll(async () => {
  database = await freshDatabase();
  hub = await openHub(database.url, { isNew: true });
  await conclude(hub, between('AA-Q', 'CC-P', { reference: 'FRAME-1' }));
  await conclude(hub, between('AA-P', 'BB-P', { reference: 'FRAME-1' }));
  await conclude(hub, between('AA-P', 'BB-P', { reference: 'ANNEX-1', framework: 'FRAME-1' }));
});

afterAll(async () => {
  await hub?.close();
  await database?.drop();
});

describe('two agreements of one reference', () => {
  test('are both finalised and verified, the second under a key of its own', async () => {
    const { set } = await hub.agreements.inForce({ refresh: true });
    const keys = set.versions.map(({ terms }) => terms.reference);
    expect(hub.doubts).toEqual([]);
    expect(keys).toEqual(['ANNEX-1', 'FRAME-1', expect.stringMatching(/^FRAME-1~[0-9a-f]{12}$/)]);
    const texts = await sql<{ said: string }>(
      "select body::jsonb #>> '{terms,reference}' as said from besa.agreement_text",
    );
    expect(new Set(texts.map(({ said }) => said))).toEqual(new Set(['FRAME-1', 'ANNEX-1']));
  });

  test('are told apart as a framework by the parties of the annex, in the set and in the database alike', async () => {
    const { set } = await hub.agreements.inForce();
    const own = set.versions.find(({ terms }) => terms.reference.startsWith('FRAME-1~'))?.terms.reference ?? '';
    expect(set.versions.find(({ terms }) => terms.reference === 'ANNEX-1')?.terms.framework).toBe(own);
    const [found] = await sql<{ key: string }>("select besa.framework_key('FRAME-1', 'ANNEX-1') as key");
    expect(found?.key).toBe(own);
  });

  test('do not touch one another: the strangers’ suspension leaves the annex as it is', async () => {
    const readable = "select count(*)::int as count from besa.readable_stretch where ctx = 'BB-P|PATROL|READ'";
    const before = await sql<{ count: number }>(readable);
    expect(before).not.toEqual([{ count: 0 }]);
    await acts.suspendAgreement(hub, party('CC-P'), { reference: 'FRAME-1', reason: 'audit' });
    expect(await sql(readable)).toEqual(before);
    expect(await sql('select * from besa.second_lock_differences()')).toEqual([]);
    const own = { reference: 'FRAME-1', reason: 'audit' };
    await acts.suspendAgreement(hub, party('AA-P'), own);
    await acts.suspendAgreement(hub, party('AA-P'), { ...own, reference: 'ANNEX-1' });
    expect(await sql(`${readable} and valid_until > besa.besa_now()`)).toEqual([{ count: 0 }]);
    expect(await sql('select * from besa.second_lock_differences()')).toEqual([]);
  });

  test('cannot have the same words: what was terminated is not put into force again under another key', async () => {
    const [key] = await sql<{ reference: string }>(
      "select reference from besa.agreement_version where reference like 'FRAME-1~%'",
    );
    const copied = "'FRAME-1~copied'";
    const from = (columns: string): string =>
      `from besa.${columns} where reference = '${key?.reference}' and version = 1`;
    await sql(`insert into besa.agreement_text (reference, version, revision, body, hash)
      select ${copied}, version, revision, body, hash ${from('agreement_text')}`);
    await sql(`insert into besa.agreement_signature (reference, version, revision, agency, key_id, signature)
      select ${copied}, version, revision, agency, key_id, signature ${from('agreement_signature')}`);
    await expect(
      sql(`insert into besa.agreement_version (reference, version, revision) values (${copied}, 1, 1)`),
    ).rejects.toThrow(/finalised already under another key/);
  });
});

describe('two who draft under one new reference at once', () => {
  test('both have their draft, and neither learns of the other', async () => {
    const reference = 'AGR-BOTH';
    const both = await Promise.all([
      acts.draftAgreement(hub, party('AA-P'), between('AA-P', 'BB-P', { reference })),
      acts.draftAgreement(hub, party('CC-P'), between('CC-P', 'AA-Q', { reference })),
    ]);
    expect(both).toEqual([
      { kind: 'CHANGED', reference },
      { kind: 'CHANGED', reference },
    ]);
  });
});
