import type { Doubt } from '../domain/agreement-history.js';
import type { ExchangeStandard } from '../domain/record-type.js';
import type { PseudonymRotation } from '../domain/treatment.js';
import { createAgreementVerifier } from '../hub/agreements/agreement-verifier.js';
import type { Ports, Signing } from '../hub/ports.js';
import { PostgresCommitmentOpenings } from '../persistence/commitment-openings.js';
import { createCorrections } from '../persistence/corrections.js';
import { createInbox } from '../persistence/inbox.js';
import { createJobStore } from '../persistence/jobs.js';
import { createLedger } from '../persistence/ledger.js';
import { type ArchiveRule, createLedgerArchive } from '../persistence/ledger-archive.js';
import { createLedgerTree } from '../persistence/ledger-tree.js';
import { createLedgerViews } from '../persistence/ledger-views.js';
import { openOrm } from '../persistence/orm.js';
import { tellingOutages } from '../persistence/outage.js';
import { SecretPseudonyms } from '../persistence/pseudonyms.js';
import { PostgresQuotas } from '../persistence/quotas.js';
import { createRecordLoader } from '../persistence/record-loader.js';
import { PostgresRecordStore } from '../persistence/record-store.js';
import { AgreementStoreRepository } from '../persistence/repositories/agreement-store.js';
import { AgreementRepository } from '../persistence/repositories/agreements.js';
import { RegistryRepository } from '../persistence/repositories/registry.js';
import { SecretSeal } from '../persistence/seal.js';
import { PostgresTurnedAway } from '../persistence/turned-away.js';
import { partitionDdl } from '../records/table-ddl.js';
import { createEvidence, type EvidencePlace, type LedgerEvidence } from './ledger-evidence.js';

export interface HubPortsOptions extends EvidencePlace {
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
  /** which months of the ledger leave the database, and where they go; absent: none by itself */
  readonly archiveRule?: ArchiveRule | undefined;
  /** told SQLSTATE or name of a fault of the ledger, never a value */
  readonly onLedgerFault: (cause: string) => void;
  /** told of each agreement version that cannot be believed */
  readonly onDoubt: (doubt: Doubt) => void;
  readonly lookupConnections?: number;
  readonly aggregateConnections?: number;
}

export interface HubPorts extends Ports {
  readonly treeHeads: LedgerEvidence['treeHeads'];
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
  const ledgerTree = createLedgerTree({ url, onFault: options.onLedgerFault });
  const ledgerViews = createLedgerViews({ url, timeZone, onFault: options.onLedgerFault });
  const evidence = createEvidence(url, signing, options);
  const openings = new PostgresCommitmentOpenings(url);
  const loader = createRecordLoader({ url, secret: options.secret });
  const { safekeeping } = evidence;
  const corrections = createCorrections({ url, secret: options.secret, standard, safekeeping });
  const inbox = createInbox({ url });
  const jobs = createJobStore({ url });
  const turnedAway = new PostgresTurnedAway(url);
  const ledgerArchive = createLedgerArchive({ url, environment: signing.environment, rule: options.archiveRule });
  return {
    standard,
    timeZone,
    agreements: tellingOutages(agreements),
    agreementStore: tellingOutages(agreementStore),
    signing,
    registry: tellingOutages(new RegistryRepository(orm, partitionsOf(standard))),
    records,
    quotas: tellingOutages(quotas),
    loader,
    corrections,
    ledger,
    ledgerTree,
    ...evidence,
    ledgerViews,
    turnedAway,
    ledgerArchive,
    inbox,
    jobs,
    openings,
    seal: new SecretSeal(options.secret),
    pseudonyms: new SecretPseudonyms(options.secret, options.pseudonymRotation ?? 'year'),
    monotonicMs,
    async close() {
      const parts = [jobs, inbox, records, quotas, loader, corrections, ledger];
      const others = [openings, ledgerTree, evidence.treeHeads, ledgerViews, turnedAway, ledgerArchive, agreementStore];
      await Promise.all([...parts, ...others].map((part) => part.close()));
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
