/** `GET /inbox/v1/stream`: what an agency is told, as it comes (server-sent events). */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import { answer } from '../hub/answer.js';
import { noticeIdOf, postNotices, readerOf } from '../hub/inbox/inbox.js';
import type { Journal } from '../hub/journal.js';
import type { Ports } from '../hub/ports.js';
import { errorAnswer } from './http-error.js';
import type { InboxStreams, StreamAsk, StreamPlace } from './inbox-streams.js';
import { tokenEndMs } from './token-end.js';

export interface InboxRouteDeps {
  readonly hub: Ports;
  /** @throws HubError UNAUTHENTICATED */
  authenticate(request: FastifyRequest): Promise<Identity>;
  readonly streams: InboxStreams;
}

export const INBOX_STREAM_PATH = '/inbox/v1/stream';
const PARAMETERS = ['after'];
/** REST answers where the catalogue's status is the one of GraphQL. */
const STATUS_OF: Readonly<Record<string, number>> = { FORBIDDEN: 403 };

/** A Fastify plugin. Its streams end when the server closes. */
export async function inboxRoute(fastify: FastifyInstance, deps: InboxRouteDeps): Promise<void> {
  fastify.addHook('preClose', async () => deps.streams.close());
  fastify.get(INBOX_STREAM_PATH, async (request, reply) => {
    let ask: StreamAsk;
    try {
      ask = await openingOf(deps, request);
    } catch (error) {
      if (!(error instanceof HubError) || STATUS_OF[error.code] === undefined) throw error;
      return reply
        .code(STATUS_OF[error.code] ?? 500)
        .type('application/json; charset=utf-8')
        .send(errorAnswer(error, request.id).body);
    }
    begin(reply, ask, deps.streams);
    return reply;
  });
}

/** One authenticated request: its entry is durable before the first byte. What the stream tells later is what this one may read. */
async function openingOf({ hub, authenticate, streams }: InboxRouteDeps, request: FastifyRequest): Promise<StreamAsk> {
  const identity = await authenticate(request);
  const ledgerRequest = { requestId: randomUUID(), action: 'inboxStream', operation: { name: null, hash: null } };
  const untilMs = tokenEndMs(request.headers.authorization);
  let place: StreamPlace | undefined;
  try {
    return await answer(hub, identity, ledgerRequest, async (journal) => {
      const agency = readerOf(identity);
      const after = afterOf(request);
      place ??= streams.place(agency);
      const above = await beginningOf(hub, agency, after, journal);
      return { place, above, ...(untilMs === undefined ? {} : { untilMs }) };
    });
  } catch (error) {
    place?.leave();
    throw error;
  }
}

/** Behind which notice the stream begins; without a wish: behind what was read. */
async function beginningOf(hub: Ports, agency: string, after: number | undefined, journal: Journal): Promise<number> {
  await postNotices(hub, agency);
  const { last, readUpTo } = await hub.inbox.standing(agency);
  // Of a time that a restored backup does not know: what comes under these ids is not what the reader has.
  if (after !== undefined && after > last) {
    throw new HubError('BAD_USER_INPUT', 'your inbox has no notice of this id; leave `after` and `Last-Event-ID` out');
  }
  const above = after ?? readUpTo;
  journal.act('inboxStream', { after: above });
  return above;
}

/** `Last-Event-ID`, as a browser sends it when it comes back, before `?after=`. @throws HubError BAD_USER_INPUT */
function afterOf(request: FastifyRequest): number | undefined {
  const query = request.query as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw new HubError('BAD_USER_INPUT', 'there is no such parameter; the one there is, is `after`');
  }
  const header = request.headers['last-event-id'];
  const given = header === undefined || header === '' ? query.after : header;
  if (given === undefined) return undefined;
  const id = typeof given === 'string' ? noticeIdOf(given) : undefined;
  if (id === undefined) {
    throw new HubError('BAD_USER_INPUT', '`after` and `Last-Event-ID` are the id of a notice, or 0 for all of them');
  }
  return id;
}

function begin(reply: FastifyReply, ask: StreamAsk, streams: InboxStreams): void {
  const { raw } = reply;
  reply.hijack();
  if (raw.destroyed) {
    ask.place.leave();
    return;
  }
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    connection: 'keep-alive',
    // A proxy that collects answers would keep notices to itself.
    'x-accel-buffering': 'no',
  });
  streams.open(raw, ask);
}
