/**
 * The bar above GraphiQL: one place for the token, whatever tab is open. The token stays in the memory of the page; it is
 * put into requests to the hub that name no other, and is gone with the page. What is written into the editor may name
 * persons: it is kept for this tab of the browser, and no longer.
 */

/** What the bar says. */
export interface TokenBarText {
  /** a command that prints a token, such as in a demo; absent: the agency's identity provider has it */
  readonly tokenCommand?: string;
}

/** Height taken from the editor below, and colours of the browser's own theme. */
export const TOKEN_BAR_STYLE = `
  body { overflow: hidden; }
  .token-bar { box-sizing: border-box; height: 48px; padding: 0 16px; display: flex; align-items: center; gap: 10px;
    font: 14px/1.3 system-ui, sans-serif; color: CanvasText; background: Canvas; color-scheme: light dark;
    border-bottom: 1px solid GrayText; white-space: nowrap; }
  .token-bar input { flex: 0 1 22em; min-width: 8em; font: inherit; padding: 4px 8px; }
  .token-bar button { font: inherit; padding: 4px 12px; }
  .token-bar output { overflow: hidden; text-overflow: ellipsis; }
  .token-bar code { user-select: all; }
  #root .graphiql-container { height: calc(100vh - 48px); }
  @media (max-width: 700px) { .token-bar output { display: none; } }
`;

/** The bar as HTML. */
export function tokenBar({ tokenCommand }: TokenBarText): string {
  const hint =
    tokenCommand === undefined
      ? 'from the identity provider of your agency'
      : `for one of the demo: <code>${escaped(tokenCommand)}</code>`;
  return `<div class="token-bar" role="search" aria-label="Who asks">
    <label for="token">Token</label>
    <input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="paste it here">
    <button id="use-token" type="button">Use</button>
    <output id="token-state" for="token">${hint}</output>
  </div>`;
}

/**
 * Runs before the editor, whose storage becomes that of the tab. The editor would open one more, empty tab at each visit
 * unless it finds its open query apart from the others as well. Its first question, for the schema, waits for the token instead of failing without one;
 * another token asks for the schema again by the editor's own button.
 */
export const TOKEN_BAR_SCRIPT = `(() => {
  const kept = globalThis.sessionStorage;
  Object.defineProperty(globalThis, 'localStorage', { get: () => kept });
  // The editor would write what is asked into the address, and so into histories and logs.
  globalThis.history.replaceState = () => {};
  try {
    const { tabs, activeTabIndex } = JSON.parse(kept.getItem('graphiql:tabState'));
    for (const name of ['query', 'variables']) kept.setItem('graphiql:' + name, tabs[activeTabIndex][name] ?? '');
  } catch {
    // The first visit of this tab.
  }
  const plainFetch = globalThis.fetch.bind(globalThis);
  const field = document.getElementById('token');
  const state = document.getElementById('token-state');
  const waiting = [];
  let token = '';
  const asksForSchema = (body) => typeof body === 'string' && body.includes('__schema') && body.includes('IntrospectionQuery');
  globalThis.fetch = async (address, options = {}) => {
    const headers = new Headers(options.headers);
    if (headers.has('authorization')) return plainFetch(address, options);
    if (token === '' && asksForSchema(options.body)) await new Promise((go) => waiting.push(go));
    if (token !== '') headers.set('authorization', 'Bearer ' + token);
    return plainFetch(address, { ...options, headers });
  };
  const claimsOf = (text) => {
    try {
      const bytes = Uint8Array.from(atob(text.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      return undefined;
    }
  };
  const use = () => {
    token = field.value.trim().replace(/^bearer\\s+/i, '');
    const claims = claimsOf(token);
    const until = claims === undefined ? undefined : new Date(claims.exp * 1000).toLocaleTimeString();
    state.textContent = claims === undefined ? 'this is no token' : 'you ask as ' + claims.sub + ', until ' + until;
    if (claims === undefined) token = '';
    else if (waiting.length > 0) for (const go of waiting.splice(0)) go();
    else document.querySelector('button[aria-label^="Re-fetch"]')?.click();
  };
  document.getElementById('use-token').addEventListener('click', use);
  field.addEventListener('paste', () => setTimeout(use));
  field.addEventListener('keydown', ({ key }) => key === 'Enter' && use());
})();`;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
