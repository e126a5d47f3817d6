/** Sends a file to the import door of a running hub, as fast as the hub stores it. */
import { createReadStream } from 'node:fs';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ImportFormat, ImportProblem, ImportResult } from '../domain/import.js';
import { CommandFailure } from './command.js';

export interface Upload {
  /** of the hub */
  readonly url: string;
  readonly token: string;
  readonly file: string;
  readonly database: string;
  readonly format: ImportFormat;
  /** column → field */
  readonly map: Readonly<Record<string, string>>;
  readonly skipInvalid: boolean;
  readonly dryRun: boolean;
  /** bytes and lines sent so far */
  readonly onSent: (sent: { readonly bytes: number; readonly lines: number }) => void;
  /** everything is sent; the hub is storing */
  readonly onStoring: () => void;
}

export type UploadAnswer =
  | { readonly kind: 'imported'; readonly result: ImportResult }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly problems: readonly ImportProblem[];
  readonly problemsTotal: number;
}

const CONTENT_TYPES: Readonly<Record<ImportFormat, string>> = { csv: 'text/csv', ndjson: 'application/x-ndjson' };
/** Not every proxy passes on `100 Continue`: after this long the file is sent without it. */
const CONTINUE_MS_MAX = 2_000;
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** @throws CommandFailure if the hub cannot be reached or does not speak as a hub does */
export async function uploadFile(upload: Upload): Promise<UploadAnswer> {
  const request = openRequest(upload);
  const answered = answerOf(request, upload.url);
  // It is awaited below; a refusal that comes while the file is still being sent must not count as unhandled.
  answered.catch(() => undefined);
  try {
    await mayContinue(request);
    await sendFile(request, upload);
    return await readAnswer(await answered, upload.url);
  } finally {
    // Kept alive, it would hold the process for its time to idle; after a refusal it would wait for the rest of the file.
    request.destroy();
    request.socket?.destroy();
  }
}

function openRequest(upload: Upload): ClientRequest {
  const url = new URL(`/imports/v1/${encodeURIComponent(upload.database)}`, upload.url);
  for (const [column, field] of Object.entries(upload.map)) url.searchParams.append('map', `${column}:${field}`);
  if (upload.skipInvalid) url.searchParams.set('skipInvalid', 'true');
  if (upload.dryRun) url.searchParams.set('dryRun', 'true');
  // Kept alive, the connection outlives a refusal in the middle of the file, and the refusal can be read.
  const [send, agent] =
    url.protocol === 'https:'
      ? [httpsRequest, new HttpsAgent({ keepAlive: true })]
      : [httpRequest, new HttpAgent({ keepAlive: true })];
  const request = send(url, {
    method: 'POST',
    agent,
    headers: {
      authorization: `Bearer ${upload.token}`,
      'content-type': CONTENT_TYPES[upload.format],
      expect: '100-continue',
    },
  });
  request.flushHeaders();
  return request;
}

function answerOf(request: ClientRequest, url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // After an answer the broken rest of the upload no longer matters.
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        new CommandFailure(
          `the hub at \`${url}\` cannot be reached or broke off (${error.code ?? error.name}); nothing is half imported`,
          [
            'start it with `npm start`, or set `BESA_URL` to where it runs',
            'send the file again: what is stored already is not changed',
          ],
        ),
      );
    });
  });
}

/** Resolves when the file may be sent, or when there is no need to. */
function mayContinue(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CONTINUE_MS_MAX);
    const go = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.once('continue', go).once('response', go).once('error', go);
  });
}

async function sendFile(request: ClientRequest, upload: Upload): Promise<void> {
  let isOver = request.destroyed;
  request.once('response', () => {
    isOver = true;
  });
  let bytes = 0;
  let lines = 0;
  for await (const chunk of chunksOf(upload.file)) {
    if (isOver || request.destroyed) return;
    if (!request.write(chunk)) await drained(request);
    bytes += chunk.length;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
    upload.onSent({ bytes, lines });
  }
  request.end();
  if (!isOver) upload.onStoring();
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    throw new CommandFailure(`\`${file}\` cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'response', 'error', 'close'];
    const go = (): void => {
      for (const event of events) request.off(event, go);
      resolve();
    };
    for (const event of events) request.on(event, go);
  });
}

async function readAnswer(response: IncomingMessage, url: string): Promise<UploadAnswer> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new CommandFailure(`\`${url}\` does not answer as a hub does (status ${response.statusCode})`, [
      'check `BESA_URL`',
    ]);
  }
  if (response.statusCode === 200) return { kind: 'imported', result: body as ImportResult };
  const { errors = [] } = body as {
    readonly errors?: readonly { readonly message: string; readonly extensions?: Partial<Refusal> }[];
  };
  const { message = `status ${response.statusCode}`, extensions = {} } = errors[0] ?? {};
  return {
    kind: 'refused',
    refusal: {
      code: extensions.code ?? 'INTERNAL',
      message,
      problems: extensions.problems ?? [],
      problemsTotal: extensions.problemsTotal ?? 0,
    },
  };
}
