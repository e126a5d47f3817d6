/** What the hub needs from outside to prove its past: heads of the ledger and what is kept of them. Part of `ports.ts`. */
import type { Contradiction, Erasure, ExportSeal, LedgerKey, SignedHead } from '../../domain/evidence.js';

/** Signed heads of the ledger's tree, and the keys they are signed with. All @throw HubError SOURCE_UNAVAILABLE. */
export interface TreeHeads {
  /**
   * The head of now; the same one again if nothing was appended since. The newest one stands in safekeeping too. Heads are signed
   * at most once in a while (once a second in a running hub), for all who ask meanwhile.
   * @throws HubError LEDGER_CONTRADICTED if the ledger does not grow out of the head kept there
   */
  sign(): Promise<SignedHead>;
  /** the newest that was signed */
  latest(): Promise<SignedHead | undefined>;
  /** the newest of exactly this many entries */
  at(size: number): Promise<SignedHead | undefined>;
  /** those that follow from this process' own key, in their order */
  keys(): Promise<readonly LedgerKey[]>;
  /** @param digest SHA-256, hexadecimal */
  signExport(digest: string): Promise<ExportSeal>;
  /** Entries there are, and the roots (hexadecimal) of the heads kept at these sizes; a size without a kept head is absent. */
  tree(sizes: readonly number[]): Promise<{ readonly size: number; readonly roots: ReadonlyMap<number, string> }>;
  /** An entry for a proof: undefined if there is none, or if this agency neither made it nor owns a database of it. */
  leaf(sequence: number, agency: string): Promise<{ readonly at: Date; readonly leaf: string } | undefined>;
}

/** What is kept outside the database and its backups: whoever sets the database back does not set this back. */
export interface Safekeeping {
  /** Replaces the newest own head by a larger one; durable when it resolves. */
  keepHead(head: KeptHead): Promise<void>;
  /** Keeps a head somebody brought back, beside all others. */
  keepPresented(head: KeptHead): Promise<void>;
  /** The newest own head as written, not yet believed. */
  newestHead(): Promise<string | undefined>;
  /** Every head kept, own and brought back, as written. @throws Error if one that is there cannot be read: it may be the one that matters */
  heads(): Promise<readonly KeptFile[]>;
  /** Sets heads aside: they are kept, and count no more. */
  supersede(names: readonly string[]): Promise<void>;
  /** The keys as `keysFileText` (audit/) writes them. */
  keepKeys(text: string): Promise<void>;
  keys(): Promise<string | undefined>;
  /** Durable when it resolves: to be awaited before the transaction that erases commits. */
  appendErasures(erasures: readonly Erasure[]): Promise<void>;
  /** In the order in which they were appended. @throws Error if a line is none that this hub wrote */
  readErasures(): Promise<readonly Erasure[]>;
}

/** `text`: the file as `headFileText` (audit/) writes it. */
export interface KeptHead {
  readonly size: number;
  readonly root: string;
  readonly text: string;
}

export interface KeptFile {
  readonly name: string;
  readonly text: string;
}

/** Whether the stored ledger is the one that was witnessed. */
export interface LedgerStanding {
  /**
   * Why nothing may be answered: a head contradicts it, as of some seconds ago at most; or for minutes no look at the heads
   * succeeded. undefined = nothing is in the way.
   */
  doubt(): Promise<LedgerDoubt | undefined>;
  /** What contradicts it, as of the last look that succeeded; undefined = nothing. */
  contradiction(): Promise<Contradiction | undefined>;
  /** Looks again at once. @throws HubError SOURCE_UNAVAILABLE; whatever safekeeping throws */
  look(): Promise<LedgerLook>;
  /** Compares a head somebody brought back; one that is genuine and contradicts is kept and stops the hub. */
  present(head: PresentedHead): Promise<PresentedVerdict>;
}

export type LedgerDoubt = 'LEDGER_CONTRADICTED' | 'LEDGER_UNWITNESSED';

export interface LedgerLook {
  /** heads that are genuine and that the ledger does not grow out of */
  readonly contradictions: readonly Contradiction[];
  /** files that count for nothing, and why */
  readonly doubts: readonly { readonly file: string; readonly why: string }[];
  /** entries the ledger has */
  readonly treeSize: number;
}

/** The three texts of a head's file. */
export interface PresentedHead {
  readonly publicKey: string;
  readonly signature: string;
  readonly text: string;
}

export type PresentedVerdict =
  | { readonly kind: 'CONFIRMED' | 'CONTRADICTED'; readonly size: number; readonly root: string; readonly at: Date }
  /** it is no head of this hub; nothing was done */
  | { readonly kind: 'WORTHLESS'; readonly field: 'publicKey' | 'signature' | 'text'; readonly why: string };
