import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROLES } from '../../src/domain/identity.js';
import { AGENCIES, worldFiles } from '../world.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
});
afterAll(() => world?.close());

const { registry } = worldFiles();
const PARTNER = '{ code: "QQ", name: "Partner Q" }';
const AGENCY = '{ code: "QQ-BP", name: "Border police Q", partner: "AL" }';
const DATABASE = '{ code: "QQ-CROSSINGS", name: "Crossings", recordType: "BorderCrossing" }';
const TECHNOLOGY = '{ code: "QQ-DRONES", name: "Drones", kind: "SENSOR", description: "They fly.", maturity: 7 }';
const KEY = `{ agency: "AL-BMP", publicKey: "${'a'.repeat(64)}" }`;

const mutate = (mutation: string, input: string, as: string) =>
  world.ask(`mutation { ${mutation}(input: ${input}) { userErrors { path code } } }`, as);

/** What of the registry the hub holds, table by table. */
async function registered(): Promise<readonly unknown[]> {
  const tables = ['partner', 'agency', 'shared_database', 'technology', 'signatory_key'];
  const counts: unknown[] = [];
  for (const table of tables) counts.push((await world.owner.query(`select count(*) as n from besa.${table}`)).rows);
  return counts;
}

interface Row {
  readonly code: string;
}
const sorted = <T extends Row>(rows: readonly T[]): readonly T[] =>
  [...rows].sort((a, b) => (a.code < b.code ? -1 : 1));

describe('refused', () => {
  test('a registration to every role but those it is for, and nothing is registered', async () => {
    const before = await registered();
    const cases: readonly (readonly [mutation: string, input: string, roles: readonly string[]])[] = [
      ['registerPartner', PARTNER, ['OPERATOR']],
      ['registerAgency', AGENCY, ['OPERATOR']],
      ['registerSignatoryKey', KEY, ['OPERATOR', 'POLICY_OFFICER']],
      ['registerSharedDatabase', DATABASE, ['STEWARD']],
      ['registerTechnology', TECHNOLOGY, ['STEWARD', 'POLICY_OFFICER']],
    ];
    for (const [mutation, input, roles] of cases) {
      for (const role of ROLES.filter((one) => !roles.includes(one))) {
        const { body } = await mutate(mutation, input, `AL-BMP:${role}`);
        expect([mutation, role, body.errors?.[0]?.extensions.code]).toEqual([mutation, role, 'FORBIDDEN']);
      }
    }
    expect(await registered()).toEqual(before);
  });

  test('an operator without an agency, who owns nothing and reads no record', async () => {
    for (const [mutation, input] of [
      ['registerSharedDatabase', DATABASE],
      ['registerTechnology', TECHNOLOGY],
    ] as const) {
      const { body } = await mutate(mutation, input, ':OPERATOR,STEWARD');
      expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    for (const role of ['OPERATOR', 'OPERATOR,ANALYST']) {
      const { body } = await world.ask('{ borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } } }', `:${role}`);
      expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('a code that is taken, whoever has it, and an owner other than the caller', async () => {
    const { body } = await mutate(
      'registerSharedDatabase',
      DATABASE.replace('QQ-CROSSINGS', 'RS-BORDER-CROSSINGS'),
      'AL-BMP:STEWARD',
    );
    expect(body.data?.registerSharedDatabase).toEqual({
      userErrors: [{ path: ['input', 'code'], code: 'CODE_TAKEN' }],
    });
    const owner = await mutate('registerTechnology', TECHNOLOGY.replace('{', '{ owner: "RS-BP",'), 'AL-BMP:STEWARD');
    expect(owner.body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('everything to a caller without a token', async () => {
    expect((await world.ask('{ partners { nodes { code } } }', 'nobody')).status).toBe(401);
  });
});

describe('the registry of the demo world', () => {
  test('is listed to every role of every agency alike: who takes part is no secret among them', async () => {
    const lists =
      '{ partners { nodes { code } } agencies { nodes { code } } sharedDatabases { nodes { code } } technologies { nodes { code } } }';
    const answers = new Set<string>();
    for (const agency of AGENCIES)
      for (const role of ROLES) answers.add((await world.ask(lists, `${agency}:${role}`)).text);
    expect(answers.size).toBe(1);
    const codes = (rows: readonly Row[]) => ({ nodes: sorted(rows).map(({ code }) => ({ code })) });
    expect(JSON.parse([...answers][0] ?? '')).toEqual({
      data: {
        partners: codes(registry.partners),
        agencies: codes(registry.agencies),
        sharedDatabases: codes(registry.databases),
        technologies: codes(registry.technologies),
      },
    });
  });

  test('nests: partners, their agencies, their databases and technologies, and back to the owner', async () => {
    const answered = await world.ask(
      `{ partners { nodes { code name footnote agencies { nodes { code name partner { code }
          databases { nodes { code name recordType hosting owner { code partner { name } } } }
          technologies { nodes { code name kind description maturity owner { code } } } } } } } }`,
      'EU-BCG:AUDITOR',
    );
    const nameOf = (partner: string): string => registry.partners.find(({ code }) => code === partner)?.name ?? '';
    const nodes = sorted(registry.partners).map((partner) => ({
      ...partner,
      agencies: {
        nodes: sorted(registry.agencies.filter((agency) => agency.partner === partner.code)).map(({ code, name }) => ({
          code,
          name,
          partner: { code: partner.code },
          databases: {
            nodes: sorted(registry.databases.filter(({ owner }) => owner === code)).map(({ owner, ...database }) => ({
              ...database,
              owner: { code: owner, partner: { name: nameOf(partner.code) } },
            })),
          },
          technologies: {
            nodes: sorted(registry.technologies.filter(({ owner }) => owner === code)).map(
              ({ owner, ...technology }) => ({
                ...technology,
                owner: { code: owner },
              }),
            ),
          },
        })),
      },
    }));
    expect(dataOf(answered, 'partners')).toEqual({ nodes });
  });

  test('says of the record types what the exchange standard says', async () => {
    const answered = await world.ask('{ recordTypes { nodes { name plural } } }', 'ME-BP:ANALYST');
    const listed = dataOf<{ nodes: readonly { name: string; plural: string }[] }>(answered, 'recordTypes').nodes;
    const standard = world.hub.standard.recordTypes.map(({ name, plural }) => ({ name, plural }));
    expect(listed).toEqual(standard.sort((a, b) => (a.name < b.name ? -1 : 1)));
  });
});

describe('what is registered', () => {
  test('stands in every list at once, under its owner, and opens nothing', async () => {
    for (const [mutation, input, as] of [
      ['registerPartner', PARTNER, ':OPERATOR'],
      ['registerAgency', AGENCY.replace('"AL"', '"QQ"'), ':OPERATOR'],
      ['registerSharedDatabase', DATABASE, 'QQ-BP:STEWARD'],
      ['registerTechnology', TECHNOLOGY, 'QQ-BP:POLICY_OFFICER'],
    ] as const) {
      expect((await mutate(mutation, input, as)).body).toEqual({ data: { [mutation]: { userErrors: [] } } });
    }
    const nested =
      '{ agencies { nodes { code partner { code } databases { nodes { code } } technologies { nodes { code } } } } }';
    const { nodes } = dataOf<{ nodes: readonly Row[] }>(await world.ask(nested, 'RS-BP:ANALYST'), 'agencies');
    expect(nodes.find(({ code }) => code === 'QQ-BP')).toEqual({
      code: 'QQ-BP',
      partner: { code: 'QQ' },
      databases: { nodes: [{ code: 'QQ-CROSSINGS' }] },
      technologies: { nodes: [{ code: 'QQ-DRONES' }] },
    });
    const all = await world.ask(
      '{ borderCrossings(purpose: RISK_ANALYSIS) { nodes { id } sources { database { code } outcome reason } } }',
      'QQ-BP:ANALYST',
    );
    const { sources } = dataOf<{ sources: readonly { database: Row; outcome: string; reason: string }[] }>(
      all,
      'borderCrossings',
    );
    expect(sources.map(({ database, outcome, reason }) => `${database.code} ${reason ?? outcome}`)).toEqual([
      ...registry.databases
        .filter(({ recordType }) => recordType === 'BorderCrossing')
        .map(({ code }) => `${code} NO_AGREEMENT`)
        .slice(0, 4),
      'QQ-CROSSINGS ANSWERED',
      'RS-BORDER-CROSSINGS NO_AGREEMENT',
      'XK-BORDER-CROSSINGS NO_AGREEMENT',
    ]);
  });
});
