import { randomUUID } from 'node:crypto';
import { DriverException, UniqueConstraintViolationException } from '@mikro-orm/core';
import { HubError } from '../../domain/errors.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import type { Agency, Partner, SharedDatabase, Technology } from '../../domain/registry.js';
import type { Registry } from '../../hub/ports.js';
import { AgencyRow, PartnerRow, SharedDatabaseRow, TechnologyRow } from '../entities/registry.js';
import { appendStatement } from '../ledger.js';
import type { Orm, OrmManager } from '../orm.js';
import { STANDSTILL_MAX, unavailable } from '../outage.js';

/** SQLSTATE */
const LOCK_NOT_AVAILABLE = '55P03';

/** The statements that make the partition of one shared database in its record type's table. */
export type PartitionDdl = (recordType: string, databaseId: number) => readonly string[];

/** Partners, agencies, shared databases and technologies in PostgreSQL. Lists are ordered by code. */
export class RegistryRepository implements Registry {
  readonly #orm: Orm;
  readonly #partitionDdl: PartitionDdl;

  constructor(orm: Orm, partitionDdl: PartitionDdl) {
    this.#orm = orm;
    this.#partitionDdl = partitionDdl;
  }

  async partners(): Promise<readonly Partner[]> {
    const rows = await this.#manager().findAll(PartnerRow, { orderBy: { code: 'asc' } });
    return rows.map(({ code, name, footnote }) => ({ code, name, footnote: footnote ?? null }));
  }

  async agencies(): Promise<readonly Agency[]> {
    const rows = await this.#manager().findAll(AgencyRow, { orderBy: { code: 'asc' } });
    return rows.map(agencyFromRow);
  }

  async agenciesOf(partners: readonly string[]): Promise<readonly (readonly Agency[])[]> {
    const rows = await this.#manager().find(
      AgencyRow,
      { partner: { $in: [...partners] } },
      { orderBy: { code: 'asc' } },
    );
    return inOrderOf(partners, rows.map(agencyFromRow), (agency) => agency.partner);
  }

  async databases(): Promise<readonly SharedDatabase[]> {
    const rows = await this.#manager().findAll(SharedDatabaseRow, { orderBy: { code: 'asc' } });
    return rows.map(databaseFromRow);
  }

  async databasesOf(agencies: readonly string[]): Promise<readonly (readonly SharedDatabase[])[]> {
    const rows = await this.#manager().find(
      SharedDatabaseRow,
      { owner: { $in: [...agencies] } },
      { orderBy: { code: 'asc' } },
    );
    return inOrderOf(agencies, rows.map(databaseFromRow), (database) => database.owner);
  }

  async technologies(): Promise<readonly Technology[]> {
    const rows = await this.#manager().findAll(TechnologyRow, { orderBy: { code: 'asc' } });
    return rows.map(technologyFromRow);
  }

  async technologiesOf(agencies: readonly string[]): Promise<readonly (readonly Technology[])[]> {
    const rows = await this.#manager().find(
      TechnologyRow,
      { owner: { $in: [...agencies] } },
      { orderBy: { code: 'asc' } },
    );
    return inOrderOf(agencies, rows.map(technologyFromRow), (technology) => technology.owner);
  }

  addPartner({ code, name, footnote }: Partner, entry?: LedgerEntry): Promise<boolean> {
    return this.#add(entry, (manager) => manager.insert(PartnerRow, { code, name, footnote }));
  }

  addAgency({ code, name, partner }: Agency, entry?: LedgerEntry): Promise<boolean> {
    return this.#add(entry, (manager) => manager.insert(AgencyRow, { code, name, partner }));
  }

  addDatabase(database: Omit<SharedDatabase, 'id'>, entry?: LedgerEntry): Promise<boolean> {
    const { code, name, owner, recordType, hosting } = database;
    return this.#add(entry, async (manager) => {
      const id = await manager.insert(SharedDatabaseRow, { code, name, owner, recordType, hosting });
      // The partition belongs to the registration: a database without one could be asked and would fail.
      for (const statement of this.#partitionDdl(recordType, id)) await manager.execute(statement);
    });
  }

  addTechnology(technology: Technology, entry?: LedgerEntry): Promise<boolean> {
    const { code, name, owner, kind, description, maturity } = technology;
    return this.#add(entry, (manager) =>
      manager.insert(TechnologyRow, { code, name, owner, kind, description, maturity }),
    );
  }

  /** INVARIANT (audit before answer): what is registered and its entry are one transaction, the entry last. */
  #add(entry: LedgerEntry | undefined, insert: (manager: OrmManager) => Promise<unknown>): Promise<boolean> {
    return isAdded(() =>
      this.#manager().transactional(async (manager) => {
        // From here on locks are held that every reader of the record type would wait for.
        await manager.execute(`set local idle_in_transaction_session_timeout = '${STANDSTILL_MAX}'`);
        await insert(manager);
        if (entry !== undefined) await appendEntry(manager, entry);
      }),
    );
  }

  #manager(): OrmManager {
    return this.#orm.em.fork();
  }
}

/** false if the code is taken. @throws HubError SOURCE_UNAVAILABLE if others held what it needs; every other failure as it is */
async function isAdded(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) return false;
    if (error instanceof DriverException && error.code === LOCK_NOT_AVAILABLE) throw unavailable(error);
    throw error;
  }
}

async function appendEntry(manager: OrmManager, entry: LedgerEntry): Promise<void> {
  // Of two registrations in one request each gets an entry: the ledger takes a second one of the same id for a repetition.
  const known = await manager.execute('select 1 from besa.ledger_entry where request_id = ?', [entry.requestId]);
  const { text, values } = appendStatement(known.length === 0 ? entry : { ...entry, requestId: randomUUID() });
  try {
    await manager.execute(text.replaceAll(/\$\d/g, '?'), [...values]);
  } catch {
    throw new HubError('LEDGER_UNAVAILABLE', 'the ledger cannot be written; nothing was registered');
  }
}

function inOrderOf<T>(
  keys: readonly string[],
  rows: readonly T[],
  keyOf: (row: T) => string,
): readonly (readonly T[])[] {
  const byKey = new Map<string, T[]>(keys.map((key) => [key, []]));
  for (const row of rows) byKey.get(keyOf(row))?.push(row);
  return keys.map((key) => byKey.get(key) ?? []);
}

// Explicit copies: what leaves is the domain's shape, without the mapper's own properties.
function agencyFromRow({ code, name, partner }: Agency): Agency {
  return { code, name, partner };
}

function databaseFromRow({ id, code, name, owner, recordType, hosting }: SharedDatabase): SharedDatabase {
  return { id, code, name, owner, recordType, hosting };
}

function technologyFromRow({ code, name, owner, kind, description, maturity }: Technology): Technology {
  return { code, name, owner, kind, description, maturity };
}
