import { defineConfig, type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { takeBackBroken } from './broken-connections.js';
import {
  AgreementActRow,
  AgreementEventRow,
  AgreementSignatureRow,
  AgreementTextRow,
  AgreementVersionRow,
  DutyAttestationRow,
  SignatoryKeyConfirmationRow,
  SignatoryKeyEndRow,
  SignatoryKeyRow,
} from './entities/agreements.js';
import { AgencyRow, PartnerRow, SharedDatabaseRow, TechnologyRow } from './entities/registry.js';
import { LOCK_WAIT_MAX } from './outage.js';

export type Orm = MikroORM;
export type OrmManager = EntityManager;

/** Every entity, by name: nothing is looked for in folders, so a file left out is a missing import and not a missing table. */
export const ENTITIES = [
  PartnerRow,
  AgencyRow,
  SharedDatabaseRow,
  TechnologyRow,
  SignatoryKeyRow,
  DutyAttestationRow,
  SignatoryKeyConfirmationRow,
  SignatoryKeyEndRow,
  AgreementTextRow,
  AgreementEventRow,
  AgreementSignatureRow,
  AgreementVersionRow,
  AgreementActRow,
] as const;

const CONNECTIONS_MAX = 8;
/** Waiting longer for a connection than this is told as an outage. */
const CONNECT_MS_MAX = 5_000;

/**
 * The object-relational mapper over the hub's own tables (registry and agreements). Records, the ledger and imports do not
 * go through it. The tables come from `migrations/`, never from the entities.
 *
 * @param url of the hub's own role
 */
export async function openOrm(url: string, connectionsMax: number = CONNECTIONS_MAX): Promise<Orm> {
  const options = defineConfig({
    clientUrl: url,
    entities: [...ENTITIES],
    pool: { min: 0, max: connectionsMax },
    driverOptions: {
      // A registration that waits for a lock keeps everybody waiting who comes after it.
      options: `-c lock_timeout=${LOCK_WAIT_MAX}`,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      onPoolCreated: takeBackBroken,
    },
    forceUtcTimezone: true,
    // Statements carry record-free registry data and signed texts, but nothing of it belongs into a log.
    debug: false,
    logger: () => undefined,
  });
  return MikroORM.init(options);
}
