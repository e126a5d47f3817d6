import { Client } from 'pg';

export type Sign = 'NOTICE' | 'ACT';

const CHANNELS: Readonly<Record<string, Sign>> = { besa_inbox: 'NOTICE', besa_act: 'ACT' };
const CONNECT_MS_MAX = 5_000;
const RECONNECT_MS = 1_000;
/** A connection that broke without a word is found out by asking. */
const SIGN_OF_LIFE_MS = 15_000;

/**
 * What PostgreSQL calls out (`LISTEN`), over one connection of this process, opened when somebody listens. A sign may be lost:
 * after each new connection every listener is called, and whoever must not miss anything looks by itself too.
 */
export class InboxSigns {
  readonly #url: string;
  readonly #listeners = new Map<Sign, Set<() => void>>([
    ['NOTICE', new Set()],
    ['ACT', new Set()],
  ]);
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** @returns ends it */
  on(sign: Sign, listener: () => void): () => void {
    this.#listeners.get(sign)?.add(listener);
    if (this.#client === undefined && this.#timer === undefined) void this.#connect();
    return () => void this.#listeners.get(sign)?.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) return;
    const client = new Client({
      connectionString: this.#url,
      application_name: 'besa-inbox-signs',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: CONNECT_MS_MAX,
      keepAlive: true,
    });
    this.#client = client;
    const lose = (): void => this.#lose(client);
    client.on('error', lose).on('end', lose);
    client.on('notification', ({ channel }) => this.#call(CHANNELS[channel]));
    try {
      await client.connect();
      for (const channel of Object.keys(CHANNELS)) await client.query(`listen ${channel}`);
      for (const sign of Object.values(CHANNELS)) this.#call(sign);
      this.#watch(client);
    } catch {
      lose();
    }
  }

  #watch(client: Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#timer = setTimeout(() => {
      client.query('select').then(
        () => this.#watch(client),
        () => this.#lose(client),
      );
    }, SIGN_OF_LIFE_MS);
    this.#timer.unref();
  }

  #lose(client: Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = undefined;
    void client.end().catch(() => undefined);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#connect();
    }, RECONNECT_MS);
    this.#timer.unref();
  }

  #call(sign: Sign | undefined): void {
    if (sign === undefined) return;
    for (const listener of this.#listeners.get(sign) ?? []) listener();
  }
}
