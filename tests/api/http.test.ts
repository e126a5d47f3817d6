import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MemoryLedger, memoryHub, type TestServer, testServer } from './harness.js';

let hub: TestServer;
const ledger = new MemoryLedger();
let databaseIsThere = true;
beforeAll(async () => {
  hub = await testServer(memoryHub(undefined, ledger), {
    checks: [
      {
        name: 'database',
        check: async () => {
          if (!databaseIsThere) throw new Error('connect ECONNREFUSED 10.1.2.3:5432');
        },
      },
    ],
    version: { version: '1.2.3', node: 'v24' },
  });
  await hub.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => hub?.close());

const caller = { authorization: 'Bearer AL-BMP:ANALYST' };
const get = (url: string, headers: Readonly<Record<string, string>> = caller) =>
  hub.server.inject({ method: 'GET', url, headers });
const viewer = `/graphql?query=${encodeURIComponent('{ viewer { person } }')}`;

/** What is written to the socket comes back as text; for what no client would send. */
async function raw(text: string): Promise<string> {
  const { port } = hub.server.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.end(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

describe('refused', () => {
  test('a mutation by GET', async () => {
    const query = 'mutation { registerPartner(input: { code: "QQ", name: "q" }) { userErrors { code } } }';
    const answer = await get(`/graphql?query=${encodeURIComponent(query)}`, { authorization: 'Bearer :OPERATOR' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
  });

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)('%s', async (method) => {
    const answer = await hub.server.inject({ method, url: '/graphql', headers: caller });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, POST']);
  });

  test('a method override', async () => {
    const answer = await hub.server.inject({
      method: 'GET',
      url: '/graphql',
      headers: { ...caller, 'x-http-method-override': 'POST' },
    });
    expect(answer.statusCode).toBe(400);
  });

  test('an answer in a type that nobody has', async () => {
    expect((await get(viewer, { ...caller, accept: 'text/csv' })).statusCode).toBe(406);
  });

  test('foreign origins: nothing is said that lets a browser read the answer', async () => {
    const answer = await get(viewer, { ...caller, origin: 'https://stranger.example' });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('two Host headers, and two credentials', async () => {
    const lines = ['GET /livez HTTP/1.1', 'Host: a', 'Host: b', 'Connection: close', '', ''];
    expect(await raw(lines.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
    const two = ['GET /livez HTTP/1.1', 'Host: a', 'Authorization: x', 'Authorization: y', 'Connection: close', '', ''];
    expect(await raw(two.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('headers without end', async () => {
    const text = `GET /livez HTTP/1.1\r\nHost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('a request that is no HTTP, without a word about the server', async () => {
    const answer = await raw('NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/fastify|node|stack/i);
  });

  test('an unknown address, in the form of a GraphQL error', async () => {
    const answer = await get('/nothing');
    expect([answer.statusCode, answer.json().errors[0].extensions.correlationId]).toEqual([
      404,
      answer.headers['x-request-id'],
    ]);
  });

  test('an introspection by a stranger', async () => {
    const answer = await get(`/graphql?query=${encodeURIComponent('{ __schema { types { name } } }')}`, {});
    expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="besa"']);
    expect(answer.body).not.toContain('__Type');
  });
});

describe('answered', () => {
  test('a query by GET, with the caller in the header alone', async () => {
    expect((await get(viewer)).json()).toEqual({ data: { viewer: { person: 'tester' } } });
  });

  test('nothing says which software answers, and nothing may be stored on the way', async () => {
    const answer = await get(viewer);
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers.server).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('the id of a request is the hub’s own, whatever the caller says', async () => {
    const answer = await get(viewer, { ...caller, 'x-request-id': 'mine', 'request-id': 'mine' });
    expect(answer.headers['x-request-id']).not.toBe('mine');
  });

  test('/livez, /version and /metrics to anybody', async () => {
    expect((await get('/livez', {})).json()).toEqual({ status: 'ok' });
    expect((await get('/version', {})).json()).toEqual({ version: '1.2.3', node: 'v24' });
    const metrics = (await get('/metrics', {})).body;
    expect(metrics).toMatch(/besa_http_responses_total\{route="\/graphql",status="200"\} \d+/);
    expect(metrics).toMatch(/besa_graphql_seconds_count \d+/);
  });

  test('/readyz by named checks, without what is behind a failure', async () => {
    expect((await get('/readyz', {})).json()).toEqual({ status: 'ready', checks: { database: 'ok' } });
    databaseIsThere = false;
    const answer = await get('/readyz', {});
    databaseIsThere = true;
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not ready', checks: { database: 'failed' } }]);
  });
});

describe('a caller who is known', () => {
  test('is owed an entry even if his body breaks off', async () => {
    const before = ledger.entries.length;
    const { port } = hub.server.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    const headers = ['host: a', `authorization: ${caller.authorization}`, 'content-type: application/json'];
    socket.write(`POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\ncontent-length: 100\r\n\r\n{"query"`);
    await once(hub.server.server, 'request');
    socket.destroy();
    while (ledger.entries.length === before) await new Promise(setImmediate);
    expect(ledger.entries.at(-1)).toMatchObject({ outcome: 'REFUSED', errorCode: 'BAD_USER_INPUT' });
  });
});

describe('GraphiQL', () => {
  const page = () => get('/graphql', { accept: 'text/html,application/xhtml+xml;q=0.9', 'accept-encoding': 'gzip' });

  test('is one page without an entry in the ledger, for a browser without a token', async () => {
    const before = ledger.entries.length;
    const answer = await page();
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(ledger.entries.length).toBe(before);
  });

  test('holds everything it needs: no element names another address, and the policy allows none', async () => {
    const answer = await page();
    const html = gunzipSync(answer.rawPayload).toString('utf8');
    const markup = html.replace(/<script>[\s\S]*?<\/script>/g, '').replace(/<style>[\s\S]*?<\/style>/g, '');
    expect(markup).not.toMatch(/(?:src|href)="(?!data:)/);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'self';/);
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test('its scripts are the two the policy names', async () => {
    const answer = await page();
    const html = gunzipSync(answer.rawPayload).toString('utf8');
    const body = html.slice(html.indexOf('<body'));
    const scripts = [...body.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
    expect(scripts).toHaveLength(2);
    expect(body.slice(body.lastIndexOf('</script>')).trim()).toMatch(/^<\/script>\s*<\/body>\s*<\/html>$/);
    const policy = String(answer.headers['content-security-policy']);
    for (const script of scripts) {
      expect(script).not.toContain('\r');
      expect(policy).toContain(`'sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}'`);
    }
  });
});
