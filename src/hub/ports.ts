import type { Action } from '../domain/action.js';
import type { AgreementSet, AgreementVersion } from '../domain/agreement.js';
import type {
  AgreementHistory,
  AgreementStep,
  Doubt,
  SignatoryKey,
  StoredAgreement,
  Verified,
} from '../domain/agreement-history.js';
import type { Cursor } from '../domain/ask.js';
import type { QuotaAccount } from '../domain/decision.js';
import type { DutyAttestation } from '../domain/duty.js';
import type { LedgerEntry, StoredEntry } from '../domain/ledger.js';
import type { QuotaAmounts } from '../domain/quota.js';
import type { ExchangeStandard, RecordType, Value } from '../domain/record-type.js';
import type { Agency, Partner, SharedDatabase, Technology } from '../domain/registry.js';
import type { PseudonymRotation } from '../domain/treatment.js';
import type { Corrections } from './ports/correction.js';
import type { LedgerStanding, Safekeeping, TreeHeads } from './ports/evidence.js';
import type { Inbox, JobStore } from './ports/inbox.js';
import type { CommitmentOpenings, LedgerTree, LedgerViews } from './ports/ledger.js';
import type { LedgerArchive, TurnedAwayCounts } from './ports/months.js';

export type * from './ports/correction.js';
export type * from './ports/evidence.js';
export type * from './ports/inbox.js';
export type * from './ports/ledger.js';
export type * from './ports/months.js';

export interface Ports {
  readonly standard: ExchangeStandard;
  /** IANA name; ladder steps of times fall in it (BESA_TIMEZONE) */
  readonly timeZone: string;
  readonly agreements: AgreementSource;
  readonly agreementStore: AgreementStore;
  readonly signing: Signing;
  readonly registry: Registry;
  readonly records: RecordStore;
  readonly quotas: Quotas;
  readonly loader: RecordLoader;
  readonly corrections: Corrections;
  readonly ledger: Ledger;
  readonly ledgerTree: LedgerTree;
  readonly ledgerViews: LedgerViews;
  readonly treeHeads: TreeHeads;
  readonly safekeeping: Safekeeping;
  readonly witnesses: LedgerStanding;
  readonly ledgerArchive: LedgerArchive;
  readonly turnedAway: TurnedAwayCounts;
  readonly inbox: Inbox;
  readonly jobs: JobStore;
  readonly openings: CommitmentOpenings;
  readonly seal: Seal;
  readonly pseudonyms: Pseudonyms;
  /** milliseconds that only ever go up: for durations, never for what is in force */
  readonly monotonicMs: () => number;
}

/** The facts a decision is made from. Verified versions only: a version whose bytes or signatures do not verify is absent. */
export interface AgreementSource {
  /**
   * The newest set this process knows, with the registered databases of the same version, and the database clock's instant
   * as well as it can be told without asking. `refresh`: ask the database (after a guard said stale).
   * Cheap when nothing changed: the guard of each read and of the ledger finds out a set that is no longer current.
   */
  inForce(options?: { readonly refresh?: boolean }): Promise<InForce>;
}

/** Everything recorded about agreements, and the only way to add to it. Nothing is ever changed. */
export interface AgreementStore {
  /** all there are, in their order: for the operator's own checks, never for an answer */
  references(): Promise<readonly string[]>;
  /** undefined if nothing is recorded under this reference */
  history(reference: string): Promise<AgreementHistory | undefined>;
  /** histories of all agreements of this plain reference, whoever their parties are, ordered by key */
  historiesUnder(reference: string): Promise<readonly AgreementHistory[]>;
  /** histories of all agreements that name this agency as a party in some wording, ordered by reference */
  historiesOf(agency: string): Promise<readonly AgreementHistory[]>;
  /**
   * Adds facts and the ledger entry of the act in one transaction, the entry last.
   * `STALE`: somebody added to this agreement first; nothing was written.
   * @throws HubError LEDGER_UNAVAILABLE if the entry cannot be written
   */
  append(step: AgreementStep, entry: LedgerEntry): Promise<'APPENDED' | 'STALE'>;
  /** keys of these agencies, ended ones included */
  keysOf(agencies: readonly string[]): Promise<readonly SignatoryKey[]>;
  /** the person who registered a key: another one confirms it */
  registrarOf(keyId: number): Promise<string | undefined>;
  /** with its ledger entry; false if this key is registered already, for whomever (then nothing is written) */
  addKey(key: NewKey, by: string, entry: LedgerEntry): Promise<boolean>;
  /** with its ledger entry; false if it is confirmed already (then nothing is written) */
  confirmKey(
    keyId: number,
    by: { readonly person: string; readonly agency: string },
    entry: LedgerEntry,
  ): Promise<boolean>;
  /** with its ledger entry; false if it has ended already (then nothing is written) */
  endKey(keyId: number, by: { readonly person: string; readonly reason: string }, entry: LedgerEntry): Promise<boolean>;
  /** of these agreements, by their keys; in no order */
  attestationsOf(references: readonly string[]): Promise<readonly DutyAttestation[]>;
  /** with its ledger entry; false if this duty is attested already (then nothing is written) */
  attest(attestation: Omit<DutyAttestation, 'at'>, entry: LedgerEntry): Promise<boolean>;
}

/** A key as it is proposed. `validFrom` absent, or past = from its registration on. */
export type NewKey = Pick<SignatoryKey, 'agency' | 'publicKey' | 'isDemo' | 'validUntil'> & {
  readonly validFrom?: Date;
};

/** What the adapter that loads agreements asks of the core: is this what its parties signed, and what counts if it is not? */
export interface AgreementVerifier {
  verify(
    stored: StoredAgreement,
    known: {
      readonly keys: readonly SignatoryKey[];
      readonly agencies: readonly Agency[];
      readonly databases: readonly SharedDatabase[];
    },
  ): Verified;
  /** what verified agreements come to together: no words count twice, annexes stand under the framework they mean */
  settle(agreements: readonly Verified[]): Verified;
  /** names towards parties that see several agreements of one reference, by key; `histories`: all of those references */
  namesOf(histories: readonly AgreementHistory[]): ReadonlyMap<string, Readonly<Record<string, string>>>;
  withoutDoubtful(versions: readonly AgreementVersion[], doubts: readonly Doubt[]): readonly AgreementVersion[];
}

/** What signatures are checked against. The hub signs nothing and holds no private key. */
export interface Signing {
  /** names this hub in what is signed: a signature for a trial hub is worth nothing in the real one */
  readonly environment: string;
  /** false in production */
  readonly acceptsDemoKeys: boolean;
  /** of the UTF-8 bytes, lower-case hexadecimal */
  sha256(text: string): string;
  /** Ed25519 over the UTF-8 bytes; key and signature in hexadecimal; false for anything malformed */
  verify(publicKey: string, text: string, signature: string): boolean;
}

export interface InForce {
  readonly set: AgreementSet;
  /** all shared databases, ordered by code */
  readonly databases: readonly SharedDatabase[];
  readonly now: Date;
  /** versions that cannot be believed, and count for nothing; absent = none */
  readonly doubts?: readonly Doubt[];
}

/**
 * Under which decision a statement runs. The database checks it in the statement's own snapshot: version of the agreement
 * set and `validFrom <= besa_now() < validUntil`; and derives from agency, purpose and action alone which databases
 * row-level security lets it read.
 */
export interface Guard {
  readonly agency: string;
  readonly purpose: string;
  readonly action: Action;
  readonly setVersion: string;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
  /** signed texts the decision stands on: stale, if the bytes of one are not stored as they were verified; absent = none */
  readonly grounds?: readonly Ground[];
}

/** A signed text as it was verified. `hash`: SHA-256 of its UTF-8 bytes, lower-case hexadecimal. */
export interface Ground {
  readonly reference: string;
  readonly version: number;
  readonly hash: string;
}

/** One SQL statement. `text` is the shape: equal texts share one prepared statement. Data only in `values`. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Counts what quotas limit: the same for every process, exact however many ask at once. */
export interface Quotas {
  /**
   * Charges all of them or none, each account once. `STALE`: the period of one is not the present one by the database's
   * clock. `EXHAUSTED`: nothing was charged; `keys` names the accounts that hold too little, and the refusal is counted there.
   * @throws HubError SOURCE_UNAVAILABLE if they cannot be counted; what was charged then stays charged
   */
  charge(charges: readonly QuotaCharge[]): Promise<Charged>;
  /** Brings charges down to what was disclosed. @throws HubError SOURCE_UNAVAILABLE; what is not settled stays charged */
  settle(settlements: readonly QuotaSettlement[]): Promise<void>;
  /** What is used of each account, in the order given. @throws HubError SOURCE_UNAVAILABLE */
  usesOf(accounts: readonly QuotaAccount[]): Promise<readonly QuotaUse[]>;
  /** Periods of these account keys in which something was refused for the first time since then. @throws HubError SOURCE_UNAVAILABLE */
  refusalsSince(keys: readonly string[], since: Date): Promise<readonly QuotaRefusals[]>;
}

export interface QuotaCharge {
  readonly account: QuotaAccount;
  /** of the units the account limits */
  readonly amounts: QuotaAmounts;
}

export type Charged =
  | { readonly kind: 'CHARGED' }
  | { readonly kind: 'STALE' }
  | { readonly kind: 'EXHAUSTED'; readonly keys: readonly string[] };

export interface QuotaSettlement {
  readonly account: QuotaAccount;
  /** records charged and not disclosed */
  readonly recordsBack: number;
  /** subjects charged: given back, but for those of `subjects` that the period has not seen yet */
  readonly subjectsCharged: number;
  /** records disclosed, each once; empty where the account limits no subjects */
  readonly subjects: readonly RawId[];
}

/** What one account refused in one period. */
export interface QuotaRefusals {
  readonly key: string;
  readonly requests: number;
  readonly firstAt: Date;
  readonly resetsAt: Date;
}

export interface QuotaUse {
  readonly used: QuotaAmounts;
  /** requests refused in this period because too little was left */
  readonly refused: number;
}

export interface RecordStore {
  /** Rows as text cells, in select order; `stale` if the guard failed (then no rows). `pool`: short lookups or heavy aggregates. */
  read(statement: Statement, guard: Guard, pool: 'lookup' | 'aggregate'): Promise<ReadResult>;
}

export interface ReadResult {
  readonly stale: boolean;
  readonly rows: readonly (readonly (string | null)[])[];
}

export type LedgerGuard = Pick<Guard, 'setVersion' | 'validFrom' | 'validUntil'>;

export interface Ledger {
  /**
   * Makes an entry durable. With a guard it is re-checked under the lock that acts on agreements take too:
   * `STALE` = nothing was written, decide again.
   * @throws HubError LEDGER_UNAVAILABLE if it cannot be written
   */
  append(entry: LedgerEntry, guard?: LedgerGuard): Promise<Appended>;
  /** Newest first; only entries of this agency, before the given sequence if one is given. */
  list(
    agency: string,
    options: { readonly limit: number; readonly beforeSequence?: number },
  ): Promise<readonly StoredEntry[]>;
}

export type Appended = { readonly kind: 'APPENDED'; readonly sequence: number } | { readonly kind: 'STALE' };

export interface Registry {
  partners(): Promise<readonly Partner[]>;
  agencies(): Promise<readonly Agency[]>;
  agenciesOf(partners: readonly string[]): Promise<readonly (readonly Agency[])[]>;
  databases(): Promise<readonly SharedDatabase[]>;
  databasesOf(agencies: readonly string[]): Promise<readonly (readonly SharedDatabase[])[]>;
  technologies(): Promise<readonly Technology[]>;
  technologiesOf(agencies: readonly string[]): Promise<readonly (readonly Technology[])[]>;
  /**
   * `entry`: goes into the same transaction, so that nothing is registered without it.
   * @returns false if the code is taken: then nothing is written, the entry neither
   * @throws HubError LEDGER_UNAVAILABLE if the entry cannot be written
   */
  addPartner(partner: Partner, entry?: LedgerEntry): Promise<boolean>;
  addAgency(agency: Agency, entry?: LedgerEntry): Promise<boolean>;
  /** also makes the partition of the record type's table and counts as a change of the agreement set */
  addDatabase(database: Omit<SharedDatabase, 'id'>, entry?: LedgerEntry): Promise<boolean>;
  addTechnology(technology: Technology, entry?: LedgerEntry): Promise<boolean>;
}

/** Ids and cursors as they leave the hub: opaque, and useless to anybody but the caller they were made for. */
export interface Seal {
  /** Deterministic per agency and purpose: one cipher call for a whole page. */
  sealIds(owner: { readonly agency: string; readonly purpose: string }, ids: readonly RawId[]): readonly string[];
  /** undefined if it was not made for this agency and purpose, or is no id at all */
  openId(owner: { readonly agency: string; readonly purpose: string }, sealed: string): RawId | undefined;
  /** `binding`: caller, purpose, record type, filter and order, as one canonical text */
  sealCursor(binding: string, content: SealedCursor): string;
  /** undefined if it is not one of ours or was made under another binding */
  openCursor(binding: string, sealed: string): SealedCursor | undefined;
}

/** Whose tokens, and of which time. Equal values have equal tokens within one of these, and unrelated ones in any other. */
export interface PseudonymHolder {
  readonly agency: string;
  /** the owner that looks through this recipient's eyes: it gets tokens that nobody else has */
  readonly viewedBy?: string;
  /** name of the rotation period, such as `2026` */
  readonly period: string;
}

/** Tokens that stand for values of fields under treatment PSEUDONYM. */
export interface Pseudonyms {
  /** how long tokens stay the same */
  readonly rotation: PseudonymRotation;
  seal(holder: PseudonymHolder, value: string): string;
  /** the value behind a token; undefined for a text that is none of this holder's */
  open(holder: PseudonymHolder, token: string): string | undefined;
}

export interface RawId {
  readonly databaseId: number;
  /** signed 64-bit integer in decimal */
  readonly id: string;
}

export interface SealedCursor {
  readonly cursor: Cursor;
  /** digest of the decision the page was answered under */
  readonly digest: string;
}

/** Brings records into hosted databases, each load as a whole or not at all. */
export interface RecordLoader {
  /** Nothing is visible to anybody before `commit`; a load whose process dies leaves nothing. @throws HubError SOURCE_UNAVAILABLE */
  begin(database: SharedDatabase, recordType: RecordType): Promise<RecordLoad>;
}

export interface StagedRow {
  /** of the file; for rows that repeat a key */
  readonly line: number;
  /** validated: the record type's fields in their order, then ENVELOPE_INPUTS (records/) in theirs */
  readonly values: readonly Value[];
}

/** A row whose key another row of the same load has too. */
export interface RepeatedKey {
  readonly line: number;
  readonly firstLine: number;
}

/** A row whose key an erased record had: it is not taken back. */
export interface ErasedKey {
  readonly line: number;
  readonly erasedAt: Date;
}

/** One load, its methods called in this order, `abort` at any time. All @throw HubError SOURCE_UNAVAILABLE. */
export interface RecordLoad {
  /** Which of these rows have the key of an erased record. Costs nothing where none was ever erased. */
  erasedKeys(rows: readonly StagedRow[]): Promise<readonly ErasedKey[]>;
  /** Resolves when the next rows may come. */
  write(rows: readonly StagedRow[]): Promise<void>;
  /** All rows but the first of each key, by line; `total` of them, the first `limit` listed. No more `write` after it. */
  repeatedKeys(limit: number): Promise<{ readonly total: number; readonly repeated: readonly RepeatedKey[] }>;
  /** Leaves out rows that were written. */
  drop(lines: readonly number[]): Promise<void>;
  /**
   * Brings the rows to the records of the database: new, changed, or equal already and not touched.
   * @throws HubError SOURCE_UNAVAILABLE also if a record was erased since the load began: its row may be among these
   */
  merge(): Promise<{ readonly inserted: number; readonly updated: number; readonly unchanged: number }>;
  /** Makes records and ledger entry durable together. @throws HubError LEDGER_UNAVAILABLE if the entry cannot be written */
  commit(entry: LedgerEntry): Promise<void>;
  /** Leaves everything as it was. Never throws; harmless after `commit`. */
  abort(): Promise<void>;
}
