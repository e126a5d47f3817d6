/** Reads and imports without pause, and an account of what was answered: it must agree with what is stored, whatever was killed. */
import { type CrashHub, DATABASE, type Told } from './crash-hub.js';

export const BATCH_ROWS = 200;
const READERS = 4;
const PURPOSE = 'purpose: DATA_QUALITY';
const READS: readonly (readonly [query: string, as: string])[] = [
  [`{ borderCrossings(${PURPOSE}, first: 20) { nodes { id nationalReference borderSection } } }`, 'QA-P:ANALYST'],
  [`{ borderCrossingStatistics(${PURPOSE}, groupBy: []) { total } }`, 'QA-P:ANALYST'],
  [`{ borderCrossings(${PURPOSE}, databases: ["${DATABASE}"]) { nodes { id } sources { reason } } }`, 'QB-P:ANALYST'],
  ['{ borderCrossings(purpose: DATA_QUALITY) { nodes { nothing } } }', 'QA-P:ANALYST'],
];

/** What is under way, so that a kill can be aimed at it. */
export type Doing = 'READ' | 'IMPORT';

export interface Batch {
  readonly number: number;
  /** the answer counted its rows: they are there for good */
  isAnswered: boolean;
}

export class CrashLoad {
  /** ids of requests whose answer arrived and is owed an entry */
  readonly owed: string[] = [];
  /** answers that should never have been given, as status and text, each kind once */
  readonly wrong = new Set<string>();
  readonly batches: Batch[] = [];
  /** answers that said that something is away */
  away = 0;
  readonly #doing = { READ: 0, IMPORT: 0 };
  #isOver = false;
  #loops: Promise<unknown> = Promise.resolve();
  #answered = (): void => undefined;

  constructor(private readonly hub: CrashHub) {}

  begin(): void {
    this.#isOver = false;
    const readers = Array.from({ length: READERS }, (_, index) => this.#read(index));
    this.#loops = Promise.all([...readers, this.#import()]);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#loops;
  }

  /** Resolves once something of the kind is on its way. */
  async isDoing(what: Doing): Promise<void> {
    while (this.#doing[what] === 0) await new Promise(setImmediate);
  }

  /** Resolves with the next answer that holds data. */
  nextAnswer(): Promise<void> {
    return new Promise((done) => {
      this.#answered = done;
    });
  }

  async #read(first: number): Promise<void> {
    for (let turn = first; !this.#isOver; turn += 1) {
      const [query, as] = READS[turn % READS.length] ?? (READS[0] as readonly [string, string]);
      await this.#once('READ', () => this.hub.ask(query, as));
    }
  }

  /** A batch whose answer did not come is sent again, as a steward would: its rows may be there, and stay there once. */
  async #import(): Promise<void> {
    let batch = this.batches.find(({ isAnswered }) => !isAnswered);
    while (!this.#isOver) {
      if (batch === undefined) {
        batch = { number: this.batches.length, isAnswered: false };
        this.batches.push(batch);
      }
      const { number } = batch;
      const answer = await this.#once('IMPORT', () => this.hub.import(csvOf(number), 'QA-P:STEWARD'));
      if (answer?.status !== 200) continue;
      batch.isAnswered = true;
      batch = undefined;
    }
  }

  async #once(what: Doing, act: () => Promise<Told>): Promise<Told | undefined> {
    this.#doing[what] += 1;
    try {
      const answer = await act();
      this.#note(answer);
      return answer;
    } catch {
      // Nothing answers at the moment: a breath, and again.
      await new Promise((done) => setTimeout(done, 20));
      return undefined;
    } finally {
      this.#doing[what] -= 1;
    }
  }

  #note({ status, requestId, retryAfter, text }: Told): void {
    if (status === 503) {
      this.away += 1;
      const isClean = /"code":"(LEDGER|SOURCE)_UNAVAILABLE"/.test(text) && retryAfter !== null;
      if (!isClean || INTERNALS.test(text) || /"data":[^n]/.test(text)) this.#wrong(status, text);
      return;
    }
    if (status !== 200 && status !== 400) {
      this.#wrong(status, text);
      return;
    }
    this.owed.push(requestId);
    if (status === 200) this.#answered();
  }

  #wrong(status: number, text: string): void {
    this.wrong.add(`${status} ${text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '…')}`);
  }
}

/** What would tell a caller how the hub is made. */
const INTERNALS = /postgres|ECONN|socket|terminat|recovery|at \/|node_modules|pg_|\bSQL/i;

export const referenceOf = (batch: number, row: number): string => `B${batch}-${row}`;

/** A batch as its file: so many rows, each with a key of the batch's own. */
export function csvOf(batch: number, rows = BATCH_ROWS): string {
  const row = (index: number): string => `${referenceOf(batch, index)},2026-05-04T10:00:00Z,AA-BB\n`;
  return `national_reference,detected_at,border_section\n${Array.from({ length: rows }, (_, index) => row(index)).join('')}`;
}
