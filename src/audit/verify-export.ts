import type { SignedHead } from '../domain/evidence.js';
import { compareWitnesses } from './compare-witnesses.js';
import {
  type LedgerExportEnd,
  type LedgerExportHeader,
  type LedgerExportLine,
  objectIn,
  readLedgerHeader,
  readLedgerLine,
} from './export-format.js';
import { type HeadTrust, headTrust } from './head-trust.js';
import { rootOf } from './merkle-tree.js';
import { type Broken, broken, brokenAt, type Fault, type Intact, type Verdict } from './verdict.js';
import { type ExportOptions, Verifier, type Witness } from './verify.js';
import { type ViewIntact, verifyView } from './verify-view.js';

/** What a file turned out to be. `keys`: fingerprints of the keys its signed heads were checked with. */
export type ExportVerdict =
  | {
      readonly kind: 'INTACT';
      readonly of: 'LEDGER';
      readonly from: number;
      /** the tree before entry `from` */
      readonly before: Witness;
      readonly ledger: Intact;
      readonly keys: readonly string[];
      /** heads kept elsewhere that nothing at hand connects with what stands here */
      readonly uncompared: readonly Witness[];
    }
  | ViewIntact
  | Broken;

const PROGRESS_EVERY = 1_000;

/**
 * Whether an export is what the hub gave out, from the file alone: the whole ledger (`export-format.ts`), or one agency's view of
 * it (`verify-view.ts`). The first fault ends the check.
 *
 * @param lines of the file in order, without their ends
 * @throws Error with a plain message if the first line is none of an export; what `lines` throws
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  options: ExportOptions = {},
): Promise<ExportVerdict> {
  const iterator = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  const first = await iterator.next();
  if (first.done === true) throw new Error('the file is empty');
  const header = objectIn(first.value);
  const rest = { [Symbol.asyncIterator]: () => asyncFrom(iterator) };
  if (header.export === 'VIEW') return verifyView(first.value, rest, options);
  if (header.export !== 'LEDGER') throw new Error('the file is no export of a ledger');
  return verifyLedger(readLedgerHeader(header), rest, options);
}

async function* asyncFrom(iterator: AsyncIterator<string> | Iterator<string>): AsyncGenerator<string> {
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
}

async function verifyLedger(
  header: LedgerExportHeader,
  lines: AsyncIterable<string>,
  options: ExportOptions,
): Promise<ExportVerdict> {
  const environment = options.environment ?? header.environment;
  const trust = headTrust(header.keys, { trusted: options.trusted ?? [], environment });
  if (environment !== header.environment) return brokenAt(header.from, 'FORGED', 'the export is of another hub');
  const check = new LedgerExportCheck(header, options, trust.doubtOf);
  for await (const line of lines) {
    const fault = check.next(line);
    if (fault !== null) return fault;
  }
  const verdict = check.conclude();
  if (verdict.kind === 'BROKEN') return verdict;
  const keys = trust.keys.map(({ fingerprint }) => fingerprint);
  const before = { size: header.begin.size, root: hexOf(rootOf(header.begin)) };
  const witnesses = options.witnesses ?? [];
  const earlier = witnesses.filter(({ size }) => size < before.size);
  const { contradiction, uncompared: unproved } = compareWitnesses(before, earlier, options.consistency ?? []);
  if (contradiction !== null) {
    const explanation = `a head of ${contradiction.size} entries kept elsewhere is not proved to be of the history before entry ${header.from}`;
    return broken('FORKED', 1, before.size, explanation);
  }
  const later = options.goesOn === true ? witnesses.filter(({ size }) => size > verdict.size) : [];
  const uncompared = [...unproved, ...later];
  return { kind: 'INTACT', of: 'LEDGER', from: header.from, before, ledger: verdict, keys, uncompared };
}

class LedgerExportCheck {
  readonly #header: LedgerExportHeader;
  readonly #verifier: Verifier;
  readonly #onProgress: (done: number) => void;
  #done = 0;
  #hasEnd = false;

  constructor(header: LedgerExportHeader, options: ExportOptions, doubtOf: HeadTrust['doubtOf']) {
    this.#header = header;
    this.#onProgress = options.onProgress ?? (() => {});
    const { size, begin } = header;
    // What an export says is archived is checked by its leaf; that an archive has it is known to the database alone.
    const witnesses = (options.witnesses ?? []).filter((witness) => options.goesOn !== true || witness.size <= size);
    this.#verifier = new Verifier(witnesses, { size, begin, doubtOf, isArchived: () => true });
  }

  /** The first fault up to this line; null if there is none yet. */
  next(text: string): Broken | null {
    if (this.#hasEnd) return this.#fault('ADDED', 'something stands behind the end of the export');
    let line: LedgerExportLine;
    try {
      line = readLedgerLine(text);
    } catch (error) {
      return this.#fault('UNREADABLE', error instanceof Error ? error.message : 'the line cannot be read');
    }
    if (line.kind === 'HEAD') return this.#head(line.head);
    if (line.kind === 'END') return this.#end(line.end);
    this.#done += 1;
    if (this.#done % PROGRESS_EVERY === 0) this.#onProgress(this.#done);
    return this.#verifier.check({ rows: [line.row], heads: [] });
  }

  conclude(): Verdict {
    if (this.#hasEnd) return this.#verifier.conclude();
    // Without its end, nobody knows whether more was to come.
    const from = this.#verifier.size + 1;
    const until = Math.max(this.#header.size, from);
    return this.#verifier.first(broken('CUT', from, until, 'the end of the export is missing'));
  }

  #head(head: SignedHead): Broken | null {
    const { size } = this.#verifier;
    if (head.size > size) return this.#fault('MISSING', `a head of ${head.size} entries stands behind entry ${size}`);
    if (head.size < size)
      return this.#fault('UNREADABLE', `a head of ${head.size} entries stands behind entry ${size}`);
    return this.#verifier.check({ rows: [], heads: [], signed: [head] });
  }

  #end({ root, size, signedHead }: LedgerExportEnd): Broken | null {
    this.#hasEnd = true;
    const { size: promised } = this.#header;
    if (size !== promised) {
      const from = Math.min(size, promised, this.#verifier.size) + 1;
      const explanation = `the first line promises ${promised} entries and the last one ${size}`;
      return this.#verifier.first(broken('CUT', from, Math.max(size, promised), explanation));
    }
    const signed = signedHead === null ? null : this.#head(signedHead);
    return this.#verifier.agrees({ size, root }, 'the end of the export') ?? signed;
  }

  #fault(fault: Fault, explanation: string): Broken {
    return this.#verifier.first(brokenAt(this.#verifier.size + 1, fault, explanation));
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
