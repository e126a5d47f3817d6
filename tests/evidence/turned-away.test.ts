/** Requests that authentication refused: counted per source and minute, with no entry in the ledger and no flood of rows. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HubError } from '../../src/domain/errors.js';
import { SOURCES_PER_MINUTE_MAX, TurnedAwayCounter } from '../../src/http/turned-away.js';
import type { TurnedAwayCount } from '../../src/hub/ports.js';
import { PostgresTurnedAway } from '../../src/persistence/turned-away.js';
import { identify, testServer } from '../api/harness.js';
import { dataOf, emptyHub, type WorldHub } from '../journeys/world-hub.js';
import { WORLD_NOW } from '../world.js';

const MINUTE_MS = 60_000;

/** A store in memory, and a clock that the test moves. */
function counterAt(begin = 0) {
  const stored: TurnedAwayCount[] = [];
  const clock = { ms: begin, isAway: false };
  const add = async (counts: readonly TurnedAwayCount[]) => {
    if (clock.isAway) throw new HubError('SOURCE_UNAVAILABLE');
    stored.push(...counts);
  };
  return { counter: new TurnedAwayCounter({ add }, () => clock.ms), stored, clock };
}

describe('counting in memory', () => {
  test('ten times as many sources as are told apart make as many rows and one more, and lose no request', async () => {
    const { counter, stored } = counterAt();
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 10 * SOURCES_PER_MINUTE_MAX; index += 1) counter.count(`source-${index}`, 'NO_TOKEN');
      await counter.flush();
    }
    expect(new Set(stored.map(({ source }) => source)).size).toBe(SOURCES_PER_MINUTE_MAX + 1);
    expect(stored).toHaveLength(3 * (SOURCES_PER_MINUTE_MAX + 1));
    expect(stored.reduce((sum, { count }) => sum + count, 0)).toBe(30 * SOURCES_PER_MINUTE_MAX);
    expect(stored.filter(({ source }) => source === 'others').every(({ count }) => count === 9_000)).toBe(true);
  });

  test('sources are told apart anew in the next minute', async () => {
    const { counter, stored, clock } = counterAt();
    for (let index = 0; index <= SOURCES_PER_MINUTE_MAX; index += 1) counter.count(`old-${index}`, 'NOT_ACCEPTED');
    clock.ms = MINUTE_MS;
    counter.count('new', 'NOT_ACCEPTED');
    await counter.flush();
    expect(stored.at(-1)).toEqual({ source: 'new', reason: 'NOT_ACCEPTED', count: 1, ageMs: 0 });
    expect(stored.find(({ source }) => source === 'old-7')?.ageMs).toBe(MINUTE_MS);
  });

  test('what cannot be stored is stored later, each minute for itself, and a long outage stays bounded', async () => {
    const { counter, stored, clock } = counterAt();
    clock.isAway = true;
    for (let minute = 0; minute < 100; minute += 1) {
      clock.ms = minute * MINUTE_MS;
      for (let index = 0; index < 500; index += 1) counter.count(`source-${index}`, 'NO_TOKEN');
      await counter.flush();
    }
    clock.isAway = false;
    await counter.flush();
    expect(stored.length).toBeLessThan(20_000 + 500 + 100);
    expect(stored.reduce((sum, { count }) => sum + count, 0)).toBe(50_000);
    const ages = stored.filter(({ source }) => source === 'source-3').map(({ ageMs }) => ageMs / MINUTE_MS);
    expect(ages.slice(0, 3)).toEqual([99, 98, 97]);
    stored.length = 0;
    await counter.flush();
    expect(stored).toEqual([]);
  });
});

const LIST = `query ($from: DateTime, $until: DateTime, $first: Int, $after: String) {
  turnedAway(from: $from, until: $until, first: $first, after: $after) {
    nodes { minute source reason count } pageInfo { hasNextPage endCursor } } }`;

interface Listed {
  readonly nodes: readonly Readonly<Record<'minute' | 'source' | 'reason' | 'count', unknown>>[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

describe('the counts in PostgreSQL', () => {
  let world: WorldHub;
  let first: PostgresTurnedAway;
  let second: PostgresTurnedAway;
  beforeAll(async () => {
    world = await emptyHub();
    await world.setClock(new Date(WORLD_NOW.getTime() + MINUTE_MS / 2));
    first = new PostgresTurnedAway(world.database.url);
    second = new PostgresTurnedAway(world.database.url);
  });
  afterAll(async () => {
    await Promise.all([first.close(), second.close()]);
    await world.close();
  });

  const list = async (variables: Readonly<Record<string, unknown>> = {}, as = ':OPERATOR') =>
    dataOf<Listed>(await world.ask(LIST, as, variables), 'turnedAway');
  const rows = async () => (await world.owner.query('select * from besa.turned_away')).rows;

  test('a stranger at the door of any route leaves a count, no entry, and nothing of his token', async () => {
    const isUp = { yes: true };
    const server = await testServer(world.hub, {
      identify: async (header) => {
        if (!isUp.yes) throw new HubError('SOURCE_UNAVAILABLE');
        return identify(header);
      },
      routes: [async (scope, door) => void scope.get('/another', async (request) => door.authenticate(request))],
    });
    const token = 'Bearer Zm9yZ2VkLXRva2Vu';
    const post = { method: 'POST', url: '/graphql', payload: '{}' } as const;
    const answers = [
      await server.server.inject(post),
      await server.server.inject({ ...post, headers: { authorization: token } }),
      await server.server.inject({ url: '/another', headers: { authorization: token } }),
    ];
    isUp.yes = false;
    answers.push(await server.server.inject({ ...post, headers: { authorization: token } }));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 503]);
    const { body } = await server.server.inject('/metrics');
    await server.close();
    expect(body).toContain('besa_turned_away_total{reason="NOT_ACCEPTED"} 2');
    const minute = WORLD_NOW.toISOString();
    expect((await list()).nodes).toEqual([
      { minute, source: '127.0.0.1', reason: 'NOT_ACCEPTED', count: 2 },
      { minute, source: '127.0.0.1', reason: 'NO_TOKEN', count: 1 },
      { minute, source: '127.0.0.1', reason: 'UNDECIDED', count: 1 },
    ]);
    expect(JSON.stringify(await rows())).not.toContain(token.slice(-10));
    const { rows: entries } = await world.owner.query<{ count: string }>('select count(*) from besa.ledger_entry');
    // The look at the counts alone was authenticated.
    expect(Number(entries[0]?.count)).toBe(1);
  });

  test('only an operator reads them', async () => {
    for (const as of ['AL-BMP:AUDITOR', 'AL-BMP:ANALYST,POLICY_OFFICER,SIGNATORY,STEWARD,REPORTER']) {
      const { body } = await world.ask(LIST, as);
      expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('two processes that count the same sources at once lose nothing and never wait in a circle', async () => {
    await world.owner.query('delete from besa.turned_away');
    const sources = Array.from({ length: 300 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    const counts = sources.map((source) => ({ source, reason: 'NO_TOKEN', count: 2, ageMs: 0 }) as const);
    const rounds = Array.from({ length: 10 }, () => [first.add(counts), second.add(counts.toReversed())]);
    await Promise.all(rounds.flat());
    const found = await rows();
    expect(found).toHaveLength(300);
    expect(new Set(found.map(({ count }) => count))).toEqual(new Set(['40']));
  });

  test('pages go on where the one before ended, newest minute first, between two instants', async () => {
    await world.owner.query('delete from besa.turned_away');
    for (const minutes of [0, 1, 2]) {
      const ageMs = minutes * MINUTE_MS;
      await first.add([
        { source: '10.0.0.1', reason: 'NO_TOKEN', count: 1, ageMs },
        { source: '10.0.0.1', reason: 'NOT_ACCEPTED', count: 2, ageMs },
        { source: '2001:db8::/64', reason: 'NO_TOKEN', count: 3, ageMs },
      ]);
    }
    const whole = await list();
    expect(whole.nodes.map(({ count }) => count)).toEqual([2, 1, 3, 2, 1, 3, 2, 1, 3]);
    const paged: unknown[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Listed = await list({ first: 2, after });
      paged.push(...page.nodes);
      [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
    }
    expect(paged).toEqual(whole.nodes);
    const newest = whole.nodes[0]?.minute;
    expect((await list({ from: newest })).nodes).toHaveLength(3);
    expect((await list({ until: newest })).nodes).toHaveLength(6);
    const { body } = await world.ask(LIST, ':OPERATOR', { after: 'bm9uc2Vuc2U' });
    expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('what is older than it is kept is gone, and nothing else', async () => {
    await world.owner.query('delete from besa.turned_away');
    const day = 24 * 60 * MINUTE_MS;
    const counts = [89, 91, 200].map((days) => ({
      source: `10.0.0.${days}`,
      reason: 'NO_TOKEN' as const,
      count: 1,
      ageMs: days * day,
    }));
    await first.add(counts);
    expect(await first.forget(90)).toBe(2);
    expect((await list()).nodes.map(({ source }) => source)).toEqual(['10.0.0.89']);
  });
});
