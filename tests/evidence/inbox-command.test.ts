/** `besa inbox`: listing, reading, following. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandContext } from '../../src/cli/command.js';
import { readStream } from '../../src/cli/inbox-follow.js';
import { programFor } from '../../src/cli/program.js';
import { inboxRoute } from '../../src/http/inbox-route.js';
import { InboxStreams, STREAM_LIMITS } from '../../src/http/inbox-streams.js';
import { testServer } from '../api/harness.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';
import { WORLD_NOW } from '../world.js';

let world: WorldHub;
let url: string;
beforeAll(async () => {
  world = await worldHub();
  url = await world.listen();
});
afterAll(() => world?.close());

const post = (...keys: readonly string[]): Promise<number> =>
  world.hub.inbox.post(
    'MK-BP',
    keys.map((key) => ({
      key,
      kind: 'KEY_ENDS_SOON' as const,
      at: WORLD_NOW,
      reference: null,
      sentence: `about ${key}`,
      dueAt: null,
      renewal: null,
    })),
  );
const lastId = async (): Promise<number> => (await world.hub.inbox.standing('MK-BP')).last;

/** Runs `besa inbox …` as a policy officer of MK-BP and gives back what it prints and notes. */
async function besa(...line: readonly string[]): Promise<{ printed: readonly string[]; noted: readonly string[] }> {
  const printed: string[] = [];
  const noted: string[] = [];
  const config = {
    environment: 'test',
    dataFolder: '',
    recordsFolder: '',
    timeZone: 'Europe/Tirane',
    demo: 'off',
    client: { url, token: 'MK-BP:POLICY_OFFICER' },
  };
  const terminal = {
    print: (text: string) => printed.push(text),
    note: (text: string) => noted.push(text),
    interactive: false,
    color: false,
  };
  const context = { config: () => config, terminal } as unknown as CommandContext;
  await programFor(context).parseAsync(['inbox', ...line], { from: 'user' });
  return { printed, noted };
}

describe('`besa inbox`', () => {
  test('refuses wishes that do not go together, and says which do', async () => {
    await expect(besa('--after', '1')).rejects.toThrow('`--after` and `--count` go with `--follow`');
    await expect(besa('--follow', '--unread')).rejects.toThrow('`--follow` tells everything as it comes');
    await expect(besa('--follow', '--count', '0')).rejects.toThrow('is no number');
    await expect(besa('--read', '9999')).rejects.toThrow('NOTICE_UNKNOWN');
    await expect(besa('--kinds', 'gossip')).rejects.toThrow('BAD_USER_INPUT');
    await expect(besa('--follow', '--after', '9999')).rejects.toThrow('BAD_USER_INPUT');
  });

  test('lists what was told, marks what is unread, and says that it was read', async () => {
    await post('first', 'second');
    const last = await lastId();
    const { printed } = await besa();
    expect(printed[0]).toMatch(new RegExp(`^• +${last}  \\S+  KEY_ENDS_SOON +about second$`));
    expect((await besa('--read', String(last - 1))).noted).toEqual([`✔ read up to ${last - 1}; 1 unread`]);
    expect((await besa('--unread')).printed).toEqual([printed[0]]);
    const [json] = (await besa('--json', '--kinds', 'key_ends_soon')).printed;
    expect(JSON.parse(json ?? '')[0]).toMatchObject({ id: String(last), sentence: 'about second', isRead: false });
  });

  test('follows: what was not read, then what comes', async () => {
    const following = besa('--follow', '--json', '--count', '2');
    await post('third');
    const told = (await following).printed.map((line) => JSON.parse(line) as { readonly sentence: string });
    expect(told.map(({ sentence }) => sentence)).toEqual(['about second', 'about third']);
  });
});

test('a reader goes on behind the last notice when the stream ends, and when the hub is away', async () => {
  const streams = new InboxStreams(world.hub, { ...STREAM_LIMITS, lifeMsMax: 50 });
  const server = await testServer(world.hub, {
    routes: [(scope, { authenticate }) => inboxRoute(scope, { hub: world.hub, authenticate, streams })],
  });
  const short = await server.server.listen({ port: 0, host: '127.0.0.1' });
  const last = await lastId();
  const notes: string[] = [];
  let asked = 0;
  const caller = async () => {
    asked += 1;
    return { url: asked === 2 ? 'http://127.0.0.1:1' : short, token: 'MK-BP:ANALYST' };
  };
  const reader = readStream({ caller, note: (line) => notes.push(line), after: String(last), againMs: 10 });
  const ids: (string | undefined)[] = [];
  for (const key of ['sixth', 'seventh', 'eighth']) {
    await post(key);
    ids.push((await reader.next()).value?.id);
    // The next one is posted only after this stream has ended.
    while (((await streams.gauge().read())[0]?.value ?? 0) > 0) await new Promise(setImmediate);
  }
  expect(ids).toEqual([1, 2, 3].map((more) => String(last + more)));
  expect(notes).toContain('the hub does not answer; trying again in 0.01 seconds');
  await reader.return(undefined);
  await server.close();
});
