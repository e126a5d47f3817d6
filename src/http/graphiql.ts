import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

interface Page {
  readonly html: Buffer;
  readonly packed: Buffer;
  readonly policy: string;
}

const FIRST_QUERY = `# Put your token into the headers below: { "authorization": "Bearer …" }
{
  viewer {
    person
    roles
    agency { code name }
  }
}
`;

/** Whether a browser asks for a page to look at, rather than for an answer. */
export function wantsPage(request: FastifyRequest): boolean {
  const { query } = request.query as { readonly query?: unknown };
  return request.method === 'GET' && query === undefined && /\btext\/html\b/i.test(request.headers.accept ?? '');
}

/** The script is named by its hash, so no other script runs; nothing is fetched from anywhere but the hub itself. */
function policyOf(html: Buffer): string {
  const begin = html.indexOf('<script>', html.indexOf('</style>')) + '<script>'.length;
  const script = html.subarray(begin, html.indexOf('</script>', begin));
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'self'",
    `script-src 'sha256-${hash}'`,
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

/** Made once, on the first visit: nine megabytes that most processes never need. */
async function makePage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  // A browser reads carriage returns as line feeds, and would then find another hash.
  const text = renderGraphiQL({
    title: 'Besa',
    endpoint: '/graphql',
    defaultQuery: FIRST_QUERY,
    headers: JSON.stringify({ authorization: 'Bearer ' }, null, 2),
    shouldPersistHeaders: false,
  }).replace(/\r\n?/g, '\n');
  const html = Buffer.from(text, 'utf8');
  return { html, packed: await promisify(gzip)(html), policy: policyOf(html) };
}

let page: Promise<Page> | undefined;

/** Answers with GraphiQL: one file that holds everything it needs. */
export async function sendPage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  page ??= makePage();
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
}
