import { DriverException, UniqueConstraintViolationException } from '@mikro-orm/core';
import type { Agency, Partner, SharedDatabase, Technology } from '../../domain/registry.js';
import type { Registry } from '../../hub/ports.js';
import { AgencyRow, PartnerRow, SharedDatabaseRow, TechnologyRow } from '../entities/registry.js';
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

  addPartner({ code, name, footnote }: Partner): Promise<boolean> {
    return isAdded(() => this.#manager().insert(PartnerRow, { code, name, footnote }));
  }

  addAgency({ code, name, partner }: Agency): Promise<boolean> {
    return isAdded(() => this.#manager().insert(AgencyRow, { code, name, partner }));
  }

  addDatabase(database: Omit<SharedDatabase, 'id'>): Promise<boolean> {
    const { code, name, owner, recordType, hosting } = database;
    return isAdded(() =>
      this.#manager().transactional(async (manager) => {
        // From here on locks are held that every reader of the record type would wait for.
        await manager.execute(`set local idle_in_transaction_session_timeout = '${STANDSTILL_MAX}'`);
        const id = await manager.insert(SharedDatabaseRow, { code, name, owner, recordType, hosting });
        // The partition belongs to the registration: a database without one could be asked and would fail.
        for (const statement of this.#partitionDdl(recordType, id)) await manager.execute(statement);
      }),
    );
  }

  addTechnology({ code, name, owner, kind, description, maturity }: Technology): Promise<boolean> {
    return isAdded(() => this.#manager().insert(TechnologyRow, { code, name, owner, kind, description, maturity }));
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
