import type { ServerResponse } from 'node:http';
import type { InboxNotice } from '../domain/inbox.js';
import type { LedgerDoubt, Ports } from '../hub/ports.js';
import { HttpRefusal } from './http-error.js';
import { InboxWatch } from './inbox-watch.js';
import type { Gauge } from './metrics.js';

export interface StreamLimits {
  readonly streamsPerAgencyMax: number;
  readonly streamsMax: number;
  readonly heartbeatMs: number;
  readonly lifeMsMax: number;
  /** how long a reader may leave what was sent unread */
  readonly unreadMsMax: number;
}

export const STREAM_LIMITS: StreamLimits = {
  streamsPerAgencyMax: 50,
  streamsMax: 1_000,
  heartbeatMs: 15_000,
  // Roles and agencies are looked at when a stream begins: what was taken from somebody ends this soon.
  lifeMsMax: 300_000,
  unreadMsMax: 10_000,
};

/** Notices read at once: what one stream holds in memory. */
const BATCH = 100;

/** Why a stream ended; whoever reads on opens another one behind the last id. */
export type StreamEnd = 'TOKEN_EXPIRED' | 'LIFETIME_OVER' | 'SHUTDOWN' | LedgerDoubt;

/** What the streams of a process read. */
export type StreamSource = Pick<Ports, 'inbox'> & { readonly witnesses: Pick<Ports['witnesses'], 'doubt'> };

/** A place among the open streams. */
export interface StreamPlace {
  readonly agency: string;
  leave(): void;
}

export interface StreamAsk {
  readonly place: StreamPlace;
  /** id of the last notice the reader has; 0: none */
  readonly above: number;
  /** when the reader's credential ends, in milliseconds since 1970; absent: not before the stream's own end */
  readonly untilMs?: number;
}

/** The open streams of one process. Each reads its notices from the table, in their order: nothing is queued for it in memory. */
export class InboxStreams {
  readonly #source: StreamSource;
  readonly #limits: StreamLimits;
  readonly #watch: InboxWatch;
  readonly #places = new Map<string, number>();
  readonly #open = new Set<InboxStream>();
  #count = 0;

  constructor(source: StreamSource, limits: StreamLimits = STREAM_LIMITS) {
    this.#source = source;
    this.#limits = limits;
    this.#watch = new InboxWatch(source.inbox);
  }

  /** Held until the stream ends, or `leave`. @throws HttpRefusal LIMIT_EXCEEDED */
  place(agency: string): StreamPlace {
    const taken = this.#places.get(agency) ?? 0;
    const { streamsPerAgencyMax, streamsMax } = this.#limits;
    if (taken >= streamsPerAgencyMax) throw tooMany(`your agency has ${streamsPerAgencyMax} streams open already`);
    if (this.#count >= streamsMax) throw tooMany('the hub has as many streams open as it holds');
    this.#places.set(agency, taken + 1);
    this.#count += 1;
    let isLeft = false;
    return {
      agency,
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        this.#count -= 1;
        const left = (this.#places.get(agency) ?? 1) - 1;
        if (left === 0) this.#places.delete(agency);
        else this.#places.set(agency, left);
      },
    };
  }

  /** Sends notices until the stream ends. The head of the answer has left already. */
  open(response: ServerResponse, ask: StreamAsk): void {
    const stream = new InboxStream(response, ask, { source: this.#source, limits: this.#limits });
    const unwatch = this.#watch.watch(ask.place.agency, (last) => stream.look(last));
    this.#open.add(stream);
    // A reader that went away in the middle of a write: `close` follows.
    response.on('error', () => undefined);
    response.once('close', () => {
      unwatch();
      stream.stop();
      this.#open.delete(stream);
      ask.place.leave();
    });
    stream.start();
  }

  /** Ends every stream: readers are told, and may go on at another process. */
  close(): void {
    for (const stream of [...this.#open]) stream.end('SHUTDOWN');
  }

  gauge(): Gauge {
    return {
      name: 'besa_inbox_streams',
      help: 'Open streams of inboxes, of this process.',
      read: async () => [{ labels: '', value: this.#count }],
    };
  }
}

function tooMany(what: string): HttpRefusal {
  return new HttpRefusal(429, `${what}; close one, or ask \`inbox\` instead`, 'LIMIT_EXCEEDED');
}

interface StreamParts {
  readonly source: StreamSource;
  readonly limits: StreamLimits;
}

class InboxStream {
  #above: number;
  /** the greatest id that is known to be there */
  #last = Number.POSITIVE_INFINITY;
  #isSending = false;
  #isOver = false;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly ask: StreamAsk,
    private readonly parts: StreamParts,
  ) {
    this.#above = ask.above;
  }

  start(): void {
    const { heartbeatMs, lifeMsMax } = this.parts.limits;
    const tokenMs = (this.ask.untilMs ?? Number.POSITIVE_INFINITY) - Date.now();
    const [endMs, why] =
      tokenMs < lifeMsMax ? [tokenMs, 'TOKEN_EXPIRED' as const] : [lifeMsMax, 'LIFETIME_OVER' as const];
    this.#timers.push(
      setTimeout(() => this.end(why), Math.max(0, endMs)),
      setInterval(() => void this.#beat(), heartbeatMs),
    );
    this.response.write('retry: 3000\n\n');
    void this.#send();
  }

  /** Somebody looked: this is the greatest id of the agency. */
  look(last: number): void {
    this.#last = last;
    if (last > this.#above) void this.#send();
  }

  end(reason: StreamEnd): void {
    if (this.#isOver) return;
    this.stop();
    this.response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** A comment: keeps proxies from closing the connection, and finds out who has gone. */
  async #beat(): Promise<void> {
    if (await this.#isAnswered()) this.#isSending || this.response.write(':\n\n');
  }

  /** INVARIANT (one past): a stream that was opened before is told nothing either while the hub answers nothing. */
  async #isAnswered(): Promise<boolean> {
    const doubt = await this.parts.source.witnesses.doubt();
    if (doubt !== undefined) this.end(doubt);
    return !this.#isOver;
  }

  async #send(): Promise<void> {
    if (this.#isSending || this.#isOver) return;
    this.#isSending = true;
    try {
      while (this.#above < this.#last && !this.#isOver) {
        const page = { order: 'OLDEST_FIRST', limit: BATCH, above: this.#above } as const;
        const notices = await this.parts.source.inbox.list(this.ask.place.agency, page);
        if (!(await this.#isAnswered())) return;
        for (const notice of notices) this.#above = Math.max(this.#above, notice.id);
        if (notices.length === 0 || (notices.length < BATCH && this.#last === Number.POSITIVE_INFINITY)) {
          this.#last = this.#above;
        }
        if (notices.length > 0 && !this.response.write(notices.map(eventOf).join(''))) await this.#drained();
      }
    } catch {
      // The database is away: the next look goes on behind the last notice sent.
      if (this.#last === Number.POSITIVE_INFINITY) this.#last = this.#above;
    } finally {
      this.#isSending = false;
    }
  }

  /** Resolves when the reader has taken what was sent; who takes too long is cut off and may come back behind its last id. */
  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => this.response.destroy(), this.parts.limits.unreadMsMax);
      const done = (): void => {
        clearTimeout(late);
        this.response.off('drain', done).off('close', done);
        resolve();
      };
      this.response.once('drain', done).once('close', done);
    });
  }
}

/** As a browser's `EventSource` reads it; JSON has no line end. */
function eventOf({ key: _key, id, ...notice }: InboxNotice): string {
  return `id: ${id}\nevent: notice\ndata: ${JSON.stringify({ id: String(id), ...notice })}\n\n`;
}
