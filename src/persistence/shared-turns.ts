import { setTimeout as wait } from 'node:timers/promises';

/**
 * Work that many ask for and that is done once for all who came before it began, one after the other and at most once in so many
 * milliseconds: whoever asks waits for a turn that begins later, so what it yields is as of now or newer.
 */
export class SharedTurns<T> {
  readonly #work: () => Promise<T>;
  readonly #everyMs: number;
  /** the turn that has not begun */
  #next: Promise<T> | undefined;
  /** when it may begin */
  #free: Promise<unknown> = Promise.resolve();

  constructor(work: () => Promise<T>, everyMs: number) {
    this.#work = work;
    this.#everyMs = everyMs;
  }

  next(): Promise<T> {
    this.#next ??= this.#free.then(() => {
      this.#next = undefined;
      const turn = this.#work();
      // A process that has nothing else to do is not kept for it.
      const pause = this.#everyMs === 0 ? undefined : wait(this.#everyMs, undefined, { ref: false });
      this.#free = Promise.allSettled([turn, pause]);
      return turn;
    });
    return this.#next;
  }
}
