/** One line that tells how far a long command is: percent, count, time left. */

export interface ProgressOptions {
  readonly title: string;
  /** units of work in all; undefined = not known: then no percent and no time left */
  readonly total?: number;
  /** `3,120 of 34,273 rows`: how a count reads */
  readonly count: (done: number) => string;
  /** where it is drawn: standard error, so that results can be piped */
  readonly write: (text: string) => void;
  /** a terminal that moves its cursor; otherwise a line now and then */
  readonly interactive: boolean;
  readonly color: boolean;
  /** columns of the terminal, asked on every drawing: windows change */
  readonly width?: () => number;
  /** milliseconds that only go up */
  readonly now?: () => number;
}

const DRAW_EVERY_MS = 100;
const TELL_EVERY_MS = 10_000;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';
/** the first moments say nothing about the speed */
const ESTIMATE_AFTER_MS = 1_000;

/** Draws at most ten times a second; `finish` leaves the line standing, `clear` removes it. */
export class ProgressBar {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #begunMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #done = 0;
  #title: string;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#title = options.title;
    this.#now = options.now ?? (() => performance.now());
    this.#begunMs = this.#now();
    // In a log, short work needs no progress.
    if (!options.interactive) this.#drawnMs = this.#begunMs;
  }

  update(done: number): void {
    this.#done = done;
    const everyMs = this.#options.interactive ? DRAW_EVERY_MS : TELL_EVERY_MS;
    if (this.#now() - this.#drawnMs >= everyMs) this.#draw();
  }

  /** Another stage of the same work; a terminal shows it at once. */
  stage(title: string): void {
    this.#title = title;
    if (this.#options.interactive) this.#draw();
  }

  finish(): void {
    this.#draw();
    if (this.#options.interactive) this.#options.write('\n');
  }

  clear(): void {
    if (this.#options.interactive) this.#options.write(CLEAR_LINE);
  }

  #draw(): void {
    this.#drawnMs = this.#now();
    const { interactive, write } = this.#options;
    write(interactive ? `${CLEAR_LINE}${this.#fitted(this.#line())}` : `${this.#plainLine()}\n`);
  }

  #line(): string {
    const share = this.#share();
    const count = this.#options.count(this.#done);
    if (share === undefined) return `${this.#title}  ${count}`;
    return [this.#title, percentOf(share), this.#bar(share), count, this.#timeLeft(share)]
      .filter((part) => part !== '')
      .join('  ');
  }

  #plainLine(): string {
    const share = this.#share();
    const parts = [this.#title, share === undefined ? '' : percentOf(share).trim(), this.#options.count(this.#done)];
    return parts.filter((part) => part !== '').join('  ');
  }

  #share(): number | undefined {
    const { total } = this.#options;
    if (total === undefined) return undefined;
    return total === 0 ? 1 : Math.min(1, this.#done / total);
  }

  #bar(share: number): string {
    const filled = Math.floor(share * BAR_WIDTH);
    const full = '█'.repeat(filled);
    const empty = '░'.repeat(BAR_WIDTH - filled);
    return this.#options.color ? `\u001b[32m${full}\u001b[39m${empty}` : `${full}${empty}`;
  }

  #timeLeft(share: number): string {
    const spentMs = this.#now() - this.#begunMs;
    if (share === 0 || share === 1 || spentMs < ESTIMATE_AFTER_MS) return '';
    return `ETA ${clockText((spentMs / share) * (1 - share))}`;
  }

  /** A line that wraps could not be drawn over again: it is cut to the terminal, colours not counted. */
  #fitted(line: string): string {
    const width = this.#options.width?.() ?? 80;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    const plain = line.replace(/\u001b\[\d+m/g, '');
    return plain.length < width ? line : plain.slice(0, Math.max(0, width - 1));
  }
}

function percentOf(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)} %`;
}

/** `61,000` ms → `1:01`; rounded up, so that it never says 0:00 while there is work. */
function clockText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
