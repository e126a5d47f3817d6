/**
 * An owner follows one record from the first who read it to its erasure, over HTTP: who received it, proved without the hub; called
 * back; attested by one, owed by the other; and who received it is known when it is gone.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { job as postNotices } from '../../src/hub/jobs/post-notices.js';
import { runJob } from '../../src/hub/jobs.js';
import { DATABASE, type OwnRecord, type QualityWorld, qualityWorld } from '../evidence/quality-world.js';
import { type OpenStream, openStream } from '../evidence/stream-reader.js';
import { besaIn } from './offline-besa.js';
import { dataOf } from './world-hub.js';

const [OWNER, FIRST, SECOND, STRANGER] = ['AL-BMP', 'ME-BP', 'MK-BP', 'RS-BP'] as const;
const LATER = new Date('2027-01-15T12:00:00Z');

let world: QualityWorld;
let url: string;
let folder: string;
let record: OwnRecord;
beforeAll(async () => {
  world = await qualityWorld();
  url = await world.listen();
  folder = mkdtempSync(join(tmpdir(), 'besa-evidence-'));
  const [first] = await world.own();
  if (first === undefined) throw new Error('the section has no record');
  record = first;
}, 60_000);
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

const key = () => ({ nationalReference: record.nationalReference });

/** A file of the ledger as an agency's auditor gets it, put where the hub is not. @returns its path */
async function kept(agency: string, path: string, name = `${agency}-${path.split('?')[0]}`): Promise<string> {
  const response = await fetch(`${url}/ledger/v1/${path}`, { headers: { authorization: `Bearer ${agency}:AUDITOR` } });
  if (!response.ok) throw new Error(await response.text());
  const file = join(folder, name);
  writeFileSync(file, await response.text());
  return file;
}

interface Disclosed {
  readonly sequence: number;
  readonly agency: string;
  readonly purpose: string;
  readonly version: number;
  readonly fields: readonly string[];
  readonly basis: readonly { readonly agreement: string; readonly article: string }[];
}

/** Who else received the record, oldest first. */
async function receivedBy(named: object = { key: key() }): Promise<readonly Disclosed[]> {
  const query = `query ($key: JSON, $id: ID) { recordDisclosures(database: "${DATABASE}", key: $key, id: $id, first: 100) {
    nodes { sequence agency purpose version fields basis { agreement article } } } }`;
  const answered = await world.ask(query, `${OWNER}:AUDITOR`, { ...named });
  const { nodes } = dataOf<{ nodes: readonly Disclosed[] }>(answered, 'recordDisclosures');
  return nodes.filter(({ agency }) => agency !== OWNER).reverse();
}

interface Entry {
  readonly sequence: number;
  readonly agency: string;
  readonly outcome: string;
  readonly processing: readonly string[];
  readonly asks: readonly {
    readonly lines: readonly {
      readonly records: number;
      readonly disclosed: readonly { readonly id: string; readonly version: number }[] | null;
    }[];
  }[];
}

/** Entries as their auditor lists them, oldest first. */
async function entries(agency: string, where: string): Promise<readonly Entry[]> {
  const query = `{ ledger(first: 100, where: ${where}) { nodes { sequence agency outcome processing
    asks { lines { records disclosed { id version } } } } } }`;
  const { nodes } = dataOf<{ nodes: readonly Entry[] }>(await world.ask(query, `${agency}:AUDITOR`), 'ledger');
  return [...nodes].reverse();
}

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly dueAt: string | null;
  readonly subject: { readonly qualityNotice?: string };
}

/** What an agency's inbox says of corrections, oldest first. */
async function told(agency: string): Promise<readonly Told[]> {
  const query = `{ inbox(first: 200, kinds: [QUALITY_NOTICE, QUALITY_DUE_SOON, QUALITY_OVERDUE]) { nodes { id kind dueAt subject } } }`;
  const { nodes } = dataOf<{ nodes: readonly Told[] }>(await world.ask(query, `${agency}:ANALYST`), 'inbox');
  return [...nodes].reverse();
}

/** The next word of a correction in a stream. */
async function nextOf(stream: OpenStream): Promise<Told> {
  for (;;) {
    const event = await stream.next();
    if (event === undefined) throw new Error('the stream ended');
    if (event.event !== 'notice') continue;
    const notice = JSON.parse(event.data ?? '') as Told;
    if (notice.kind.startsWith('QUALITY_')) return notice;
  }
}

const fingerprintIn = (head: string): string =>
  (JSON.parse((JSON.parse(readFileSync(head, 'utf8')) as { text: string }).text) as { key: string }).key;

describe('the record is read', () => {
  test('by two agencies: its owner sees both, with purpose, clause, and which records in which version', async () => {
    const [first, second] = [
      await world.read(FIRST, 'nationality'),
      await world.read(SECOND, 'nationality borderSection'),
    ];
    const seen = await entries(OWNER, '{ perspective: OWNER, recordType: "BorderCrossing" }');
    expect(seen.map(({ agency, outcome, processing }) => [agency, outcome, processing])).toEqual([
      [FIRST, 'ANSWERED', ['CONSULTATION', 'DISCLOSURE']],
      [SECOND, 'ANSWERED', ['CONSULTATION', 'DISCLOSURE']],
    ]);
    const lines = seen.flatMap(({ asks }) => asks.flatMap((ask) => ask.lines));
    expect(lines.map(({ records, disclosed }) => [records, disclosed?.length])).toEqual(
      [first, second].map(({ length }) => [length, length]),
    );
    expect(JSON.stringify(seen)).not.toContain(record.nationalReference);
  });

  test('and one question tells who received it', async () => {
    expect(await receivedBy()).toMatchObject([
      {
        agency: FIRST,
        purpose: 'BORDER_SURVEILLANCE',
        version: 1,
        fields: ['nationality'],
        basis: [{ agreement: 'AGR-2024-002', article: '3.1' }],
      },
      {
        agency: SECOND,
        purpose: 'BORDER_SURVEILLANCE',
        version: 1,
        fields: ['borderSection', 'nationality'],
        basis: [{ agreement: 'AGR-2026-409', article: '1' }],
      },
    ]);
  });
});

describe('the evidence is taken out of the hub', () => {
  let head: string;
  let view: string;
  const verified = (path: string) =>
    besaIn(folder, ['audit', 'verify', '--export', path, '--key', fingerprintIn(head)]);

  test('and holds where there is neither hub nor database, by a key that another agency kept', async () => {
    head = await kept(FIRST, 'head.json');
    view = await kept(OWNER, 'entries.ndjson?perspective=OWNER');
    const { code, text } = await verified(view);
    expect([code, text]).toEqual([0, expect.stringMatching(/^the view of AL-BMP is intact: 2 entries/)]);
  });

  test('until somebody else is put in the place of who asked, or one is left out', async () => {
    const lines = readFileSync(view, 'utf8').split('\n');
    const faults = {
      blamed: lines.join('\n').replace(`\\"${SECOND}\\"`, `\\"${STRANGER}\\"`),
      left: lines.filter((_, index) => index !== 2).join('\n'),
      cut: `${lines.slice(0, -2).join('\n')}\n`,
    };
    for (const [name, text] of Object.entries(faults)) {
      const path = join(folder, `${name}.ndjson`);
      writeFileSync(path, text);
      expect([name, text === lines.join('\n')]).toEqual([name, false]);
      const ran = await verified(path);
      expect([name, ran.code, ran.text]).toEqual([name, 1, expect.stringMatching(/is broken: entry \d+/)]);
    }
  });

  test('and is compared with a head of another size by a proof that anybody may ask for, and not without', async () => {
    const line = ['audit', 'verify', '--export', view, '--head', head];
    const without = await besaIn(folder, line);
    expect([without.code, without.text]).toEqual([1, expect.stringContaining('was compared with no head')]);
    const [, from = '', to = ''] = /from: (\d+), to: (\d+)/.exec(without.text) ?? [];
    const proof = join(folder, 'proof.json');
    const asked = await besaIn(folder, ['audit', 'consistency', '--from', from, '--to', to, '--out', proof], {
      BESA_URL: url,
      BESA_TOKEN: `${SECOND}:AUDITOR`,
    });
    expect(asked).toEqual({ code: 0, text: `${proof}\n` });
    const proved = await besaIn(folder, [...line, '--consistency', proof]);
    expect([proved.code, proved.text]).toEqual([0, expect.stringContaining(`agrees with the head of ${from} entries`)]);
  });

  test('as an agency’s own requests do, of which it is told no record that is not its own', async () => {
    const own = await kept(FIRST, 'entries.ndjson?perspective=OWN');
    expect((await verified(own)).text).toMatch(/^the view of ME-BP is intact: \d+ entries/);
    expect(readFileSync(own, 'utf8')).not.toContain('"RECORDS');
  });
});

describe('the record is corrected', () => {
  let streams: readonly OpenStream[];
  beforeAll(async () => {
    streams = await Promise.all(
      [FIRST, SECOND, STRANGER].map((agency) => openStream(url, { as: `${agency}:ANALYST`, query: '?after=0' })),
    );
  });
  afterAll(() => {
    for (const stream of streams ?? []) stream.close();
  });

  test('and both hear of it where they listen, as in their inboxes, and nobody else does', async () => {
    const acted = await world.act('correctRecord', {
      key: key(),
      changes: { nationality: record.nationality === 'SYR' ? 'AFG' : 'SYR' },
      reason: 'WRONG_IDENTITY',
    });
    expect([acted.userErrors, acted.record?.version, acted.record?.status]).toEqual([[], 2, 'CORRECTED']);
    expect(await receivedBy({ id: acted.record?.id })).toEqual(await receivedBy());
    await runJob(world.hub, postNotices);
    const heard = await Promise.all(streams.slice(0, 2).map(nextOf));
    for (const [index, agency] of [FIRST, SECOND].entries()) {
      const [received] = await world.notices(agency, 'RECEIVED');
      expect(heard[index]).toMatchObject({ kind: 'QUALITY_NOTICE', subject: { qualityNotice: received?.id } });
      expect(await told(agency)).toMatchObject([{ id: heard[index]?.id, kind: 'QUALITY_NOTICE' }]);
      expect(received).toMatchObject({ kind: 'CORRECTED', status: 'OPEN', owner: OWNER, recordCount: 1 });
    }
    expect(await told(STRANGER)).toEqual([]);
  });

  test('one says what it did; the other one lets its day pass, of which it is told, and the owner', async () => {
    const [notice] = await world.notices(FIRST, 'RECEIVED');
    expect((await world.attest(FIRST, notice?.id ?? '', 'our copy was corrected')).userErrors).toEqual([]);
    await world.setClock(LATER);
    await runJob(world.hub, postNotices);
    expect((await nextOf(streams[1] as OpenStream)).kind).toMatch(/^QUALITY_(DUE_SOON|OVERDUE)$/);
    const kinds = async (agency: string) => (await told(agency)).map(({ kind }) => kind);
    expect(await kinds(FIRST)).toEqual(['QUALITY_NOTICE']);
    expect(await kinds(SECOND)).toEqual(expect.arrayContaining(['QUALITY_NOTICE', 'QUALITY_OVERDUE']));
    expect(await kinds(OWNER)).toEqual(['QUALITY_OVERDUE']);
    const issued = await world.notices(OWNER, 'ISSUED');
    expect(issued.map(({ recipient, status }) => `${recipient} ${status}`).sort()).toEqual([
      `${FIRST} ATTESTED`,
      `${SECOND} OVERDUE`,
    ]);
  });
});

describe('the record is erased', () => {
  let before: readonly Disclosed[];

  test('and is in no answer, while both are told to erase their copies', async () => {
    await world.read(FIRST, 'nationality');
    before = await receivedBy();
    expect(before.map(({ agency, version }) => `${agency} ${version}`)).toEqual([
      `${FIRST} 1`,
      `${SECOND} 1`,
      `${FIRST} 2`,
    ]);
    const count = (await world.read(SECOND, 'nationality')).length;
    const acted = await world.act('eraseRecord', { key: key(), reason: 'REQUESTED_BY_SUBJECT' });
    expect(acted.userErrors).toEqual([]);
    expect(await world.read(SECOND, 'nationality')).toHaveLength(count - 1);
    for (const agency of [FIRST, SECOND]) {
      const [newest] = await world.notices(agency, 'RECEIVED');
      expect([agency, newest?.kind, newest?.status]).toEqual([agency, 'ERASED', 'OPEN']);
      expect(newest?.records.nodes[0]?.currentVersion).toBeNull();
    }
  });

  test('and who had received it is still told, by its key', async () => {
    expect((await receivedBy()).slice(0, before.length)).toEqual(before);
  });

  test('each act of its owner is an entry of its own, by the name that the law has for it', async () => {
    for (const [action, processing] of [
      ['correctRecord', 'ALTERATION'],
      ['eraseRecord', 'ERASURE'],
    ]) {
      const found = await entries(OWNER, `{ perspective: OWN, action: "${action}" }`);
      expect(found.map((entry) => [entry.outcome, entry.processing])).toEqual([['ANSWERED', [processing]]]);
      expect(await entries(FIRST, `{ action: "${action}" }`)).toEqual([]);
    }
  });
});

describe('what was kept along the way', () => {
  test('still holds: the ledger grew out of the head that a recipient kept, and its file of then is as good', async () => {
    const head = join(folder, `${FIRST}-head.json`);
    const present = `mutation ($input: PresentLedgerHeadInput!) { presentLedgerHead(input: $input) { head { outcome } userErrors { code } } }`;
    const input = JSON.parse(readFileSync(head, 'utf8')) as object;
    const answered = await world.ask(present, `${FIRST}:AUDITOR`, { input });
    expect(dataOf(answered, 'presentLedgerHead')).toEqual({ head: { outcome: 'CONFIRMED' }, userErrors: [] });
    const settings = { DATABASE_URL: world.database.url };
    const whole = await besaIn(folder, ['audit', 'verify', '--head', head], settings);
    expect([whole.code, whole.text]).toEqual([0, expect.stringMatching(/^the ledger is intact: \d+ entries/)]);
    const view = join(folder, `${OWNER}-entries.ndjson`);
    const then = await besaIn(folder, ['audit', 'verify', '--export', view, '--key', fingerprintIn(head)]);
    expect([then.code, then.text]).toEqual([0, expect.stringContaining('is intact: 2 entries')]);
  });

  test('holds no value of the record, and not its key', async () => {
    const view = readFileSync(await kept(OWNER, 'entries.ndjson', 'end.ndjson'), 'utf8');
    const held = ['eraseRecord', record.nationalReference, '"SYR', '"AFG'].filter((text) => view.includes(text));
    expect(held).toEqual(['eraseRecord']);
  });
});
