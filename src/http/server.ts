import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { startApi } from '../api/server.js';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import type { Ports } from '../hub/ports.js';
import type { PageContent } from './graphiql.js';
import { graphqlRoute } from './graphql-route.js';
import { errorAnswer, faultOf, HttpRefusal, RETRY_AFTER_SECONDS } from './http-error.js';
import { type Gauge, Metrics } from './metrics.js';
import { probeRoutes, type ReadinessCheck, type VersionTold } from './probe-routes.js';
import { trustedProxies } from './source-address.js';
import { countTurnedAway } from './turned-away.js';

/** What the operator reads: words and counts, never a value of a record, a variable or a token. */
export interface OperatorLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface HttpParts {
  readonly hub: Ports;
  readonly schema: GraphQLSchema;
  /** who asks, by the `Authorization` header; @throws HubError UNAUTHENTICATED */
  identify(authorization: string | undefined): Promise<Identity>;
  readonly checks: readonly ReadinessCheck[];
  readonly version: VersionTold;
  /** read with the metrics */
  readonly gauges?: readonly Gauge[];
  readonly log: OperatorLog;
  /** addresses and networks whose `X-Forwarded-For` is believed where refusals are counted by source */
  readonly trustedProxies?: readonly string[];
  /** what the page for browsers offers to newcomers */
  readonly page?: PageContent;
  /** further routes, each in a scope of its own: imports, exports, reports */
  readonly routes?: readonly ((scope: FastifyInstance, door: Door) => Promise<void>)[];
}

/** What a further route needs of the door: who asks, known the same way on every route. */
export interface Door {
  readonly hub: Ports;
  authenticate(request: FastifyRequest): Promise<Identity>;
}

const HEADER_BYTES_MAX = 16_384;
const HEADERS_MS_MAX = 10_000;
const IDLE_MS_MAX = 60_000;
const KEEP_ALIVE_MS = 65_000;
const URL_CHARACTERS_MAX = 1_024;

/** The HTTP server, not listening yet. Closing it lets requests in flight finish. */
export async function createHttp(parts: HttpParts): Promise<FastifyInstance> {
  const metrics = new Metrics();
  const server = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    exposeHeadRoutes: false,
    connectionTimeout: IDLE_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Bodies have deadlines of their own: a long import is not a stuck request.
    requestTimeout: 0,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: URL_CHARACTERS_MAX },
    http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_MS_MAX },
    frameworkErrors: (error, request, reply) => void tell(parts, metrics, error, request, reply as FastifyReply),
  });
  const onInternal = (error: unknown, correlationId: string): void => {
    metrics.count('besa_internal_errors_total');
    parts.log.error({ ...faultOf(error), correlationId }, 'a request failed');
  };
  const api = await startApi({ schema: parts.schema, onInternal });
  const authenticate = countTurnedAway(server, async ({ headers }) => parts.identify(headers.authorization), {
    store: parts.hub.turnedAway,
    monotonicMs: parts.hub.monotonicMs,
    metrics,
    isTrusted: trustedProxies(parts.trustedProxies ?? []),
  });

  server.addHook('onRequest', async (request, reply) => {
    reply
      .header('x-request-id', request.id)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff');
    demandSingleHeaders(request);
  });
  server.addHook('onResponse', async (request, reply) => {
    metrics.count('besa_http_responses_total', { route: request.routeOptions.url ?? 'none', status: reply.statusCode });
  });
  server.addHook('onClose', async () => api.pipeline.stop());
  server.setErrorHandler(async (error, request, reply) => tell(parts, metrics, error, request, reply));
  server.setNotFoundHandler(async () => {
    throw new HttpRefusal(404, 'there is nothing at this address');
  });
  probeRoutes(server, { checks: parts.checks, version: parts.version, metrics, gauges: parts.gauges ?? [] });
  const page = parts.page ?? {};
  await server.register(async (scope) => graphqlRoute(scope, { hub: parts.hub, api, metrics, page, authenticate }));
  for (const route of parts.routes ?? []) {
    await server.register(async (scope) => route(scope, { hub: parts.hub, authenticate }));
  }
  return server;
}

/** One of two would be read by whoever stands in front of the hub, the other by the hub. @throws HttpRefusal */
function demandSingleHeaders({ raw: { rawHeaders } }: FastifyRequest): void {
  let hosts = 0;
  let credentials = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase();
    if (name === 'host') hosts += 1;
    if (name === 'authorization') credentials += 1;
  }
  if (hosts > 1 || credentials > 1) throw new HttpRefusal(400, 'a header that may stand once stands twice');
}

const acceptsGraphqlType = (request: FastifyRequest): boolean =>
  /application\/graphql-response\+json/i.test(request.headers.accept ?? '');

/** The answer to whatever was thrown on the way: in the form of a GraphQL error, on every route. */
function tell(
  parts: HttpParts,
  metrics: Metrics,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const fault = faultForCaller(error);
  if (!(fault instanceof HubError)) {
    metrics.count('besa_internal_errors_total');
    parts.log.error({ ...faultOf(error), correlationId: request.id }, 'a request failed');
  }
  const { status, body } = errorAnswer(fault, request.id);
  if (status === 401) {
    metrics.count('besa_unauthenticated_total');
    reply.header('www-authenticate', 'Bearer realm="besa"');
  }
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  // A body nobody read must not be taken for the next request.
  if (request.raw.readableEnded === false && request.method === 'POST') reply.header('connection', 'close');
  const type = acceptsGraphqlType(request) ? 'application/graphql-response+json' : 'application/json';
  return reply.code(status).type(`${type}; charset=utf-8`).send(body);
}

/** Refusals of the HTTP server itself, in our words. */
function faultForCaller(error: unknown): unknown {
  if (error instanceof HubError) return error;
  const { statusCode } = error as { readonly statusCode?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return error;
  return new HttpRefusal(statusCode, 'the request is malformed');
}
