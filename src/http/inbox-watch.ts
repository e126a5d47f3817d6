import type { Inbox } from '../hub/ports.js';

/** How often it looks when nobody calls: the guarantee behind signs that may be lost, in milliseconds. */
const LOOK_MS = 1_000;

/** Told the greatest id of an agency's notices, each time somebody looked. */
export type OnLook = (last: number) => void;

/**
 * Looks for new notices on behalf of all open streams of a process: one short statement however many there are, when the
 * database calls and once a second. Looks at nothing while no stream is open.
 */
export class InboxWatch {
  readonly #inbox: Inbox;
  readonly #watchers = new Map<string, Set<OnLook>>();
  #timer: NodeJS.Timeout | undefined;
  #deafen: (() => void) | undefined;
  #isLooking = false;
  #isCalled = false;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** @returns ends it */
  watch(agency: string, onLook: OnLook): () => void {
    const ofAgency = this.#watchers.get(agency) ?? new Set();
    this.#watchers.set(agency, ofAgency.add(onLook));
    this.#deafen ??= this.#inbox.listen('NOTICE', () => void this.#look());
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS);
    return () => {
      ofAgency.delete(onLook);
      if (ofAgency.size === 0 && this.#watchers.get(agency) === ofAgency) this.#watchers.delete(agency);
      if (this.#watchers.size === 0) this.#rest();
    };
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#deafen?.();
    this.#timer = undefined;
    this.#deafen = undefined;
  }

  async #look(): Promise<void> {
    this.#isCalled = true;
    // A call that comes while it looks may be about something it has not seen: it looks once more.
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#isCalled) {
        this.#isCalled = false;
        const lastIds = await this.#inbox.lastIds([...this.#watchers.keys()]);
        for (const [agency, last] of lastIds) {
          for (const onLook of [...(this.#watchers.get(agency) ?? [])]) onLook(last);
        }
      }
    } catch {
      // The database is away: the next look finds what was missed.
    } finally {
      this.#isLooking = false;
    }
  }
}
