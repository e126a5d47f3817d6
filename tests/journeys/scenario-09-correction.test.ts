/**
 * Scenario 9: wrong data corrected. Two agencies have read the same record when its owner finds that two identities were swapped.
 * It is disputed, then corrected: both are told, one says what it did, the other one lets its day pass. Then it is erased.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DATABASE, type Notice, type OwnRecord, type QualityWorld, qualityWorld } from '../evidence/quality-world.js';
import { dataOf } from './world-hub.js';

let world: QualityWorld;
let record: OwnRecord;
beforeAll(async () => {
  world = await qualityWorld();
  const [first] = await world.own();
  if (first === undefined) throw new Error('the section has no record');
  record = first;
}, 60_000);
afterAll(() => world?.close());

const key = () => ({ nationalReference: record.nationalReference });
const right = () => (record.nationality === 'SYR' ? 'AFG' : 'SYR');

/** What the section's record of this id shows to an agency. */
async function seen(
  agency: string,
  id: string,
): Promise<{ nationality: string; status: string; version: number } | null> {
  const query = `{ borderCrossing(id: "${id}", purpose: BORDER_SURVEILLANCE) { nationality status version } }`;
  const { body } = await world.ask(query, `${agency}:ANALYST`);
  return (body.data as { borderCrossing: never }).borderCrossing;
}

const open = async (agency: string): Promise<readonly Notice[]> => world.notices(agency, 'RECEIVED', ', status: OPEN');
const idFor = ({ records }: Notice): string => records.nodes[0]?.ids[0]?.id ?? '';

describe('scenario 9', () => {
  test('two agencies read the record; a third one reads others', async () => {
    expect((await world.read('ME-BP', 'nationality')).length).toBeGreaterThan(0);
    expect((await world.read('MK-BP', 'nationality borderSection')).length).toBeGreaterThan(0);
  });

  test('it is disputed: both are told, and read on with the status beside it', async () => {
    const { notices } = await world.act('disputeRecord', { key: key(), reason: 'WRONG_IDENTITY', dueWithin: 'P7D' });
    expect(notices?.map(({ recipient, kind }) => `${recipient} ${kind}`)).toEqual(['ME-BP DISPUTED', 'MK-BP DISPUTED']);
    const [told] = await open('ME-BP');
    expect(await seen('ME-BP', told === undefined ? '' : idFor(told))).toMatchObject({
      status: 'DISPUTED',
      version: 2,
    });
  });

  test('it is corrected: both are told of every version they received, and read the right value', async () => {
    const acted = await world.act('correctRecord', {
      key: key(),
      changes: { nationality: right() },
      reason: 'WRONG_IDENTITY',
      note: 'identities of two persons were swapped at the desk',
    });
    expect(acted.record).toMatchObject({ version: 3, status: 'CORRECTED' });
    for (const agency of ['ME-BP', 'MK-BP']) {
      const [told] = await open(agency);
      expect(told).toMatchObject({ kind: 'CORRECTED', reason: 'WRONG_IDENTITY', owner: 'AL-BMP', database: DATABASE });
      const versions = agency === 'ME-BP' ? [1, 2] : [1];
      expect(told?.records.nodes).toMatchObject([{ versions, currentVersion: 3, fields: ['nationality'] }]);
      expect(await seen(agency, told === undefined ? '' : idFor(told))).toMatchObject({
        nationality: right(),
        version: 3,
      });
      expect(JSON.stringify(told)).not.toContain('swapped');
    }
  });

  test('one attests, the other one is overdue, and the owner sees which', async () => {
    for (const { id } of await open('ME-BP')) {
      expect((await world.attest('ME-BP', id, 'our copy was corrected', 'CORRECTED')).userErrors).toEqual([]);
    }
    await world.setClock(new Date('2027-01-15T12:00:00Z'));
    const issued = await world.notices('AL-BMP', 'ISSUED');
    expect(issued.map(({ recipient, kind, status }) => `${recipient} ${kind} ${status}`).sort()).toEqual([
      'ME-BP CORRECTED ATTESTED',
      'ME-BP DISPUTED ATTESTED',
      'MK-BP CORRECTED OVERDUE',
      'MK-BP DISPUTED OVERDUE',
    ]);
  });

  test('it is erased: no answer has it, and both are told to erase their copies', async () => {
    const [told] = await world.notices('MK-BP', 'RECEIVED');
    const acted = await world.act('eraseRecord', { key: key(), reason: 'REQUESTED_BY_SUBJECT' });
    expect(acted.notices?.map(({ recipient, kind }) => `${recipient} ${kind}`)).toEqual([
      'ME-BP ERASED',
      'MK-BP ERASED',
    ]);
    expect(await seen('MK-BP', told === undefined ? '' : idFor(told))).toBeNull();
    const left = (await world.own(100)).map(({ nationalReference }) => nationalReference);
    expect(left).not.toContain(record.nationalReference);
  });

  test('each act is an entry of its own agency, none of which holds a value', async () => {
    const query = (action: string) =>
      `{ ledger(first: 100, where: { action: "${action}" }) { nodes { action agency subject } } }`;
    for (const { action, agency, count } of [
      { action: 'disputeRecord', agency: 'AL-BMP', count: 1 },
      { action: 'correctRecord', agency: 'AL-BMP', count: 1 },
      { action: 'eraseRecord', agency: 'AL-BMP', count: 1 },
      { action: 'attestQualityNotice', agency: 'ME-BP', count: 2 },
    ]) {
      const { nodes } = dataOf<{ nodes: object[] }>(await world.ask(query(action), `${agency}:AUDITOR`), 'ledger');
      expect(nodes).toHaveLength(count);
      expect(JSON.stringify(nodes)).not.toContain(right());
      expect(JSON.stringify(nodes)).not.toContain(record.nationalReference);
    }
  });

  test('and who received what of it is still told, by its key', async () => {
    const query = `query ($key: JSON) { recordDisclosures(database: "${DATABASE}", key: $key, first: 100) { nodes { agency version purpose } } }`;
    const answered = await world.ask(query, 'AL-BMP:AUDITOR', { key: key() });
    const { nodes } = dataOf<{ nodes: { agency: string; version: number }[] }>(answered, 'recordDisclosures');
    const told = nodes.filter(({ agency }) => agency !== 'AL-BMP').map(({ agency, version }) => `${agency} ${version}`);
    expect(new Set(told)).toEqual(new Set(['ME-BP 1', 'ME-BP 2', 'ME-BP 3', 'MK-BP 1', 'MK-BP 3']));
  });
});
