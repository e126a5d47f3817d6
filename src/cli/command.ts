/** What a command of `besa` is: one file that registers itself on the program, and what it is handed to work with. */
import type { Command } from 'commander';
import type { LedgerReading } from '../audit/verify.js';
import type { LedgerKey } from '../domain/evidence.js';
import type { Identity } from '../domain/identity.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { ExchangeStandard } from '../domain/record-type.js';
import type { AgreementsAtRest } from '../hub/agreements/standard-guard.js';
import type { ArchivedMonth, ArchiveProgress, LedgerViews, Ports } from '../hub/ports.js';
import type { RecordTables } from '../records/record-table-plan.js';

/** Registers one command (or one group of them) on the program. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;

/** Everything a command needs from outside. `src/cli/main.ts` makes it; tests make their own. */
export interface CommandContext {
  /** the checked configuration; read on first use, so that `--help` works with a broken one. @throws StartError */
  config(): CommandConfig;
  /** opens the hub's database for a command that works without a hub; close it in every case */
  openDatabase(): Promise<OpenDatabase>;
  /** hands the stored ledger to `work`, from the hub's database, with or without a hub */
  withLedger<T>(work: (ledger: LedgerReading) => Promise<T>): Promise<T>;
  /** brings months of the ledger into files and out of the database, migrated; with or without a hub. @throws StartError */
  archiveLedger(order: ArchiveCommand): Promise<readonly ArchivedMonth[]>;
  /** hands the index that agencies read the ledger by, and how many entries there are, to `work`; with or without a hub */
  withLedgerViews<T>(work: (views: LedgerViews, size: number) => Promise<T>): Promise<T>;
  /** hands signed heads, safekeeping and ledger of the hub's database, migrated, to `work`; with or without a hub */
  withEvidence<T>(work: (evidence: Evidence) => Promise<T>): Promise<T>;
  /** hands the record tables of the hub's database, migrated, to `work`; with or without a hub */
  withRecordTables<T>(work: (tables: RecordTables) => Promise<T>): Promise<T>;
  /** hands the agreements of the hub's database, migrated, to `work`; with or without a hub */
  withAgreements<T>(standard: ExchangeStandard, work: (agreements: AgreementsAtRest) => Promise<T>): Promise<T>;
  /** the API a hub with this exchange standard serves, as sorted SDL */
  servedSchema(standard: ExchangeStandard): Promise<string>;
  /** what everybody may do in a demo, and nobody elsewhere; absent where there is no demo */
  readonly demo?: DemoPowers;
  readonly terminal: Terminal;
}

/** Which months leave the database, and where they go. */
export interface ArchiveCommand {
  /** `2024-01`: months before this one */
  readonly before: string;
  /** absolute path */
  readonly folder: string;
  readonly keptMonths: number;
  readonly onProgress: (progress: ArchiveProgress) => void;
}

/** The ledger as its operator sees it, and the hub's key for its heads. */
export interface Evidence extends Pick<Ports, 'ledger' | 'safekeeping' | 'treeHeads' | 'witnesses'> {
  /** Introduces the key after the present one, with its entry. @throws StartError, HubError */
  rotate(pem: string, entry: (key: LedgerKey) => LedgerEntry): Promise<LedgerKey>;
  /** PKCS #8 */
  newKeyPem(): string;
}

/** The demo's identity provider, signatories and example documents. */
export interface DemoPowers {
  /** a token of the demo issuer of `dataFolder`; the hub accepts it in demo mode only */
  issueToken(dataFolder: string, identity: Identity, lifetimeSeconds: number): Promise<string>;
  /** the demo signature of an agency over a text: Ed25519, hexadecimal */
  sign(agency: string, text: string): Promise<string>;
  /** GraphQL documents to try, by name */
  queries(): Promise<Readonly<Record<string, string>>>;
}

/** The part of the configuration that commands look at. */
export interface CommandConfig {
  readonly environment: 'development' | 'production' | 'test';
  readonly dataFolder: string;
  readonly recordsFolder: string;
  readonly timeZone: string;
  readonly demo: 'small' | 'large' | 'off';
  /** names this hub in what is signed */
  readonly signingEnvironment: string;
  /** months that entries of the ledger stay in the database; absent: for ever */
  readonly ledgerKeptMonths?: number;
  /** absolute path */
  readonly archiveFolder?: string;
  readonly client: { readonly url?: string; readonly token?: string };
}

export interface OpenDatabase {
  readonly url: string;
  close(): Promise<void>;
}

export interface Terminal {
  /** a line of the result, on standard output */
  print(line: string): void;
  /** a line about the work, on standard error */
  note(line: string): void;
  /** whether standard error is a terminal that moves its cursor */
  readonly interactive: boolean;
  readonly color: boolean;
}

/** A command that did its work and found something wrong: printed without a stack trace, exit code 1. */
export class CommandFailure extends Error {
  readonly mends: readonly string[];

  constructor(message: string, mends: readonly string[] = []) {
    super(message);
    this.name = 'CommandFailure';
    this.mends = mends;
  }
}
