import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { showAgreement } from '../../src/hub/agreements/show-agreement.js';
import * as acts from '../../src/hub/change-agreement.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { conclude, openHub, party, type RealHub, signatureNow } from './real-hub.js';
import { agreement, clause, SIGHTING, STANDARD } from './small-world.js';

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

const view = (agency: string, reference: string) => showAgreement(hub, party(agency).identity, reference);
const kindsSeenBy = async (agency: string, reference: string) =>
  (await view(agency, reference))?.events.map(({ number, kind, agency: by }) => [number, kind, by]);

async function offered(reference: string, more = {}): Promise<void> {
  await acts.draftAgreement(hub, party('AA-P'), agreement({ reference, ...more }));
  await acts.offerAgreement(hub, party('AA-P'), { reference });
}

const FEWER = [clause({ fields: { section: 'CLEAR', country: 'CLEAR' } })];
const EVEN_FEWER = [clause({ fields: { section: 'CLEAR' } }), clause({ article: '2', purposes: ['INQUIRY'] })];

describe('talks', () => {
  test('go in rounds, each a complete wording with what it changes of the last', async () => {
    const reference = 'AGR-ROUNDS';
    await offered(reference, { clauses: FEWER });
    const counter = agreement({ reference, title: 'Sightings, counted', clauses: EVEN_FEWER });
    expect(await acts.counterAgreement(hub, party('BB-P'), { document: counter })).toMatchObject({ kind: 'CHANGED' });
    const shown = await view('AA-P', reference);
    expect(shown?.negotiation).toMatchObject({
      state: 'REQUESTED',
      drafter: 'AA-P',
      author: 'BB-P',
      round: 2,
      revision: 2,
      accepted: ['BB-P'],
      signed: [],
      document: { title: 'Sightings, counted' },
    });
    const diff = [
      { path: ['title'], before: 'Sightings on the common section', after: 'Sightings, counted' },
      { path: ['clauses', '1', 'fields', 'country'], before: 'CLEAR', after: null },
      { path: ['clauses', '2'], before: null, after: expect.objectContaining({ purposes: ['INQUIRY'] }) },
    ];
    expect(shown?.negotiation?.diff).toEqual(diff);
    expect(shown?.negotiation?.rounds).toMatchObject([
      { round: 1, author: 'AA-P', diff: [], document: { clauses: [{ fields: { country: 'CLEAR' } }] } },
      { round: 2, author: 'BB-P', diff },
    ]);
    expect(await acts.acceptAgreement(hub, party('BB-P'), { reference })).toMatchObject({
      userErrors: [{ code: 'ALREADY_DONE' }],
    });
    await acts.acceptAgreement(hub, party('AA-P'), { reference });
    for (const agency of ['BB-P', 'AA-P']) {
      const signature = await signatureNow(hub, agency, reference);
      await acts.signAgreement(hub, party(agency), { reference, signature });
    }
    expect(await view('BB-P', reference)).toMatchObject({ title: 'Sightings, counted', status: 'IN_FORCE' });
  });

  test('end with a withdrawal, and may begin again', async () => {
    const reference = 'AGR-BACK';
    await offered(reference);
    await acts.withdrawAgreement(hub, party('AA-P'), { reference, reason: 'a word is missing' });
    expect(await view('BB-P', reference)).toMatchObject({ negotiation: { state: 'TERMINATED' }, status: null });
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference, title: 'again' }));
    expect(await view('BB-P', reference)).toMatchObject({ negotiation: { state: 'TERMINATED', revision: 1 } });
    await acts.offerAgreement(hub, party('AA-P'), { reference });
    expect(await view('BB-P', reference)).toMatchObject({
      title: 'again',
      negotiation: { state: 'OFFERED', round: 1 },
    });
    expect(await kindsSeenBy('BB-P', reference)).toEqual([
      [1, 'OFFER', 'AA-P'],
      [2, 'WITHDRAW', 'AA-P'],
      [3, 'OFFER', 'AA-P'],
    ]);
  });

  test('keep a draft from the other party, and that there is one: it sees the same before and after', async () => {
    const reference = 'AGR-QUIET';
    await conclude(hub, agreement({ reference }));
    const before = await view('BB-P', reference);
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference, title: 'a plan of ours' }));
    expect(await view('BB-P', reference)).toEqual(before);
    // It drafts too, and offers first: the draft it does not know of is in nobody's way.
    const seen = before?.events.length ?? 0;
    expect(await acts.draftAgreement(hub, party('BB-P'), agreement({ reference, title: 'theirs' }))).toMatchObject({
      kind: 'CHANGED',
    });
    expect(await acts.offerAgreement(hub, party('BB-P'), { reference, seen: seen + 1 })).toMatchObject({
      kind: 'CHANGED',
    });
    expect(await view('AA-P', reference)).toMatchObject({
      negotiation: { state: 'REQUESTED', author: 'BB-P', document: { title: 'theirs' } },
    });
    expect(await acts.offerAgreement(hub, party('AA-P'), { reference })).toMatchObject({
      userErrors: [{ code: 'WRONG_STATE', message: expect.stringContaining('countered or accepted or rejected') }],
    });
  });
});

describe('of two who act at once', () => {
  test('one wins, and the other is told what changed', async () => {
    const reference = 'AGR-AT-ONCE';
    await offered(reference);
    const seen = 1;
    const document = agreement({ reference, title: 'countered' });
    const outcomes = await Promise.allSettled([
      acts.counterAgreement(hub, party('BB-P'), { document, seen }),
      acts.withdrawAgreement(hub, party('AA-P'), { reference, seen: seen + 1 }),
    ]);
    const [countered, withdrawn] = outcomes;
    const lost = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(outcomes.filter((one) => one.status === 'fulfilled').map((one) => one.value.kind)).toEqual(['CHANGED']);
    const hasCountered = countered?.status === 'fulfilled';
    expect(withdrawn?.status).toBe(hasCountered ? 'rejected' : 'fulfilled');
    expect(lost).toEqual([
      expect.objectContaining({
        code: 'STALE_VERSION',
        details: {
          changes: [
            {
              number: hasCountered ? 3 : 2,
              kind: hasCountered ? 'COUNTER' : 'WITHDRAW',
              agency: hasCountered ? 'BB-P' : 'AA-P',
              at: expect.stringMatching(/^\d{4}-.*Z$/),
            },
          ],
          difference: hasCountered
            ? [{ path: ['title'], before: 'Sightings on the common section', after: 'countered' }]
            : [],
        },
      }),
    ]);
  });

  test('nothing is told of what the loser may not see: a draft of the other party makes nothing stale', async () => {
    const reference = 'AGR-BESIDE';
    await conclude(hub, agreement({ reference }));
    const seen = (await view('BB-P', reference))?.events.length ?? 0;
    // Of the two only the drafter may be too late: it knows of the suspension.
    const [, suspended] = await Promise.allSettled([
      acts.draftAgreement(hub, party('AA-P'), agreement({ reference, title: 'ours' })),
      acts.suspendAgreement(hub, party('BB-P'), { reference, reason: 'audit', seen }),
    ]);
    expect(suspended).toMatchObject({ status: 'fulfilled', value: { kind: 'CHANGED' } });
  });

  test('whoever has seen less is told what happened since', async () => {
    const reference = 'AGR-LATE';
    await offered(reference);
    await acts.acceptAgreement(hub, party('BB-P'), { reference });
    const signature = await signatureNow(hub, 'BB-P', reference);
    await expect(acts.signAgreement(hub, party('BB-P'), { reference, signature, seen: 1 })).rejects.toMatchObject({
      code: 'STALE_VERSION',
      details: { changes: [{ number: 2, kind: 'ACCEPT', agency: 'BB-P' }], difference: [] },
    });
  });
});

describe('a wording that the exchange standard no longer allows', () => {
  const fields = SIGHTING.fields.filter(({ name }) => name !== 'section');
  const changed = { ...STANDARD, recordTypes: [{ ...SIGHTING, fields }] };
  const rows = { field: 'section', op: 'eq', value: 'X' };
  const refused = {
    kind: 'REFUSED',
    userErrors: [{ path: ['input', 'reference', 'clauses', '0', 'rows', 'field'], code: 'UNKNOWN' }],
  };

  test('is not offered, accepted or signed any more', async () => {
    const later = { ...hub, standard: changed } as RealHub;
    const reference = 'AGR-OLD';
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference, clauses: [clause({ rows })] }));
    expect(await acts.offerAgreement(later, party('AA-P'), { reference })).toMatchObject(refused);
    await acts.offerAgreement(hub, party('AA-P'), { reference });
    expect(await acts.acceptAgreement(later, party('BB-P'), { reference })).toMatchObject(refused);
    await acts.acceptAgreement(hub, party('BB-P'), { reference });
    const signature = await signatureNow(hub, 'AA-P', reference);
    expect(await acts.signAgreement(later, party('AA-P'), { reference, signature })).toMatchObject(refused);
    expect(await view('AA-P', reference)).toMatchObject({ negotiation: { state: 'ACCEPTED', signed: [] } });
  });

  test('is not countered with either', async () => {
    const later = { ...hub, standard: changed } as RealHub;
    const reference = 'AGR-OLD-COUNTER';
    await offered(reference);
    const document = agreement({ reference, clauses: [clause({ rows })] });
    expect(await acts.counterAgreement(later, party('BB-P'), { document })).toMatchObject({
      userErrors: [{ path: ['input', 'document', 'clauses', '0', 'rows', 'field'], code: 'UNKNOWN' }],
    });
  });
});
