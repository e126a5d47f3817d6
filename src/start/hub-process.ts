/** The life of the hub's process: configuration → app → listening → drained. What goes wrong on the way is one clear message. */
import { type Config, readConfig } from '../config.js';
import { StartError } from '../support/start-error.js';
import { bannerLines, type StartFacts, startLogLine } from './banner.js';
import { type Claim, claimDataFolder } from './hub-file.js';
import { listenError, requirePort } from './port.js';

/** What the composition root hands over: everything built, nothing listening yet. */
export interface App {
  /** @returns base URL it answers at, without a slash at its end */
  listen(): Promise<string>;
  /** answers what it has begun, then stops everything it started; may be called once */
  close(): Promise<void>;
  readonly facts: StartFacts;
}

/** @throws StartError for what an operator can mend; it then has closed what it had opened */
export type CreateApp = (config: Config) => Promise<App>;

const DRAIN_SECONDS_MAX = 30;
/** Ctrl+C reaches us from the terminal, from npm and from the launcher at once: that is one wish, not three. */
const SAME_SIGNAL_MS = 1000;

/** Runs the hub until it is told to stop. Never returns: the process ends with 0 after a stop, with 1 if it could not start. */
export async function runHub(loadApp: () => Promise<CreateApp>): Promise<void> {
  let config: Config | undefined;
  let claim: Claim | undefined;
  try {
    config = readConfig();
    claim = claimDataFolder(config.dataFolder);
    await requirePort(config.host, config.port);
    const life = new HubLife(config, claim);
    life.listenToSignals();
    const createApp = await loadApp();
    await life.begin(await createApp(config));
  } catch (error) {
    claim?.release();
    const shown = config === undefined ? error : listenError(error, config.host, config.port);
    process.stderr.write(`${failureText(shown, config)}\n`);
    // What was started and could not be closed, PostgreSQL included, ends with this process.
    process.exit(1);
  }
}

/** One message for what an operator can mend; the stack for our own faults. */
export function failureText(error: unknown, config: Pick<Config, 'environment'> | undefined, now = new Date()): string {
  const expected = error instanceof StartError;
  const message = expected ? error.message : `the hub failed to start, which is its own fault: ${stackOf(error)}`;
  const mends = expected ? error.mends : [];
  if (config?.environment === 'production') {
    return JSON.stringify({ level: 60, time: now.getTime(), msg: message, ...(mends.length > 0 ? { mends } : {}) });
  }
  return [`\n  ✘ ${message}`, ...mends.map((mend) => `    · ${mend}`)].join('\n');
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

class HubLife {
  readonly #config: Config;
  readonly #claim: Claim;
  #app: App | undefined;
  #stoppingSince: number | undefined;

  constructor(config: Config, claim: Claim) {
    this.#config = config;
    this.#claim = claim;
  }

  async begin(app: App): Promise<void> {
    this.#app = app;
    let url: string;
    try {
      url = await app.listen();
    } catch (error) {
      await app.close().catch(() => undefined);
      throw error;
    }
    // A wish to stop came while the app was being built: nobody is waiting for it any more.
    if (this.#stoppingSince !== undefined) return this.#drain();
    this.#claim.publish(url);
    this.#say(url, app.facts);
  }

  listenToSignals(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#stop());
    // The launcher holds the other end of this channel; it closes when the launcher is killed.
    if (process.channel !== undefined) {
      process.on('disconnect', () => this.#stop());
      process.channel?.unref();
    }
  }

  #stop(): void {
    const now = Date.now();
    if (this.#stoppingSince !== undefined) {
      if (now - this.#stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    this.#stoppingSince = now;
    this.#note(
      this.#app === undefined
        ? 'stopping'
        : 'draining: requests that have begun are answered; Ctrl+C again stops at once',
    );
    if (this.#app === undefined) {
      // Half built: nothing has been answered, and every load is all or nothing. PostgreSQL stops with us.
      this.#claim.release();
      process.exit(0);
    }
    void this.#drain();
  }

  async #drain(): Promise<void> {
    const limit = setTimeout(() => {
      this.#note(`not drained within ${DRAIN_SECONDS_MAX} seconds; stopping all the same`);
      this.#claim.release();
      process.exit(1);
    }, DRAIN_SECONDS_MAX * 1000);
    try {
      await this.#app?.close();
    } catch (error) {
      this.#note(`closing failed: ${stackOf(error)}`);
      process.exitCode = 1;
    }
    clearTimeout(limit);
    this.#claim.release();
    this.#note('stopped');
    process.exit();
  }

  #say(url: string, facts: StartFacts): void {
    if (this.#config.environment === 'production') {
      process.stdout.write(`${startLogLine(facts, url, new Date())}\n`);
      return;
    }
    const color = this.#config.color && process.stdout.isTTY === true;
    process.stdout.write(`\n${bannerLines(facts, url, color).join('\n')}\n\n`);
  }

  #note(text: string): void {
    const line =
      this.#config.environment === 'production'
        ? JSON.stringify({ level: 30, time: Date.now(), msg: text })
        : `  ${text}`;
    process.stderr.write(`${line}\n`);
  }
}
