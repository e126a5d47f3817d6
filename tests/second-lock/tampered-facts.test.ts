/** Every stored column that a verification stands on, changed past the triggers: refused by the database, or found. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TamperingHub, tamperingHub } from './tampering-hub.js';

let tampering: TamperingHub;
beforeAll(async () => {
  tampering = await tamperingHub();
});
afterAll(() => tampering?.close());

const OF = "where reference = 'AGR-2024-002'";
const SIGNED = `${OF} and agency = 'ME-BP'`;
const KEY = "where agency = 'ME-BP'";
const KEY_ID = `(select id from besa.signatory_key ${KEY})`;

/** The same rows again, as they were: what a table held before is put back column by column. */
async function changed(table: string, statement: string): Promise<readonly string[]> {
  const { owner } = tampering.world;
  await owner.query(`create temp table before as select * from besa.${table}`);
  const columns = await owner.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = 'besa.${table}'::regclass and attnum > 0
      and not attisdropped and attgenerated = '' and attidentity = ''`,
  );
  const names = columns.rows.map(({ name }) => name).join(', ');
  try {
    await tampering.tamper([table], statement);
    return await tampering.found();
  } finally {
    await tampering.tamper(
      [table],
      `update besa.${table} t set (${names}) = (select ${names} from before b where ${KEYS[table]})`,
    );
    await owner.query('drop table before');
  }
}

const KEYS: Readonly<Record<string, string>> = {
  agreement_text:
    'b.bytes_hash = t.bytes_hash or (b.reference, b.version, b.revision) = (t.reference, t.version, t.revision)',
  agreement_signature:
    '(b.reference, b.version, b.revision, b.agency) = (t.reference, t.version, t.revision, t.agency)',
  signatory_key: 'b.id = t.id',
  signatory_key_confirmation: 'b.key_id = t.key_id',
  agreement_version: '(b.reference, b.version) = (t.reference, t.version)',
};

describe('found, and the agreement permits nothing', () => {
  const SIGNATURE = ['AGR-2024-002 SIGNATURE'];
  test.each<{ readonly name: string; readonly table: string; readonly statement: string }>([
    { name: 'the signature', table: 'agreement_signature', statement: `set signature = reverse(signature) ${SIGNED}` },
    { name: 'the key it names', table: 'agreement_signature', statement: `set key_id = key_id + 1 ${SIGNED}` },
    {
      name: 'when it was given, to before its key counted',
      table: 'agreement_signature',
      statement: `set signed_at = '2020-01-01' ${SIGNED}`,
    },
  ])('$name', async ({ table, statement }) => {
    expect(await changed(table, `update besa.${table} ${statement}`)).toEqual(SIGNATURE);
    expect(await tampering.found()).toEqual([]);
  });

  test.each<{ readonly name: string; readonly table: string; readonly statement: string }>([
    { name: 'the key', table: 'signatory_key', statement: `set public_key = reverse(public_key) ${KEY}` },
    { name: 'its beginning', table: 'signatory_key', statement: `set valid_from = '2030-01-01' ${KEY}` },
    {
      name: 'its end',
      table: 'signatory_key',
      statement: `set valid_from = '2020-01-01', valid_until = '2020-01-02' ${KEY}`,
    },
    {
      name: 'when it was confirmed',
      table: 'signatory_key_confirmation',
      statement: `set confirmed_at = '2030-01-01' where key_id = ${KEY_ID}`,
    },
    {
      name: 'who confirmed it',
      table: 'signatory_key_confirmation',
      statement: `set agency = 'RS-BP' where key_id = ${KEY_ID}`,
    },
  ])('$name, for everything it signed', async ({ table, statement }) => {
    const found = await changed(table, `update besa.${table} ${statement}`);
    expect(found).toContain('AGR-2024-002 SIGNATURE');
    expect(found.every((doubt) => doubt.endsWith(' SIGNATURE'))).toBe(true);
    expect(await tampering.found()).toEqual([]);
  });

  test('a key taken from its agency and given to another', async () => {
    const exchanged = `update besa.signatory_key set agency = case agency when 'ME-BP' then 'RS-BP' else 'ME-BP' end
      where agency in ('ME-BP', 'RS-BP')`;
    expect(await changed('signatory_key', exchanged)).toContain('AGR-2024-002 SIGNATURE');
  });

  test('a version that says one party alone could enter it', async () => {
    const alone = `update besa.agreement_version set tightened_by = 'ME-BP' ${OF}`;
    expect(await changed('agreement_version', alone)).toEqual(['AGR-2024-002 WIDENED']);
  });

  test('an instant that something begins at, moved to later', async () => {
    const moved = `update besa.agreement_version set finalised_at = '2090-01-01' ${OF}`;
    expect(await changed('agreement_version', moved)).toEqual(['AGR-2024-002 HISTORY']);
    const later = `update besa.agreement_signature set signed_at = '2090-01-01' ${SIGNED}`;
    expect(await changed('agreement_signature', later)).toEqual(['AGR-2024-002 HISTORY']);
  });

  test('an act that is gone: a suspension is not lifted by removing it', async () => {
    const { owner } = tampering.world;
    const suspended = "where reference = 'AGR-2023-007'";
    await owner.query(`create temp table kept as select * from besa.agreement_act ${suspended}`);
    await tampering.tamper(['agreement_act'], `delete from besa.agreement_act ${suspended}`);
    expect(await tampering.found()).toEqual(['AGR-2023-007 HISTORY']);
    await tampering.tamper(
      ['agreement_act'],
      'insert into besa.agreement_act overriding system value select * from kept',
    );
    await owner.query('drop table kept');
    expect(await tampering.found()).toEqual([]);
  });

  test('a version, a signature or the event of its finalisation that is gone', async () => {
    const gone: readonly (readonly [table: string, statement: string, cause: string])[] = [
      ['agreement_signature', `delete from besa.agreement_signature ${SIGNED}`, 'SIGNATURE'],
      ['agreement_event', `update besa.agreement_event set kind = 'SIGN' ${OF} and kind = 'FINALIZE'`, 'MISSING'],
    ];
    for (const [table, statement, cause] of gone) {
      const { owner } = tampering.world;
      await owner.query(`create temp table kept as select * from besa.${table} ${OF}`);
      await tampering.tamper([table], statement);
      expect(await tampering.found()).toEqual([`AGR-2024-002 ${cause}`]);
      await tampering.tamper(
        [table],
        `delete from besa.${table} ${OF}`,
        `insert into besa.${table} select * from kept`,
      );
      await owner.query('drop table kept');
      expect(await tampering.found()).toEqual([]);
    }
  });
});

test('what the database keeps of the signed words for itself moves no decision: they are read out of the words', async () => {
  const versions = async (): Promise<unknown> =>
    (await tampering.hub.agreements.inForce({ refresh: true })).set.versions;
  const before = await versions();
  let during: unknown;
  for (const column of [
    "valid_until = '2090-01-01'",
    "valid_from = '2000-01-01'",
    "parties = array['RS-BP', 'XK-BP']",
  ]) {
    await tampering.world.owner.query('create temp table was as select * from besa.agreement_version');
    await tampering.tamper(['agreement_version'], `update besa.agreement_version set ${column} ${OF}`);
    during = await versions();
    const names = '(valid_from, valid_until, parties)';
    await tampering.tamper(
      ['agreement_version'],
      `update besa.agreement_version v set ${names} = (select w.valid_from, w.valid_until, w.parties from was w
        where (w.reference, w.version) = (v.reference, v.version))`,
    );
    await tampering.world.owner.query('drop table was');
    expect(during).toEqual(before);
  }
});

describe('refused', () => {
  test.each([
    { name: 'other words under the old hash', statement: `update besa.agreement_text set body = body || ' ' ${OF}` },
    { name: 'another hash for the same words', statement: `update besa.agreement_text set hash = reverse(hash) ${OF}` },
    {
      name: 'a hash of the bytes written by hand',
      statement: `update besa.agreement_text set bytes_hash = hash ${OF}`,
    },
  ])('$name, with every trigger off', async ({ statement }) => {
    await expect(tampering.tamper(['agreement_text'], statement)).rejects.toThrow(/violates check|can only be updated/);
    expect(await tampering.found()).toEqual([]);
  });

  test('an old signed version put in again as a new one', async () => {
    const { owner } = tampering.world;
    await owner.query('begin');
    await owner.query(`insert into besa.agreement_text (reference, version, revision, body, hash)
      select reference, 2, 1, body, hash from besa.agreement_text ${OF} and version = 1`);
    await owner.query(`insert into besa.agreement_signature (reference, version, revision, agency, key_id, signature)
      select reference, 2, 1, agency, key_id, signature from besa.agreement_signature ${OF} and version = 1`);
    const replay = owner.query(
      `insert into besa.agreement_version (reference, version, revision) values ('AGR-2024-002', 2, 1)`,
    );
    await expect(replay).rejects.toThrow('does not continue agreement');
    await owner.query('rollback');
  });

  test('what is remembered of verified texts, to whoever writes it by hand', async () => {
    const { owner } = tampering.world;
    for (const statement of [
      "insert into besa.verified_text (reference, version, revision, hash) values ('AGR-2024-002', 1, 1, repeat('0', 64))",
      "update besa.verified_text set hash = repeat('0', 64)",
      'delete from besa.verified_text',
      'truncate besa.verified_text',
    ]) {
      await expect(owner.query(statement)).rejects.toThrow(/never changed or removed|not written by hand/);
    }
  });
});

describe('another hub', () => {
  test('of another name believes nothing that was signed for this one', async () => {
    const other = await tampering.another('another-hub');
    const { set, doubts = [] } = await other.agreements.inForce({ refresh: true });
    expect(set.versions).toEqual([]);
    expect(doubts.length).toBeGreaterThan(5);
    expect(new Set(doubts.map(({ cause }) => cause))).toEqual(new Set(['ENVIRONMENT']));
    await other.close();
  });
});
