import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { entryOf } from '../../src/audit/entry.js';
import { type Verdict, verify } from '../../src/audit/verify.js';
import type { LedgerEntry } from '../../src/domain/ledger.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import type { Answered } from '../api/harness.js';
import { tampering } from '../audit/postgres-ledger.js';
import { recordsOf } from '../world.js';
import { type UploadDoor, type Uploaded, uploadDoor } from './upload.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

let world: WorldHub;
let door: UploadDoor;
beforeAll(async () => {
  world = await worldHub();
  door = await uploadDoor(world.hub);
});
afterAll(async () => {
  await door?.close();
  await world?.close();
});

/** Stands for a person's name wherever a request could carry one. */
const MARKER = 'DOE, MARKED JANE';
const AL = 'databases: ["AL-BORDER-CROSSINGS"]';
const list = (args: string, fields = 'id fullName'): string => `{ borderCrossings(${args}) { nodes { ${fields} } } }`;
const act = (mutation: string, reference: string): string =>
  `mutation { ${mutation}(input: { reference: "${reference}", reason: "an audit" }) { userErrors { code } } }`;
const csv = (outcome: string): string =>
  `national_reference,detected_at,full_name,outcome\nM-1,2026-11-01T08:00:00Z,"${MARKER}",${outcome}\n`;

interface StoredEntry {
  readonly sequence: number;
  readonly agency: string | null;
  readonly body: string;
  readonly entry: LedgerEntry;
}

async function stored(after = 0): Promise<readonly StoredEntry[]> {
  const { rows } = await world.owner.query<{ sequence: string; agency: string | null; body: string }>(
    'select sequence, agency, body from besa.ledger_entry where sequence > $1 order by sequence',
    [after],
  );
  return rows.map(({ sequence, agency, body }) => ({
    sequence: Number(sequence),
    agency,
    body,
    entry: entryOf(body),
  }));
}

const audited = (): Promise<Verdict> => withLedger(world.database.url, ({ chunks }) => verify(chunks));

/** Every request of an agency there is, with what LED article 25 wants of it: who, why, what, and what became of it. */
const REQUESTS: readonly (readonly [what: string, as: string, run: Run, entry: Partial<LedgerEntry>])[] = [
  [
    'a document that is no GraphQL',
    'ME-BP:ANALYST',
    `{ borderCrossings(purpose: "${MARKER}`,
    { action: 'graphql', outcome: 'REFUSED', errorCode: 'GRAPHQL_PARSE_FAILED', asks: [] },
  ],
  [
    'a document that does not fit the schema',
    'ME-BP:ANALYST',
    list(`where: { fullName: { eq: "${MARKER}" } }`),
    { outcome: 'REFUSED', errorCode: 'GRAPHQL_VALIDATION_FAILED', purpose: null, asks: [] },
  ],
  [
    'a role that may not ask it',
    'ME-BP:REPORTER',
    list(`purpose: RISK_ANALYSIS, where: { fullName: { eq: "${MARKER}" } }`),
    { roles: ['REPORTER'], action: 'borderCrossings', outcome: 'REFUSED', errorCode: 'FORBIDDEN', asks: [] },
  ],
  [
    'an input that names nothing',
    'ME-BP:ANALYST',
    list('purpose: RISK_ANALYSIS, databases: ["XX-NOTHING"]'),
    { purpose: 'RISK_ANALYSIS', outcome: 'REFUSED', errorCode: 'BAD_USER_INPUT', asks: [] },
  ],
  [
    'a withheld source',
    'RS-BP:ANALYST',
    list('purpose: RISK_ANALYSIS, databases: ["XK-BORDER-CROSSINGS"]'),
    {
      action: 'READ',
      purpose: 'RISK_ANALYSIS',
      regime: 'GDPR',
      outcome: 'ANSWERED',
      asks: [
        {
          action: 'READ',
          recordType: 'BorderCrossing',
          selectedFields: ['fullName'],
          touchedFields: [],
          lines: [
            {
              database: 'XK-BORDER-CROSSINGS',
              owner: 'XK-BP',
              outcome: 'WITHHELD',
              reason: 'NO_AGREEMENT',
              basis: [],
              records: 0,
            },
          ],
        },
      ],
    },
  ],
  [
    'a page of records, justified',
    'XK-BP:ANALYST',
    list(
      `purpose: SMUGGLING_INVESTIGATION, justification: "case 12/2024", ${AL}, first: 3, where: { borderSection: { eq: "AL-XK" } }`,
    ),
    {
      action: 'READ',
      purpose: 'SMUGGLING_INVESTIGATION',
      regime: 'LED',
      justification: 'case 12/2024',
      outcome: 'ANSWERED',
      asks: [
        {
          action: 'READ',
          recordType: 'BorderCrossing',
          selectedFields: ['fullName'],
          touchedFields: ['borderSection'],
          lines: [
            {
              database: 'AL-BORDER-CROSSINGS',
              owner: 'AL-BMP',
              outcome: 'ANSWERED',
              reason: null,
              basis: [{ agreement: 'AGR-2024-003', version: 1, article: '3.1' }],
              records: 3,
            },
          ],
        },
      ],
    },
  ],
  [
    'own records with every identifier',
    'AL-BMP:ANALYST',
    list(`purpose: DATA_QUALITY, ${AL}, first: 100`, 'fullName documentNumber nationalReference birthDate patrolNote'),
    { action: 'READ', purpose: 'DATA_QUALITY', regime: 'ANY', outcome: 'ANSWERED' },
  ],
  [
    'statistics with a suppressed cell',
    'MK-BP:REPORTER',
    `{ borderCrossingStatistics(purpose: STATISTICS_REPORTING, ${AL}, groupBy: [NATIONALITY]) { cells { count sum { personsCount } } total } }`,
    { action: 'AGGREGATE', purpose: 'STATISTICS_REPORTING', regime: 'STATISTICS', outcome: 'ANSWERED' },
  ],
  [
    'an explanation',
    'MK-BP:POLICY_OFFICER',
    '{ explainAccess(recordType: "BorderCrossing", purpose: RISK_ANALYSIS) { outcome } }',
    { action: 'explainAccess', purpose: 'RISK_ANALYSIS', outcome: 'ANSWERED' },
  ],
  [
    'a refused import, and not what stood in its rows',
    'AL-BMP:STEWARD',
    (as) => door.upload('AL-BORDER-CROSSINGS', as, csv('SOMETHING ELSE')),
    { action: 'import', outcome: 'REFUSED', errorCode: 'BAD_USER_INPUT', asks: [] },
  ],
  [
    'an import',
    'AL-BMP:STEWARD',
    (as) => door.upload('AL-BORDER-CROSSINGS', as, csv('RELEASED')),
    { action: 'import', outcome: 'ANSWERED', errorCode: null },
  ],
  [
    'an import into another agency’s database',
    'ME-BP:STEWARD',
    (as) => door.upload('AL-BORDER-CROSSINGS', as, csv('RELEASED')),
    { action: 'import', outcome: 'REFUSED', errorCode: 'FORBIDDEN' },
  ],
  [
    'an import by mutation',
    'AL-BMP:STEWARD',
    `mutation { importBorderCrossings(input: { database: "AL-BORDER-CROSSINGS", records: [{ nationalReference: "M-2", detectedAt: "2026-11-01T08:00:00Z", fullName: "${MARKER}" }] }) { inserted } }`,
    { action: 'import', outcome: 'ANSWERED' },
  ],
  [
    'an act on an agreement',
    'AL-BMP:SIGNATORY',
    act('suspendAgreement', 'AGR-2024-004'),
    {
      action: 'suspendAgreement',
      outcome: 'ANSWERED',
      subject: { reference: 'AGR-2024-004', textHash: null, version: 1 },
    },
  ],
  [
    'a refused act, and not what was typed for a reference',
    'AL-BMP:SIGNATORY',
    act('suspendAgreement', MARKER),
    { action: 'suspendAgreement', outcome: 'REFUSED', errorCode: 'AGREEMENT_UNKNOWN', subject: {} },
  ],
  [
    'a registration that the role does not permit',
    'ME-BP:STEWARD',
    `mutation { registerPartner(input: { code: "QQ", name: "${MARKER}" }) { userErrors { code } } }`,
    { action: 'registerPartner', outcome: 'REFUSED', errorCode: 'FORBIDDEN' },
  ],
  [
    'a look into the ledger',
    'ME-BP:AUDITOR',
    '{ ledger(first: 5) { nodes { sequence } } }',
    { action: 'ledger', outcome: 'ANSWERED', purpose: null },
  ],
  [
    'a list',
    'ME-BP:ANALYST',
    '{ viewer { mayAsk { database } } agencies { nodes { code } } }',
    { action: 'viewer,agencies' },
  ],
];

type Run = string | ((as: string) => Promise<Uploaded>);
const carriedOut = (run: Run, as: string): Promise<{ readonly status: number }> =>
  typeof run === 'string' ? world.ask(run, as) : run(as);

describe('one request is one entry of its agency', () => {
  test.each(REQUESTS)('%s', async (_, as, run, expected) => {
    const before = (await stored()).at(-1)?.sequence ?? 0;
    await carriedOut(run, as);
    const added = await stored(before);
    expect(added.map(({ agency }) => agency)).toEqual([as.split(':')[0]]);
    const entry = added[0]?.entry;
    expect(entry).toMatchObject({
      agency: as.split(':')[0],
      person: 'tester',
      roles: as.split(':')[1]?.split(','),
      errorCode: null,
      ...expected,
    });
    expect(entry?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(added[0]?.body).not.toContain(MARKER);
  });

  test('a caller who is nobody is no entry', async () => {
    const before = (await stored()).length;
    expect((await world.ask(list('purpose: RISK_ANALYSIS'), 'nobody')).status).toBe(401);
    expect(await stored()).toHaveLength(before);
  });
});

describe('no value of a record is in any entry', () => {
  test('of all that was imported, listed and refused', async () => {
    const identifiers = ['nationalReference', 'fullName', 'documentNumber', 'patrolNote', 'plate', 'vin'];
    const values = ['AL-BORDER-CROSSINGS', 'ME-BORDER-CROSSINGS', 'AL-DOCUMENT-ALERTS', 'AL-VEHICLES'].flatMap((code) =>
      recordsOf(code).flatMap((row) =>
        identifiers.flatMap((name) => (row[name] === undefined ? [] : [String(row[name])])),
      ),
    );
    expect(new Set(values).size).toBeGreaterThan(500);
    const all = (await stored()).map(({ body }) => body).join('\n');
    expect(all.length).toBeGreaterThan(10_000);
    expect([...new Set(values), 'MARKED', 'M-1'].filter((value) => all.includes(value))).toEqual([]);
  });
});

describe('the ledger is read', () => {
  test('by an auditor only', async () => {
    for (const role of ['ANALYST', 'STEWARD', 'SIGNATORY', 'OPERATOR']) {
      const { body } = await world.ask('{ ledger { nodes { sequence } } }', `ME-BP:${role}`);
      expect([role, body.errors?.[0]?.extensions.code]).toEqual([role, 'FORBIDDEN']);
    }
  });

  test('entry by entry of the own agency, newest first, and no other', async () => {
    const listed: { sequence: number; agency: string }[] = [];
    const own = (await stored()).filter(({ agency }) => agency === 'ME-BP').map(({ sequence }) => sequence);
    for (let after = ''; ; ) {
      const page = dataOf<{
        nodes: { sequence: number; agency: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      }>(
        await world.ask(
          `{ ledger(first: 7, where: { perspective: OWN }${after}) { nodes { sequence agency } pageInfo { hasNextPage endCursor } } }`,
          'ME-BP:AUDITOR',
        ),
        'ledger',
      );
      listed.push(...page.nodes);
      after = `, after: "${page.pageInfo.endCursor}"`;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(own.length).toBeGreaterThan(7);
    expect(listed.map(({ sequence }) => sequence)).toEqual([...own].reverse());
    expect(new Set(listed.map(({ agency }) => agency))).toEqual(new Set(['ME-BP']));
  });
});

describe('the ledger is verified', () => {
  test('one flipped byte is found and named; put back, all is well', async () => {
    const entries = await stored();
    expect(await audited()).toMatchObject({ kind: 'INTACT', size: entries.length });
    for (const position of [1, Math.floor(entries.length / 2), entries.length]) {
      // XOR twice is nothing: the same statement flips and mends.
      const flip = tampering(`update besa.ledger_entry set body = overlay(body placing
        chr(ascii(substr(body, 25, 1)) # 1) from 25 for 1) where sequence = ${position}`);
      await world.owner.query(flip);
      expect(await audited()).toMatchObject({ kind: 'BROKEN', fault: 'CHANGED', position, until: position });
      await world.owner.query(flip);
    }
    expect(await audited()).toMatchObject({ kind: 'INTACT', size: entries.length });
  });
});

describe('a ledger that cannot be written', () => {
  const isSuspended = async (): Promise<boolean> =>
    (await world.owner.query(`select 1 from besa.agreement_act where reference = 'AGR-2024-006'`)).rows.length > 0;
  const records = async (): Promise<unknown> =>
    (await world.owner.query(`select count(*) from records.border_crossing where full_name = 'NOBODY, NEW'`)).rows;

  const page = (): Promise<Answered> => world.ask(list(`purpose: DATA_QUALITY, ${AL}, first: 3`), 'AL-BMP:ANALYST');
  const isRefusal = ({ status, body }: { readonly status: number; readonly body: unknown }): void => {
    expect(status).toBe(503);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'LEDGER_UNAVAILABLE' } }] });
    expect(body).not.toHaveProperty('data.borderCrossings');
  };
  const expectHealed = async (before: readonly StoredEntry[]): Promise<void> => {
    expect(await stored()).toEqual(before);
    expect(dataOf<{ nodes: unknown[] }>(await page(), 'borderCrossings').nodes).toHaveLength(3);
    expect(await stored()).toHaveLength(before.length + 1);
    expect(await audited()).toMatchObject({ kind: 'INTACT' });
  };

  test('answers nothing and changes nothing, whatever is asked, and heals', async () => {
    const [before, countBefore] = [await stored(), await records()];
    await world.owner.query('alter function besa.ledger_append rename to ledger_append_away');
    isRefusal(await page());
    isRefusal(await world.ask('{ nothing }', 'AL-BMP:ANALYST'));
    isRefusal(await world.ask('{ ledger { nodes { sequence } } }', 'AL-BMP:AUDITOR'));
    isRefusal(await world.ask(act('suspendAgreement', 'AGR-2024-006'), 'XK-BP:SIGNATORY'));
    isRefusal(
      await door.upload('AL-BORDER-CROSSINGS', 'AL-BMP:STEWARD', csv('RELEASED').replace(MARKER, 'NOBODY, NEW')),
    );
    await world.owner.query('alter function besa.ledger_append_away rename to ledger_append');
    expect(await isSuspended()).toBe(false);
    expect(await records()).toEqual(countBefore);
    await expectHealed(before);
  });

  test('locked by somebody who sleeps: the same, after the time the hub waits', async () => {
    const before = await stored();
    const sleeper = new Client({ connectionString: world.database.url });
    await sleeper.connect();
    await sleeper.query('begin; select from besa.ledger_lock for update');
    isRefusal(await page());
    await sleeper.query('rollback');
    await sleeper.end();
    await expectHealed(before);
  }, 30_000);
});
