/**
 * Two hubs. In one of them a record was read by two agencies, corrected, attested and erased; in the other one it was read by nobody
 * and is as it was. Whoever is neither its owner nor one of the two asks both about it, with all that could be guessed or
 * stolen: the same bytes. And the owner's and the recipients' own people are refused what is not of their role.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROLES } from '../../src/domain/identity.js';
import { job as postNotices } from '../../src/hub/jobs/post-notices.js';
import { runJob } from '../../src/hub/jobs.js';
import { DATABASE, INPUTS, type QualityWorld, qualityWorld } from '../evidence/quality-world.js';
import { openStream } from '../evidence/stream-reader.js';
import { dataOf } from './world-hub.js';

const [OWNER, FIRST, SECOND] = ['AL-BMP', 'ME-BP', 'MK-BP'] as const;
const PURPOSE = 'BORDER_SURVEILLANCE';

/** What could be had of a record from those who may know of it. */
interface Loot {
  readonly reference: string;
  /** the record's, as its recipients, its reader and its ledger name it */
  readonly ids: readonly string[];
  readonly notice: string;
  /** of an entry that disclosed it */
  readonly sequence: number;
  /** of the newest notice in a recipient's inbox */
  readonly inboxId: string;
}
const NOTHING: Loot = {
  reference: 'AL-0000-000000',
  ids: ['AAAAAAAAAAAAAAAAAAAAAA'],
  notice: '00000000-0000-4000-8000-000000000000',
  sequence: 1_000_000,
  inboxId: '1000000',
};

interface Question {
  readonly name: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly roles: readonly string[];
}

const [AGENCY, AUDITOR] = [ROLES.filter((role) => role !== 'OPERATOR'), ['AUDITOR']];
const ERRORS = 'userErrors { path code message }';
const NODE = `sequence at perspective agency person client role purpose regime justification action outcome errorCode operationName operationHash subject durationMs processing
  asks { action recordType selectedFields touchedFields viewAs lines { database outcome reason records basis { agreement version article } disclosed { id version commitment opening } } }`;
const list = (name: string, where: string): Question => ({
  name: `entries: ${name}`,
  query: `{ ledger(first: 100, where: { ${where} }) { nodes { ${NODE} } archivedBefore pageInfo { hasNextPage } } }`,
  roles: AUDITOR,
});

function lists({ sequence }: Loot): readonly Question[] {
  return [
    list('of others', 'perspective: OWNER'),
    list('of a recipient', `agency: "${FIRST}"`),
    list('of a database', `database: "${DATABASE}"`),
    list('of a purpose', `perspective: OWNER, purpose: "${PURPOSE}"`),
    list('of a person', 'perspective: OWNER, person: "tester"'),
    list('of an act', 'perspective: OWNER, action: "eraseRecord"'),
    list('by their sequence', `fromSequence: ${sequence}, untilSequence: ${sequence + 1}, agency: "${FIRST}"`),
    {
      name: 'counts of entries',
      query:
        '{ ledgerStatistics(where: { perspective: OWNER }, groupBy: [AGENCY, PURPOSE, OUTCOME, ACTION, DATABASE, RECORD_TYPE, DAY, MONTH]) { cells { group { agency purpose outcome action database recordType day month } entries records } } }',
      roles: AUDITOR,
    },
    {
      name: 'a proof of an entry',
      query: `{ ledgerInclusion(sequence: ${sequence}, size: ${sequence}) { at leaf hashes } }`,
      roles: AUDITOR,
    },
  ];
}

function records({ ids, reference }: Loot): readonly Question[] {
  const key = { nationalReference: reference };
  const disclosures = `recordDisclosures(database: "${DATABASE}", key: $key, id: $id, first: 100) { nodes { sequence agency version fields } }`;
  const named = [...ids.map((id) => ({ key: null, id })), { key, id: null }];
  return named.flatMap((variables, index) => [
    {
      name: `who received record ${index}`,
      query: `query ($key: JSON, $id: ID) { ${disclosures} }`,
      variables,
      roles: AUDITOR,
    },
    ...Object.entries(INPUTS).map(([act, type]) => ({
      name: `${act} of record ${index}`,
      query: `mutation ($input: ${type}!) { ${act}(input: $input) { record { version } ${ERRORS} } }`,
      variables: {
        input: {
          ...variables,
          database: DATABASE,
          reason: 'WRONG_VALUE',
          ...(act === 'correctRecord' ? { changes: {} } : {}),
        },
      },
      roles: ['STEWARD'],
    })),
  ]);
}

function notices({ notice, inboxId }: Loot): readonly Question[] {
  const listed =
    'nodes { id database owner recipient kind reason status dueAt recordCount attestation { statement } records { nodes { versions } } }';
  const roles = ['STEWARD', 'POLICY_OFFICER', 'AUDITOR'];
  return [
    ...['RECEIVED', 'ISSUED'].map((role) => ({
      name: `notices ${role}`,
      query: `{ qualityNotices(role: ${role}, first: 100) { ${listed} } }`,
      roles,
    })),
    {
      name: 'an answer to a notice',
      query: `mutation ($input: AttestQualityNoticeInput!) { attestQualityNotice(input: $input) { notice { id } ${ERRORS} } }`,
      variables: { input: { notice, statement: 'done', outcome: 'NOT_HELD' } },
      roles: ['STEWARD', 'POLICY_OFFICER'],
    },
    {
      name: 'the inbox',
      query: '{ inbox(first: 200) { nodes { id kind at dueAt agreement sentence subject isRead } } }',
      roles: AGENCY,
    },
    {
      name: 'the inbox, read up to a notice',
      query: `mutation ($input: MarkInboxReadInput!) { markInboxRead(input: $input) { inbox { last readUpTo unread } ${ERRORS} } }`,
      variables: { input: { upTo: inboxId } },
      roles: ['STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'],
    },
  ];
}

const operators: readonly Question[] = [
  { name: 'jobs', query: '{ jobs { name outcome counts } }', roles: ['OPERATOR'] },
  { name: 'who was turned away', query: '{ turnedAway { nodes { source count } } }', roles: ['OPERATOR'] },
];
const questions = (loot: Loot): readonly Question[] => [
  ...lists(loot),
  ...records(loot),
  ...notices(loot),
  ...operators,
];

let withIt: QualityWorld;
let without: QualityWorld;
const urls = new Map<QualityWorld, string>();
let loot: Loot;
beforeAll(async () => {
  [withIt, without] = [await qualityWorld(), await qualityWorld()];
  for (const world of [withIt, without]) urls.set(world, await world.listen());
  loot = await story(withIt);
}, 90_000);
afterAll(async () => {
  await withIt?.close();
  await without?.close();
});

/** Read by two, corrected, attested by one, and erased. */
async function story(world: QualityWorld): Promise<Loot> {
  const [record] = await world.own();
  if (record === undefined) throw new Error('the section has no record');
  const key = { nationalReference: record.nationalReference };
  for (const agency of [FIRST, SECOND]) await world.read(agency, 'nationality');
  const listed = await world.ask('{ ledger(first: 1, where: { perspective: OWNER }) { nodes { sequence } } }', auditor);
  const { nodes } = dataOf<{ nodes: readonly { sequence: number }[] }>(listed, 'ledger');
  const changes = { nationality: record.nationality === 'SYR' ? 'AFG' : 'SYR' };
  const acted = await world.act('correctRecord', { key, changes, reason: 'WRONG_IDENTITY' });
  if (acted.record === null) throw new Error(JSON.stringify(acted.userErrors));
  const [notice] = await world.notices(FIRST, 'RECEIVED');
  await world.attest(FIRST, notice?.id ?? '', 'our copy was corrected');
  await world.act('eraseRecord', { key, reason: 'UNLAWFUL' });
  await runJob(world.hub, postNotices);
  const served = notice?.records.nodes.flatMap(({ ids }) => ids.map(({ id }) => id)) ?? [];
  const { last } = await world.hub.inbox.standing(SECOND);
  return {
    reference: record.nationalReference,
    ids: [record.id, acted.record.id, ...served],
    notice: notice?.id ?? '',
    sequence: nodes[0]?.sequence ?? 0,
    inboxId: String(last + 1_000),
  };
}
const auditor = `${OWNER}:AUDITOR`;

/** Without what differs from one moment, and from one hub, to the next: instants, how many entries there are, random bytes. */
const normal = (text: string): string =>
  text
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/g, '<instant>')
    .replace(/"inclusion":\[[^\]]*\]/g, '"inclusion":[]')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/[0-9a-f]{32,}/g, '<hash>')
    .replace(/(\\*")(sequence|size|durationMs)\1:\d+/g, '$1$2$1:0');

async function asked(world: QualityWorld, { query, variables }: Question, as: string): Promise<string> {
  const { status, text } = await world.ask(query, as, variables);
  return `${status} ${normal(text)}`;
}

async function fetched(world: QualityWorld, path: string, as: string): Promise<string> {
  const response = await fetch(`${urls.get(world) ?? ''}${path}`, { headers: { authorization: `Bearer ${as}` } });
  // Rows of a table begin with their sequence.
  return `${response.status} ${normal(await response.text()).replace(/^\d+,/gm, '0,')}`;
}

/** All that a stream has to tell at first. */
async function streamed(world: QualityWorld, as: string): Promise<readonly unknown[]> {
  const stream = await openStream(urls.get(world) ?? '', { as, query: '?after=0' });
  const { last } = await world.hub.inbox.standing(as.split(':')[0] ?? '');
  const ids = await stream.ids(last);
  stream.close();
  return [stream.status, ids];
}

const FILES = [
  '/ledger/v1/entries.ndjson',
  '/ledger/v1/entries.csv',
  `/ledger/v1/entries.ndjson?agency=${FIRST}`,
  `/ledger/v1/entries.csv?database=${DATABASE}&perspective=OWNER`,
];

describe('whoever has no part in a record', () => {
  test('could see that the hubs differ if it were told: its owner and its recipients are', async () => {
    for (const agency of [OWNER, FIRST, SECOND]) {
      const [all, role] = [questions(loot), `${agency}:${AGENCY.join(',')}`];
      const differing = [];
      for (const question of all.filter(({ name }) => /^(entries|notices|the inbox$)/.test(name))) {
        const [one, other] = [await asked(withIt, question, role), await asked(without, question, role)];
        if (one !== other) differing.push(question.name);
      }
      expect([agency, differing.length > 2]).toEqual([agency, true]);
    }
  });

  // Another agency of the owner's partner; one without any agreement on it; one that reads other records of the same database.
  test.each([{ name: 'AL-MOI' }, { name: 'RS-BP' }, { name: 'BA-BP' }, { name: 'XK-BP' }])(
    '$name: hears the same in both hubs, whatever it guessed or stole',
    async ({ name }) => {
      const as = `${name}:${AGENCY.join(',')}`;
      const found: unknown[] = [];
      for (const question of questions(loot)) {
        const [told, untold] = [await asked(withIt, question, as), await asked(without, question, as)];
        if (told !== untold) found.push({ question: question.name, told, untold });
      }
      for (const path of FILES) {
        const [told, untold] = [await fetched(withIt, path, as), await fetched(without, path, as)];
        expect([path, told.slice(0, 3)]).toEqual([path, '200']);
        if (told !== untold) found.push({ question: path, told, untold });
      }
      expect(found).toEqual([]);
      expect(await streamed(withIt, as)).toEqual(await streamed(without, as));
    },
    30_000,
  );
});

describe('whoever works for the owner or a recipient', () => {
  test.each(ROLES.map((role) => ({ name: role })))(
    'as $name: is refused what is not of that role, in the same bytes whether there is anything or not',
    async ({ name: role }) => {
      for (const agency of role === 'OPERATOR' ? [''] : [OWNER, FIRST]) {
        const [as, invented] = [`${agency}:${role}`, questions(NOTHING)];
        const byName = new Map(questions(loot).map((question) => [question.name, question]));
        for (const question of invented) {
          const { body, text } = await withIt.ask(question.query, as, question.variables);
          const isRefused = body.errors?.some(({ extensions }) => extensions.code === 'FORBIDDEN') === true;
          expect([as, question.name, isRefused]).toEqual([as, question.name, !question.roles.includes(role)]);
          if (!isRefused) continue;
          expect(Object.values(body.data ?? {}).filter((value) => value !== null)).toEqual([]);
          expect(await asked(withIt, byName.get(question.name) ?? question, as)).toBe(`200 ${normal(text)}`);
        }
        for (const path of FILES) {
          const status = (await fetched(withIt, path, as)).slice(0, 3);
          expect([as, path, status]).toEqual([as, path, role === 'AUDITOR' ? '200' : '403']);
        }
      }
    },
    30_000,
  );

  test('and an agency’s steward, officer and auditor together have no hand in another agency’s notice or record', async () => {
    const as = `${SECOND}:${AGENCY.join(',')}`;
    const codes: Readonly<Record<string, string>> = {
      correctRecord: 'DATABASE_UNKNOWN',
      attestQuality: 'NOTICE_UNKNOWN',
    };
    for (const [name, code] of Object.entries(codes)) {
      const question = questions(loot).find(({ query }) => query.includes(name));
      const { text } = await withIt.ask(question?.query ?? '', as, question?.variables);
      expect([name, text]).toEqual([name, expect.stringContaining(`"code":"${code}"`)]);
    }
  });
});
