import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendStatement } from '../../src/persistence/ledger.js';
import { type LedgerWorld, ledgerWorld, tampering } from './postgres-ledger.js';
import { sampleEntry } from './sample-entry.js';

let world: LedgerWorld;
beforeAll(async () => {
  world = await ledgerWorld();
});
afterAll(() => world.close());

const versionNow = async (): Promise<string> =>
  (await world.sql<{ version: string }>('select version from besa.agreement_set'))[0]?.version ?? '';

describe('acts and disclosures in one sequence', () => {
  test('a disclosure that waits behind an act is stale once the act is committed', async () => {
    const setVersion = await versionNow();
    const act = await world.connect();
    await act.query('begin');
    await act.query('update besa.agreement_set set version = version + 1');
    const { text, values } = appendStatement(sampleEntry({ action: 'suspendAgreement' }));
    await act.query(text, [...values]);
    const disclosure = world.ledger.append(sampleEntry(), { setVersion, validFrom: null, validUntil: null });
    await blocked();
    await act.query('commit');
    await act.end();
    expect(await disclosure).toEqual({ kind: 'STALE' });
  });

  test('a disclosure that waits behind an act which is taken back is written', async () => {
    const setVersion = await versionNow();
    const act = await world.connect();
    await act.query('begin');
    await act.query('update besa.agreement_set set version = version + 1');
    const { text, values } = appendStatement(sampleEntry({ action: 'suspendAgreement' }));
    await act.query(text, [...values]);
    const disclosure = world.ledger.append(sampleEntry(), { setVersion, validFrom: null, validUntil: null });
    await blocked();
    await act.query('rollback');
    await act.end();
    expect((await disclosure).kind).toBe('APPENDED');
  });

  test('however they race, no disclosure stands behind an act that its version has not seen', async () => {
    const racing = { isOver: false };
    const disclosing = Array.from({ length: 8 }, async () => {
      while (!racing.isOver) {
        const setVersion = await versionFresh();
        await world.ledger.append(sampleEntry({ subject: { saw: setVersion } }), {
          setVersion,
          validFrom: null,
          validUntil: null,
        });
      }
    });
    const act = await world.connect();
    for (let round = 0; round < 40; round += 1) {
      await act.query('begin');
      const changed = await act.query<{ version: string }>(
        'update besa.agreement_set set version = version + 1 returning version',
      );
      const entry = sampleEntry({ action: 'suspendAgreement', subject: { made: changed.rows[0]?.version ?? '' } });
      const { text, values } = appendStatement(entry);
      await act.query(text, [...values]);
      await act.query('commit');
    }
    racing.isOver = true;
    await Promise.all(disclosing);
    await act.end();
    const entries = (await world.ledger.list('ME-BP', { limit: 100_000 })).map(({ entry }) => entry.subject).reverse();
    let made = 0;
    const late = entries.filter(({ saw, made: version }) => {
      made = Math.max(made, Number(version ?? 0));
      return saw !== undefined && Number(saw) < made;
    });
    expect(late).toEqual([]);
    expect(entries.filter(({ saw }) => saw !== undefined).length).toBeGreaterThan(20);
    expect(made).toBeGreaterThan(0);
  });
});

describe('what is found in the database itself', () => {
  test.each([
    [
      'one byte of a body',
      // The byte is a digit of a random salt: it must become another one for certain.
      `update besa.ledger_entry set body = overlay(body placing translate(substr(body, length(body) - 5, 1), '0123456789abcdef', '123456789abcdef0')
         from length(body) - 5 for 1) where sequence = 5`,
      'CHANGED',
      5,
    ],
    ['an entry dropped', 'delete from besa.ledger_entry where sequence = 5', 'MISSING', 5],
    [
      'two entries swapped',
      'update besa.ledger_entry a set body = b.body, agency = b.agency, at = b.at, leaf = b.leaf from besa.ledger_entry b where (a.sequence, b.sequence) in ((5, 7), (7, 5))',
      'CHANGED',
      5,
    ],
    ['the tail cut', 'delete from besa.ledger_entry where sequence > 8', 'CUT', 9],
    ['head and tail cut', 'delete from besa.ledger_head where size > 8', 'ADDED', 9],
  ])('%s', async (_what, statement, fault, position) => {
    const own = await ledgerWorld();
    for (let count = 0; count < 12; count += 1) await own.ledger.append(sampleEntry());
    expect(await own.verify()).toMatchObject({ kind: 'INTACT', size: 12 });
    await own.sql(tampering(statement));
    expect(await own.verify()).toMatchObject({ kind: 'BROKEN', fault, position });
    await own.close();
  });
});

/** Resolves once an append waits for the lock: asked of the database, not slept for. */
async function blocked(): Promise<void> {
  for (;;) {
    const [waiting] = await world.sql(
      `select 1 from pg_stat_activity where application_name = 'besa-ledger' and wait_event_type = 'Lock'`,
    );
    if (waiting !== undefined) return;
  }
}

/** Each disclosing loop asks on the one connection in turn, so they do not run in step. */
let last: Promise<string> = Promise.resolve('');
function versionFresh(): Promise<string> {
  last = last.then(versionNow);
  return last;
}
