/** Reads a stream of server-sent events as a client would, and as the bytes are. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface StreamEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly retry?: string;
  /** a line that begins with a colon */
  readonly comment?: string;
}

export interface OpenStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** the next event; undefined: the stream has ended */
  next(): Promise<StreamEvent | undefined>;
  /** ids of the next so many notices */
  ids(count: number): Promise<readonly string[]>;
  /** of the last event of a stream that ends by itself */
  end(): Promise<StreamEvent | undefined>;
  close(): void;
}

export interface StreamWish {
  /** `AL-BMP:ANALYST` */
  readonly as?: string;
  readonly authorization?: string;
  readonly query?: string;
  readonly lastEventId?: string;
}

/** Resolves with the head of the answer; whoever was refused reads nothing. */
export async function openStream(url: string, wish: StreamWish): Promise<OpenStream> {
  const { sent, response } = await new Promise<{ sent: ClientRequest; response: IncomingMessage }>(
    (resolve, reject) => {
      const headers = {
        accept: 'text/event-stream',
        authorization: wish.authorization ?? `Bearer ${wish.as ?? ''}`,
        ...(wish.lastEventId === undefined ? {} : { 'last-event-id': wish.lastEventId }),
      };
      const sent = request(`${url}/inbox/v1/stream${wish.query ?? ''}`, { headers, agent: false }, (response) =>
        resolve({ sent, response }),
      );
      sent.once('error', reject);
      sent.end();
    },
  );
  sent.on('error', () => undefined);
  const events = eventsIn(response);
  const next = async (): Promise<StreamEvent | undefined> => (await events.next()).value ?? undefined;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    next,
    async ids(count) {
      const ids: string[] = [];
      while (ids.length < count) {
        const event = await next();
        if (event === undefined) throw new Error(`the stream ended after ${ids.length} of ${count} notices`);
        if (event.event === 'notice') ids.push(event.id ?? '');
      }
      return ids;
    },
    async end() {
      let last: StreamEvent | undefined;
      for (let event = await next(); event !== undefined; event = await next()) last = event;
      return last;
    },
    close: () => sent.destroy(),
  };
}

async function* eventsIn(response: IncomingMessage): AsyncGenerator<StreamEvent> {
  response.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of response) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        yield eventFrom(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  } catch {
    // Cut off: the stream ends here too.
  }
}

function eventFrom(block: string): StreamEvent {
  return Object.fromEntries(
    block.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [colon === 0 ? 'comment' : line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    }),
  );
}
