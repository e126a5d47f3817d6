import type { LedgerAsk, LedgerEntry } from './ledger.js';

/** The six operations of Directive (EU) 2016/680, article 25(1), and two for what processes no record. */
export const PROCESSING_OPERATIONS = [
  'COLLECTION',
  'ALTERATION',
  'CONSULTATION',
  'DISCLOSURE',
  'COMBINATION',
  'ERASURE',
  /** what is agreed, who takes part, who may sign: what may be processed, not the processing */
  'ADMINISTRATION',
  /** a look at the ledger, at agreements, at the registry */
  'INSPECTION',
] as const;
export type ProcessingOperation = (typeof PROCESSING_OPERATIONS)[number];

/**
 * What the law calls each act that is no ask for records: root fields of the API, doors beside it, and what the hub does by
 * itself. An act that stands nowhere here fails a test (tests/house/processing.test.ts).
 */
export const PROCESSING_OF_ACTS: Readonly<Record<string, ProcessingOperation>> = {
  import: 'COLLECTION',
  correctRecord: 'ALTERATION',
  disputeRecord: 'ALTERATION',
  eraseRecord: 'ERASURE',
  endRetention: 'ERASURE',
  replayErasures: 'ERASURE',

  registerPartner: 'ADMINISTRATION',
  registerAgency: 'ADMINISTRATION',
  registerSharedDatabase: 'ADMINISTRATION',
  registerTechnology: 'ADMINISTRATION',
  registerSignatoryKey: 'ADMINISTRATION',
  confirmSignatoryKey: 'ADMINISTRATION',
  revokeSignatoryKey: 'ADMINISTRATION',
  draftAgreement: 'ADMINISTRATION',
  amendAgreement: 'ADMINISTRATION',
  offerAgreement: 'ADMINISTRATION',
  counterAgreement: 'ADMINISTRATION',
  acceptAgreement: 'ADMINISTRATION',
  rejectAgreement: 'ADMINISTRATION',
  withdrawAgreement: 'ADMINISTRATION',
  signAgreement: 'ADMINISTRATION',
  suspendAgreement: 'ADMINISTRATION',
  resumeAgreement: 'ADMINISTRATION',
  terminateAgreement: 'ADMINISTRATION',
  attestDuty: 'ADMINISTRATION',
  attestQualityNotice: 'ADMINISTRATION',
  markInboxRead: 'ADMINISTRATION',
  presentLedgerHead: 'ADMINISTRATION',
  rotateLedgerKey: 'ADMINISTRATION',
  acceptLoss: 'ADMINISTRATION',
  archiveLedger: 'ADMINISTRATION',

  viewer: 'INSPECTION',
  partners: 'INSPECTION',
  agencies: 'INSPECTION',
  recordTypes: 'INSPECTION',
  sharedDatabases: 'INSPECTION',
  technologies: 'INSPECTION',
  agreements: 'INSPECTION',
  agreement: 'INSPECTION',
  agreementDoubts: 'INSPECTION',
  signatoryKeys: 'INSPECTION',
  duties: 'INSPECTION',
  notices: 'INSPECTION',
  quotas: 'INSPECTION',
  inbox: 'INSPECTION',
  inboxStream: 'INSPECTION',
  qualityNotices: 'INSPECTION',
  jobs: 'INSPECTION',
  turnedAway: 'INSPECTION',
  ledger: 'INSPECTION',
  ledgerStatistics: 'INSPECTION',
  'ledger-export': 'INSPECTION',
  recordDisclosures: 'INSPECTION',
  ledgerHead: 'INSPECTION',
  ledgerKeys: 'INSPECTION',
  ledgerConsistency: 'INSPECTION',
  ledgerInclusion: 'INSPECTION',
  explainAccess: 'INSPECTION',
  accessMatrix: 'INSPECTION',
  whoCanSee: 'INSPECTION',
  simulateAgreement: 'INSPECTION',
  __typename: 'INSPECTION',
  __schema: 'INSPECTION',
  __type: 'INSPECTION',
  graphql: 'INSPECTION',
};

const IMPORT_FIELD = /^import[A-Z]/;

/**
 * What the law calls one request, in the order of PROCESSING_OPERATIONS, each once. It follows from what the entry holds, so it is
 * told when an entry is read and not stored a second time.
 *
 *     READ of two other agencies' databases, records in both  → CONSULTATION, DISCLOSURE, COMBINATION
 *     READ of one's own database, or refused                  → CONSULTATION
 *     correctRecord                                           → ALTERATION
 *
 * @param entry as its reader sees it: an owner is told what follows from its own lines
 */
export function processingOf(entry: Pick<LedgerEntry, 'agency' | 'action' | 'asks'>): readonly ProcessingOperation[] {
  const found = new Set<ProcessingOperation>([
    ...entry.action.split(',').map(ofAction),
    ...entry.asks.flatMap((ask) => ofAsk(ask, entry.agency)),
  ]);
  return PROCESSING_OPERATIONS.filter((operation) => found.has(operation));
}

/** What stands nowhere is a root field of a record type, or was meant as one: somebody asked for records. */
function ofAction(action: string): ProcessingOperation {
  if (Object.hasOwn(PROCESSING_OF_ACTS, action)) return PROCESSING_OF_ACTS[action] ?? 'CONSULTATION';
  return IMPORT_FIELD.test(action) ? 'COLLECTION' : 'CONSULTATION';
}

function ofAsk({ lines }: LedgerAsk, agency: string | null): readonly ProcessingOperation[] {
  const answered = lines.filter(({ outcome }) => outcome === 'ANSWERED' || outcome === 'PARTIAL');
  // Not told apart by database is not none.
  const isDisclosed = answered.some(({ owner, records }) => owner !== agency && records !== 0);
  return [
    'CONSULTATION',
    ...(isDisclosed ? (['DISCLOSURE'] as const) : []),
    ...(answered.length > 1 ? (['COMBINATION'] as const) : []),
  ];
}
