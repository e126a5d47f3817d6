import type { Doubt } from '../domain/agreement-history.js';
import type { ExchangeStandard } from '../domain/record-type.js';
import type { PseudonymRotation } from '../domain/treatment.js';
import { createAgreementVerifier } from '../hub/agreement-verifier.js';
import type { Ports, Signing } from '../hub/ports.js';
import { createLedger } from '../persistence/ledger.js';
import { openOrm } from '../persistence/orm.js';
import { SecretPseudonyms } from '../persistence/pseudonyms.js';
import { PostgresQuotas } from '../persistence/quotas.js';
import { createRecordLoader } from '../persistence/record-loader.js';
import { PostgresRecordStore } from '../persistence/record-store.js';
import { AgreementStoreRepository } from '../persistence/repositories/agreement-store.js';
import { AgreementRepository } from '../persistence/repositories/agreements.js';
import { RegistryRepository } from '../persistence/repositories/registry.js';
import { SecretSeal } from '../persistence/seal.js';
import { partitionDdl } from '../records/table-ddl.js';

export interface HubPortsOptions {
  readonly standard: ExchangeStandard;
  /** IANA name */
  readonly timeZone: string;
  /** of the hub's own role */
  readonly databaseUrl: string;
  /** of the role that reads records */
  readonly readerUrl: string;
  readonly secret: Buffer;
  /** how long a recipient's tokens stay the same; `year` if absent */
  readonly pseudonymRotation?: PseudonymRotation;
  readonly signing: Signing;
  /** told SQLSTATE or name of a fault of the ledger, never a value */
  readonly onLedgerFault: (cause: string) => void;
  /** told of each agreement version that cannot be believed */
  readonly onDoubt: (doubt: Doubt) => void;
  readonly lookupConnections?: number;
  readonly aggregateConnections?: number;
}

export interface HubPorts extends Ports {
  /** waits for what is under way and ends every connection */
  close(): Promise<void>;
}

const LOOKUP_CONNECTIONS = 8;
const AGGREGATE_CONNECTIONS = 2;

/** Every port over one PostgreSQL. What stands here is all that `hub/` can reach. */
export async function createHubPorts(options: HubPortsOptions): Promise<HubPorts> {
  const { standard, timeZone, databaseUrl: url, signing } = options;
  const monotonicMs = (): number => performance.now();
  const orm = await openOrm(url);
  const agreements = new AgreementRepository({
    orm,
    verifier: createAgreementVerifier(signing, standard),
    monotonicMs,
    onDoubt: options.onDoubt,
  });
  const agreementStore = new AgreementStoreRepository(orm, url);
  const records = new PostgresRecordStore({
    url: options.readerUrl,
    lookupConnections: options.lookupConnections ?? LOOKUP_CONNECTIONS,
    aggregateConnections: options.aggregateConnections ?? AGGREGATE_CONNECTIONS,
  });
  const quotas = new PostgresQuotas({ url, secret: options.secret });
  const ledger = createLedger({ url, onFault: options.onLedgerFault });
  const loader = createRecordLoader({ url });
  return {
    standard,
    timeZone,
    agreements,
    agreementStore,
    signing,
    registry: new RegistryRepository(orm, partitionsOf(standard)),
    records,
    quotas,
    loader,
    ledger,
    seal: new SecretSeal(options.secret),
    pseudonyms: new SecretPseudonyms(options.secret, options.pseudonymRotation ?? 'year'),
    monotonicMs,
    async close() {
      await Promise.all([records.close(), quotas.close(), loader.close(), ledger.close(), agreementStore.close()]);
      await orm.close(true);
    },
  };
}

function partitionsOf(standard: ExchangeStandard) {
  return (name: string, databaseId: number): readonly string[] => {
    const recordType = standard.recordTypes.find((candidate) => candidate.name === name);
    if (recordType === undefined) throw new Error(`no record type is called \`${name}\``);
    return partitionDdl(recordType, databaseId);
  };
}
