/**
 * Every change of the hub's own tables, in the order they run. One line per migration; a migration is never edited after merge.
 * Names start with the date and a number, so that their order and the order of this list agree.
 */
import type { Migration } from '@mikro-orm/migrations';
import { RegistryMigration } from './2026-11-23-01-registry.js';
import { AgreementsMigration } from './2026-11-23-02-agreements.js';
import { SecondLockMigration } from './2026-11-23-03-second-lock.js';
import { LedgerMigration } from './2026-11-23-04-ledger.js';
import { RecordTablesMigration } from './2026-11-23-05-record-tables.js';
import { NegotiationMigration } from './2026-11-23-06-negotiation.js';
import { VersionsMigration } from './2026-11-23-07-versions.js';
import { KeysAndVerifiedTextsMigration } from './2026-11-23-08-keys-and-verified-texts.js';
import { QuotaMigration } from './2026-11-23-09-quota.js';
import { DutyAttestationsMigration } from './2026-11-23-10-duty-attestations.js';
import { AppliedStandardMigration } from './2026-11-23-11-applied-standard.js';
import { LedgerPartsMigration } from './2026-11-24-12-ledger-parts.js';
import { LedgerNodesMigration } from './2026-11-24-13-ledger-nodes.js';
import { SignedHeadsMigration } from './2026-11-24-14-signed-heads.js';
import { LedgerIndexMigration } from './2026-11-24-15-ledger-index.js';
import { RecordVersionsMigration } from './2026-11-24-16-record-versions.js';
import { JobsAndInboxMigration } from './2026-11-24-17-jobs-and-inbox.js';
import { ArchiveAndTurnedAwayMigration } from './2026-11-24-18-archive-and-turned-away.js';
import { CommitmentsMigration } from './2026-11-24-19-commitments.js';

export interface NamedMigration {
  readonly name: string;
  readonly class: new (...args: ConstructorParameters<typeof Migration>) => Migration;
}

export const MIGRATIONS: readonly NamedMigration[] = [
  { name: '2026-11-23-01-registry', class: RegistryMigration },
  { name: '2026-11-23-02-agreements', class: AgreementsMigration },
  { name: '2026-11-23-03-second-lock', class: SecondLockMigration },
  { name: '2026-11-23-04-ledger', class: LedgerMigration },
  { name: '2026-11-23-05-record-tables', class: RecordTablesMigration },
  { name: '2026-11-23-06-negotiation', class: NegotiationMigration },
  { name: '2026-11-23-07-versions', class: VersionsMigration },
  { name: '2026-11-23-08-keys-and-verified-texts', class: KeysAndVerifiedTextsMigration },
  { name: '2026-11-23-09-quota', class: QuotaMigration },
  { name: '2026-11-23-10-duty-attestations', class: DutyAttestationsMigration },
  { name: '2026-11-23-11-applied-standard', class: AppliedStandardMigration },
  { name: '2026-11-24-12-ledger-parts', class: LedgerPartsMigration },
  { name: '2026-11-24-13-ledger-nodes', class: LedgerNodesMigration },
  { name: '2026-11-24-14-signed-heads', class: SignedHeadsMigration },
  { name: '2026-11-24-15-ledger-index', class: LedgerIndexMigration },
  { name: '2026-11-24-16-record-versions', class: RecordVersionsMigration },
  { name: '2026-11-24-17-jobs-and-inbox', class: JobsAndInboxMigration },
  { name: '2026-11-24-18-archive-and-turned-away', class: ArchiveAndTurnedAwayMigration },
  { name: '2026-11-24-19-commitments', class: CommitmentsMigration },
];
