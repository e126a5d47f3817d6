/** The script of the token bar, run against a page of the least parts. */
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { TOKEN_BAR_SCRIPT, tokenBar } from '../../src/http/graphiql-token-bar.js';

const SCHEMA_QUESTION = JSON.stringify({
  operationName: 'IntrospectionQuery',
  query: 'query IntrospectionQuery { __schema { queryType { name } } }',
});
const TOKEN = `e30.${Buffer.from(JSON.stringify({ sub: 'šef@AL-BMP', exp: 1_900_000_000 })).toString('base64url')}.c2ln`;

/** What was sent, by the `authorization` of each request, and what a person does. */
function openPage(stored: Readonly<Record<string, string>> = {}) {
  const kept = new Map(Object.entries(stored));
  const sessionStorage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  const sent: (string | null)[] = [];
  let refetches = 0;
  let click: () => void = () => {};
  const field = { value: '', addEventListener: () => {} };
  const state = { textContent: '' };
  const button = {
    addEventListener: (_name: string, run: () => void): void => {
      click = run;
    },
  };
  const parts: Readonly<Record<string, unknown>> = { token: field, 'token-state': state, 'use-token': button };
  const page = {
    sessionStorage,
    history: { replaceState: (): unknown => 'written into the address' },
    localStorage: null as unknown,
    fetch: async (_address: string, options: { readonly headers?: HeadersInit } = {}) => {
      sent.push(new Headers(options.headers).get('authorization'));
    },
    document: {
      getElementById: (id: string) => parts[id],
      querySelector: () => ({
        click: () => {
          refetches += 1;
        },
      }),
    },
    Headers,
    TextDecoder,
    Uint8Array,
    atob,
    setTimeout,
  };
  runInNewContext(TOKEN_BAR_SCRIPT, page);
  const use = (text: string): void => {
    field.value = text;
    click();
  };
  return { sent, state, use, ask: page.fetch, refetches: () => refetches, page, kept };
}

describe('the token bar of GraphiQL', () => {
  test('what is no token is sent nowhere', async () => {
    const { use, ask, sent, state } = openPage();
    use('nonsense');
    await ask('/graphql', {});
    expect([state.textContent, sent]).toEqual(['this is no token', [null]]);
  });

  test('the question for the schema waits for a token instead of failing without one', async () => {
    const { use, ask, sent, state } = openPage();
    const schema = ask('/graphql', { body: SCHEMA_QUESTION } as object);
    await ask('/graphql', {});
    expect(sent).toEqual([null]);
    use(` Bearer ${TOKEN}\n`);
    await schema;
    expect(sent).toEqual([null, `Bearer ${TOKEN}`]);
    expect(state.textContent).toMatch(/^you ask as šef@AL-BMP, until /);
  });

  test('another token asks for the schema again, and a header named in the editor wins', async () => {
    const { use, ask, sent, refetches } = openPage();
    use(TOKEN);
    expect(refetches()).toBe(1);
    await ask('/graphql', { headers: { Authorization: 'Bearer other' } });
    await ask('/graphql', { headers: { accept: 'application/json' } });
    expect(sent).toEqual(['Bearer other', `Bearer ${TOKEN}`]);
  });

  test('what is written is kept for the tab of the browser only, and its open query is found again', () => {
    const tabState = JSON.stringify({
      tabs: [{ query: '{ a }' }, { query: '{ b }', variables: null }],
      activeTabIndex: 1,
    });
    const { page, kept } = openPage({ 'graphiql:tabState': tabState });
    expect(page.localStorage).toBe(page.sessionStorage);
    expect(page.history.replaceState()).toBeUndefined();
    expect([kept.get('graphiql:query'), kept.get('graphiql:variables')]).toEqual(['{ b }', '']);
  });

  test('says where a token comes from', () => {
    expect(tokenBar({ tokenCommand: 'print <token>' })).toContain('<code>print &#60;token&#62;</code>');
    expect(tokenBar({})).toContain('identity provider');
  });
});
