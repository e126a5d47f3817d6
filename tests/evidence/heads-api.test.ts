/** Heads of the ledger as agencies get them and bring them back: GraphQL and files, one entry each. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyConsistency, verifyInclusion } from '../../src/audit/merkle-proof.js';
import {
  headFileText,
  headText,
  readHead,
  readKeysFile,
  trustedKeys,
  verifyHead,
} from '../../src/audit/signed-head.js';
import { verifyEd25519 } from '../../src/persistence/cryptography.js';
import { LedgerSigner } from '../../src/persistence/ledger-keys.js';
import { readinessChecks } from '../../src/start/readiness.js';
import { identify, testServer } from '../api/harness.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';
import { LEDGER_KEY, testKey } from './test-keys.js';

let world: WorldHub;
let url = '';
beforeAll(async () => {
  world = await worldHub();
  url = await world.listen();
});
afterAll(() => world?.close());

const AUDITOR = 'ME-BP:AUDITOR';
const signer = new LedgerSigner(LEDGER_KEY);
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

interface Head {
  readonly size: number;
  readonly root: string;
  readonly text: string;
  readonly signature: string;
  readonly publicKey: string;
}

async function head(as = 'ME-BP:ANALYST'): Promise<Head> {
  const answered = await world.ask('{ ledgerHead { size root at key text signature publicKey } }', as);
  return dataOf<Head>(answered, 'ledgerHead');
}

function file(name: string, as: string | undefined): Promise<Response> {
  return fetch(`${url}/ledger/v1/${name}.json`, as === undefined ? {} : { headers: { authorization: `Bearer ${as}` } });
}

async function newest(): Promise<{
  sequence: number;
  agency: string;
  action: string;
  outcome: string;
  subject: unknown;
}> {
  const answered = await world.ask(
    '{ ledger(first: 1) { nodes { sequence agency action outcome subject } } }',
    AUDITOR,
  );
  return dataOf<{ nodes: [never] }>(answered, 'ledger').nodes[0];
}

const PRESENT = `mutation ($input: PresentLedgerHeadInput!) {
  presentLedgerHead(input: $input) { head { outcome size root } userErrors { path code message } } }`;
const present = ({ publicKey, signature, text }: Head, as = AUDITOR) =>
  world.ask(PRESENT, as, { input: { publicKey, signature, text } });

/** A head of another past, by whoever holds this key. */
function forged(by: LedgerSigner, size: number): Head {
  const said = { at: new Date('2026-11-20T10:00:00Z'), environment: 'test', key: by.fingerprint, size };
  const text = headText({ ...said, root: 'ab'.repeat(32) });
  return { size, root: 'ab'.repeat(32), text, publicKey: by.publicKey, signature: by.sign(text) };
}

describe('the head of the ledger', () => {
  test('is for agencies: whoever belongs to none gets neither head nor keys nor proofs', async () => {
    for (const query of [
      '{ ledgerHead { size } }',
      '{ ledgerKeys { fingerprint } }',
      '{ ledgerConsistency(from: 1, to: 2) { hashes } }',
      '{ ledgerInclusion(sequence: 1, size: 2) { leaf } }',
    ]) {
      const { body } = await world.ask(query, ':OPERATOR');
      expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    expect((await file('head', ':OPERATOR')).status).toBe(403);
    expect((await file('keys', undefined)).status).toBe(401);
  });

  test('is signed by the key of the hub, and grows with every entry', async () => {
    const [earlier, later] = [await head(), await head('AL-BMP:REPORTER')];
    const keys = readKeysFile(await (await file('keys', 'AL-BMP:ANALYST')).text());
    expect(keys.environment).toBe('test');
    const believed = trustedKeys(keys.keys, [signer.fingerprint], { verify: verifyEd25519, environment: 'test' });
    for (const { publicKey, signature, text } of [earlier, later]) {
      expect(
        verifyHead(readHead(headFileText({ publicKey, signature, text })), believed, { verify: verifyEd25519 }),
      ).toBe(true);
    }
    expect(later.size).toBe(earlier.size + 1);
  });

  test('comes as a file too, the very same bytes of which verify, and each file is one entry', async () => {
    const before = await head();
    const answered = await file('head', AUDITOR);
    expect(answered.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const read = readHead(await answered.text());
    expect(read.size).toBe(before.size + 1);
    expect(await newest()).toMatchObject({ action: 'ledgerHead', outcome: 'ANSWERED', sequence: before.size + 2 });
  });

  test('is signed once for one state of the ledger', async () => {
    const one = await world.hub.treeHeads.sign();
    expect(await world.hub.treeHeads.sign()).toEqual(one);
    expect(await world.hub.treeHeads.latest()).toEqual(one);
    expect(await world.hub.treeHeads.at(one.size)).toEqual(one);
  });
});

describe('proofs', () => {
  test('of sizes the ledger never had are refused', async () => {
    for (const query of [
      '{ ledgerConsistency(from: 1, to: 999999) { hashes } }',
      '{ ledgerConsistency(from: 0, to: 2) { hashes } }',
      '{ ledgerConsistency(from: 3, to: 2) { hashes } }',
      '{ ledgerInclusion(sequence: 1, size: 999999) { leaf } }',
    ]) {
      const { body } = await world.ask(query, AUDITOR);
      expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  test('of inclusion are given to who asked and to whose data was asked; to all others as if there were no such entry', async () => {
    const query =
      '{ borderCrossings(purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"], first: 1) { nodes { id } } }';
    await world.ask(query, 'ME-BP:ANALYST');
    const { size, root } = await head();
    const proof = (sequence: number, as: string) =>
      world.ask(`{ ledgerInclusion(sequence: ${sequence}, size: ${size}) { sequence leaf hashes } }`, as);
    const strange = await proof(size, 'MK-BP:AUDITOR');
    expect(strange.body).toEqual({ data: { ledgerInclusion: null } });
    for (const absent of [size + 1, 0, -1]) expect((await proof(absent, 'MK-BP:AUDITOR')).text).toBe(strange.text);
    for (const as of ['ME-BP:AUDITOR', 'AL-BMP:AUDITOR']) {
      const found = dataOf<{ leaf: string; hashes: string[] }>(await proof(size, as), 'ledgerInclusion');
      const claim = {
        index: size - 1,
        size,
        leaf: bytes(found.leaf),
        root: bytes(root),
        path: found.hashes.map(bytes),
      };
      expect(verifyInclusion(claim)).toBe(true);
    }
  });

  test('of consistency lead from any kept head to the newest', async () => {
    const kept = await head();
    const later = await head();
    const query = `{ ledgerConsistency(from: ${kept.size}, to: ${later.size}) { hashes } }`;
    const { hashes } = dataOf<{ hashes: string[] }>(await world.ask(query, 'XK-BP:ANALYST'), 'ledgerConsistency');
    const roots = { fromRoot: bytes(kept.root), toRoot: bytes(later.root) };
    const claim = { from: kept.size, to: later.size, ...roots, path: hashes.map(bytes) };
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, fromRoot: bytes('ab'.repeat(32)) })).toBe(false);
  });
});

describe('a head that an agency brings back', () => {
  test('is for its auditor to present', async () => {
    const { body } = await present(await head(), 'ME-BP:ANALYST');
    expect(body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('does nothing if it is forged, whatever it says', async () => {
    const genuine = await head();
    const stranger = forged(new LedgerSigner(testKey(9)), 3);
    const cases: readonly [Head, string, string][] = [
      [stranger, 'publicKey', 'its key is none of the ledger'],
      [{ ...stranger, publicKey: signer.publicKey }, 'publicKey', 'its key is none of the ledger'],
      [{ ...genuine, signature: stranger.signature }, 'signature', 'its signature does not hold'],
      [{ ...genuine, text: genuine.text.replace('"test"', '"real"') }, 'text', 'it is a head of another hub'],
      [{ ...genuine, text: 'no head' }, 'text', 'the signed text is no JSON object'],
      [{ ...genuine, publicKey: 'x' }, 'publicKey', '`publicKey` is 64 hexadecimal digits in small letters'],
    ];
    for (const [presented, field, message] of cases) {
      const { head: shown, userErrors } = dataOf<{ head: null; userErrors: unknown }>(
        await present(presented),
        'presentLedgerHead',
      );
      expect({ shown, userErrors }).toEqual({
        shown: null,
        userErrors: [{ path: ['input', field], code: 'HEAD_NOT_GENUINE', message }],
      });
    }
    expect(await world.hub.witnesses.look()).toMatchObject({ contradictions: [], doubts: [] });
    expect(await newest()).toMatchObject({ action: 'presentLedgerHead', outcome: 'REFUSED', subject: {} });
  });

  test('is confirmed if the ledger grew out of it', async () => {
    const kept = await head();
    await world.ask('{ viewer { person } }', AUDITOR);
    const { head: shown } = dataOf<{ head: unknown }>(await present(kept), 'presentLedgerHead');
    expect(shown).toEqual({ outcome: 'CONFIRMED', size: kept.size, root: kept.root });
  });

  test('stops the hub if it is genuine and says otherwise: nothing is answered, everything is entered, and it is told why', async () => {
    const server = await testServer(world.hub, { identify, checks: readinessChecks(world.hub) });
    const readyz = async () => (await server.server.inject({ method: 'GET', url: '/readyz' })).json<object>();
    await world.hub.treeHeads.sign();
    expect(await readyz()).toMatchObject({ status: 'ready', checks: { witnesses: 'ok' } });
    const { size: entries } = await head();
    const contradicting = forged(signer, 4);
    const answered = dataOf<{ head: unknown }>(await present(contradicting), 'presentLedgerHead');
    expect(answered.head).toEqual({ outcome: 'CONTRADICTED', size: 4, root: contradicting.root });
    for (const query of ['{ viewer { person } }', '{ ledgerHead { size } }', '{ partners { nodes { code } } }']) {
      const refused = await world.ask(query, 'ME-BP:ANALYST');
      expect({ status: refused.status, data: refused.body.data ?? null }).toEqual({ status: 503, data: null });
      expect(refused.body.errors?.[0]?.extensions.code).toBe('LEDGER_CONTRADICTED');
    }
    expect((await file('head', AUDITOR)).status).toBe(503);
    expect(await readyz()).toMatchObject({
      status: 'not ready',
      checks: { witnesses: 'failed' },
      reasons: { witnesses: expect.stringContaining('witnessed') },
    });
    await expect(world.hub.treeHeads.sign()).resolves.toMatchObject({ size: entries + 6 });
    const files = await world.hub.safekeeping.heads();
    await world.hub.safekeeping.supersede(files.map(({ name }) => name).filter((name) => name.startsWith('presented')));
    await world.hub.witnesses.look();
    expect((await world.ask('{ viewer { person } }', AUDITOR)).status).toBe(200);
    await server.close();
  });
});
