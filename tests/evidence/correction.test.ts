import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type OwnRecord, type QualityWorld, qualityWorld, STEWARD } from './quality-world.js';

let world: QualityWorld;
let records: readonly OwnRecord[];
beforeAll(async () => {
  world = await qualityWorld();
  records = await world.own(12);
}, 60_000);
afterAll(() => world?.close());

/** The n-th record of the section. @throws if the world has too few */
function nth(n: number): OwnRecord & { readonly key: object } {
  const record = records[n];
  if (record === undefined) throw new Error('the section has too few records');
  return { ...record, key: { nationalReference: record.nationalReference } };
}

const other = ({ nationality }: OwnRecord): string => (nationality === 'SYR' ? 'AFG' : 'SYR');

/** Everything an act could leave behind, counted. */
const traces = async () =>
  (
    await world.rows(`select (select count(*) from besa.quality_act) acts, (select count(*) from besa.record_version) versions,
      (select count(*) from besa.quality_notice) notices, (select sum(version) from records.border_crossing) sum,
      (select version from besa.agreement_set) set`)
  )[0];

describe('a correction is refused, and nothing is stored', () => {
  const changes = { nationality: 'SYR' };
  test.each([
    { name: 'for another role', as: 'AL-BMP:ANALYST' },
    { name: 'for a policy officer', as: 'AL-BMP:POLICY_OFFICER' },
    { name: 'for the operator', as: ':OPERATOR' },
  ])('$name', async ({ as }) => {
    const before = await traces();
    const input = { database: 'AL-BORDER-CROSSINGS', key: nth(0).key, changes, reason: 'WRONG_VALUE' };
    const query = 'mutation ($input: CorrectRecordInput!) { correctRecord(input: $input) { record { id } } }';
    const { body } = await world.ask(query, as, { input });
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await traces()).toEqual(before);
  });

  test.each([
    {
      name: 'of an unknown record',
      input: { key: { nationalReference: 'nobody' } },
      code: 'RECORD_UNKNOWN',
      at: 'key',
    },
    { name: 'by an id of nobody', input: { id: 'AAAAAAAAAAAAAAAAAAAAAA' }, code: 'RECORD_UNKNOWN', at: 'id' },
    { name: 'of no record at all', input: {}, code: 'RECORD_UNNAMED', at: 'id' },
    { name: 'by half a key', input: { key: {} }, code: 'RECORD_INVALID', at: 'key' },
    {
      name: 'by more than a key',
      input: { key: { nationalReference: 'x', sex: 'MALE' } },
      code: 'RECORD_INVALID',
      at: 'key',
    },
    { name: 'by a key that is none', input: { key: 'nobody' }, code: 'RECORD_INVALID', at: 'key' },
    { name: 'in an unknown field', more: { changes: { nationalty: 'SYR' } }, code: 'RECORD_INVALID', at: 'changes' },
    {
      name: 'to a value of another type',
      more: { changes: { personsCount: 'many' } },
      code: 'RECORD_INVALID',
      at: 'changes',
    },
    {
      name: 'to nothing where a value is required',
      more: { changes: { detectedAt: null } },
      code: 'RECORD_INVALID',
      at: 'changes',
    },
    { name: 'of the key', more: { changes: { nationalReference: 'x' } }, code: 'RECORD_INVALID', at: 'changes' },
    { name: 'of nothing', more: { changes: {} }, code: 'NOTHING_CHANGED', at: 'changes' },
    { name: 'with an endless duty', more: { changes, dueWithin: 'P9Y' }, code: 'INVALID', at: 'dueWithin' },
    { name: 'with no duty', more: { changes, dueWithin: 'P0D' }, code: 'INVALID', at: 'dueWithin' },
    { name: 'with a note that is none', more: { changes, note: ' ' }, code: 'INVALID', at: 'note' },
  ])('$name', async ({ input, more, code, at }) => {
    const before = await traces();
    const acted = await world.act('correctRecord', { changes, ...(input ?? { key: nth(0).key }), ...more });
    expect(acted).toMatchObject({ record: null, notices: null });
    expect(acted.userErrors[0]).toMatchObject({ code });
    expect(acted.userErrors[0]?.path.slice(0, 2)).toEqual(['input', at]);
    expect(JSON.stringify(acted)).not.toContain('nobody');
    expect(await traces()).toEqual(before);
  });

  test('where it changes nothing', async () => {
    const { key, nationality } = nth(0);
    const acted = await world.act('correctRecord', { key, changes: { nationality } });
    expect(acted.userErrors).toMatchObject([{ code: 'NOTHING_CHANGED' }]);
  });

  test('of a database of another agency, exactly as of one that does not exist', async () => {
    const tell = async (database: string) =>
      JSON.stringify(await world.act('correctRecord', { database, key: nth(0).key, changes })).replaceAll(
        database,
        '*',
      );
    expect(await tell('ME-BORDER-CROSSINGS')).toBe(await tell('QQ-BORDER-CROSSINGS'));
  });
});

describe('a correction', () => {
  test('gives the record its next version, keeps the one before, and tells nobody who received nothing', async () => {
    const { key, nationality, nationalReference } = nth(0);
    const acted = await world.act('correctRecord', { key, changes: { nationality: other(nth(0)) }, note: 'misread' });
    expect(acted).toMatchObject({ record: { version: 2, status: 'CORRECTED' }, notices: [], userErrors: [] });
    const [now] = (await world.own()).filter((one) => one.nationalReference === nationalReference);
    expect(now).toMatchObject({ nationality: other(nth(0)), version: 2, status: 'CORRECTED' });
    const kept = await world.rows<{ version: number; content: { fields: object } }>(
      `select v.version, v.content, a.reason, a.note, a.changed from besa.record_version v join besa.quality_act a on a.number = v.act`,
    );
    expect(kept).toMatchObject([
      {
        version: 1,
        reason: 'WRONG_VALUE',
        note: 'misread',
        changed: ['nationality'],
        content: { fields: { nationality } },
      },
    ]);
  });

  test('takes ids as the owner was served them, for whatever purpose, and as its acts name them', async () => {
    const { id } = nth(1);
    const first = await world.act('correctRecord', { id, changes: { personsCount: 7 } });
    const again = await world.act('correctRecord', { id: first.record?.id, changes: { personsCount: 8 } });
    expect(again.record).toEqual({ id: first.record?.id, version: 3, status: 'CORRECTED' });
  });

  test('tells each agency that was shown what changed, once, and no other', async () => {
    await world.read('ME-BP', 'nationality detectedAt');
    await world.read('ME-BP', 'nationality');
    await world.read('MK-BP', 'nationality direction');
    await world.read('MK-BP', 'nationality', 'RISK_ANALYSIS');
    const { key } = nth(2);
    const acted = await world.act('correctRecord', {
      key,
      changes: { nationality: other(nth(2)) },
      note: 'secret note',
    });
    expect(acted.notices).toHaveLength(2);
    expect(acted.notices).toMatchObject([
      { recipient: 'ME-BP', kind: 'CORRECTED', reason: 'WRONG_VALUE', status: 'OPEN', recordCount: 1 },
      { recipient: 'MK-BP', dueAt: '2026-12-23T23:00:00.000Z' },
    ]);
    const [received] = await world.notices('MK-BP', 'RECEIVED');
    expect(received?.records.nodes).toMatchObject([
      { versions: [1], currentVersion: 2, fields: ['nationality'], agreements: ['AGR-2026-409'] },
    ]);
    expect(received?.records.nodes[0]?.ids.map(({ purpose }) => purpose)).toEqual([
      'BORDER_SURVEILLANCE',
      'RISK_ANALYSIS',
    ]);
    const seen = JSON.stringify(await world.notices('ME-BP', 'RECEIVED'));
    for (const absent of ['secret note', 'MK-BP', 'AGR-2026-409', nth(2).nationalReference, other(nth(2))]) {
      expect(seen).not.toContain(absent);
    }
    expect((await world.notices('AL-BMP', 'ISSUED'))[0]?.note).toBe('secret note');
    expect(await world.notices('RS-BP', 'RECEIVED')).toEqual([]);
    expect(await world.notices('RS-BP', 'ISSUED')).toEqual([]);
  });

  test('names the record by the ids its recipient was served', async () => {
    const [notice] = await world.notices('MK-BP', 'RECEIVED');
    for (const { purpose, id } of notice?.records.nodes[0]?.ids ?? []) {
      expect(await world.read('MK-BP', 'nationality', purpose ?? '')).toContain(id);
    }
  });

  test('concerns nobody who was not shown the field, whatever it asked for', async () => {
    const read = 'nationality personsCount direction';
    await world.read('ME-BP', read);
    const { key } = nth(3);
    // ME-BP selected the number of persons, and its clause withholds it.
    const acted = await world.act('correctRecord', { key, changes: { personsCount: 9 } });
    expect(acted.notices).toEqual([]);
    await world.read('MK-BP', read);
    const both = await world.act('correctRecord', { key, changes: { personsCount: 10, nationality: other(nth(3)) } });
    expect(
      both.notices?.map(({ recipient, records: { nodes } }) => [recipient, nodes[0]?.fields, nodes[0]?.versions]),
    ).toEqual([
      ['ME-BP', ['nationality'], [1]],
      ['MK-BP', ['nationality', 'personsCount'], [1, 2]],
    ]);
  });

  test('of what an owner says about a record concerns whoever received it', async () => {
    const { key } = nth(4);
    const acted = await world.act('correctRecord', { key, changes: { handlingCode: 'H1' } });
    expect(acted.notices?.map(({ recipient, records: { nodes } }) => [recipient, nodes[0]?.fields])).toEqual([
      ['ME-BP', ['handlingCode']],
      ['MK-BP', ['handlingCode']],
    ]);
  });

  test('is one entry of the ledger, with names and numbers and without a value', async () => {
    const entries = await world.rows<{ body: string }>(
      `select body from besa.ledger_entry where body like '%correctRecord%' order by sequence desc limit 1`,
    );
    expect(entries[0]?.body).toContain('"fields":"handlingCode"');
    expect(entries[0]?.body).toContain('"records":1');
    expect(entries[0]?.body).not.toContain('H1');
  });
});

describe('what its owner notes of an act', () => {
  test('is in the ledger as a digest alone, and goes when the record is erased, with the note on the erasure', async () => {
    const note = 'seen at the desk of P. Person';
    const { key } = nth(9);
    await world.act('correctRecord', { key, changes: { nationality: other(nth(9)) }, note });
    const digest = world.hub.signing.sha256(note);
    const bodies = await world.rows(`select from besa.ledger_entry where body like $1`, [`%"noteDigest":"${digest}"%`]);
    expect(bodies).toHaveLength(1);
    expect(await world.rows(`select from besa.ledger_entry where body like $1`, [`%${note}%`])).toEqual([]);
    const kept = () => world.rows(`select note from besa.quality_act where note like '%P. Person%'`);
    expect(await kept()).toHaveLength(1);
    await expect(world.rows(`update besa.quality_act set note = null where note is not null`)).rejects.toThrow('facts');
    await world.act('eraseRecord', { key, reason: 'UNLAWFUL', note: 'erased for P. Person' });
    expect(await kept()).toEqual([]);
  });
});

describe('a dispute', () => {
  test('leaves the record in answers as disputed, tells who received it, and is ended by a correction', async () => {
    const { key, nationalReference } = nth(7);
    const disputed = await world.act('disputeRecord', { key, reason: 'DISPUTED_BY_SUBJECT' });
    expect(disputed).toMatchObject({ record: { version: 2, status: 'DISPUTED' }, userErrors: [] });
    expect(disputed.notices?.map(({ kind, recipient }) => `${kind} ${recipient}`)).toEqual([
      'DISPUTED ME-BP',
      'DISPUTED MK-BP',
    ]);
    expect((await world.act('disputeRecord', { key, reason: 'DISPUTED_BY_SUBJECT' })).userErrors).toMatchObject([
      { code: 'ALREADY_DONE' },
    ]);
    const corrected = await world.act('correctRecord', {
      key,
      changes: { nationality: other(nth(7)) },
      reason: 'WRONG_IDENTITY',
    });
    expect(corrected.record).toMatchObject({ version: 3, status: 'CORRECTED' });
    expect((await world.own(12)).find((one) => one.nationalReference === nationalReference)?.status).toBe('CORRECTED');
  });
});

describe('a quality notice', () => {
  test('is attested by the agency it was sent to, once', async () => {
    const [notice] = await world.notices('ME-BP', 'RECEIVED');
    const id = notice?.id ?? '';
    const unknown = await world.attest('MK-BP', id, 'corrected');
    expect(unknown.userErrors).toMatchObject([{ path: ['input', 'notice'], code: 'NOTICE_UNKNOWN' }]);
    expect((await world.attest('MK-BP', crypto.randomUUID(), 'corrected')).userErrors).toEqual(unknown.userErrors);
    expect((await world.attest('ME-BP', id, ' ')).userErrors).toMatchObject([{ code: 'INVALID' }]);
    expect((await world.attest('ME-BP', id, 'copy corrected on the same day')).userErrors).toEqual([]);
    expect((await world.attest('ME-BP', id, 'again', 'ERASED')).userErrors).toMatchObject([{ code: 'ALREADY_DONE' }]);
    const issued = (await world.notices('AL-BMP', 'ISSUED')).find((one) => one.id === id);
    expect(issued).toMatchObject({
      status: 'ATTESTED',
      attestation: { statement: 'copy corrected on the same day', outcome: 'CORRECTED' },
    });
  });

  test('is overdue from its date on, by the one clock', async () => {
    const [first] = await world.notices('MK-BP', 'RECEIVED', ', status: OPEN');
    const dueAt = new Date(first?.dueAt ?? '');
    await world.setClock(new Date(dueAt.getTime() - 1));
    expect(await world.notices('MK-BP', 'RECEIVED', ', status: OVERDUE')).toEqual([]);
    await world.setClock(dueAt);
    expect(await world.notices('MK-BP', 'RECEIVED', ', status: OPEN')).toEqual([]);
    const overdue = await world.notices('AL-BMP', 'ISSUED', ', status: OVERDUE');
    expect(new Set(overdue.map(({ recipient }) => recipient))).toEqual(new Set(['ME-BP', 'MK-BP']));
    expect((await world.attest('MK-BP', first?.id ?? '', 'late, but done')).userErrors).toEqual([]);
    expect((await world.notices('MK-BP', 'RECEIVED', ', status: ATTESTED')).map(({ id }) => id)).toEqual([first?.id]);
  });

  test('pages by cursor, and its records too', async () => {
    const query = (after: string) =>
      `{ qualityNotices(role: ISSUED, first: 2${after}) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const all = (await world.notices('AL-BMP', 'ISSUED')).map(({ id }) => id);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await world.ask(query(after), STEWARD);
      const page = (
        body.data as {
          qualityNotices: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
        }
      ).qualityNotices;
      seen.push(...page.nodes.map(({ id }) => id));
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(all);
  });
});
