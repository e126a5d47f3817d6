import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TOKEN_BAR_SCRIPT, TOKEN_BAR_STYLE, type TokenBarText, tokenBar } from './graphiql-token-bar.js';

/** What the page offers a newcomer, beyond asking who he is. */
export interface PageContent extends TokenBarText {
  /** GraphQL documents, each in a tab of its own */
  readonly examples?: readonly string[];
}

interface Page {
  readonly html: Buffer;
  readonly packed: Buffer;
  readonly policy: string;
}

const FIRST_QUERY = `# Who am I, and what may I ask of whom?
# A token goes into the field above; Ctrl+Enter asks.
query Viewer {
  viewer {
    person
    roles
    agency { code name }
    mayAsk { owner database action purpose agreements }
  }
}
`;

/** Whether a browser asks for a page to look at, rather than for an answer. */
export function wantsPage(request: FastifyRequest): boolean {
  const { query } = request.query as { readonly query?: unknown };
  return request.method === 'GET' && query === undefined && /\btext\/html\b/i.test(request.headers.accept ?? '');
}

/** The scripts are named by their hashes, so no other script runs; nothing is fetched from anywhere but the hub itself. */
function policyOf(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'self'",
    `script-src ${hashes.join(' ')}`,
    // The editor writes its own style elements while it runs.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    'worker-src blob:',
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** GraphiQL's page with the token bar above it, and the scripts that run in it. */
async function compose(content: PageContent): Promise<{ readonly html: string; readonly scripts: readonly string[] }> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  // A browser reads carriage returns as line feeds, and would then find another hash.
  const page = renderGraphiQL({
    title: 'Besa',
    endpoint: '/graphql',
    defaultTabs: [FIRST_QUERY, ...(content.examples ?? [])].map((query) => ({ query })),
    shouldPersistHeaders: false,
  }).replace(/\r\n?/g, '\n');
  const body = page.indexOf('<div id="root">', page.indexOf('</style>'));
  const begin = page.indexOf('<script>', body) + '<script>'.length;
  const end = page.indexOf('</script>', begin);
  if (body < 0 || begin < body || end < 0)
    throw new Error('the page of GraphiQL is built in another way than expected');
  const added = `<style>${TOKEN_BAR_STYLE}</style>${tokenBar(content)}<script>${TOKEN_BAR_SCRIPT}</script>`;
  return {
    html: page.slice(0, body) + added + page.slice(body),
    scripts: [TOKEN_BAR_SCRIPT, page.slice(begin, end)],
  };
}

async function makePage(content: PageContent): Promise<Page> {
  const { html: text, scripts } = await compose(content);
  const html = Buffer.from(text, 'utf8');
  return { html, packed: await promisify(gzip)(html), policy: policyOf(scripts) };
}

/**
 * Answers with GraphiQL: one file that holds everything it needs. Made once, on the first visit: nine megabytes that most
 * processes never need.
 */
export function graphiqlPage(
  content: PageContent = {},
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  let page: Promise<Page> | undefined;
  return async (request, reply) => {
    page ??= makePage(content);
    const { html, packed, policy } = await page;
    const isPacked = /\bgzip\b/i.test(request.headers['accept-encoding'] ?? '');
    reply
      .header('content-security-policy', policy)
      .header('referrer-policy', 'no-referrer')
      .header('vary', 'accept, accept-encoding');
    if (isPacked) reply.header('content-encoding', 'gzip');
    return reply
      .code(200)
      .type('text/html; charset=utf-8')
      .send(isPacked ? packed : html);
  };
}
