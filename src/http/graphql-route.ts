import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createContext, type NamedRequest } from '../api/context.js';
import { LIMITS } from '../api/limits.js';
import type { Api } from '../api/server.js';
import type { Identity } from '../domain/identity.js';
import { answer } from '../hub/answer.js';
import type { Journal } from '../hub/journal.js';
import type { Ports } from '../hub/ports.js';
import { graphiqlPage, type PageContent, wantsPage } from './graphiql.js';
import { HttpRefusal, RETRY_AFTER_SECONDS } from './http-error.js';
import type { Metrics } from './metrics.js';

export interface GraphqlRouteParts {
  readonly hub: Ports;
  readonly api: Api;
  readonly metrics: Metrics;
  /** what a browser is offered beside the bare editor */
  readonly page?: PageContent;
  /** @throws HubError UNAUTHENTICATED */
  authenticate(request: FastifyRequest): Promise<Identity>;
}

/** How long a body may take to arrive: a slow sender must not hold a place for ever. */
const BODY_MS_MAX = 20_000;
const PATH = '/graphql';
/** codes of what goes wrong while a body is read */
const OF_A_BODY = /^(FST_|ECONNRESET|ERR_STREAM)/;

interface Admitted {
  readonly identity: Identity;
  readonly deadline: NodeJS.Timeout;
  /** its entry is made, or was tried: whatever goes wrong from now on is part of it */
  isEntered: boolean;
}

/**
 * GraphQL over HTTP. A caller is known before a byte of the body is read, and whatever comes after that, malformed bodies
 * included, is one entry of the ledger before its answer leaves.
 */
export async function graphqlRoute(fastify: FastifyInstance, parts: GraphqlRouteParts): Promise<void> {
  const admitted = new WeakMap<FastifyRequest, Admitted>();
  const sendPage = graphiqlPage(parts.page);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LIMITS.bodyBytesMax }, (_request, body, done) =>
    done(null, body),
  );
  fastify.addHook('onRequest', async (request) => {
    if (wantsPage(request)) return;
    const identity = await parts.authenticate(request);
    const deadline = setTimeout(() => request.raw.destroy(), BODY_MS_MAX).unref();
    admitted.set(request, { identity, deadline, isEntered: false });
  });
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const caller = admitted.get(request);
    if (caller === undefined) return sendPage(request, reply);
    const response = await recorded(parts, caller, request, (journal, named) =>
      carried(parts, caller.identity, request, journal, named),
    );
    parts.metrics.observe(reply.elapsedTime / 1000);
    return send(reply, response);
  };
  fastify.route({ method: ['GET', 'POST'], url: PATH, handler });
  fastify.route({
    method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: PATH,
    handler: async (request, reply) => {
      reply.header('allow', 'GET, POST');
      const refusal = new HttpRefusal(405, 'GraphQL is asked by GET and POST');
      const caller = admitted.get(request);
      if (caller === undefined) throw refusal;
      return recorded(parts, caller, request, async () => Promise.reject(refusal));
    },
  });
  fastify.setErrorHandler(async (error: Error & { readonly code?: string }, request, _reply) => {
    const caller = admitted.get(request);
    if (caller === undefined || caller.isEntered) throw error;
    // A body that was not taken, or broke off: who asked is known, so it is an entry.
    const told = OF_A_BODY.test(error.code ?? '') ? refusalOf(error) : error;
    return recorded(parts, caller, request, async () => Promise.reject(told));
  });
}

/** A body the server did not take. */
function refusalOf({ code }: { readonly code?: string }): HttpRefusal {
  const limit = LIMITS.bodyBytesMax;
  return code === 'FST_ERR_CTP_BODY_TOO_LARGE'
    ? new HttpRefusal(413, `the request exceeds a limit: bytes of the body, at most ${limit}`, 'LIMIT_EXCEEDED', {
        limit,
      })
    : new HttpRefusal(400, 'the body did not arrive as it was announced');
}

function recorded<T>(
  { hub }: GraphqlRouteParts,
  caller: Admitted,
  request: FastifyRequest,
  run: (journal: Journal, named: NamedRequest) => Promise<T>,
): Promise<T> {
  clearTimeout(caller.deadline);
  caller.isEntered = true;
  const named: NamedRequest = { requestId: request.id, action: 'graphql', operation: { name: null, hash: null } };
  return answer(hub, caller.identity, named, (journal) => run(journal, named));
}

async function carried(
  { hub, api }: GraphqlRouteParts,
  identity: Identity,
  request: FastifyRequest,
  journal: Journal,
  named: NamedRequest,
): Promise<HTTPGraphQLResponse> {
  const body = request.method === 'POST' ? jsonOf(request) : undefined;
  let context = createContext({ hub, identity, journal, request: named });
  const type = TOLD_AS.get(request.headers.accept ?? '*/*');
  if (body !== undefined && type !== undefined) {
    const repeated = await api.known.repeat(body, context);
    if (repeated.kind === 'told') return toldAs(type, repeated.body);
    if (repeated.kind === 'carried') context = { ...context, carried: repeated.answer };
  }
  const response = await api.pipeline.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method, headers: headersOf(request), search: searchOf(request), body },
    context: async () => context,
  });
  return isWithoutId(response) ? withId(response, journal, named.requestId) : response;
}

/** What is accepted so plainly that there is nothing to negotiate, and the type of the answer then. */
const JSON_TOLD = 'application/json; charset=utf-8';
const TOLD_AS: ReadonlyMap<string, string> = new Map([
  ['*/*', JSON_TOLD],
  ['application/json', JSON_TOLD],
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
]);

function toldAs(type: string, body: string): HTTPGraphQLResponse {
  return { headers: new HeaderMap([['content-type', type]]), body: { kind: 'complete', string: body } };
}

/** Only what the GraphQL server reads: copying every header costs more than parsing a cached document. */
function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  if (headers.accept !== undefined) map.set('accept', headers.accept);
  // Bodies are decoded here; to the server below they are JSON, and a GET has none.
  map.set('content-type', 'application/json');
  return map;
}

const searchOf = ({ raw: { url = '' } }: FastifyRequest): string =>
  url.includes('?') ? url.slice(url.indexOf('?')) : '';

const JSON_TYPE = /^application\/json\s*(?:;\s*charset="?utf-?8"?\s*)?;?$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws HttpRefusal unless it is UTF-8 JSON and says so: other types reach a server without a browser asking first */
function jsonOf(request: FastifyRequest): unknown {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
    throw new HttpRefusal(415, 'the content type is `application/json`, in UTF-8');
  }
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new HttpRefusal(415, 'the body is sent as it is, without content encoding');
  }
  try {
    return JSON.parse(utf8.decode(request.body as Buffer | undefined));
  } catch {
    throw new HttpRefusal(400, 'the body is no JSON');
  }
}

/** Refused before the request became one of the schema: no plugin saw it, so nobody told the journal or named the id. */
const isWithoutId = ({ status, body }: HTTPGraphQLResponse): boolean =>
  (status ?? 200) >= 400 && body.kind === 'complete' && !body.string.includes('"correlationId"');

function withId(response: HTTPGraphQLResponse, journal: Journal, correlationId: string): HTTPGraphQLResponse {
  if (response.body.kind !== 'complete') return response;
  const { errors = [] } = JSON.parse(response.body.string) as {
    errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
  };
  journal.fault(String(errors[0]?.extensions?.code ?? 'BAD_REQUEST'));
  const told = errors.map((error) => ({ ...error, extensions: { ...error.extensions, correlationId } }));
  return { ...response, body: { kind: 'complete', string: JSON.stringify({ errors: told }) } };
}

function send(reply: FastifyReply, response: HTTPGraphQLResponse): FastifyReply {
  if (response.body.kind !== 'complete') throw new Error('answers are told in one piece');
  for (const [name, value] of response.headers) reply.header(name, value);
  if (response.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(response.status ?? 200).send(response.body.string);
}
