import { CommandFailure } from './command.js';
import type { Caller } from './hub-client.js';

export interface ListedNotice {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly sentence: string;
  readonly dueAt: string | null;
}

export interface Following {
  /** asked again for each connection: a token may have ended meanwhile */
  caller(): Promise<Caller>;
  /** a line about the connection */
  note(line: string): void;
  /** begin behind this notice; absent: behind what was read */
  readonly after?: string;
  /** how long it waits before it opens another stream; absent: 3 s */
  readonly againMs?: number;
}

const AGAIN_MS = 3_000;

/**
 * Notices as the hub tells them, for ever: a stream that ends is opened again behind the last notice, so that none is missed
 * and none comes twice. @throws CommandFailure for what another attempt would not mend
 */
export async function* readStream({
  caller,
  note,
  after,
  againMs = AGAIN_MS,
}: Following): AsyncGenerator<ListedNotice> {
  let last = after;
  for (let isFirst = true; ; isFirst = false) {
    try {
      for await (const notice of noticesIn(await opened(await caller(), last))) {
        last = notice.id;
        yield notice;
      }
      if (isFirst) note('the stream has ended; going on');
    } catch (error) {
      if (error instanceof CommandFailure) throw error;
      note(`the hub does not answer; trying again in ${againMs / 1000} seconds`);
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

/** @throws CommandFailure if the hub refuses */
async function opened({ url, token }: Caller, after: string | undefined): Promise<ReadableStream<Uint8Array>> {
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
  const response = await fetch(`${url}/inbox/v1/stream${query}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    redirect: 'error',
  });
  if (response.ok && response.body !== null) return response.body;
  // A hub that cannot write its ledger now may be able to later.
  if (response.status >= 500) throw new Error('the hub is not ready');
  throw new CommandFailure(await messageOf(response));
}

async function messageOf(response: Response): Promise<string> {
  try {
    const { errors } = (await response.json()) as {
      errors: readonly { message: string; extensions?: { code?: string } }[];
    };
    return `${errors[0]?.message} [${errors[0]?.extensions?.code}]`;
  } catch {
    return `what answers there is no hub (HTTP ${response.status})`;
  }
}

async function* noticesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<ListedNotice> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const data = lines.find((line) => line.startsWith('data: '))?.slice('data: '.length);
      if (data !== undefined && lines.includes('event: notice')) yield JSON.parse(data) as ListedNotice;
    }
  }
}
