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
];
