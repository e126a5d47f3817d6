import { type HeadFile, headFileText, headFrom, readHead, verifyHead } from '../../audit/signed-head.js';
import type { Contradiction, LedgerKey } from '../../domain/evidence.js';
import type {
  KeptFile,
  LedgerDoubt,
  LedgerLook,
  LedgerStanding,
  PresentedHead,
  PresentedVerdict,
  Safekeeping,
  Signing,
  TreeHeads,
} from '../ports.js';

export interface WitnessParts {
  readonly treeHeads: Pick<TreeHeads, 'keys' | 'tree'>;
  readonly safekeeping: Pick<Safekeeping, 'heads' | 'keepPresented'>;
  readonly signing: Pick<Signing, 'environment' | 'verify'>;
  readonly monotonicMs: () => number;
  /** told of each look that found something else than the one before */
  readonly onLook?: (look: LedgerLook) => void;
  /** told the code of what keeps looks from succeeding, once; undefined once one succeeded again */
  readonly onBlind?: (cause: string | undefined) => void;
}

/** How old a look may be that a request relies on. */
const LOOK_MS_MAX = 5_000;
/** After a look that failed: not every request waits for a database that is not there. */
const RETRY_MS = 1_000;
/** How long a request waits for a look: a folder on a network may hang for ever. */
const WAIT_MS_MAX = 2_000;
/** How long the hub answers without a look that succeeded: longer than such a folder is away for a moment. */
export const UNSEEN_MS_MAX = 180_000;

/**
 * Compares the stored ledger with every head of it that is kept outside the database. What is signed can have come from this hub
 * alone, so a head that the stored ledger does not grow out of means that the database was set back, or is another one.
 */
export class Witnesses implements LedgerStanding {
  readonly #parts: WitnessParts;
  /** when the last look began that succeeded, and the last one at all */
  #lookedMs = Number.NEGATIVE_INFINITY;
  #triedMs = Number.NEGATIVE_INFINITY;
  #contradiction: Contradiction | undefined;
  #looking: Promise<unknown> | undefined;
  #blindness: string | undefined;
  #told = '';
  /** contradicting heads that could not be put into safekeeping */
  readonly #unkept = new Map<string, KeptFile>();

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  async doubt(): Promise<LedgerDoubt | undefined> {
    await this.#lookIfDue();
    if (this.#contradiction !== undefined) return 'LEDGER_CONTRADICTED';
    // INVARIANT (no witness, no answer): else taking the folder away before setting the database back would disarm this check.
    return this.#parts.monotonicMs() - this.#lookedMs < UNSEEN_MS_MAX ? undefined : 'LEDGER_UNWITNESSED';
  }

  async contradiction(): Promise<Contradiction | undefined> {
    await this.#lookIfDue();
    return this.#contradiction;
  }

  async #lookIfDue(): Promise<void> {
    const nowMs = this.#parts.monotonicMs();
    if (nowMs - this.#lookedMs < LOOK_MS_MAX) return;
    if (this.#looking === undefined) {
      if (nowMs - this.#triedMs < RETRY_MS) return;
      this.#triedMs = nowMs;
      // One look for all who wait. One that fails leaves what is known.
      this.#looking = this.look()
        .catch(() => undefined)
        .finally(() => {
          this.#looking = undefined;
        });
    }
    await within(this.#triedMs + WAIT_MS_MAX - nowMs, this.#looking);
  }

  async look(): Promise<LedgerLook> {
    try {
      const look = await this.#look();
      this.#tellBlindness(undefined);
      return look;
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      this.#tellBlindness(typeof code === 'string' ? code : 'unknown');
      throw error;
    }
  }

  async #look(): Promise<LedgerLook> {
    const begunMs = this.#parts.monotonicMs();
    const keys = await this.#parts.treeHeads.keys();
    const files = [...(await this.#parts.safekeeping.heads()), ...this.#unkept.values()];
    const read = files.map(({ name, text }) => ({ name, head: this.#believed(text, keys) }));
    const heads = read.flatMap(({ name, head }) => (typeof head === 'string' ? [] : [{ name, head }]));
    const doubts = read.flatMap(({ name, head }) => (typeof head === 'string' ? [{ file: name, why: head }] : []));
    const { size, roots } = await this.#parts.treeHeads.tree(heads.map(({ head }) => head.size));
    const contradictions = heads
      .filter(({ head }) => roots.get(head.size) !== head.root)
      .map(({ name, head }) => ({ file: name, size: head.size, root: head.root, at: head.at, treeSize: size }))
      .sort((a, b) => b.size - a.size);
    // One that hung is not to put what was then in the place of what is known since.
    if (begunMs >= this.#lookedMs) {
      this.#lookedMs = begunMs;
      this.#contradiction = contradictions[0];
    }
    return this.#tell({ contradictions, doubts, treeSize: size });
  }

  async present(presented: PresentedHead): Promise<PresentedVerdict> {
    const head = this.#presentedHead(presented);
    if ('kind' in head) return head;
    const keys = await this.#parts.treeHeads.keys();
    const fault = this.#doubtOf(head, keys);
    if (fault !== undefined) return { kind: 'WORTHLESS', ...fault };
    const { size, root, at } = head;
    const { roots } = await this.#parts.treeHeads.tree([size]);
    if (roots.get(size) === root) return { kind: 'CONFIRMED', size, root, at };
    const kept = { size, root, text: headFileText(head) };
    // A folder that is full must not keep the hub going: until it restarts, this process remembers by itself.
    this.#unkept.set(kept.text, { name: 'presented', text: kept.text });
    await this.#parts.safekeeping.keepPresented(kept);
    this.#unkept.delete(kept.text);
    await this.look();
    return { kind: 'CONTRADICTED', size, root, at };
  }

  #presentedHead(presented: PresentedHead): HeadFile | Extract<PresentedVerdict, { kind: 'WORTHLESS' }> {
    try {
      return headFrom(presented);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'it cannot be read';
      const field = (['publicKey', 'signature'] as const).find((name) => why.startsWith(`\`${name}\``)) ?? 'text';
      return { kind: 'WORTHLESS', field, why };
    }
  }

  /** A head to rely on, or why it counts for nothing. */
  #believed(text: string, keys: readonly LedgerKey[]): HeadFile | string {
    try {
      const head = readHead(text);
      return this.#doubtOf(head, keys)?.why ?? head;
    } catch (error) {
      return error instanceof Error ? error.message : 'it cannot be read';
    }
  }

  #doubtOf(head: HeadFile, keys: readonly LedgerKey[]) {
    const { environment, verify } = this.#parts.signing;
    if (head.environment !== environment) return { field: 'text', why: 'it is a head of another hub' } as const;
    const key = keys.find(({ fingerprint }) => fingerprint === head.key);
    if (key === undefined || key.publicKey !== head.publicKey)
      return { field: 'publicKey', why: 'its key is none of the ledger' } as const;
    if (!verifyHead(head, keys, { verify })) return { field: 'signature', why: 'its signature does not hold' } as const;
    return undefined;
  }

  #tellBlindness(cause: string | undefined): void {
    if (cause !== this.#blindness) this.#parts.onBlind?.(cause);
    this.#blindness = cause;
  }

  #tell(look: LedgerLook): LedgerLook {
    const told = JSON.stringify([look.contradictions.map(({ file, size }) => [file, size]), look.doubts]);
    if (told !== this.#told && (told !== '[[],[]]' || this.#told !== '')) this.#parts.onLook?.(look);
    this.#told = told;
    return look;
  }
}

/** Resolves with the promise, or after so many milliseconds. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms));
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
