import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pino from 'pino';
import { entryOf, partsOf } from '../../src/audit/entry.js';
import { ledgerExport } from '../../src/audit/export-format.js';
import { EMPTY_TREE } from '../../src/audit/merkle-tree.js';
import { verify } from '../../src/audit/verify.js';
import type { LedgerEntry } from '../../src/domain/ledger.js';
import { importRoute } from '../../src/http/import-route.js';
import { answer } from '../../src/hub/answer.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { type TestServer, testServer } from '../api/harness.js';
import { sampleEntry } from '../audit/sample-entry.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';
import { HOSTILE_TEXTS } from './hostile-texts.js';

/** A body holds a few texts of at most 2,000 characters, each at most six times as long when it is escaped. */
const BODY_CHARACTERS_MAX = 250_000;

let world: WorldHub;
let server: TestServer;
const logLines: string[] = [];
beforeAll(async () => {
  world = await worldHub();
  const log = pino({ level: 'trace' }, { write: (line) => void logLines.push(line) });
  server = await testServer(world.hub, {
    log: { error: (fields, message) => log.error(fields, message) },
    routes: [(scope, door) => importRoute(scope, { hub: world.hub, authenticate: door.authenticate })],
  });
});
afterAll(async () => {
  await server?.close();
  await world?.close();
});

const texts = Object.entries(HOSTILE_TEXTS).map(([what, text]) => ({ what, text }));

interface Stored {
  readonly sequence: string;
  readonly body: string;
}

const lastSequence = async (): Promise<string> =>
  (await stored('select sequence, body from besa.ledger_entry order by sequence desc limit 1'))[0]?.sequence ?? '0';

async function stored(text: string, values: readonly unknown[] = []): Promise<readonly Stored[]> {
  return (await world.owner.query<Stored>(text, [...values])).rows;
}

/** The entries that came since, each looked at as a text. */
async function since(sequence: string): Promise<readonly LedgerEntry[]> {
  const rows = await stored('select sequence, body from besa.ledger_entry where sequence > $1 order by sequence', [
    sequence,
  ]);
  return rows.map(({ body }) => {
    expect(body.length).toBeLessThan(BODY_CHARACTERS_MAX);
    // Of all controls only the line ends between its parts, and each line is an object by itself.
    expect([...body].filter((one) => one < ' ' && one !== '\n')).toEqual([]);
    expect(body.split('\n')).toHaveLength(partsOf(body).length);
    for (const line of body.split('\n')) expect(typeof JSON.parse(line)).toBe('object');
    return entryOf(body);
  });
}

/** An entry with the text wherever a caller could have put it, and where only we could. */
function entryWith(text: string): LedgerEntry {
  const entry = sampleEntry();
  const [ask] = entry.asks;
  const [line] = ask?.lines ?? [];
  if (ask === undefined || line === undefined) throw new Error('the sample has no line');
  const hostile = {
    ...line,
    database: text,
    owner: text,
    basis: [{ agreement: text, version: 1, article: text }],
    disclosed: [{ id: text, version: 1 }],
  };
  return {
    ...entry,
    ...{ person: text, client: text, purpose: text, regime: text, justification: text, action: text, errorCode: text },
    roles: [text, text],
    operation: { name: text, hash: text },
    asks: [{ ...ask, recordType: text, selectedFields: [text], touchedFields: [text], viewAs: text, lines: [hostile] }],
    subject: { reason: text, statement: text, file: text, [`name ${text}`]: text },
  };
}

describe('in every field of an entry', () => {
  test.each(texts.filter(({ text }) => text.length < 10_000))('$what', async ({ text }) => {
    const before = await lastSequence();
    world.owe();
    const entry = entryWith(text);
    expect(await world.hub.ledger.append(entry)).toMatchObject({ kind: 'APPENDED' });
    const [found, ...others] = await since(before);
    expect(others).toEqual([]);
    expect(found?.requestId).toBe(entry.requestId);
    // Whatever has a meaning as a text comes back as it was.
    if (wellFormed(text) === text)
      expect([found?.person, found?.justification, found?.subject.reason]).toEqual([text, text, text]);
  });
});

const PAGE = `query Page($justification: String, $databases: [String!], $id: ID!, $after: String, $value: String) {
  borderCrossings(purpose: SMUGGLING_INVESTIGATION, justification: $justification, databases: $databases, after: $after,
    where: { borderSection: { eq: $value } }, first: 1) { nodes { id } sources { reason } }
  borderCrossing(id: $id, purpose: SMUGGLING_INVESTIGATION, justification: $justification) { id } }`;
const SUSPEND = `mutation ($reference: String!, $reason: String!) {
  suspendAgreement(input: { reference: $reference, reason: $reason }) { userErrors { code } } }`;
const ATTEST = `mutation ($duty: String!, $statement: String!) {
  attestDuty(input: { duty: $duty, statement: $statement }) { userErrors { code } } }`;
const REGISTER = `mutation ($text: String!) {
  registerTechnology(input: { code: $text, name: $text, kind: $text, description: $text, maturity: 1 }) { userErrors { code } } }`;

/** Requests that carry the text where their entry, or a log, could repeat it. */
const REQUESTS: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
  'a justification': (text) => ask(PAGE, 'XK-BP:ANALYST', { justification: text, id: 'x', value: 'AL-XK' }),
  'codes, ids, cursors and values': (text) =>
    ask(PAGE, 'AL-BMP:ANALYST', { justification: 'case 7', databases: [text], id: text, after: text, value: text }),
  'a reference and a reason': (text) =>
    ask(SUSPEND, 'AL-BMP:SIGNATORY', { reference: text.slice(0, 500), reason: text }),
  'a statement': (text) => ask(ATTEST, 'AL-BMP:POLICY_OFFICER', { duty: text, statement: text }),
  'a registration': (text) => ask(REGISTER, 'AL-BMP:STEWARD', { text }),
  'a document': (text) => ask(`query ${text} { viewer { person } }`, 'AL-BMP:ANALYST', {}),
  'a name of an operation': (text) => send({ query: '{ viewer { person } }', operationName: text }, 'AL-BMP:ANALYST'),
  'a file to import': (text) => upload('AL-BORDER-CROSSINGS', `national_reference\n${text}\n`, {}),
  'columns of a file': (text) => upload('AL-BORDER-CROSSINGS', `${text},national_reference\na,b\n`, {}),
  'an address of an import': (text) =>
    upload(encodeURIComponent(wellFormed(text).slice(0, 200)), 'a\n', { map: wellFormed(text).slice(0, 200) }),
  headers: (text) => withHeaders(headerOf(text)),
};

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');
const ask = (query: string, as: string, variables: object): Promise<unknown> => send({ query, variables }, as);

function send(payload: object, as: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  return server.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { ...headers, authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    payload: JSON.stringify(payload),
  });
}

function upload(database: string, payload: string, query: Readonly<Record<string, string>>): Promise<unknown> {
  const headers = { authorization: 'Bearer AL-BMP:STEWARD', 'content-type': 'text/csv' };
  return server.server.inject({ method: 'POST', url: `/imports/v1/${database}`, query, headers, payload });
}

/** What a header may carry at all: a server takes no line ends, and nothing beyond Latin-1. */
const headerOf = (text: string): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?').slice(0, 8_000);

function withHeaders(text: string): Promise<unknown> {
  const names = [
    'user-agent',
    'x-request-id',
    'x-forwarded-for',
    'referer',
    'traceparent',
    'accept-language',
    'cookie',
  ];
  const headers = Object.fromEntries(names.map((name) => [name, text]));
  return send({ query: '{ viewer { person } }' }, 'AL-BMP:ANALYST', headers);
}

describe('through every door', () => {
  test.each(Object.entries(REQUESTS).map(([where, run]) => ({ where, run })))(
    'as $where: one request stays one entry, and a line of the log a line',
    async ({ run }) => {
      for (const { what, text } of texts) {
        const before = await lastSequence();
        await run(text);
        const entries = await since(before);
        if (entries.length !== 1) throw new Error(`${what}: ${entries.length} entries`);
      }
      for (const line of logLines) expect([line.endsWith('\n'), line.trimEnd().includes('\n')]).toEqual([true, false]);
      for (const line of logLines) expect(typeof JSON.parse(line)).toBe('object');
    },
  );

  test('a person of any name, past the tokens that would refuse him', async () => {
    for (const { text } of texts) {
      const before = await lastSequence();
      world.owe();
      const identity = { agency: 'AL-BMP', person: text, client: text, roles: ['ANALYST' as const] };
      const request = { requestId: randomUUID(), action: 'test', operation: { name: text, hash: null } };
      await answer(world.hub, identity, request, async () => undefined);
      expect(await since(before)).toHaveLength(1);
    }
  });
});

test('a fault of the hub is one line of the log, whatever is in it', async () => {
  for (const { text } of texts) {
    logLines.length = 0;
    const fault = Object.assign(new Error(text), { name: text.slice(0, 10_000), code: text });
    const failing = jest.spyOn(world.hub.registry, 'partners').mockRejectedValueOnce(fault);
    await ask('{ partners { nodes { code } } }', 'AL-BMP:ANALYST', {});
    failing.mockRestore();
    expect(logLines).toHaveLength(1);
    expect(logLines[0]?.trimEnd()).not.toContain('\n');
    expect(JSON.parse(logLines[0] ?? '')).toMatchObject({ msg: 'a request failed' });
  }
});

describe('after all of it', () => {
  test('the ledger verifies, and its export has one line for each entry', async () => {
    await withLedger(world.database.url, async ({ size, keys, chunks }) => {
      const lines: string[] = [];
      const source = { environment: 'test', from: 1, size, keys, begin: EMPTY_TREE, chunks };
      for await (const line of ledgerExport(source)) lines.push(line);
      expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([]);
      const entries = lines
        .map((line) => JSON.parse(line) as { body?: string })
        .filter(({ body }) => body !== undefined);
      expect(entries).toHaveLength(size);
    });
    expect(await withLedger(world.database.url, ({ chunks }) => verify(chunks))).toMatchObject({ kind: 'INTACT' });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
