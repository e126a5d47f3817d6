import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { showAgreement } from '../../src/hub/agreements/show-agreement.js';
import * as acts from '../../src/hub/change-agreement.js';
import { decide } from '../../src/policy/decide.js';
import { afterNotice } from '../../src/policy/notice.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { conclude, openHub, party, type RealHub, signatureNow } from './real-hub.js';
import { agreement, clause, type Document, SIGHTING, STANDARD, signatureOf } from './small-world.js';

let database: TestDatabase;
let hub: RealHub;

beforeAll(async () => {
  database = await freshDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(`create table besa.test_clock (at timestamptz not null);
    insert into besa.test_clock values ('2026-06-01T10:00:00Z');
    create or replace function besa.besa_now() returns timestamptz language sql stable as 'select at from besa.test_clock'`);
  await client.end();
  hub = await openHub(database.url, { isNew: true });
});

afterAll(async () => {
  await hub?.close();
  await database?.drop();
});

const sql = <T extends object = object>(text: string): Promise<T[]> => hub.orm.em.fork().execute<T[]>(text);
const clockAt = (instant: string) => sql(`update besa.test_clock set at = '${instant}'`);
const codesOf = (changed: acts.Changed): readonly string[] =>
  changed.kind === 'REFUSED' ? changed.userErrors.map((one) => one.code) : [];
const view = (reference: string, agency = 'AA-P') => showAgreement(hub, party(agency).identity, reference);

const rights = clause({ purposes: ['INQUIRY', 'PATROL'], fields: { section: 'CLEAR', seenAt: 'CLEAR' } });
const narrower = { ...rights, fields: { section: 'CLEAR', seenAt: { GENERALISED: 'month' } } };
const wider = { ...rights, fields: { section: 'CLEAR', seenAt: 'CLEAR', persons: 'CLEAR' } };

/** A finalised agreement and an amendment of it by AA-P, sent. */
async function amended(reference: string, change: Document, terms: Document = {}): Promise<void> {
  await clockAt('2026-06-01T10:00:00Z');
  const before = agreement({ reference, clauses: [rights], ...terms });
  await conclude(hub, before);
  expect(codesOf(await acts.amendAgreement(hub, party('AA-P'), { document: { ...before, ...change } }))).toEqual([]);
  expect(codesOf(await acts.offerAgreement(hub, party('AA-P'), { reference }))).toEqual([]);
}

async function signedBy(agency: string, reference: string): Promise<acts.Changed> {
  const signature = await signatureNow(hub, agency, reference);
  return acts.signAgreement(hub, party(agency), { reference, signature });
}

const statuses = async (reference: string) => (await view(reference))?.versions.map(({ status }) => status);

describe('an amendment that widens', () => {
  test('is not entered by one side', async () => {
    await amended('AGR-W-1', { clauses: [wider] });
    expect(codesOf(await signedBy('AA-P', 'AGR-W-1'))).toEqual(['WRONG_STATE']);
    expect(await statuses('AGR-W-1')).toEqual(['IN_FORCE']);
  });

  test('is told before anyone signs, and enters with every signature', async () => {
    await amended('AGR-W-2', { clauses: [wider] });
    expect(await view('AGR-W-2')).toMatchObject({
      difference: [
        {
          effect: 'WIDER',
          article: '1',
          assigner: 'AA-P',
          assignee: 'BB-P',
          path: ['clauses', '0', 'fields', 'persons'],
          sentence:
            "BB-P sees `persons` of AA-P's Sighting records for INQUIRY, PATROL as CLEAR (article 1; was not shown)",
        },
      ],
      mayEnterAlone: [],
    });
    await acts.acceptAgreement(hub, party('BB-P'), { reference: 'AGR-W-2' });
    for (const agency of ['AA-P', 'BB-P']) expect(codesOf(await signedBy(agency, 'AGR-W-2'))).toEqual([]);
    expect(await statuses('AGR-W-2')).toEqual(['SUPERSEDED', 'IN_FORCE']);
  });

  test('of what nobody finalised is refused, and to a stranger there is nothing to amend', async () => {
    const document = agreement({ reference: 'AGR-W-3', clauses: [rights] });
    expect(codesOf(await acts.amendAgreement(hub, party('AA-P'), { document }))).toEqual(['AGREEMENT_UNKNOWN']);
    await acts.draftAgreement(hub, party('AA-P'), document);
    expect(codesOf(await acts.amendAgreement(hub, party('AA-P'), { document }))).toEqual(['NOTHING_TO_AMEND']);
    expect(codesOf(await acts.amendAgreement(hub, party('BB-P'), { document }))).toEqual(['AGREEMENT_UNKNOWN']);
  });
});

describe('an amendment that only narrows', () => {
  test('is entered at once by its author’s signature where no notice is agreed', async () => {
    await amended('AGR-N-1', { clauses: [narrower] });
    expect((await view('AGR-N-1'))?.mayEnterAlone).toEqual(['AA-P', 'BB-P']);
    expect(codesOf(await signedBy('BB-P', 'AGR-N-1'))).toEqual(['WRONG_STATE']);
    expect(codesOf(await signedBy('AA-P', 'AGR-N-1'))).toEqual([]);
    expect(await statuses('AGR-N-1')).toEqual(['SUPERSEDED', 'IN_FORCE']);
    expect((await view('AGR-N-1'))?.versions.map(({ tightenedBy }) => tightenedBy)).toEqual([null, 'AA-P']);
  });

  test('counts from the first day after the notice that the version before names; until then that one holds', async () => {
    await amended('AGR-N-2', { clauses: [narrower] }, { amendmentNotice: 'P30D' });
    await signedBy('AA-P', 'AGR-N-2');
    expect((await view('AGR-N-2'))?.versions.at(-1)?.beginsAt).toEqual(new Date('2026-07-01T22:00:00Z'));
    expect(await statuses('AGR-N-2')).toEqual(['IN_FORCE', 'NOT_YET_IN_FORCE']);
    await clockAt('2026-07-01T21:59:59.999Z');
    expect(await statuses('AGR-N-2')).toEqual(['IN_FORCE', 'NOT_YET_IN_FORCE']);
    await clockAt('2026-07-01T22:00:00Z');
    expect(await statuses('AGR-N-2')).toEqual(['SUPERSEDED', 'IN_FORCE']);
    expect(await sql("select version, span from besa.spans_of_agreement('AGR-N-2') order by version")).toMatchObject([
      { version: 1, span: expect.stringContaining('2026-07-01 22:00:00') },
      { version: 2, span: expect.stringContaining('2026-07-01 22:00:00') },
    ]);
  });

  test('that all parties sign counts without notice', async () => {
    await amended('AGR-N-3', { clauses: [narrower] }, { amendmentNotice: 'P30D' });
    await acts.acceptAgreement(hub, party('BB-P'), { reference: 'AGR-N-3' });
    for (const agency of ['AA-P', 'BB-P']) await signedBy(agency, 'AGR-N-3');
    expect(await statuses('AGR-N-3')).toEqual(['SUPERSEDED', 'IN_FORCE']);
  });

  test('of what two others give and receive is not a third party’s to enter', async () => {
    const parties = ['AA-P', 'BB-P', 'CC-P'];
    const clauses = [rights, clause({ article: '2', assigner: 'CC-P', assignee: 'AA-P' })];
    await conclude(hub, agreement({ reference: 'AGR-N-4', parties, clauses }));
    const document = agreement({ reference: 'AGR-N-4', parties, clauses: [narrower, clauses[1]] });
    await acts.amendAgreement(hub, party('CC-P'), { document });
    await acts.offerAgreement(hub, party('CC-P'), { reference: 'AGR-N-4' });
    expect((await view('AGR-N-4'))?.mayEnterAlone).toEqual(['AA-P', 'BB-P']);
    expect(codesOf(await signedBy('CC-P', 'AGR-N-4'))).toEqual(['WRONG_STATE']);
  });
});

const enter = (reference: string) =>
  sql(
    `insert into besa.agreement_version (reference, version, revision, tightened_by) values ('${reference}', 2, 1, 'AA-P')`,
  );

describe('the database', () => {
  test('takes no version that one party signed if it reaches further', async () => {
    await amended('AGR-D-1', { clauses: [{ ...rights, action: 'EXPORT' }] });
    await clockAt('2026-06-01T10:00:00Z');
    await expect(enter('AGR-D-1')).rejects.toThrow('not signed by every party');
    const { text } = (await view('AGR-D-1'))?.negotiation ?? { text: '' };
    await sql(`insert into besa.agreement_signature (reference, version, revision, agency, key_id, signature)
      select 'AGR-D-1', 2, 1, 'AA-P', k.id, '${signatureOf('AA-P', text)}' from besa.signatory_key k where k.agency = 'AA-P'`);
    await expect(enter('AGR-D-1')).rejects.toThrow('reaches further than the version before');
  });

  test('counts the days of a notice as the hub does, across summer time and the ends of months', async () => {
    const zones = ['Europe/Tirane', 'America/Santiago', 'Asia/Kathmandu', 'UTC'];
    const instants = [
      '2026-01-31T23:30:00Z',
      '2026-03-28T22:59:59.999Z',
      '2026-10-24T21:00:00Z',
      '2028-02-29T12:00:00Z',
    ];
    const notices = ['P0D', 'P1D', 'P30D', 'P1M', 'P13M', 'P1Y', 'P1Y1M3D'];
    const cases = zones.flatMap((zone) => instants.flatMap((at) => notices.map((notice) => ({ zone, at, notice }))));
    const rows = await sql<{ ends: Date }>(
      `select besa.after_notice(at, notice, zone) as ends from jsonb_to_recordset('${JSON.stringify(cases)}')
       as one (at timestamptz, notice text, zone text)`,
    );
    expect(rows.map(({ ends }) => new Date(ends))).toEqual(
      cases.map(({ zone, at, notice }) => afterNotice(new Date(at), notice, zone)),
    );
  });

  test.each(['text', 'event', 'signature', 'version', 'act'].map((table) => ({ table: `besa.agreement_${table}` })))(
    'changes and removes nothing of $table, for the hub’s own role neither',
    async ({ table }) => {
      for (const statement of [
        `update ${table} set reference = reference`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
      ]) {
        await expect(sql(statement)).rejects.toThrow('facts: they are added, never changed or removed');
      }
    },
  );
});

describe('a termination', () => {
  const given = { reason: 'leaving' };

  test('takes effect when the notice agreed on ends, and no sooner', async () => {
    await clockAt('2026-06-01T10:00:00Z');
    await conclude(hub, agreement({ reference: 'AGR-T-1', terminationNotice: 'P3M', clauses: [rights] }));
    const early = { reference: 'AGR-T-1', ...given, effectiveAt: new Date('2026-09-01T21:59:59Z') };
    expect(codesOf(await acts.terminateAgreement(hub, party('BB-P'), early))).toEqual(['NOTICE_DUE']);
    await expect(
      sql(`insert into besa.agreement_act (reference, number, kind, agency, effective_at)
        values ('AGR-T-1', 1, 'TERMINATE', 'BB-P', besa.besa_now())`),
    ).rejects.toThrow('ends later');
    await acts.terminateAgreement(hub, party('BB-P'), { reference: 'AGR-T-1', ...given });
    expect((await view('AGR-T-1'))?.acts.map(({ effectiveAt }) => effectiveAt)).toEqual([
      new Date('2026-09-01T22:00:00Z'),
    ]);
    await clockAt('2026-09-01T21:59:59.999Z');
    expect(await statuses('AGR-T-1')).toEqual(['IN_FORCE']);
    await clockAt('2026-09-01T22:00:00Z');
    expect(await statuses('AGR-T-1')).toEqual(['TERMINATED']);
  });

  test('lets nothing new be agreed while its notice runs, but what narrows, and suspending', async () => {
    const reference = 'AGR-T-2';
    await amended(reference, { clauses: [wider] }, { terminationNotice: 'P3M' });
    await acts.terminateAgreement(hub, party('BB-P'), { reference, ...given });
    await acts.acceptAgreement(hub, party('BB-P'), { reference });
    expect(codesOf(await signedBy('AA-P', reference))).toEqual(['NOTICE_RUNS']);
    await acts.rejectAgreement(hub, party('BB-P'), { reference, reason: 'leaving' });
    const document = agreement({ reference, clauses: [narrower], terminationNotice: 'P3M' });
    expect(codesOf(await acts.amendAgreement(hub, party('AA-P'), { document }))).toEqual([]);
    await acts.offerAgreement(hub, party('AA-P'), { reference });
    expect(codesOf(await signedBy('AA-P', reference))).toEqual([]);
    expect(codesOf(await acts.suspendAgreement(hub, party('AA-P'), { reference, reason: 'audit' }))).toEqual([]);
  });
});

describe('an annex', () => {
  const annex = (more: Document = {}) =>
    agreement({
      reference: 'AGR-A-2',
      framework: 'AGR-A-1',
      clauses: [clause({ ...narrower, article: '7' })],
      ...more,
    });
  const drafted = (document: Document, agency = 'AA-P') => acts.draftAgreement(hub, party(agency), document);

  test('under what is no finalised agreement of all its parties is refused, in the same words whatever the cause', async () => {
    const unknown = await drafted(annex());
    await acts.draftAgreement(hub, party('BB-P'), agreement({ reference: 'AGR-A-1', clauses: [rights] }));
    expect(await drafted(annex())).toEqual(unknown);
    expect(unknown).toMatchObject({ userErrors: [{ code: 'FRAMEWORK_UNKNOWN', path: ['input', 'framework'] }] });
    await acts.withdrawAgreement(hub, party('BB-P'), { reference: 'AGR-A-1' });
    await conclude(
      hub,
      agreement({ reference: 'AGR-A-1', parties: ['BB-P', 'CC-P'], clauses: [clause({ assigner: 'CC-P' })] }),
    );
    expect(await drafted(annex())).toEqual(unknown);
    const asStranger = annex({ parties: ['BB-P', 'CC-P'], clauses: [clause({ assigner: 'CC-P' })] });
    expect(codesOf(await drafted(asStranger))).toEqual(['NOT_A_PARTY']);
  });

  test('only narrows its framework: what goes beyond is named, with its place', async () => {
    await clockAt('2026-06-01T10:00:00Z');
    await conclude(hub, agreement({ reference: 'AGR-A-5', clauses: [rights] }));
    const under = (more: Document): Document => annex({ reference: 'AGR-A-6', framework: 'AGR-A-5', ...more });
    expect(await drafted(under({ clauses: [wider] }))).toMatchObject({
      userErrors: [
        {
          code: 'WIDER_THAN_FRAMEWORK',
          path: ['input', 'clauses', '0', 'fields', 'persons'],
          message: expect.stringContaining('wider than article 1 of the framework: BB-P sees `persons`'),
        },
      ],
    });
    expect(codesOf(await drafted(under({ until: '2034-05-02' })))).toEqual(['WIDER_THAN_FRAMEWORK']);
    expect(codesOf(await drafted(under({ clauses: [clause({ assigner: 'BB-P', assignee: 'AA-P' })] })))).toEqual([
      'WIDER_THAN_FRAMEWORK',
    ]);
    expect(codesOf(await drafted(under({})))).toEqual([]);
  });

  test('is held against its framework again when it is signed', async () => {
    await conclude(hub, agreement({ reference: 'AGR-A-7', clauses: [rights] }));
    await drafted(annex({ reference: 'AGR-A-8', framework: 'AGR-A-7', clauses: [rights] }));
    await acts.offerAgreement(hub, party('AA-P'), { reference: 'AGR-A-8' });
    await acts.amendAgreement(hub, party('BB-P'), {
      document: agreement({ reference: 'AGR-A-7', clauses: [narrower] }),
    });
    await acts.offerAgreement(hub, party('BB-P'), { reference: 'AGR-A-7' });
    expect(codesOf(await signedBy('BB-P', 'AGR-A-7'))).toEqual([]);
    expect(codesOf(await acts.acceptAgreement(hub, party('BB-P'), { reference: 'AGR-A-8' }))).toEqual([
      'WIDER_THAN_FRAMEWORK',
    ]);
  });
});

describe('a prohibition', () => {
  const ban: Document = {
    article: '9',
    kind: 'PROHIBITION',
    assigner: 'AA-P',
    assignee: 'BB-P',
    recordType: 'Sighting',
  };
  const bars = async (reference: string): Promise<readonly string[]> => {
    const { set, databases, now } = await hub.agreements.inForce({ refresh: true });
    const ask = { agency: 'BB-P', action: 'READ', purpose: 'PATROL', recordType: 'Sighting' } as const;
    const { grants } = decide(ask, { set, databases, now, recordType: SIGHTING, standard: STANDARD });
    const [grant] = grants.filter(({ kind }) => kind === 'GRANTED');
    const found = grant?.kind === 'GRANTED' ? grant.bars.map(({ basis }) => `${basis.agreement} ${basis.article}`) : [];
    return found.filter((bar) => bar.startsWith(reference));
  };

  test('is lifted by no act of one side: neither suspending nor superseding nor ending it', async () => {
    const reference = 'AGR-P-1';
    await clockAt('2026-06-01T10:00:00Z');
    await conclude(hub, agreement({ reference: 'AGR-P-0', clauses: [rights] }));
    await conclude(hub, agreement({ reference, clauses: [rights, ban] }));
    await acts.suspendAgreement(hub, party('BB-P'), { reference, reason: 'wants it gone' });
    expect(await bars(reference)).toEqual(['AGR-P-1 9']);
    const document = agreement({ reference, clauses: [narrower] });
    await acts.amendAgreement(hub, party('BB-P'), { document });
    await acts.offerAgreement(hub, party('BB-P'), { reference });
    expect(codesOf(await signedBy('BB-P', reference))).toEqual(['WRONG_STATE']);
    await acts.terminateAgreement(hub, party('BB-P'), { reference, reason: 'wants it gone' });
    await clockAt('2034-04-30T21:59:59.999Z');
    expect(await bars(reference)).toEqual(['AGR-P-1 9']);
    await clockAt('2026-06-01T10:00:00Z');
  });
});

// Last: between the parties of an agreement in doubt no permission counts.
describe('a version of one signature whose words are wider', () => {
  test('puts the agreement in doubt, if somebody got it past the hub', async () => {
    await amended('AGR-D-2', { clauses: [wider] });
    const { text } = (await view('AGR-D-2'))?.negotiation ?? { text: '' };
    await sql(`insert into besa.agreement_signature (reference, version, revision, agency, key_id, signature)
      select 'AGR-D-2', 2, 1, 'AA-P', k.id, '${signatureOf('AA-P', text)}' from besa.signatory_key k where k.agency = 'AA-P'`);
    await sql(`insert into besa.agreement_event (reference, number, kind, version, revision, person)
      select 'AGR-D-2', max(number) + 1, 'FINALIZE', 2, 1, 'x' from besa.agreement_event where reference = 'AGR-D-2'`);
    await enter('AGR-D-2');
    const { set, doubts } = await hub.agreements.inForce({ refresh: true });
    expect(set.versions.filter(({ terms }) => terms.reference === 'AGR-D-2')).toEqual([]);
    expect(doubts).toContainEqual(expect.objectContaining({ reference: 'AGR-D-2', version: 2, cause: 'WIDENED' }));
  });
});
