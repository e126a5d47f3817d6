import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { memoryHub, type TestServer, testServer } from './harness.js';

/**
 * Where the hub does not do what the audit suite recommends, and why. Each is a SHOULD or MAY; a MUST may not stand here.
 */
const DEVIATIONS: Readonly<Record<string, string>> = {
  '572B':
    'a document that cannot be parsed is 400 under application/json too: a proxy must be able to tell it from an answer',
  FDE2: 'a document that is not valid is 400 under application/json too, for the same reason',
  '7B9B': 'a variable of the wrong type is 400 under application/json too, for the same reason',
};

let hub: TestServer;
let url = '';
beforeAll(async () => {
  hub = await testServer(memoryHub());
  url = `${await hub.server.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
});
afterAll(() => hub?.close());

const withToken: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    headers: { ...(init?.headers as Record<string, string>), authorization: 'Bearer AL-BMP:ANALYST' },
  });

const audits = serverAudits({ url: () => url, fetchFn: withToken });

describe('GraphQL over HTTP, by the audit suite of graphql-http', () => {
  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn();
    const isDeviation = Object.hasOwn(DEVIATIONS, audit.id);
    if (isDeviation) expect(audit.name).not.toMatch(/^MUST/);
    expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toEqual(
      isDeviation ? expect.not.stringMatching(/^ok$/) : 'ok',
    );
  });

  test('the suite is the one these deviations were chosen for', () => {
    expect(audits.length).toBeGreaterThanOrEqual(60);
    expect(Object.keys(DEVIATIONS).every((id) => audits.some((audit) => audit.id === id))).toBe(true);
  });
});
