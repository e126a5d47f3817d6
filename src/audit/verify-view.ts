import { hash } from 'node:crypto';
import { compareWitnesses } from './compare-witnesses.js';
import { verifyEd25519 } from './ed25519.js';
import { contentFrom, contentOf, isWhole, leafOf } from './entry.js';
import { objectIn } from './export-format.js';
import { type HeadTrust, headTrust } from './head-trust.js';
import { verifyInclusion } from './merkle-proof.js';
import { partOf } from './parts.js';
import { exportText } from './signed-head.js';
import { type Broken, broken, brokenAt } from './verdict.js';
import type { ExportOptions, Witness } from './verify.js';
import {
  LineDigest,
  type ProvedEntry,
  readViewEnd,
  readViewEntry,
  readViewHeader,
  type ViewHeader,
} from './view-format.js';

export interface ViewIntact {
  readonly kind: 'INTACT';
  readonly of: 'VIEW';
  readonly viewer: string;
  /** lines that are proved */
  readonly entries: number;
  /** of the tree they are proved to be in */
  readonly size: number;
  /** hex */
  readonly root: string;
  /** fingerprints of the keys that were believed */
  readonly keys: readonly string[];
  /** heads kept elsewhere that nothing at hand connects with the head of the view */
  readonly uncompared: readonly Witness[];
}

/**
 * Whether an agency's view is what the hub gave out: each part is proved to stand in the tree of the signed head, and the signature
 * at the end tells that no line was taken out on the way. Whether the hub left one out when it wrote the file, nothing in a view can
 * tell. A view is no whole ledger: a witness of another size says something of it by a proof of consistency alone, and is told as
 * not compared without one.
 *
 * @param first the first line; `lines`: the others, in order
 * @throws Error with a plain message if the first line is none of a view; what `lines` throws
 */
export async function verifyView(
  first: string,
  lines: AsyncIterable<string>,
  options: ExportOptions,
): Promise<ViewIntact | Broken> {
  const header = readViewHeader(objectIn(first));
  const environment = options.environment ?? header.environment;
  const trust = headTrust(header.keys, { trusted: options.trusted ?? [], environment });
  const { size, root } = header.head;
  const doubt = environment === header.environment ? trust.doubtOf(header.head) : 'the export is of another hub';
  if (doubt !== null) return broken('FORGED', 1, Math.max(size, 1), doubt);
  const { contradiction, uncompared } = compareWitnesses(
    { size, root },
    options.witnesses ?? [],
    options.consistency ?? [],
  );
  if (contradiction !== null) return broken('FORKED', 1, Math.max(size, 1), otherHistory(contradiction, size));
  const check = new ViewCheck(first, header, trust, options.onProgress ?? (() => {}));
  for await (const line of lines) {
    const fault = check.next(line);
    if (fault !== null) return fault;
  }
  const verdict = check.conclude();
  return verdict.kind === 'INTACT' ? { ...verdict, uncompared } : verdict;
}

function otherHistory(witness: Witness, size: number): string {
  if (witness.size === size) return `a head kept elsewhere saw other entries up to ${size}`;
  return `a head of ${witness.size} entries kept elsewhere and this one of ${size} are not proved to be of one history: one of them is of another, or the proof is`;
}

const PROGRESS_EVERY = 1_000;

class ViewCheck {
  readonly #header: ViewHeader;
  readonly #trust: HeadTrust;
  readonly #onProgress: (done: number) => void;
  readonly #root: Uint8Array;
  readonly #digest = new LineDigest();
  #entries = 0;
  #last: number | null = null;
  /** 1: oldest first; -1: newest first */
  #direction = 0;
  #hasEnd = false;

  constructor(first: string, header: ViewHeader, trust: HeadTrust, onProgress: (done: number) => void) {
    this.#header = header;
    this.#trust = trust;
    this.#onProgress = onProgress;
    this.#root = Buffer.from(header.head.root, 'hex');
    this.#digest.add(first);
  }

  /** The first fault up to this line; null if there is none yet. */
  next(text: string): Broken | null {
    if (this.#hasEnd) return this.#somewhere('ADDED', 'something stands behind the end of the export');
    try {
      const read = objectIn(text);
      if (read.end !== undefined) return this.#end(read);
      this.#digest.add(text);
      return this.#entry(readViewEntry(read));
    } catch (error) {
      return this.#somewhere('UNREADABLE', error instanceof Error ? error.message : 'a line cannot be read');
    }
  }

  conclude(): Omit<ViewIntact, 'uncompared'> | Broken {
    if (!this.#hasEnd) return this.#somewhere('CUT', 'the end of the export is missing');
    const { viewer, head } = this.#header;
    const keys = this.#trust.keys.map(({ fingerprint }) => fingerprint);
    return { kind: 'INTACT', of: 'VIEW', viewer, entries: this.#entries, size: head.size, root: head.root, keys };
  }

  #entry(entry: ProvedEntry): Broken | null {
    const { sequence } = entry;
    const order = this.#last === null ? 0 : Math.sign(sequence - this.#last);
    if (this.#last !== null && (order === 0 || order === -this.#direction))
      return brokenAt(sequence, order === 0 ? 'ADDED' : 'MOVED', `entry ${sequence} stands behind entry ${this.#last}`);
    this.#direction = this.#last === null ? 0 : order;
    this.#last = sequence;
    const explanation = faultOfEntry(entry, this.#header.head.size, this.#root);
    if (explanation !== null) return brokenAt(sequence, 'CHANGED', explanation);
    this.#entries += 1;
    if (this.#entries % PROGRESS_EVERY === 0) this.#onProgress(this.#entries);
    return null;
  }

  #end(read: Readonly<Record<string, unknown>>): Broken | null {
    this.#hasEnd = true;
    const { count, seal } = readViewEnd(read);
    if (count !== this.#entries)
      return this.#somewhere(
        count > this.#entries ? 'MISSING' : 'ADDED',
        `the end counts ${count} lines and ${this.#entries} are there`,
      );
    if (seal.digest !== this.#digest.hex())
      return this.#somewhere('CHANGED', 'the digest at the end is of other lines');
    const key = this.#trust.keys.find(({ fingerprint }) => fingerprint === seal.key);
    const text = exportText({ digest: seal.digest, environment: this.#header.environment, key: seal.key });
    const isSigned = key !== undefined && text === seal.text && verifyEd25519(key.publicKey, text, seal.signature);
    return isSigned ? null : this.#somewhere('FORGED', 'the end is not signed by a key that is believed');
  }

  #somewhere(fault: Broken['fault'], explanation: string): Broken {
    return broken(fault, 1, Math.max(this.#header.head.size, 1), explanation);
  }
}

/** Why an entry is not proved by what stands beside it; null if it is. */
function faultOfEntry(entry: ProvedEntry, size: number, root: Uint8Array): string | null {
  const { sequence, at, inclusion } = entry;
  const content = contentOfEntry(entry);
  if (content === null) return 'its parts do not belong to one entry';
  const path = inclusion.map((hex) => Buffer.from(hex, 'hex'));
  const leaf = leafOf(sequence, at, content);
  if (!verifyInclusion({ index: sequence - 1, size, leaf, root, path }))
    return 'it is not proved to stand in the tree of the signed head';
  return areBound(entry) ? null : 'its records are not those its parts speak of';
}

/** The content all parts lead to, hex; null if they lead to different ones. */
function contentOfEntry({ whole, parts }: ProvedEntry): string | null {
  try {
    if (whole !== null) return isWhole(whole) ? contentOf(whole) : null;
    const contents = new Set(parts.map(({ text, path }) => contentFrom(text, path)));
    const [content] = contents;
    return contents.size === 1 && new Set(parts.map(({ text }) => text)).size === parts.length
      ? (content ?? null)
      : null;
  } catch {
    return null;
  }
}

/** Each RECORDS text is promised by the part of a database, once. */
function areBound({ parts, records }: ProvedEntry): boolean {
  const promised = parts
    .map(({ text }) => partOf(text))
    .flatMap((part) => (part.part === 'DATABASE' ? [part.database.disclosed] : []));
  return records.every((text) => {
    const place = promised.indexOf(hash('sha256', text, 'hex'));
    return place !== -1 && promised.splice(place, 1).length === 1;
  });
}
