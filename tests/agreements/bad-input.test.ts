/** What nobody should send: each is refused by one line with the place and the mend, and nothing is stored. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { showAgreement } from '../../src/hub/agreements/show-agreement.js';
import * as keys from '../../src/hub/agreements/signatory-keys.js';
import * as acts from '../../src/hub/change-agreement.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { openHub, operator, party, type RealHub } from './real-hub.js';
import { agreement, clause, type Document, publicKeyOf, signatureOf } from './small-world.js';

let database: TestDatabase;
let hub: RealHub;

beforeAll(async () => {
  database = await freshDatabase();
  hub = await openHub(database.url, { isNew: true });
});

afterAll(async () => {
  await hub?.close();
  await database?.drop();
});

const sql = <T extends object>(text: string): Promise<T[]> => hub.orm.em.fork().execute<T[]>(text);
const stored = async (): Promise<number> =>
  (await sql<{ count: number }>('select count(*)::int as count from besa.agreement_event'))[0]?.count ?? -1;

const one = (more: Document): Document => agreement({ clauses: [clause(more)] });
function ofDatabase(database: string): Document {
  const { recordType: _, ...rest } = clause();
  return { ...rest, database };
}
const parsed = (json: string): unknown => JSON.parse(json);
const nested = (depth: number): unknown =>
  depth === 0 ? { field: 'section', op: 'eq', value: 'X' } : { not: [nested(depth - 1)] };
const ZERO_WIDTH = '\u200b';
const RIGHT_TO_LEFT = '\u202e';
const LONE = '\ud800';

interface Bad {
  readonly name: string;
  readonly document: unknown;
  /** `path CODE`, the path without `input` */
  readonly fault: string;
  readonly mend: RegExp;
}

const DOCUMENTS: readonly Bad[] = [
  { name: 'no document at all', document: 'x', fault: ' INVALID', mend: /expected an agreement, found text/ },
  {
    name: 'an unknown key',
    document: agreement({ titles: 'x' }),
    fault: 'titles KEY_UNKNOWN',
    mend: /did you mean `title`/,
  },
  {
    name: 'an unknown field',
    document: one({ fields: { sectoin: 'CLEAR' } }),
    fault: 'clauses.0.fields.sectoin UNKNOWN',
    mend: /did you mean `section`/,
  },
  {
    name: 'an unknown field in a condition',
    document: one({ rows: { field: 'sectoin', op: 'eq', value: 'X' } }),
    fault: 'clauses.0.rows.field UNKNOWN',
    mend: /did you mean `section`/,
  },
  {
    name: 'a field that no agreement can share',
    document: one({ fields: { note: 'CLEAR' } }),
    fault: 'clauses.0.fields.note NOT_SHAREABLE',
    mend: /internal/,
  },
  {
    name: 'an operand of the wrong type',
    document: one({ rows: { field: 'persons', op: 'gte', value: 'many' } }),
    fault: 'clauses.0.rows.value INVALID',
    mend: /a whole number/,
  },
  {
    name: 'an operator that does not fit',
    document: one({ rows: { field: 'isArmed', op: 'gt', value: true } }),
    fault: 'clauses.0.rows.op INVALID',
    mend: /these do: `eq`/,
  },
  {
    name: 'a value that is an object',
    document: one({ rows: { field: 'section', op: 'eq', value: { $ne: '' } } }),
    fault: 'clauses.0.rows.value INVALID',
    mend: /expected text, a number/,
  },
  {
    name: 'a treatment that does not fit',
    document: one({ fields: { persons: 'MASKED' } }),
    fault: 'clauses.0.fields.persons INVALID',
    mend: /fits text only/,
  },
  {
    name: 'an agreement that ends before it begins',
    document: agreement({ from: '2030-01-01', until: '2029-01-01' }),
    fault: 'until INVALID',
    mend: /`until` is after `from`/,
  },
  {
    name: 'an agreement of no length',
    document: agreement({ from: '2030-01-01', until: '2030-01-01' }),
    fault: 'until INVALID',
    mend: /`until` is after `from`/,
  },
  {
    name: 'a clause that ends before it begins',
    document: one({ from: '2030-01-01', until: '2029-01-01' }),
    fault: 'clauses.0.until INVALID',
    mend: /`until` is after `from`/,
  },
  {
    name: 'a clause that begins before its agreement',
    document: one({ from: '2020-01-01' }),
    fault: 'clauses.0.from INVALID',
    mend: /from `2024-05-01` to `2034-05-01`/,
  },
  {
    name: 'a clause that outlasts its agreement',
    document: one({ until: '2040-01-01' }),
    fault: 'clauses.0.until INVALID',
    mend: /from `2024-05-01` to `2034-05-01`/,
  },
  {
    name: 'a day that is in no calendar',
    document: agreement({ from: '2024-02-30' }),
    fault: 'from INVALID',
    mend: /`2024-02-30`/,
  },
  {
    name: 'hours that are none',
    document: one({ hours: '06:00-06:00' }),
    fault: 'clauses.0.hours INVALID',
    mend: /leave `hours` out/,
  },
  {
    name: 'a database of somebody else',
    document: agreement({ clauses: [ofDatabase('BB-SIGHTINGS')] }),
    fault: 'clauses.0.database UNKNOWN',
    mend: /the assigner has no database `BB-SIGHTINGS`/,
  },
  {
    name: 'an agreement with oneself',
    document: agreement({ parties: ['AA-P'] }),
    fault: 'parties INVALID',
    mend: /expected 2 to 50 elements/,
  },
  {
    name: 'oneself as both parties',
    document: agreement({ parties: ['AA-P', 'AA-P'] }),
    fault: 'parties DUPLICATE',
    mend: /stands twice/,
  },
  {
    name: 'a clause towards oneself',
    document: one({ assignee: 'AA-P' }),
    fault: 'clauses.0.assignee INVALID',
    mend: /the same agency/,
  },
  {
    name: 'a recipient that is nobody',
    document: one({ assignee: 'CC-P' }),
    fault: 'clauses.0.assignee UNKNOWN',
    mend: /neither a party nor the partner of a party/,
  },
  {
    name: 'no purpose',
    document: one({ purposes: [] }),
    fault: 'clauses.0.purposes INVALID',
    mend: /expected 1 to 500 elements/,
  },
  { name: 'no clause', document: agreement({ clauses: [] }), fault: 'clauses INVALID', mend: /1 to 1000 elements/ },
  {
    name: '10,000 clauses',
    document: agreement({ clauses: Array.from({ length: 10_000 }, (_, index) => clause({ article: String(index) })) }),
    fault: 'clauses INVALID',
    mend: /expected 1 to 1000 elements, found 10000/,
  },
  {
    name: 'articles of one number',
    document: agreement({ clauses: [clause(), clause()] }),
    fault: 'clauses.1.article DUPLICATE',
    mend: /article `1`/,
  },
  {
    name: 'a condition nested too deep',
    document: one({ rows: nested(40) }),
    fault: `clauses.0.rows${'.not.0'.repeat(8)} INVALID`,
    mend: /more than 8 deep/,
  },
  {
    name: 'a text of a million characters',
    document: agreement({ legalBasis: 'x'.repeat(1_000_000) }),
    fault: 'legalBasis INVALID',
    mend: /more than 2000 characters/,
  },
  {
    name: 'a key of a million characters',
    document: parsed(`{"${'k'.repeat(1_000_000)}": 1}`),
    fault: `${'k'.repeat(80)}… KEY_UNKNOWN`,
    mend: /^.{1,400}$/,
  },
  {
    name: 'a word of a million characters',
    document: one({ action: 'R'.repeat(1_000_000) }),
    fault: 'clauses.0.action INVALID',
    mend: /^.{1,400}$/,
  },
  {
    name: 'text that turns the direction of writing',
    document: agreement({ title: `a${RIGHT_TO_LEFT}b` }),
    fault: 'title INVALID',
    mend: /invisible character/,
  },
  {
    name: 'text that takes no room',
    document: agreement({ title: `a${ZERO_WIDTH}b` }),
    fault: 'title INVALID',
    mend: /invisible character/,
  },
  {
    name: 'half a character',
    document: agreement({ title: `a${LONE}` }),
    fault: 'title INVALID',
    mend: /invisible character/,
  },
  {
    name: 'a NUL in a value',
    document: one({ rows: { field: 'section', op: 'eq', value: 'a\0b' } }),
    fault: 'clauses.0.rows.value INVALID',
    mend: /no text can hold/,
  },
  {
    name: 'a reference with a suffix that names nothing',
    document: agreement({ reference: 'AGR-1~zz' }),
    fault: 'reference INVALID',
    mend: /capital letters and digits/,
  },
  {
    name: 'a key that is every object’s own',
    document: parsed('{"__proto__": {"title": "x"}}'),
    fault: '__proto__ KEY_UNKNOWN',
    mend: /known are/,
  },
  {
    name: 'fields named like members of every object',
    document: one({ fields: { constructor: 'CLEAR' } }),
    fault: 'clauses.0.fields.constructor UNKNOWN',
    mend: /has no field `constructor`/,
  },
];

const linesOf = (changed: acts.Changed): readonly string[] =>
  changed.kind === 'REFUSED' ? changed.userErrors.map(({ path, code }) => `${path.slice(1).join('.')} ${code}`) : [];

describe('refused, and nothing is stored', () => {
  test.each(DOCUMENTS)('drafting $name', async ({ document, fault, mend }) => {
    const before = await stored();
    const changed = await acts.draftAgreement(hub, party('AA-P'), document);
    if (changed.kind !== 'REFUSED') throw new Error('it was not refused');
    expect(linesOf(changed)).toContain(fault);
    const said = changed.userErrors.find(({ path, code }) => `${path.slice(1).join('.')} ${code}` === fault);
    expect(said?.message).toMatch(mend);
    expect(said?.path[0]).toBe('input');
    expect(await stored()).toBe(before);
  });

  test('a document made of faults, with an answer not longer than the first hundred of them', async () => {
    const wrong = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key${index}`, 1]));
    const changed = await acts.draftAgreement(hub, party('AA-P'), wrong);
    expect(linesOf(changed)).toHaveLength(101);
    expect(linesOf(changed).at(-1)).toBe(' MORE_FAULTS');
  });

  test('a counter-offer with the same faults, its places under `document`', async () => {
    const reference = 'AGR-COUNTERED';
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference }));
    await acts.offerAgreement(hub, party('AA-P'), { reference });
    const before = await stored();
    for (const { document, fault } of DOCUMENTS) {
      const changed = await acts.counterAgreement(hub, party('BB-P'), { document });
      const [place = '', code = ''] = fault.split(' ');
      expect(linesOf(changed)).toContain(`${['document', ...(place === '' ? [] : [place])].join('.')} ${code}`);
    }
    expect(await stored()).toBe(before);
  });
});

describe('an act on what is no reference', () => {
  test.each([
    { name: 'a NUL', reference: 'AGR-1\0' },
    { name: 'half a character', reference: LONE },
    { name: 'a million characters', reference: 'A'.repeat(1_000_000) },
    { name: 'nothing', reference: '' },
    { name: 'a pattern', reference: 'AGR-%' },
    { name: 'a key with a suffix', reference: 'AGR-1~%' },
  ])('is refused like an unknown one: $name', async ({ reference }) => {
    for (const act of [acts.offerAgreement, acts.acceptAgreement, acts.withdrawAgreement]) {
      expect(linesOf(await act(hub, party('AA-P'), { reference }))).toEqual(['reference AGREEMENT_UNKNOWN']);
    }
    expect(await showAgreement(hub, party('AA-P').identity, reference)).toBeUndefined();
  });
});

describe('a signature with a key that does not count', () => {
  const reference = 'AGR-KEYS';
  const signed = async (agency: string): Promise<readonly string[]> => {
    const history = await hub.agreementStore.history(reference);
    const signature = signatureOf(agency, history?.texts.at(-1)?.body ?? '');
    return linesOf(await acts.signAgreement(hub, party(agency), { reference, signature }));
  };

  beforeAll(async () => {
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference }));
    await acts.offerAgreement(hub, party('AA-P'), { reference });
    await acts.acceptAgreement(hub, party('BB-P'), { reference });
  });

  test('is refused: revoked', async () => {
    await keys.revokeSignatoryKey(hub, party('AA-P'), { publicKey: publicKeyOf('AA-P'), reason: 'lost' });
    expect(await signed('AA-P')).toEqual(['signature KEY_MISSING']);
  });

  test('is refused: not confirmed by a second person', async () => {
    await keys.revokeSignatoryKey(hub, party('BB-P'), { publicKey: publicKeyOf('BB-P'), reason: 'lost' });
    const registered = { agency: 'BB-P', publicKey: publicKeyOf('the second of BB-P'), isDemo: false };
    expect(await keys.registerSignatoryKey(hub, operator(), registered)).toMatchObject({ kind: 'CHANGED' });
    expect(await signed('BB-P')).toEqual(['signature KEY_MISSING']);
  });

  test('is refused: expired', async () => {
    const registered = {
      agency: 'AA-P',
      publicKey: publicKeyOf('the second of AA-P'),
      isDemo: false,
      validUntil: new Date(Date.now() + 60_000),
    };
    expect(await keys.registerSignatoryKey(hub, operator(), registered)).toMatchObject({ kind: 'CHANGED' });
    await keys.confirmSignatoryKey(hub, party('AA-P'), { publicKey: registered.publicKey });
    await sql(
      "create or replace function besa.besa_now() returns timestamptz language sql stable as $$ select pg_catalog.now() + interval '1 hour' $$",
    );
    expect(await signed('AA-P')).toEqual(['signature KEY_MISSING']);
  });
});
