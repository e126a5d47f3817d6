/**
 * The whole life of an agreement by the real `besa`, outside the demo: the hub is a process of its own, each side has a token of
 * its identity provider and its key in a file. After each act RS-BP asks XK-BP, with which it had nothing to do before.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { demoKey } from '../../examples/western-balkans/demo-keys.js';
import { ROOT } from '../house/sources.js';
import { WORLD_NOW } from '../world.js';
import { type HubNode, startNodes } from './hub-nodes.js';
import { type WorldHub, worldHub } from './world-hub.js';

const REFERENCE = 'AGR-2026-902';
const [OWNER, RECIPIENT] = ['XK-BP', 'RS-BP'];
const wording = (fields: object): object => ({
  reference: REFERENCE,
  title: 'Events at the borders of Kosovo',
  parties: [RECIPIENT, OWNER],
  legalBasis: 'Police cooperation treaty, article 7',
  timeZone: 'Europe/Tirane',
  from: '2026-01-01',
  until: '2036-01-01',
  afterEffects: { received: 'ERASE', within: 'P30D' },
  clauses: [
    {
      article: '1',
      kind: 'PERMISSION',
      assigner: OWNER,
      assignee: RECIPIENT,
      recordType: 'BorderCrossing',
      action: 'READ',
      purposes: ['BORDER_SURVEILLANCE'],
      fields,
    },
  ],
});
const MONTHS = { detectedAt: { GENERALISED: 'month' }, nationality: 'CLEAR' };
const DAYS = { detectedAt: { GENERALISED: 'day' }, nationality: 'CLEAR' };
const MONTHS_ALONE = { detectedAt: { GENERALISED: 'month' } };

let world: WorldHub;
let node: HubNode;
let folder: string;
beforeAll(async () => {
  world = await worldHub();
  const [started] = await startNodes(world.database, 1);
  if (started === undefined) throw new Error('no hub was started');
  node = started;
  folder = mkdtempSync(join(tmpdir(), 'besa-life-'));
  for (const agency of [OWNER, RECIPIENT]) writeFileSync(join(folder, `${agency}.pem`), demoKey(agency).privateKeyPem);
}, 120_000);
afterAll(async () => {
  node?.end();
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly text: string;
}

const besa = (agency: string, ...line: readonly string[]): Promise<Ended> => run(agency, 'agreement', ...line);

/** Runs `besa …` in a process of its own, with the agency's token. What it notes comes before what it prints. */
function run(agency: string, ...line: readonly string[]): Promise<Ended> {
  const env = {
    PATH: process.env.PATH ?? '',
    BESA_URL: node.url,
    BESA_TOKEN: `${agency}:POLICY_OFFICER,SIGNATORY`,
    BESA_DATA: folder,
    BESA_DEMO: 'off',
  };
  const args = [join(ROOT, 'dist', 'src', 'cli', 'main.js'), ...line];
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), text: `${stderr}${stdout}`.trim() });
    });
  });
}

/** What the command tells in its last line. @throws what it failed with */
async function act(agency: string, ...line: readonly string[]): Promise<string> {
  const { code, text } = await besa(agency, ...line);
  if (code !== 0) throw new Error(text);
  return text.split('\n').at(-1) ?? '';
}

function file(fields: object): string {
  const path = join(folder, 'wording.json');
  writeFileSync(path, JSON.stringify(wording(fields)));
  return path;
}

const sign = (agency: string): Promise<string> =>
  act(agency, 'sign', REFERENCE, '--key', join(folder, `${agency}.pem`));

/** `day`, `month` or nothing of the time, nationality or not; or the reason why there is no record. */
async function query(): Promise<string> {
  const asked = `{ borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["XK-BORDER-CROSSINGS"], first: 50) {
    nodes { detectedAt nationality } sources { outcome reason agreements } } }`;
  const { text } = await node.ask(asked, `${RECIPIENT}:ANALYST`);
  const { nodes, sources } = (JSON.parse(text) as Answer).data.borderCrossings;
  const [line] = sources;
  if (line?.outcome !== 'ANSWERED') return `${nodes.length} records, ${line?.reason}`;
  expect(line.agreements).toEqual([REFERENCE]);
  const days = nodes.some(({ detectedAt }) => !/-01T00:00:00/.test(detectedAt)) ? 'days' : 'months';
  return nodes.some(({ nationality }) => nationality !== null) ? `${days} and nationalities` : days;
}

interface Answer {
  readonly data: {
    readonly borderCrossings: {
      readonly nodes: readonly { readonly detectedAt: string; readonly nationality: string | null }[];
      readonly sources: readonly {
        readonly outcome: string;
        readonly reason: string | null;
        readonly agreements: readonly string[];
      }[];
    };
  };
}

const NOTHING = '0 records, NO_AGREEMENT';

test('before: there is nothing between the two', async () => {
  expect(await query()).toBe(NOTHING);
});

test('drafted, offered, countered and accepted, it counts for nothing', async () => {
  expect(await act(RECIPIENT, 'draft', file(DAYS))).toBe(`✔ ${REFERENCE}: nothing in force, version 1 DRAFT`);
  expect(await besa(OWNER, 'show', REFERENCE)).toMatchObject({ code: 1, text: expect.stringContaining('there is no') });
  expect(await act(RECIPIENT, 'offer', REFERENCE)).toContain('REQUESTED');
  expect(await act(OWNER, 'counter', file(MONTHS))).toContain('OFFERED');
  expect(await act(RECIPIENT, 'accept', REFERENCE)).toContain('ACCEPTED');
  expect(await query()).toBe(NOTHING);
});

test('signed by one side, nothing; with another agency’s key, refused; signed by both, in force', async () => {
  expect(await sign(OWNER)).toContain('AGREED');
  expect(await query()).toBe(NOTHING);
  const forged = await besa(RECIPIENT, 'sign', REFERENCE, '--key', join(folder, `${OWNER}.pem`));
  expect(forged.code).toBe(1);
  expect(await query()).toBe(NOTHING);
  expect(await sign(RECIPIENT)).toBe(`✔ ${REFERENCE}: IN_FORCE, version 1 FINALIZED`);
  expect(await query()).toBe('months and nationalities');
});

test('suspended, nothing, and only the side that did it resumes; resumed, as before', async () => {
  expect(await act(OWNER, 'suspend', REFERENCE, '--reason', 'data protection audit')).toContain('SUSPENDED');
  expect(await query()).toBe('0 records, SUSPENDED');
  expect((await besa(RECIPIENT, 'resume', REFERENCE, '--reason', 'please')).text).toContain('NOT_SUSPENDED');
  expect(await query()).toBe('0 records, SUSPENDED');
  await act(OWNER, 'resume', REFERENCE, '--reason', 'the audit is done');
  expect(await query()).toBe('months and nationalities');
});

test('amended narrower, one signature is enough', async () => {
  await act(OWNER, 'amend', file(MONTHS_ALONE));
  await act(OWNER, 'offer', REFERENCE);
  expect(await query()).toBe('months and nationalities');
  expect(await sign(OWNER)).toContain('version 2 FINALIZED');
  expect(await query()).toBe('months');
});

test('amended wider, it takes both', async () => {
  expect(await act(OWNER, 'amend', file(DAYS))).toBe('all parties must sign it');
  await act(OWNER, 'offer', REFERENCE);
  await expect(sign(OWNER)).rejects.toThrow('WRONG_STATE');
  await act(RECIPIENT, 'accept', REFERENCE);
  await sign(OWNER);
  expect(await query()).toBe('months');
  expect(await sign(RECIPIENT)).toContain('version 3 FINALIZED');
  expect(await query()).toBe('days and nationalities');
});

test('terminated a day later, nothing, for good', async () => {
  await world.setClock(new Date(WORLD_NOW.getTime() + 86_400_000));
  expect(await act(RECIPIENT, 'terminate', REFERENCE, '--reason', 'another one replaces it')).toContain('TERMINATED');
  expect(await query()).toBe('0 records, TERMINATED');
  expect((await besa(OWNER, 'amend', file(MONTHS))).text).toContain('TERMINATED');
});

test('what was received is to be erased: the recipient attests it, and the owner reads it', async () => {
  const { text } = await run(RECIPIENT, 'duties', '--status', 'open');
  const [, id = ''] = /RS-BP owes XK-BP: erase what was received, due \S+\n +(\S+)/.exec(text) ?? [];
  expect(id).toContain(REFERENCE);
  expect((await run(OWNER, 'attest', id, '--statement', 'they did')).text).toContain('DUTY_UNKNOWN');
  expect(await run(RECIPIENT, 'attest', id, '--statement', 'erased, protocol 14')).toMatchObject({ code: 0 });
  expect((await run(OWNER, 'duties', '--status', 'attested', '--json')).text).toContain('"erased, protocol 14"');
});

test('the notices tell it all once more, newest first', async () => {
  const { text } = await run(OWNER, 'notices');
  const ours = text.split('\n').filter((line) => line.includes(REFERENCE));
  expect(ours.map((line) => line.split(/ +/)[1]).sort()).toEqual([
    'ENDED',
    'RESUMED',
    'SUSPENDED',
    'TERMINATION_ANNOUNCED',
    'TIGHTENING_ANNOUNCED',
  ]);
});

test('three versions verify, with the signatures of those who signed', async () => {
  const { text } = await besa(RECIPIENT, 'verify', REFERENCE);
  expect(text.split('\n').map((line) => line.replace(/SHA-256 \S+ +/, ''))).toEqual([
    expect.stringMatching(/^✔ version 1 .*RS-BP.*XK-BP|^✔ version 1 .*XK-BP.*RS-BP/),
    expect.stringMatching(/^✔ version 2 .*signed by XK-BP$/),
    expect.stringMatching(/^✔ version 3 .*XK-BP/),
  ]);
});
