/** Whoever is no party is told the same whether an agreement exists or not; whoever is, is told what it should look at. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { job as postNotices } from '../../src/hub/jobs/post-notices.js';
import { runJob } from '../../src/hub/jobs.js';
import { createJobClock } from '../../src/start/job-clock.js';
import { type Parties, partiesOf } from '../journeys/parties.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { openStream } from './stream-reader.js';

const AGREEMENT = {
  reference: 'AGR-2026-700',
  title: 'What nobody else is to know',
  parties: ['AL-BMP', 'ME-BP'],
  legalBasis: 'Police cooperation treaty, article 9',
  timeZone: 'Europe/Tirane',
  from: '2026-11-01',
  until: '2036-11-01',
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: 'AL-BMP',
      assignee: 'ME-BP',
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['DOCUMENT_FRAUD_DETECTION'],
      fields: { nationality: 'CLEAR', detectedAt: 'CLEAR' },
      quota: { requests: 5, per: 'day' },
    },
  ],
};
const STRANGER = 'RS-BP:ANALYST,AUDITOR';
const FIELDS =
  'edges { cursor node { id kind at dueAt agreement sentence subject postedAt isRead } } pageInfo { hasNextPage }';

let withIt: WorldHub;
let without: WorldHub;
let parties: Parties;
beforeAll(async () => {
  [withIt, without] = [await worldHub(), await worldHub()];
  parties = partiesOf(withIt);
});
afterAll(async () => {
  await withIt?.close();
  await without?.close();
});

interface Told {
  readonly kind: string;
  readonly agreement: string | null;
  readonly sentence: string;
}
async function told(world: WorldHub, as: string, kinds = ''): Promise<readonly Told[]> {
  const query = `{ inbox(first: 500${kinds}) { nodes { kind agreement sentence } } }`;
  return dataOf<{ readonly nodes: readonly Told[] }>(await world.ask(query, as), 'inbox').nodes;
}

/** All that a stranger can read of its inbox, as it is sent. */
async function bytesOf(world: WorldHub, url: string): Promise<readonly unknown[]> {
  const page = await world.ask(`{ inbox(first: 500) { ${FIELDS} } }`, STRANGER);
  const marking =
    'mutation { markInboxRead(input: { upTo: "9999" }) { inbox { last readUpTo unread } userErrors { path code message } } }';
  const mark = await world.ask(marking, 'RS-BP:AUDITOR');
  const stream = await openStream(url, { as: STRANGER, query: '?after=0' });
  const count = (page.text.match(/"cursor"/g) ?? []).length;
  const events: unknown[] = [];
  while (events.length <= count) events.push(await stream.next());
  stream.close();
  const { 'x-request-id': _id, date: _date, ...headers } = stream.headers;
  return [page.text, mark.text, headers, events];
}

const READ = `{ borderCrossings(first: 1, purpose: DOCUMENT_FRAUD_DETECTION, databases: ["AL-BORDER-CROSSINGS"]) { nodes { nationality } } }`;

describe('a stranger', () => {
  test('reads the same bytes at each stage of an agreement between others', async () => {
    const [urlWith, urlWithout] = [await withIt.listen(), await without.listen()];
    const stages = [
      () => parties.draft('AL-BMP', AGREEMENT),
      () => parties.offer('AL-BMP', AGREEMENT.reference),
      () => parties.accept('ME-BP', AGREEMENT.reference),
      () => parties.sign('AL-BMP', AGREEMENT.reference),
      () => parties.sign('ME-BP', AGREEMENT.reference),
      async () => {
        for (let times = 0; times < 5; times += 1) await withIt.ask(READ, 'ME-BP:ANALYST');
      },
      () => parties.suspend('AL-BMP', AGREEMENT.reference, 'under review'),
      () => parties.terminate('AL-BMP', AGREEMENT.reference, 'no longer needed'),
    ];
    for (const stage of stages) {
      await stage();
      for (const world of [withIt, without]) await runJob(world.hub, postNotices);
      expect(await bytesOf(withIt, urlWith)).toEqual(await bytesOf(without, urlWithout));
    }
  });
});

describe('a party', () => {
  test('was told of each stage', async () => {
    const kinds = (await told(withIt, 'ME-BP:ANALYST'))
      .filter(({ agreement }) => agreement === AGREEMENT.reference)
      .map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['YOUR_TURN', 'SUSPENDED', 'TERMINATION_ANNOUNCED']));
  });

  test('on either side was told that a quota was nearly used, once', async () => {
    for (const as of ['ME-BP:ANALYST', 'AL-BMP:STEWARD']) {
      const notices = await told(withIt, as, ', kinds: [QUOTA_NEARLY_USED]');
      expect(notices).toMatchObject([{ agreement: AGREEMENT.reference }]);
      expect(notices[0]?.sentence).toContain('ME-BP');
    }
  });

  test('is told of an act at once where jobs run, without waiting for the next turn', async () => {
    const faults: unknown[] = [];
    const clock = createJobClock(without.hub, {
      jobs: [{ ...postNotices, everyMs: 3_600_000 }],
      afterActs: [postNotices.name],
      onFault: (_job, cause) => faults.push(cause),
      chance: () => 0.999,
    });
    const above = (await without.hub.inbox.standing('MK-BP')).last;
    clock.start();
    await partiesOf(without).suspend('AL-BMP', 'AGR-2024-004', 'under review');
    const begunMs = performance.now();
    for (let last = above; last === above; last = (await without.hub.inbox.standing('MK-BP')).last);
    expect(performance.now() - begunMs).toBeLessThan(4_000);
    const [newest] = await without.hub.inbox.list('MK-BP', { order: 'NEWEST_FIRST', limit: 1 });
    expect(newest).toMatchObject({ kind: 'SUSPENDED', agreement: 'AGR-2024-004' });
    await clock.stop();
    expect(faults).toEqual([]);
  });
});

describe('an owner', () => {
  const REFUSED = `{ travelDocumentAlerts(first: 1, purpose: FIRST_LINE_CHECK, databases: ["AL-DOCUMENT-ALERTS"]) { sources { outcome } } }`;
  const rises = (as: string): Promise<readonly Told[]> => told(without, as, ', kinds: [REFUSALS_RISE]');

  test('is told of ten refusals on a day where there were none, and not of nine; nobody else is', async () => {
    for (let times = 0; times < 9; times += 1) await without.ask(REFUSED, 'XK-BP:ANALYST');
    expect(await rises('AL-BMP:AUDITOR')).toEqual([]);
    await without.ask(REFUSED, 'XK-BP:ANALYST');
    expect(await rises('AL-BMP:AUDITOR')).toMatchObject([{ agreement: null }]);
    expect((await rises('AL-BMP:AUDITOR'))[0]?.sentence).toContain('XK-BP');
    for (const other of ['XK-BP', 'RS-BP', 'AL-MOI']) expect(await rises(`${other}:AUDITOR`)).toEqual([]);
  });
});
