import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listAgreements, showAgreement } from '../../src/hub/agreements/show-agreement.js';
import * as keys from '../../src/hub/agreements/signatory-keys.js';
import * as acts from '../../src/hub/change-agreement.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { conclude, openHub, operator, party, type RealHub, signatureNow } from './real-hub.js';
import { agreement, clause, publicKeyOf, strangerKey } from './small-world.js';

let database: TestDatabase;
let hub: RealHub;

beforeAll(async () => {
  database = await freshDatabase();
  hub = await openHub(database.url, { isNew: true });
  await conclude(hub, agreement({ reference: 'AGR-1', clauses: [clause({ mutual: true })] }));
});

afterAll(async () => {
  await hub?.close();
  await database?.drop();
});

const codesOf = (changed: acts.Changed): readonly string[] =>
  changed.kind === 'REFUSED' ? changed.userErrors.map((one) => one.code) : [];
const view = (agency: string, reference: string) => showAgreement(hub, party(agency).identity, reference);
const sql = <T extends object = object>(text: string): Promise<T[]> => hub.orm.em.fork().execute<T[]>(text);
const ledgerActions = async (): Promise<readonly string[]> =>
  (
    await sql<{ action: string }>(
      "select split_part(body, e'\\n', 1)::jsonb #>> '{request,action}' as action from besa.ledger_entry order by sequence",
    )
  ).map((row) => row.action);

describe('refused', () => {
  test.each<[string, acts.Party, (by: acts.Party) => Promise<unknown>]>([
    ['an analyst who drafts', party('AA-P', 'ANALYST'), (by) => acts.draftAgreement(hub, by, agreement())],
    [
      'a policy officer who signs',
      party('AA-P', 'POLICY_OFFICER'),
      (by) => acts.signAgreement(hub, by, { reference: 'AGR-1', signature: '' }),
    ],
    [
      'a policy officer who suspends',
      party('AA-P', 'POLICY_OFFICER'),
      (by) => acts.suspendAgreement(hub, by, { reference: 'AGR-1', reason: 'x' }),
    ],
    [
      'a signatory who offers',
      party('AA-P', 'SIGNATORY'),
      (by) => acts.offerAgreement(hub, by, { reference: 'AGR-1' }),
    ],
    [
      'the operator, who signs nothing',
      operator(),
      (by) => acts.signAgreement(hub, by, { reference: 'AGR-1', signature: '' }),
    ],
    [
      'a signatory who registers a key',
      party('AA-P', 'SIGNATORY'),
      (by) => keys.registerSignatoryKey(hub, by, { agency: 'AA-P', publicKey: strangerKey(), isDemo: false }),
    ],
  ])('%s', async (_, by, act) => {
    await expect(act(by)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('an agreement to whoever is no party: it does not exist', async () => {
    expect(await view('CC-P', 'AGR-1')).toBeUndefined();
    expect(await listAgreements(hub, party('CC-P').identity)).toEqual([]);
    const changed = await acts.suspendAgreement(hub, party('CC-P'), { reference: 'AGR-1', reason: 'x' });
    const unknown = await acts.suspendAgreement(hub, party('CC-P'), { reference: 'AGR-404', reason: 'x' });
    expect(changed).toEqual(unknown);
    expect(codesOf(changed)).toEqual(['AGREEMENT_UNKNOWN']);
  });

  test('a key twice, a key of nobody, and what is no key', async () => {
    const add = (agency: string, publicKey: string, isDemo = false) =>
      keys.registerSignatoryKey(hub, operator(), { agency, publicKey, isDemo });
    expect(codesOf(await add('BB-P', publicKeyOf('AA-P')))).toEqual(['KEY_TAKEN']);
    expect(codesOf(await add('ZZ-P', strangerKey()))).toEqual(['AGENCY_UNKNOWN']);
    expect(codesOf(await add('AA-P', 'xyz'))).toEqual(['KEY_INVALID']);
    expect(codesOf(await add('AA-P', strangerKey(), true))).toEqual(['KEY_IS_DEMO']);
  });

  test('a document with faults, each with its path in the input', async () => {
    const changed = await acts.draftAgreement(
      hub,
      party('AA-P'),
      agreement({ title: '', clauses: [clause({ purposes: ['X'] })] }),
    );
    expect(changed).toMatchObject({ kind: 'REFUSED', userErrors: [{ path: ['input', 'title'] }] });
  });

  test('an act on what has moved on meanwhile', async () => {
    const reference = 'AGR-RACE';
    await acts.draftAgreement(hub, party('AA-P'), agreement({ reference }));
    await expect(acts.offerAgreement(hub, party('AA-P'), { reference, seen: 7 })).rejects.toMatchObject({
      code: 'STALE_VERSION',
    });
    const both = await Promise.allSettled(
      [1, 2].map(() => acts.offerAgreement(hub, party('AA-P'), { reference, seen: 1 })),
    );
    const outcomes = both.map((one) =>
      one.status === 'fulfilled' ? one.value.kind : (one.reason as { code: string }).code,
    );
    expect(outcomes.filter((one) => one === 'CHANGED')).toHaveLength(1);
    expect(await sql("select number from besa.agreement_event where reference = 'AGR-RACE' order by 1")).toHaveLength(
      2,
    );
  });
});

describe('the database refuses', () => {
  const TABLES = [
    'signatory_key',
    'signatory_key_end',
    'agreement_text',
    'agreement_event',
    'agreement_signature',
    'agreement_version',
    'agreement_act',
  ];
  test.each(
    TABLES.flatMap((table) => [
      `delete from besa.${table}`,
      `truncate besa.${table} cascade`,
      `update besa.${table} set ${table.startsWith('signatory') ? 'agency' : 'reference'} = 'x'`,
    ]),
  )('%s', async (statement) => {
    await expect(
      sql(statement.replace("signatory_key_end set agency = 'x'", 'signatory_key_end set key_id = 1')),
    ).rejects.toThrow(/never changed or removed/);
  });

  test.each([
    [
      'a version that not every party signed',
      "insert into besa.agreement_version (reference, version, revision) values ('AGR-RACE', 1, 1)",
      /not signed by every party/,
    ],
    [
      'an event out of turn',
      "insert into besa.agreement_event (reference, number, kind, version, revision, person) values ('AGR-1', 99, 'FINALIZE', 1, 1, 'x')",
      /not the next one/,
    ],
    [
      'an act of a stranger',
      "insert into besa.agreement_act (reference, number, kind, agency) values ('AGR-1', 1, 'SUSPEND', 'CC-P')",
      /no party/,
    ],
    [
      'an act in the past',
      "insert into besa.agreement_act (reference, number, kind, agency, effective_at) values ('AGR-1', 1, 'TERMINATE', 'AA-P', '2024-01-01')",
      /in the past/,
    ],
    [
      'words whose hash does not fit',
      "insert into besa.agreement_text values ('AGR-1', 2, 1, '{}', repeat('0', 64))",
      /violates check/,
    ],
    [
      'rights written by hand',
      "insert into besa.readable_stretch values ('AA-P|X|READ', '-infinity', 'infinity', '{1}')",
      /not written by hand/,
    ],
    [
      'a reach written by hand',
      "insert into besa.clause_reach values ('AGR-1', 1, '9', 'AA-P', 'BB-P', 'Sighting', null, 'BB-P|X|READ')",
      /not written by hand/,
    ],
  ])('%s', async (_, statement, message) => {
    await expect(sql(statement)).rejects.toThrow(message);
  });
});

describe('an agreement', () => {
  test('goes from draft to force, each step a fact and a ledger entry', async () => {
    const before = (await ledgerActions()).length;
    const reference = 'AGR-3';
    const by = party('AA-P');
    await acts.draftAgreement(
      hub,
      by,
      agreement({ reference, parties: ['AA-P', 'CC-P'], clauses: [clause({ assignee: 'CC-P' })] }),
    );
    expect(await view('CC-P', reference)).toBeUndefined();
    await acts.offerAgreement(hub, party('AA-P'), { reference });
    expect(await view('CC-P', reference)).toMatchObject({
      status: null,
      negotiation: { state: 'OFFERED', accepted: ['AA-P'] },
    });
    await acts.acceptAgreement(hub, party('CC-P'), { reference });
    const refused = await acts.signAgreement(hub, party('AA-P'), {
      reference,
      signature: await signatureNow(hub, 'CC-P', reference),
    });
    expect(codesOf(refused)).toEqual(['SIGNATURE_INVALID']);
    for (const agency of ['AA-P', 'CC-P']) {
      await acts.signAgreement(hub, party(agency), {
        reference,
        signature: await signatureNow(hub, agency, reference),
      });
    }
    expect(await view('CC-P', reference)).toMatchObject({
      status: 'IN_FORCE',
      negotiation: { state: 'FINALIZED' },
      versions: [{ status: 'IN_FORCE' }],
    });
    expect((await ledgerActions()).slice(before)).toEqual([
      'draftAgreement',
      'offerAgreement',
      'acceptAgreement',
      'signAgreement',
      'signAgreement',
    ]);
    const { set } = await hub.agreements.inForce();
    expect(set.versions.map((version) => version.terms.reference)).toContain(reference);
  });

  test('is suspended, resumed and terminated by one side; another process finds it out when told to look', async () => {
    const reference = 'AGR-4';
    await conclude(hub, agreement({ reference }));
    const other = await openHub(database.url, { isNew: false });
    const statuses: (string | null | undefined)[] = [];
    const look = async () => {
      await other.agreements.inForce({ refresh: true });
      statuses.push((await showAgreement(other, party('BB-P').identity, reference))?.status);
    };
    await look();
    await acts.suspendAgreement(hub, party('BB-P'), { reference, reason: 'audit' });
    statuses.push((await showAgreement(other, party('BB-P').identity, reference))?.status);
    await look();
    expect(codesOf(await acts.resumeAgreement(hub, party('AA-P'), { reference, reason: 'enough' }))).toEqual([
      'NOT_SUSPENDED',
    ]);
    await acts.resumeAgreement(hub, party('BB-P'), { reference, reason: 'audited' });
    await look();
    await acts.terminateAgreement(hub, party('AA-P'), { reference, reason: 'over' });
    await look();
    await other.close();
    // The acts themselves are read fresh; only the version of the set is kept until somebody is told that it is stale.
    expect(statuses).toEqual(['IN_FORCE', 'SUSPENDED', 'SUSPENDED', 'IN_FORCE', 'TERMINATED']);
  });

  test('gets a next version that supersedes the first, and keeps both', async () => {
    const reference = 'AGR-5';
    await conclude(hub, agreement({ reference }));
    await acts.draftAgreement(hub, party('BB-P'), agreement({ reference, title: 'second' }));
    expect(await view('AA-P', reference)).toMatchObject({
      status: 'IN_FORCE',
      negotiation: { version: 1, state: 'FINALIZED' },
      title: 'Sightings on the common section',
    });
    await conclude(hub, agreement({ reference, parties: ['BB-P', 'AA-P'], title: 'second' }));
    expect(await view('AA-P', reference)).toMatchObject({
      title: 'second',
      status: 'IN_FORCE',
      versions: [{ status: 'SUPERSEDED' }, { status: 'IN_FORCE' }],
    });
  });

  test('whose stored words were changed past the triggers counts for nothing, and neither does what else its parties permit', async () => {
    const copy = await freshDatabase();
    const own = await openHub(copy.url, { isNew: true });
    await conclude(own, agreement({ reference: 'AGR-1' }));
    await conclude(own, agreement({ reference: 'AGR-2' }));
    await conclude(
      own,
      agreement({ reference: 'AGR-3', parties: ['BB-P', 'CC-P'], clauses: [clause({ assigner: 'CC-P' })] }),
    );
    await own.orm.em.fork().execute(`
      alter table besa.agreement_text disable trigger user;
      update besa.agreement_text set body = replace(body, '"READ"', '"EXPORT"'),
        hash = encode(sha256(convert_to(replace(body, '"READ"', '"EXPORT"'), 'UTF8')), 'hex') where reference = 'AGR-1'`);
    const restarted = await openHub(copy.url, { isNew: false });
    const { set } = await restarted.agreements.inForce();
    expect(restarted.doubts).toEqual([
      { reference: 'AGR-1', version: 1, cause: 'SIGNATURE', parties: ['AA-P', 'BB-P'] },
    ]);
    expect(set.versions.map((one) => [one.terms.reference, one.terms.clauses.length])).toEqual([
      ['AGR-2', 0],
      ['AGR-3', 1],
    ]);
    await Promise.all([own.close(), restarted.close()]);
    await copy.drop();
  });

  test('is loaded once and verified once while nothing is added', async () => {
    const first = await hub.agreements.inForce();
    const again = await hub.agreements.inForce({ refresh: true });
    expect(again.set).toBe(first.set);
    await hub.registry.addDatabase({
      code: 'CC-SIGHTINGS',
      name: 'of C',
      owner: 'CC-P',
      recordType: 'Sighting',
      hosting: 'HOSTED',
    });
    const after = await hub.agreements.inForce({ refresh: true });
    expect(Number(after.set.version)).toBeGreaterThan(Number(first.set.version));
    expect(after.set.versions[0]).toBe(first.set.versions[0]);
    expect(after.databases.map((one) => one.code)).toContain('CC-SIGHTINGS');
    expect(Math.abs(after.now.getTime() - Date.now())).toBeLessThan(5_000);
  });
});
