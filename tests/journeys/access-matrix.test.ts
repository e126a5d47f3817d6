// Who shares what with whom: the access matrix, at any instant, and "who can see what of mine".
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AgreementVersion } from '../../src/domain/agreement.js';
import { type AccessMatrix, accessMatrix } from '../../src/hub/access/access-matrix.js';
import { RequestJournal } from '../../src/hub/journal.js';
import type { Ports } from '../../src/hub/ports.js';
import { AGENCIES, WORLD_NOW } from '../world.js';
import { WORLD_LOADED_AT, worldFacts } from '../world-agreements.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const later = (ms: number): Date => new Date(WORLD_NOW.getTime() + ms);

interface Cell {
  readonly owner: string;
  readonly recipient: string;
  readonly database: string;
  readonly recordType: string;
  readonly purpose: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string | null;
  readonly agreements: readonly string[];
}

describe('in a running hub', () => {
  let world: WorldHub;
  beforeAll(async () => {
    world = await worldHub();
  });
  afterAll(() => world.close());

  async function matrix(
    as: string,
    at?: Date,
  ): Promise<{ at: string; cells: readonly Cell[]; others: readonly object[] }> {
    const args = at === undefined ? '' : `(at: "${at.toISOString()}")`;
    const query = `{ accessMatrix${args} { at cells { owner recipient database recordType purpose action status reason agreements }
      others { owner recipient recordType agreement status } } }`;
    return dataOf(await world.ask(query, as), 'accessMatrix');
  }

  const between = (cells: readonly Cell[], owner: string, recipient: string, agreement: string): string[] => [
    ...new Set(
      cells
        .filter((cell) => cell.owner === owner && cell.recipient === recipient && cell.agreements.includes(agreement))
        .map(({ status }) => status),
    ),
  ];

  test('nobody sees a cell of a pair it is not one of', async () => {
    for (const agency of AGENCIES) {
      const { cells, others } = await matrix(`${agency}:AUDITOR`);
      expect(cells.filter(({ owner, recipient }) => owner !== agency && recipient !== agency)).toEqual([]);
      expect(cells.length).toBeGreaterThan(0);
      expect(others).toEqual([]);
    }
  });

  test('an operator, who is of no agency, has no matrix and sees nobody’s data', async () => {
    for (const query of ['{ accessMatrix { at } }', '{ whoCanSee { recipient } }']) {
      const { body } = await world.ask(query, ':OPERATOR');
      expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('both sides read the same cells, and each cell says what an explanation says', async () => {
    const all = new Map<string, Cell[]>();
    for (const agency of AGENCIES) {
      for (const cell of (await matrix(`${agency}:ANALYST`)).cells) {
        const key = JSON.stringify(cell);
        all.set(key, [...(all.get(key) ?? []), cell]);
      }
    }
    expect([...all.values()].every((cells) => cells.length === 2)).toBe(true);
    const told = new Map<string, Map<string, { outcome: string; reason: string | null }>>();
    for (const [cell] of all.values()) {
      if (cell === undefined) continue;
      const { recipient, purpose, action, recordType, database, status, reason } = cell;
      const asked = `purpose: ${purpose}, action: ${action}, recordType: "${recordType}", justification: "case 1"`;
      const key = `${recipient} ${asked}`;
      const known = told.get(key) ?? new Map<string, { outcome: string; reason: string | null }>();
      if (!told.has(key)) {
        const query = `{ explainAccess(${asked}) { database outcome reason } }`;
        const lines = dataOf<readonly { database: string; outcome: string; reason: string | null }[]>(
          await world.ask(query, `${recipient}:ANALYST`),
          'explainAccess',
        );
        for (const line of lines) known.set(line.database, line);
        told.set(key, known);
      }
      const line = known.get(database);
      expect([line?.outcome === 'ANSWERED', line?.reason]).toEqual([
        status === 'IN_FORCE' && reason === null,
        status === 'IN_FORCE' ? reason : status,
      ]);
    }
    expect(told.size).toBeGreaterThan(20);
  });

  test('the past is as it was, the future as it is known to be: a suspension between two instants, an end to come', async () => {
    await world.setClock(later(DAY_MS));
    const suspended = await world.ask(
      `mutation { suspendAgreement(input: { reference: "AGR-2024-002", reason: "inspection", assigner: "AL-BMP" }) { userErrors { code } } }`,
      'AL-BMP:SIGNATORY',
    );
    expect(dataOf(suspended, 'suspendAgreement')).toEqual({ userErrors: [] });
    await world.setClock(later(2 * DAY_MS));
    const at = async (instant?: Date) => (await matrix('AL-BMP:POLICY_OFFICER', instant)).cells;
    const given = (cells: readonly Cell[]) => between(cells, 'AL-BMP', 'ME-BP', 'AGR-2024-002');
    const received = (cells: readonly Cell[]) => between(cells, 'ME-BP', 'AL-BMP', 'AGR-2024-002');
    expect(await at(later(-HOUR_MS))).toEqual([]);
    expect(given(await at(later(HOUR_MS)))).toEqual(['IN_FORCE']);
    expect(given(await at(later(DAY_MS - 1)))).toEqual(['IN_FORCE']);
    expect(given(await at(later(DAY_MS)))).toEqual(['SUSPENDED']);
    expect(given(await at())).toEqual(['SUSPENDED']);
    expect(received(await at())).toEqual(['IN_FORCE']);
    const ending = (cells: readonly Cell[]) => between(cells, 'XK-BP', 'MK-BP', 'AGR-2024-006');
    const xk = async (instant: Date) => (await matrix('XK-BP:SIGNATORY', instant)).cells;
    expect(ending(await xk(later(DAY_MS)))).toEqual(['IN_FORCE']);
    expect(ending(await xk(later(30 * DAY_MS)))).toEqual(['EXPIRED']);
  });

  test('who can see what of mine: every recipient, with fields and treatments; of nobody else’s', async () => {
    const query = (args: string): string =>
      `{ whoCanSee${args} { recipient database action purpose reason agreements everyRow fields { field treatment step } sentence } }`;
    const all = dataOf<readonly (Cell & { everyRow: boolean; fields: readonly object[]; sentence: string })[]>(
      await world.ask(query(''), 'XK-BP:STEWARD'),
      'whoCanSee',
    );
    expect(new Set(all.map(({ database }) => database))).toEqual(new Set(['XK-BORDER-CROSSINGS']));
    const toAlbania = all.filter(({ recipient, action }) => recipient === 'AL-BMP' && action === 'READ');
    expect(toAlbania).toHaveLength(1);
    expect(toAlbania[0]).toMatchObject({
      purpose: 'SMUGGLING_INVESTIGATION',
      agreements: ['AGR-2024-003'],
      everyRow: false,
      reason: null,
    });
    expect(toAlbania[0]?.fields).toContainEqual({ field: 'fullName', treatment: 'MASKED', step: null });
    expect(all.some(({ recipient }) => recipient === 'RS-BP')).toBe(false);
    const foreign = await world.ask(query('(database: "AL-BORDER-CROSSINGS")'), 'XK-BP:STEWARD');
    const unknown = await world.ask(query('(database: "ZZ-NOTHING")'), 'XK-BP:STEWARD');
    const message = (text: string): string => text.replaceAll(/AL-BORDER-CROSSINGS|ZZ-NOTHING/g, 'X');
    expect(message(foreign.body.errors?.[0]?.message ?? '')).toBe('no database of yours is called `X`');
    expect(message(unknown.body.errors?.[0]?.message ?? '')).toBe('no database of yours is called `X`');
  });
});

describe('of other pairs', () => {
  const facts = worldFacts();

  async function seenBy(agency: string, versions: readonly AgreementVersion[]): Promise<AccessMatrix> {
    const set = { ...facts.set, versions };
    const hub = { standard: facts.standard, agreements: { inForce: async () => ({ ...facts, set }) } };
    const request = { requestId: '', action: '', operation: { name: null, hash: null } };
    const journal = new RequestJournal({ agency, person: 'p', roles: [] }, request, () => 0);
    return accessMatrix(hub as unknown as Ports, journal, agency);
  }

  const opened = (reference: string, matrix: 'PARTIES' | 'ALL'): readonly AgreementVersion[] =>
    facts.set.versions.map((version) =>
      version.terms.reference === reference ? { ...version, terms: { ...version.terms, matrix } } : version,
    );

  test('nothing, unless their agreement says so', async () => {
    for (const agency of AGENCIES) expect((await seenBy(agency, facts.set.versions)).others).toEqual([]);
  });

  test('with `PARTIES`, parties to the agreement and nobody else', async () => {
    const versions = opened('AGR-2024-001', 'PARTIES');
    expect((await seenBy('RS-BP', versions)).others).toEqual([]);
    const { others } = await seenBy('AL-BMP', versions);
    expect(others).toContainEqual({
      owner: 'ME-BP',
      recipient: 'XK-BP',
      recordType: 'BorderCrossing',
      agreement: 'AGR-2024-001',
      status: 'IN_FORCE',
    });
    expect(others.some(({ owner, recipient }) => owner === 'AL-BMP' || recipient === 'AL-BMP')).toBe(false);
    expect(Object.keys(others[0] ?? {})).toEqual(['owner', 'recipient', 'recordType', 'agreement', 'status']);
  });

  test('with `ALL`, every agency', async () => {
    const { others } = await seenBy('RS-BP', opened('AGR-2024-003', 'ALL'));
    expect(others.map(({ owner, recipient, agreement }) => `${owner} ${recipient} ${agreement}`)).toEqual([
      'AL-BMP XK-BP AGR-2024-003',
      'XK-BP AL-BMP AGR-2024-003',
    ]);
  });

  test('a later version that closes it closes the past too; one that opens it opens no past', async () => {
    const [closed] = facts.set.versions.filter(({ terms }) => terms.reference === 'AGR-2024-003');
    if (closed === undefined) throw new Error('the world has this agreement');
    const open = { ...closed, terms: { ...closed.terms, matrix: 'ALL' as const } };
    const next = { version: 2, from: new Date('2030-01-01'), finalisedAt: WORLD_LOADED_AT };
    for (const pair of [
      [open, { ...closed, ...next }],
      [closed, { ...open, ...next }],
    ]) {
      expect((await seenBy('RS-BP', pair)).others).toEqual([]);
    }
  });
});
