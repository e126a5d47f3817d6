/** `POST /imports/v1/{database}`: a file of records, streamed into a shared database. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import type { ImportFormat, ImportResult } from '../domain/import.js';
import { answer, type Door } from '../hub/answer.js';
import { type ImportAsk, type IngestPorts, ingest } from '../hub/ingest.js';
import { errorAnswer, RETRY_AFTER_SECONDS } from './http-error.js';
import { bodyOf, drain, PATIENCE, type PatienceLimits } from './import-body.js';
import { IMPORT_LIMITS, type ImportLimits } from './import-bytes.js';
import { readImport } from './import-stream.js';

export interface ImportRouteDeps {
  readonly hub: IngestPorts & Door;
  /** @throws HubError UNAUTHENTICATED */
  authenticate(request: FastifyRequest): Promise<Identity>;
  readonly limits?: ImportLimits & PatienceLimits;
}

const PATH = '/imports/v1/';
const FORMAT_OF: Readonly<Record<string, ImportFormat>> = {
  'text/csv': 'csv',
  'application/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};
const CHARSETS = ['utf-8', 'utf8', 'us-ascii'];
/** REST answers where the catalogue's status is the one of GraphQL. */
const STATUS_OF: Readonly<Record<string, number>> = { FORBIDDEN: 403, LIMIT_EXCEEDED: 413 };

/** A Fastify plugin. Its body parser holds for its own route only. The server's own request timeout must be off (0). */
export async function importRoute(fastify: FastifyInstance, deps: ImportRouteDeps): Promise<void> {
  fastify.removeAllContentTypeParsers();
  // The body stays a stream, whatever its type: whether the type will do is for the ledger to see too.
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  continueWhenAsked(fastify);
  fastify.post<{ Params: { database: string } }>(`${PATH}:database`, async (request, reply) => {
    const limits = deps.limits ?? { ...IMPORT_LIMITS, ...PATIENCE };
    const upload: Upload = { request, reply, limits, isWaiting: /^100-continue$/i.test(request.headers.expect ?? '') };
    try {
      return await importFile(deps.hub, await deps.authenticate(request), upload);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      await letSenderRead(upload);
      return sendRefusal(request, reply, error);
    }
  });
}

interface Upload {
  readonly request: FastifyRequest<{ Params: { database: string } }>;
  readonly reply: FastifyReply;
  readonly limits: ImportLimits & PatienceLimits;
  /** the sender sends nothing before he is told to go on */
  isWaiting: boolean;
}

/**
 * A refusal in the middle of an upload. A connection that ends with the answer would cut off who is still sending, so the
 * answer waits for the rest; any other sender reads it and stops by himself, or is cut off.
 */
async function letSenderRead({ request: { raw, headers }, reply, isWaiting }: Upload): Promise<void> {
  if (isWaiting) return;
  const rest = drain(raw);
  if (/close/i.test(headers.connection ?? '')) return rest;
  reply.raw.once('finish', () => void rest.then(() => raw.complete || raw.destroy()));
}

/** `Expect: 100-continue`: nobody sends a large file to be told afterwards that he may not. */
function continueWhenAsked(fastify: FastifyInstance): void {
  fastify.server.on('checkContinue', (request, response) => {
    if (request.url?.startsWith(PATH) !== true) response.writeContinue();
    fastify.server.emit('request', request, response);
  });
}

function importFile(hub: ImportRouteDeps['hub'], identity: Identity, upload: Upload): Promise<ImportResult> {
  const { request, limits } = upload;
  // The id the caller is told is the entry's, so that he can ask for it.
  const ledgerRequest = { requestId: request.id, action: 'import', operation: { name: null, hash: null } };
  return answer(hub, identity, ledgerRequest, (journal) => {
    const ask = askOf(request.params.database, request.query as Query);
    const format = formatOf(request);
    refuseTooLarge(request, limits.bytesMax);
    // A long merge is not an idle connection.
    request.raw.socket.setTimeout(0);
    return ingest(hub, identity, ask, readImport(body(upload), format, limits), journal);
  });
}

/** Tells a sender who waits for it to go on, once the first row is asked for: by then he may import. */
async function* body(upload: Upload): AsyncGenerator<Buffer> {
  if (upload.isWaiting) upload.reply.raw.writeContinue();
  upload.isWaiting = false;
  yield* bodyOf(upload.request.raw, upload.limits);
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;
const PARAMETERS = ['map', 'skipInvalid', 'dryRun'];

/** `?map=month:detectedMonth,remarks:&skipInvalid=true&dryRun=true` */
function askOf(database: string, query: Query): ImportAsk {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw new HubError(
      'BAD_USER_INPUT',
      `there is no parameter \`${unknown}\`; the parameters are ${PARAMETERS.map((name) => `\`${name}\``).join(', ')}`,
    );
  }
  return {
    database,
    map: mapOf([query.map ?? []].flat()),
    skipInvalid: flagOf(query, 'skipInvalid'),
    dryRun: flagOf(query, 'dryRun'),
  };
}

/** A field's name has no colon, a column's may: the last one divides. */
function mapOf(parameters: readonly string[]): Readonly<Record<string, string>> {
  const pairs = parameters
    .flatMap((parameter) => parameter.split(','))
    .map((pair) => {
      const colon = pair.lastIndexOf(':');
      if (colon < 1) throw new HubError('BAD_USER_INPUT', `\`${pair}\` in \`map\` is not \`column:field\``);
      return [pair.slice(0, colon), pair.slice(colon + 1)] as const;
    });
  return Object.fromEntries(pairs);
}

function flagOf(query: Query, name: string): boolean {
  const value = query[name] ?? 'false';
  if (value !== 'true' && value !== 'false')
    throw new HubError('BAD_USER_INPUT', `\`${name}\` is \`true\` or \`false\``);
  return value === 'true';
}

function formatOf(request: FastifyRequest): ImportFormat {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const format = Object.hasOwn(FORMAT_OF, type.trim()) ? FORMAT_OF[type.trim()] : undefined;
  if (format === undefined)
    throw new HubError('BAD_USER_INPUT', 'the content type is `text/csv` or `application/x-ndjson`');
  const charset = parameters
    .map((one) => /^\s*charset="?([^"]*)"?\s*$/.exec(one)?.[1])
    .find((one) => one !== undefined);
  if (charset !== undefined && !CHARSETS.includes(charset))
    throw new HubError('BAD_USER_INPUT', 'the charset is `utf-8`');
  // Unpacking would let a small upload become an endless one.
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new HubError('BAD_USER_INPUT', 'the file is sent as it is, without content encoding');
  return format;
}

function refuseTooLarge(request: FastifyRequest, bytesMax: number): void {
  if (Number(request.headers['content-length'] ?? 0) <= bytesMax) return;
  throw new HubError('LIMIT_EXCEEDED', `an import holds at most ${bytesMax} bytes; send it in parts`);
}

/** In the form of every route, but the connection stays open: what is still being sent must not cut the answer off. */
function sendRefusal(request: FastifyRequest, reply: FastifyReply, error: HubError): FastifyReply {
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer realm="besa"');
  const { status, body } = errorAnswer(error, request.id);
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply
    .code(STATUS_OF[error.code] ?? status)
    .type('application/json; charset=utf-8')
    .send(body);
}
