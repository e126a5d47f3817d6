/** What an agency is told: stored once, numbered, read by whoever works there, and by nobody else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Notice } from '../../src/domain/notice.js';
import { job as postNotices } from '../../src/hub/jobs/post-notices.js';
import { runJob } from '../../src/hub/jobs.js';
import { type Parties, partiesOf } from '../journeys/parties.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { WORLD_NOW } from '../world.js';

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly agreement: string | null;
  readonly sentence: string;
  readonly isRead: boolean;
}
interface Page {
  readonly nodes: readonly Told[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

let world: WorldHub;
let parties: Parties;
beforeAll(async () => {
  world = await worldHub();
  parties = partiesOf(world);
});
afterAll(() => world?.close());

const FIELDS =
  'nodes { id kind at dueAt agreement sentence subject postedAt isRead } pageInfo { hasNextPage endCursor }';
const inbox = async (as: string, args = 'first: 200'): Promise<Page> =>
  dataOf<Page>(await world.ask(`{ inbox(${args}) { ${FIELDS} } }`, as), 'inbox');
const MARK =
  'mutation ($input: MarkInboxReadInput!) { markInboxRead(input: $input) { inbox { last readUpTo unread } userErrors { path code message } } }';
const mark = async (as: string, upTo: string): Promise<unknown> =>
  dataOf(await world.ask(MARK, as, { input: { upTo } }), 'markInboxRead');
const notice = (key: string, more: Partial<Notice> = {}): Notice => ({
  key,
  kind: 'KEY_ENDS_SOON',
  at: WORLD_NOW,
  reference: null,
  sentence: `about ${key}`,
  dueAt: null,
  renewal: null,
  ...more,
});

describe('an inbox', () => {
  test('is closed to operators, and to agencies other than its own by having no argument for one', async () => {
    const { body } = await world.ask('{ inbox { nodes { id } } }', ':OPERATOR');
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await world.ask('{ inbox(agency: "ME-BP") { nodes { id } } }', 'AL-BMP:AUDITOR')).status).toBe(400);
  });

  test('is open to every role of its agency, and says the same to each', async () => {
    const roles = ['ANALYST', 'REPORTER', 'STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'];
    const pages: Page[] = [];
    for (const role of roles) pages.push(await inbox(`ME-BP:${role}`));
    expect(pages[0]?.nodes.length).toBeGreaterThan(0);
    for (const page of pages) expect(page).toEqual(pages[0]);
  });

  test('tells what `notices` derives, newest first, numbered without a gap', async () => {
    const derived = dataOf<{ readonly nodes: readonly { readonly sentence: string }[] }>(
      await world.ask('{ notices(first: 500) { nodes { sentence } } }', 'ME-BP:POLICY_OFFICER'),
      'notices',
    );
    const { nodes } = await inbox('ME-BP:ANALYST');
    expect(nodes.map(({ sentence }) => sentence)).toEqual(
      expect.arrayContaining(derived.nodes.map((one) => one.sentence)),
    );
    expect(nodes.map(({ id }) => Number(id))).toEqual(nodes.map((_, index) => nodes.length - index));
  });

  test('tells of an act to the other party with its next reading, and never twice', async () => {
    const before = await inbox('ME-BP:SIGNATORY');
    await parties.suspend('AL-BMP', 'AGR-2024-002', 'under review');
    const after = await inbox('ME-BP:SIGNATORY');
    expect(after.nodes.slice(0, -before.nodes.length)).toMatchObject([
      { kind: 'SUSPENDED', agreement: 'AGR-2024-002', isRead: false },
    ]);
    expect(await inbox('ME-BP:SIGNATORY')).toEqual(after);
    await runJob(world.hub, postNotices);
    expect(await inbox('ME-BP:SIGNATORY')).toEqual(after);
  });

  test('keeps what was told when it is no longer so', async () => {
    const REFERENCE = 'AGR-2024-009';
    const turn = (await inbox('RS-BP:SIGNATORY')).nodes.find(
      (one) => one.kind === 'YOUR_TURN' && one.agreement === REFERENCE,
    );
    const asked = (await inbox('MK-BP:SIGNATORY')).nodes.find(
      (one) => one.kind === 'YOUR_TURN' && one.agreement === REFERENCE,
    );
    const [waiting, said] = turn === undefined ? ['MK-BP', asked] : ['RS-BP', turn];
    expect(said).toBeDefined();
    await parties.accept(waiting, REFERENCE);
    expect((await inbox(`${waiting}:SIGNATORY`)).nodes).toContainEqual(said);
  });

  test('is paged and filtered', async () => {
    const all = (await inbox('ME-BP:AUDITOR')).nodes;
    const walked: Told[] = [];
    for (let after: string | null = null; ; ) {
      const page: Page = await inbox('ME-BP:AUDITOR', `first: 3${after === null ? '' : `, after: "${after}"`}`);
      walked.push(...page.nodes);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(walked).toEqual(all);
    const kinds = [...new Set(all.map(({ kind }) => kind))].slice(0, 1);
    const some = await inbox('ME-BP:AUDITOR', `first: 200, kinds: [${kinds}]`);
    expect(some.nodes).toEqual(all.filter(({ kind }) => kinds.includes(kind)));
    expect((await world.ask('{ inbox(after: "eA") { nodes { id } } }', 'AL-BMP:AUDITOR')).status).toBe(400);
  });
});

describe('what was read', () => {
  test('is for those to say who act on it, and for notices that are there', async () => {
    const { body } = await world.ask(MARK, 'XK-BP:ANALYST', { input: { upTo: '1' } });
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    for (const upTo of ['0', '-1', '99999', '1e3', 'besa', '', '9'.repeat(30)]) {
      expect(await mark('XK-BP:STEWARD', upTo)).toMatchObject({
        inbox: null,
        userErrors: [{ path: ['input', 'upTo'], code: 'NOTICE_UNKNOWN' }],
      });
    }
  });

  test('is known to the whole agency, and never becomes less', async () => {
    await world.hub.inbox.post('BA-BP', [notice('one'), notice('two'), notice('three')]);
    const { nodes } = await inbox('BA-BP:AUDITOR');
    const last = nodes.length;
    expect(last).toBeGreaterThan(2);
    expect(await mark('BA-BP:STEWARD', '2')).toEqual({
      inbox: { last: String(last), readUpTo: '2', unread: last - 2 },
      userErrors: [],
    });
    expect(await mark('BA-BP:AUDITOR', '1')).toMatchObject({ inbox: { readUpTo: '2' } });
    expect((await inbox('BA-BP:ANALYST')).nodes.filter(({ isRead }) => isRead).map(({ id }) => id)).toEqual(['2', '1']);
    expect((await inbox('BA-BP:ANALYST', 'first: 200, unread: true')).nodes).toHaveLength(last - 2);
    expect((await inbox('BA-BP:ANALYST', 'first: 200, unread: false')).nodes.map(({ id }) => id)).toEqual(['2', '1']);
    const { rows } = await world.owner.query(
      "select agency, up_to::int, by from besa.inbox_read where agency = 'BA-BP'",
    );
    expect(rows).toEqual([{ agency: 'BA-BP', up_to: 2, by: 'tester' }]);
  });

  test('is a fact: neither it nor a notice is ever changed or removed', async () => {
    for (const table of ['inbox_notice', 'inbox_read']) {
      await expect(world.owner.query(`delete from besa.${table}`)).rejects.toThrow(/holds facts/);
      await expect(world.owner.query(`truncate besa.${table} cascade`)).rejects.toThrow(/holds facts/);
    }
    await expect(world.owner.query("update besa.inbox_notice set sentence = 'x'")).rejects.toThrow(/holds facts/);
  });

  test('and what is told are nothing the reader role may see', async () => {
    const { rows } =
      await world.owner.query(`select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'besa' and c.relname in ('inbox_notice', 'inbox_read', 'inbox_counter', 'job')
        and has_table_privilege('besa_reader', c.oid, 'select, insert, update, delete')`);
    expect(rows).toEqual([]);
  });
});

describe('posting', () => {
  test('of the same notices by many at once stores each once, in one order without a gap', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `twenty/${index}`);
    const before = await world.hub.inbox.standing('XK-BP');
    const posted = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        world.hub.inbox.post(
          'XK-BP',
          [...keys.slice(index), ...keys.slice(0, index)].map((key) => notice(key)),
        ),
      ),
    );
    expect(posted.reduce((sum, added) => sum + added, 0)).toBe(keys.length);
    const page = { order: 'OLDEST_FIRST', limit: 100, above: before.last } as const;
    const stored = await world.hub.inbox.list('XK-BP', page);
    expect(stored.map(({ id }) => id - before.last)).toEqual(keys.map((_, index) => index + 1));
    expect(stored.map(({ key }) => key).sort()).toEqual([...keys].sort());
  });

  test('of a notice twice in one call stores it once, and keeps what was told first', async () => {
    const twice = [notice('twice', { sentence: 'first' }), notice('twice', { sentence: 'second' })];
    expect(await world.hub.inbox.post('RS-BP', twice)).toBe(1);
    expect(await world.hub.inbox.post('RS-BP', [notice('twice', { sentence: 'third' })])).toBe(0);
    const [stored] = await world.hub.inbox.list('RS-BP', { order: 'NEWEST_FIRST', limit: 1 });
    expect(stored).toMatchObject({ key: 'twice', sentence: 'first', dueAt: null, agreement: null, subject: {} });
  });

  test('of one agency leaves the numbers of every other one alone', async () => {
    const before = await world.hub.inbox.standing('MK-BP');
    await world.hub.inbox.post('RS-BP', [notice('only RS')]);
    expect(await world.hub.inbox.standing('MK-BP')).toEqual(before);
  });

  test('by the job reaches every agency, and counts', async () => {
    const { rows } = await world.owner.query<{ count: number }>('select count(*)::int from besa.agency');
    expect(await runJob(world.hub, postNotices)).toMatchObject({
      kind: 'DONE',
      report: { counts: { agencies: rows[0]?.count } },
    });
    const again = await runJob(world.hub, postNotices);
    expect(again).toMatchObject({ kind: 'DONE', report: { counts: { notices: 0 } } });
    const jobs = dataOf<readonly { readonly name: string }[]>(
      await world.ask('{ jobs { name everySeconds outcome counts errorCode process } }', ':OPERATOR'),
      'jobs',
    );
    expect(jobs.find(({ name }) => name === 'post-notices')).toMatchObject({
      everySeconds: 60,
      outcome: 'DONE',
      errorCode: null,
    });
    expect((await world.ask('{ jobs { name } }', 'AL-BMP:AUDITOR')).body.errors?.[0]?.extensions.code).toBe(
      'FORBIDDEN',
    );
  });

  test('to one agency fails without keeping the others waiting', async () => {
    const { inbox: real } = world.hub;
    const told: string[] = [];
    const broken = {
      ...world.hub,
      inbox: {
        ...real,
        post: async (agency: string) => {
          if (agency === 'AL-BMP') throw new Error('not now');
          told.push(agency);
          return 0;
        },
      },
    };
    expect(await runJob(broken, postNotices)).toMatchObject({ kind: 'FAILED', errorCode: 'INTERNAL' });
    expect(told).toEqual(expect.arrayContaining(['AL-MOI', 'XK-BP']));
  });
});

describe('at the edges of time', () => {
  test('an end is told from its instant on, and no millisecond before', async () => {
    const end = dataOf<{ readonly nodes: readonly { readonly agreement: string; readonly dueAt: string }[] }>(
      await world.ask('{ notices(first: 200) { nodes { agreement kind dueAt } } }', 'XK-BP:POLICY_OFFICER'),
      'notices',
    ).nodes.find(({ agreement, dueAt }) => agreement === 'AGR-2024-006' && dueAt !== null)?.dueAt;
    const endsAt = Date.parse(end ?? '');
    const ended = async (): Promise<boolean> =>
      (await inbox('XK-BP:AUDITOR', 'first: 200, kinds: [ENDED]')).nodes.some(
        ({ agreement }) => agreement === 'AGR-2024-006',
      );
    await world.setClock(new Date(endsAt - 1));
    expect(await ended()).toBe(false);
    await world.setClock(new Date(endsAt));
    expect(await ended()).toBe(true);
    await world.setClock(WORLD_NOW);
    expect(await ended()).toBe(true);
  });
});
