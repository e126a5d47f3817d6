/** A byte of a signed text changed in the table, hash and all, with every trigger off: what the database's owner could do. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dataOf } from '../journeys/world-hub.js';
import { type TamperingHub, tamperingHub } from './tampering-hub.js';

let tampering: TamperingHub;
let body: string;
beforeAll(async () => {
  tampering = await tamperingHub();
  body = await bodyOf('AGR-2024-002');
});
afterAll(() => tampering?.close());

const AL = 'AL-BORDER-CROSSINGS';
const CROSSINGS = (purpose: string, more = ''): string =>
  `{ borderCrossings(purpose: ${purpose}, databases: ["${AL}"], first: 5${more}) { nodes { id } sources { outcome reason agreements } } }`;
const TO_ME = CROSSINGS('BORDER_SURVEILLANCE');
const TO_XK = CROSSINGS('SMUGGLING_INVESTIGATION', ', justification: "case 7"');

interface Page {
  readonly nodes: readonly unknown[];
  readonly sources: readonly { readonly outcome: string; readonly reason: string | null }[];
}
const page = async (query: string, as: string): Promise<Page> =>
  dataOf<Page>(await tampering.ask(query, as), 'borderCrossings');
/** `ANSWERED 5`: how the one source asked stands, and how many rows came */
const outcome = async (query: string, as: string): Promise<string> => {
  const { sources, nodes } = await page(query, as);
  return `${sources[0]?.outcome} ${sources[0]?.reason ?? ''} ${nodes.length}`.replace('  ', ' ');
};
const bodyOf = async (reference: string): Promise<string> => {
  const { rows } = await tampering.world.owner.query<{ body: string }>(
    'select body from besa.agreement_text where reference = $1 order by version desc, revision desc limit 1',
    [reference],
  );
  return rows[0]?.body ?? '';
};

/** Puts other words in the place of the agreement's, with the hash that fits them. */
const write = (words: string, reference = 'AGR-2024-002'): Promise<void> => {
  const text = `$words$${words}$words$`;
  return tampering.tamper(
    ['agreement_text'],
    `update besa.agreement_text set body = ${text}, hash = besa.bytes_hash(${text}) where reference = '${reference}'`,
  );
};
const readyz = async (): Promise<unknown> => (await tampering.server.server.inject({ url: '/readyz' })).json();

const OPEN = 'ANSWERED 5';
const CLOSED = 'WITHHELD NO_AGREEMENT 0';
const WIDER = (): string => body.replace('"borderSection":"CLEAR"', '"borderSection":"MASKED"');

describe('one byte changed, on the very next request and without a restart', () => {
  test('that agreement denies with a line of its own, and every other one goes on', async () => {
    expect([await outcome(TO_ME, 'ME-BP:ANALYST'), await outcome(TO_XK, 'XK-BP:ANALYST')]).toEqual([OPEN, OPEN]);
    await write(body.replace('"title":"', '"title":"X'));
    expect([await outcome(TO_ME, 'ME-BP:ANALYST'), await outcome(TO_XK, 'XK-BP:ANALYST')]).toEqual([CLOSED, OPEN]);
  });

  test('the lock alone, without the application, opens its databases no more', async () => {
    const { set } = await tampering.hub.agreements.inForce();
    const guard = { agency: 'ME-BP', purpose: 'BORDER_SURVEILLANCE', action: 'READ' as const, setVersion: set.version };
    const statement = { text: 'select distinct c.database_id from records.border_crossing c', values: [] };
    const read = await tampering.hub.records.read(
      statement,
      { ...guard, validFrom: null, validUntil: null },
      'aggregate',
    );
    expect(read.rows).toHaveLength(1);
  });

  test('the parties and the operator are told which one, and strangers nothing', async () => {
    const DOUBTS = '{ agreementDoubts { reference version cause } }';
    const told = async (as: string) => dataOf<readonly unknown[]>(await tampering.ask(DOUBTS, as), 'agreementDoubts');
    const doubt = { reference: 'AGR-2024-002', version: 1, cause: 'SIGNATURE' };
    expect(await told('ME-BP:SIGNATORY')).toEqual([doubt]);
    expect(await told('AL-BMP:AUDITOR')).toEqual([doubt]);
    expect(await told('RS-BP:POLICY_OFFICER')).toEqual([]);
    expect(tampering.doubts).toMatchObject([doubt]);
  });

  test('a probe without a token learns that something is wrong, not what or how much', async () => {
    const checks = { database: 'ok', agreements: 'degraded', ledger: 'ok', witnesses: 'ok' };
    expect(await readyz()).toEqual({ status: 'degraded', checks });
  });

  test('mended, it works again, as if nothing had been', async () => {
    await write(body);
    expect(await outcome(TO_ME, 'ME-BP:ANALYST')).toBe(OPEN);
    expect(await readyz()).toMatchObject({ status: 'ready' });
    expect(await tampering.found()).toEqual([]);
  });
});

describe('whatever is changed, and wherever', () => {
  test('words that would open more open nothing', async () => {
    expect(WIDER()).not.toBe(body);
    await write(WIDER());
    expect(await outcome(TO_ME, 'ME-BP:ANALYST')).toBe(CLOSED);
    await write(body);
  });

  test('words that are the same to a reader, spelt otherwise, are not what was signed', async () => {
    await write(` ${body}`);
    expect(await outcome(TO_ME, 'ME-BP:ANALYST')).toBe(CLOSED);
    expect(await tampering.found()).toEqual(['AGR-2024-002 TEXT']);
    await write(body);
  });

  test('one character, at 24 places chosen with a fixed seed', async () => {
    let seed = 20261123;
    for (let round = 0; round < 24; round += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const at = seed % body.length;
      const other = String.fromCharCode((body.charCodeAt(at) ^ 1) & 0x7f);
      // An opened quote or a control character is refused by the column's own readers: a digit is as wrong.
      const put = /[\w .:-]/.test(other) ? other : body[at] === '7' ? '8' : '7';
      await write(body.slice(0, at) + put + body.slice(at + 1));
      expect([at, await outcome(TO_ME, 'ME-BP:ANALYST')]).toEqual([at, CLOSED]);
      await write(body);
      expect([at, await outcome(TO_ME, 'ME-BP:ANALYST')]).toEqual([at, OPEN]);
    }
  });

  test('statistics and a record by its id are refused as a page is', async () => {
    const [node] = (await page(TO_ME, 'ME-BP:ANALYST')).nodes as readonly { readonly id: string }[];
    const one = `{ borderCrossing(id: "${node?.id}", purpose: BORDER_SURVEILLANCE) { id } }`;
    const statistics = `{ borderCrossingStatistics(purpose: BORDER_SURVEILLANCE, databases: ["${AL}"], groupBy: [DATABASE]) { cells { count } sources { outcome reason } } }`;
    const record = async (): Promise<boolean> =>
      (await tampering.ask(one, 'ME-BP:ANALYST')).body.data?.borderCrossing !== null;
    const counted = async (): Promise<unknown> =>
      dataOf<Page>(await tampering.ask(statistics, 'ME-BP:ANALYST'), 'borderCrossingStatistics').sources[0]?.outcome;
    expect([await record(), await counted()]).toEqual([true, 'ANSWERED']);
    // Each is asked first after a change of its own, so neither can rest on what the other found.
    await write(WIDER());
    expect(await record()).toBe(false);
    await write(body);
    expect([await record(), await counted()]).toEqual([true, 'ANSWERED']);
    await write(WIDER());
    expect(await counted()).toBe('WITHHELD');
    await write(body);
  });

  test('the words of two agreements exchanged close both', async () => {
    const other = await bodyOf('AGR-2024-003');
    await write(other);
    await write(body, 'AGR-2024-003');
    expect(await tampering.found()).toEqual(['AGR-2024-002 REFERENCE', 'AGR-2024-003 REFERENCE']);
    expect([await outcome(TO_ME, 'ME-BP:ANALYST'), await outcome(TO_XK, 'XK-BP:ANALYST')]).toEqual([CLOSED, CLOSED]);
    await write(body);
    await write(other, 'AGR-2024-003');
    expect([await outcome(TO_ME, 'ME-BP:ANALYST'), await outcome(TO_XK, 'XK-BP:ANALYST')]).toEqual([OPEN, OPEN]);
  });
});
