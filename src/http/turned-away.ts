import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import { OTHER_SOURCES, type TurnedAwayReason } from '../domain/turned-away.js';
import type { TurnedAwayCount, TurnedAwayCounts } from '../hub/ports.js';
import type { Metrics } from './metrics.js';
import { type IsTrustedProxy, sourceOf } from './source-address.js';

/** sources told apart in one minute; the rest count as `others`, so that a flood writes no flood of rows */
export const SOURCES_PER_MINUTE_MAX = 1_000;
/** counts that may wait while the database is away */
const WAITING_MAX = 20_000;
const MINUTE_MS = 60_000;
const FLUSH_MS = 5_000;

interface Waiting {
  readonly source: string;
  readonly reason: TurnedAwayReason;
  readonly sinceMs: number;
  count: number;
}

/** Counts, in memory, the requests that authentication turned away, and hands the counts on from time to time. */
export class TurnedAwayCounter {
  readonly #store: Pick<TurnedAwayCounts, 'add'>;
  readonly #monotonicMs: () => number;
  #minute = Number.NaN;
  #sources = new Set<string>();
  #waiting = new Map<string, Waiting>();
  #flushing: Promise<void> | undefined;

  constructor(store: Pick<TurnedAwayCounts, 'add'>, monotonicMs: () => number) {
    this.#store = store;
    this.#monotonicMs = monotonicMs;
  }

  count(source: string, reason: TurnedAwayReason): void {
    const now = this.#monotonicMs();
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#sources = new Set();
    }
    this.#add({ source: this.#told(source), reason, sinceMs: now, count: 1 });
  }

  /** Stores what was counted. What cannot be stored stays and is tried again with the next. */
  async flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const taken = [...this.#waiting.values()];
    this.#waiting = new Map();
    const now = this.#monotonicMs();
    const counts = taken.map(
      ({ source, reason, sinceMs, count }): TurnedAwayCount => ({ source, reason, count, ageMs: now - sinceMs }),
    );
    try {
      await this.#store.add(counts);
    } catch {
      // If the database stored them and could not say so, they will be counted twice: rather too many than too few.
      for (const one of taken) this.#add(one);
    }
  }

  #told(source: string): string {
    if (this.#sources.has(source)) return source;
    if (this.#sources.size >= SOURCES_PER_MINUTE_MAX || this.#waiting.size >= WAITING_MAX) return OTHER_SOURCES;
    this.#sources.add(source);
    return source;
  }

  #add(one: Waiting): void {
    const key = `${Math.floor(one.sinceMs / MINUTE_MS)}\n${one.source}\n${one.reason}`;
    const known = this.#waiting.get(key);
    if (known === undefined) this.#waiting.set(key, one);
    else known.count += one.count;
  }
}

type Authenticate = (request: FastifyRequest) => Promise<Identity>;

interface TurnedAwayParts {
  readonly store: Pick<TurnedAwayCounts, 'add'>;
  readonly monotonicMs: () => number;
  readonly metrics: Metrics;
  readonly isTrusted: IsTrustedProxy;
}

/**
 * The same way to know who asks, which counts whom it turns away. Such a request has no ledger entry: anybody can send as many
 * as he likes. Of the token nothing is kept.
 */
export function countTurnedAway(
  server: FastifyInstance,
  authenticate: Authenticate,
  parts: TurnedAwayParts,
): Authenticate {
  const counter = new TurnedAwayCounter(parts.store, parts.monotonicMs);
  const timer = setInterval(() => void counter.flush(), FLUSH_MS).unref();
  server.addHook('onClose', async () => {
    clearInterval(timer);
    await counter.flush();
  });
  return async (request) => {
    try {
      return await authenticate(request);
    } catch (error) {
      const reason = reasonOf(error, request);
      const forwarded = request.headers['x-forwarded-for'];
      const hops = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
      counter.count(sourceOf(request.raw.socket.remoteAddress, hops, parts.isTrusted), reason);
      parts.metrics.count('besa_turned_away_total', { reason });
      throw error;
    }
  };
}

function reasonOf(error: unknown, { headers }: FastifyRequest): TurnedAwayReason {
  if (!(error instanceof HubError) || error.code !== 'UNAUTHENTICATED') return 'UNDECIDED';
  return headers.authorization === undefined ? 'NO_TOKEN' : 'NOT_ACCEPTED';
}
