/** `GET /inbox/v1/stream`: who may, from where, what it tells, and how it ends. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Notice } from '../../src/domain/notice.js';
import { inboxRoute } from '../../src/http/inbox-route.js';
import { InboxStreams, STREAM_LIMITS, type StreamLimits } from '../../src/http/inbox-streams.js';
import type { HttpParts } from '../../src/http/server.js';
import { type TestServer, testServer } from '../api/harness.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { WORLD_NOW } from '../world.js';
import { openStream } from './stream-reader.js';

interface Streaming {
  readonly url: string;
  readonly streams: InboxStreams;
  readonly server: TestServer;
}

let world: WorldHub;
let url: string;
beforeAll(async () => {
  world = await worldHub();
  url = await world.listen();
});
afterAll(() => world?.close());

/** The same hub behind another door, with limits that a test can wait for. */
async function streaming(limits: Partial<StreamLimits>, more: Partial<HttpParts> = {}): Promise<Streaming> {
  const streams = new InboxStreams(world.hub, { ...STREAM_LIMITS, ...limits });
  const server = await testServer(world.hub, {
    routes: [(scope, { authenticate }) => inboxRoute(scope, { hub: world.hub, authenticate, streams })],
    ...more,
  });
  return { url: await server.server.listen({ port: 0, host: '127.0.0.1' }), streams, server };
}

const openCount = async ({ streams }: Streaming): Promise<number> => (await streams.gauge().read())[0]?.value ?? -1;
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}
const notice = (key: string, sentence = `about ${key}`): Notice => ({
  key,
  kind: 'KEY_ENDS_SOON',
  at: WORLD_NOW,
  reference: null,
  sentence,
  dueAt: null,
  renewal: null,
});
const post = (agency: string, ...keys: readonly string[]): Promise<number> =>
  world.hub.inbox.post(
    agency,
    keys.map((key) => notice(key)),
  );
const lastOf = async (agency: string): Promise<number> => (await world.hub.inbox.standing(agency)).last;
const entriesOf = async (action: string): Promise<readonly { outcome: string; agency: string | null }[]> =>
  (
    await world.owner.query<{ agency: string | null; outcome: string }>(
      `select agency, substring(body from '"outcome":"([A-Z]+)"') as outcome from besa.ledger_entry
       where body like $1 order by sequence`,
      [`%"action":"${action}"%`],
    )
  ).rows;

describe('a stream is refused', () => {
  test.each([
    { name: 'without a token', wish: { authorization: '' }, status: 401 },
    { name: 'to an operator', wish: { as: ':OPERATOR' }, status: 403 },
    { name: 'behind what is no id', wish: { as: 'AL-BMP:AUDITOR', query: '?after=x' }, status: 400 },
    { name: 'behind two ids', wish: { as: 'AL-BMP:AUDITOR', query: '?after=1&after=2' }, status: 400 },
    { name: 'behind a notice that is yet to come', wish: { as: 'AL-BMP:AUDITOR', lastEventId: '9999' }, status: 400 },
    { name: 'with another parameter', wish: { as: 'AL-BMP:AUDITOR', query: '?agency=ME-BP' }, status: 400 },
  ])('$name', async ({ wish, status }) => {
    const stream = await openStream(url, wish);
    expect(stream.status).toBe(status);
    expect(stream.headers['content-type']).toMatch(/^application\/json/);
    stream.close();
  });

  test('beyond so many of an agency, with an entry of the refusal; when one ends, another one may begin', async () => {
    const limited = await streaming({ streamsPerAgencyMax: 2 });
    const open = await Promise.all([1, 2].map(() => openStream(limited.url, { as: 'BA-BP:ANALYST' })));
    expect(open.map(({ status }) => status)).toEqual([200, 200]);
    const third = await openStream(limited.url, { as: 'BA-BP:ANALYST' });
    expect(third.status).toBe(429);
    expect((await openStream(limited.url, { as: 'MK-BP:ANALYST' })).status).toBe(200);
    expect((await entriesOf('inboxStream')).filter(({ agency }) => agency === 'BA-BP').at(-1)?.outcome).toBe('REFUSED');
    open[0]?.close();
    await until(async () => (await openCount(limited)) === 2);
    expect((await openStream(limited.url, { as: 'BA-BP:ANALYST' })).status).toBe(200);
    await limited.server.close();
    expect(await openCount(limited)).toBe(0);
  });
});

describe('a stream', () => {
  test('has its entry in the ledger before its first byte: one, and no answer where there can be none', async () => {
    const before = (await entriesOf('inboxStream')).length;
    const stream = await openStream(url, { as: 'AL-BMP:REPORTER' });
    expect((await entriesOf('inboxStream')).slice(before)).toEqual([{ agency: 'AL-BMP', outcome: 'ANSWERED' }]);
    stream.close();
  });

  test('tells the same as `inbox`, word for word', async () => {
    const fields = 'id kind at dueAt agreement sentence subject postedAt';
    const answered = await world.ask(`{ inbox(first: 500) { nodes { ${fields} } } }`, 'ME-BP:ANALYST');
    const { nodes } = dataOf<{ readonly nodes: readonly Readonly<Record<string, unknown>>[] }>(answered, 'inbox');
    const stream = await openStream(url, { as: 'ME-BP:ANALYST', query: '?after=0' });
    const told: unknown[] = [];
    while (told.length < nodes.length) {
      const event = await stream.next();
      if (event?.event === 'notice') told.push(JSON.parse(event.data ?? ''));
    }
    expect(told.map(instants).reverse()).toEqual(nodes.map(instants));
    stream.close();
  });

  test('begins behind what was read, unless it is told where', async () => {
    await post('MK-BP', 'one', 'two', 'three');
    const last = await lastOf('MK-BP');
    const mark = 'mutation ($input: MarkInboxReadInput!) { markInboxRead(input: $input) { userErrors { code } } }';
    await world.ask(mark, 'MK-BP:STEWARD', { input: { upTo: String(last - 2) } });
    const unread = await openStream(url, { as: 'MK-BP:ANALYST' });
    expect(await unread.ids(2)).toEqual([String(last - 1), String(last)]);
    const one = await openStream(url, { as: 'MK-BP:ANALYST', query: `?after=${last - 1}` });
    expect(await one.ids(1)).toEqual([String(last)]);
    for (const stream of [unread, one]) stream.close();
  });

  test('goes on behind `Last-Event-ID` without loss or gap, however often it is broken off', async () => {
    const first = await lastOf('RS-BP');
    const keys = Array.from({ length: 130 }, (_, index) => `broken off ${index}`);
    const read: string[] = [];
    for (let posted = 0; posted < keys.length; posted += 13) {
      const stream = await openStream(url, { as: 'RS-BP:ANALYST', lastEventId: read.at(-1) ?? String(first) });
      await Promise.all(keys.slice(posted, posted + 13).map((key) => post('RS-BP', key)));
      read.push(...(await stream.ids(9)));
      stream.close();
    }
    const stream = await openStream(url, { as: 'RS-BP:ANALYST', lastEventId: read.at(-1) ?? '' });
    read.push(...(await stream.ids(keys.length - read.length)));
    stream.close();
    expect(read).toEqual(keys.map((_, index) => String(first + index + 1)));
  });

  test('tells each of many readers every notice once, while they are posted', async () => {
    const first = await lastOf('XK-BP');
    const readers = await Promise.all(
      Array.from({ length: 5 }, () => openStream(url, { as: 'XK-BP:ANALYST', query: `?after=${first}` })),
    );
    const keys = Array.from({ length: 40 }, (_, index) => `many ${index}`);
    await Promise.all(keys.map((key) => post('XK-BP', key)));
    const wanted = keys.map((_, index) => String(first + index + 1));
    for (const reader of readers) expect(await reader.ids(keys.length)).toEqual(wanted);
    for (const reader of readers) reader.close();
  });

  test('hears nothing of what another agency is told', async () => {
    const first = await lastOf('AL-MOI');
    const stream = await openStream(url, { as: 'AL-MOI:ANALYST', query: `?after=${first}` });
    await post('AL-BMP', 'for AL-BMP alone');
    await post('AL-MOI', 'for AL-MOI');
    expect((await stream.next())?.retry).toBe('3000');
    expect(JSON.parse((await stream.next())?.data ?? '')).toMatchObject({
      sentence: 'about for AL-MOI',
      id: String(first + 1),
    });
    stream.close();
  });

  test('hears of it even if the call of the database is lost', async () => {
    const deaf = { ...bound(world.hub.inbox), listen: () => () => undefined };
    const streams = new InboxStreams({ inbox: deaf, witnesses: world.hub.witnesses });
    const server = await testServer(world.hub, {
      routes: [(scope, { authenticate }) => inboxRoute(scope, { hub: world.hub, authenticate, streams })],
    });
    const first = await lastOf('BA-BP');
    const address = await server.server.listen({ port: 0, host: '127.0.0.1' });
    const stream = await openStream(address, { as: 'BA-BP:ANALYST', query: `?after=${first}` });
    await stream.next();
    await post('BA-BP', 'not called out');
    expect(await stream.ids(1)).toEqual([String(first + 1)]);
    await server.close();
  });
});

describe('a stream ends', () => {
  test('with the token', async () => {
    const identify = async () => ({ agency: 'AL-BMP', person: 'ana', roles: ['ANALYST' as const] });
    const short = await streaming({}, { identify });
    const exp = Math.ceil(Date.now() / 1000);
    const payload = Buffer.from(JSON.stringify({ exp }), 'utf8').toString('base64url');
    const stream = await openStream(short.url, { authorization: `Bearer aa.${payload}.bb` });
    expect(stream.status).toBe(200);
    expect(await stream.end()).toEqual({ event: 'end', data: '{"reason":"TOKEN_EXPIRED"}' });
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    await short.server.close();
  });

  test('when its time is over, and shows signs of life until then', async () => {
    const short = await streaming({ lifeMsMax: 300, heartbeatMs: 20 });
    const stream = await openStream(short.url, { as: 'AL-BMP:ANALYST', query: `?after=${await lastOf('AL-BMP')}` });
    expect((await stream.next())?.retry).toBe('3000');
    expect(await stream.next()).toEqual({ comment: '' });
    expect(await stream.end()).toEqual({ event: 'end', data: '{"reason":"LIFETIME_OVER"}' });
    await short.server.close();
  });

  test.each([
    { name: 'at its next sign of life', limits: { heartbeatMs: 20 }, posted: [] },
    { name: 'before it tells the next notice', limits: { heartbeatMs: 60_000 }, posted: ['told to nobody'] },
  ])('while the hub may answer nothing: $name', async ({ limits, posted }) => {
    let doubt: 'LEDGER_CONTRADICTED' | undefined;
    const watched = { inbox: world.hub.inbox, witnesses: { doubt: async () => doubt } };
    const streams = new InboxStreams(watched, { ...STREAM_LIMITS, ...limits });
    const server = await testServer(world.hub, {
      routes: [(scope, { authenticate }) => inboxRoute(scope, { hub: world.hub, authenticate, streams })],
    });
    const address = await server.server.listen({ port: 0, host: '127.0.0.1' });
    const stream = await openStream(address, { as: 'RS-BP:ANALYST', query: `?after=${await lastOf('RS-BP')}` });
    expect((await stream.next())?.retry).toBe('3000');
    doubt = 'LEDGER_CONTRADICTED';
    await post('RS-BP', ...posted);
    expect(await stream.end()).toEqual({ event: 'end', data: '{"reason":"LEDGER_CONTRADICTED"}' });
    await server.close();
  });

  test('within minutes, so that who lost a role is told nothing for longer', () => {
    expect(STREAM_LIMITS.lifeMsMax).toBeLessThanOrEqual(300_000);
  });

  test('when the hub stops, which waits for nobody', async () => {
    const stopping = await streaming({});
    const stream = await openStream(stopping.url, { as: 'AL-BMP:ANALYST' });
    const ended = stream.end();
    await stopping.server.close();
    expect(await ended).toEqual({ event: 'end', data: '{"reason":"SHUTDOWN"}' });
    expect(await openCount(stopping)).toBe(0);
  });

  test('for a reader that does not read, and holds no more than one batch for it', async () => {
    const impatient = await streaming({ unreadMsMax: 150 });
    const above = await lastOf('AL-BMP');
    const sentence = 'x'.repeat(100_000);
    await world.hub.inbox.post(
      'AL-BMP',
      Array.from({ length: 250 }, (_, index) => notice(`large ${index}`, sentence)),
    );
    const { port } = new URL(impatient.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(
      `GET /inbox/v1/stream?after=${above} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer AL-BMP:ANALYST\r\n\r\n`,
    );
    await until(async () => (await openCount(impatient)) === 1);
    await until(async () => (await openCount(impatient)) === 0);
    socket.destroy();
    await impatient.server.close();
  });
});

/** Its methods as properties, to replace one. */
function bound(inbox: WorldHub['hub']['inbox']): WorldHub['hub']['inbox'] {
  return {
    post: (agency, notices) => inbox.post(agency, notices),
    list: (agency, page) => inbox.list(agency, page),
    standing: (agency) => inbox.standing(agency),
    lastIds: (agencies) => inbox.lastIds(agencies),
    markRead: (read, entry) => inbox.markRead(read, entry),
    listen: (sign, listener) => inbox.listen(sign, listener),
  };
}

/** GraphQL writes instants its own way. */
function instants(told: unknown): object {
  const { at, dueAt, postedAt, ...rest } = told as Readonly<Record<string, string | null>>;
  return { ...rest, times: [at, dueAt, postedAt].map((one) => (one == null ? null : new Date(one).getTime())) };
}
