import type { Role } from '../domain/identity.js';
import { ROLES } from '../domain/identity.js';
import type { ExchangeStandard } from '../domain/record-type.js';
import { INBOX_MARKERS, INBOX_READERS } from '../hub/inbox/inbox.js';
import { namesOf } from '../records/generated-names.js';

/** Root fields and the roles of which a caller needs one. What stands in no row is denied. */
export interface Gate {
  readonly Query: Readonly<Record<string, readonly Role[]>>;
  readonly Mutation: Readonly<Record<string, readonly Role[]>>;
}

const EVERYBODY: readonly Role[] = ROLES;
const AGENCIES: readonly Role[] = ['ANALYST', 'REPORTER', 'STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'];
const READERS_OF_AGREEMENTS: readonly Role[] = ['POLICY_OFFICER', 'SIGNATORY', 'AUDITOR', 'ANALYST'];

const READERS_OF_DUTIES: readonly Role[] = ['POLICY_OFFICER', 'SIGNATORY', 'STEWARD', 'AUDITOR'];

/** The fixed root fields. A role only opens the door: whose data, whose agreement, is decided behind it. */
const FIXED: Gate = {
  Query: {
    viewer: EVERYBODY,
    partners: EVERYBODY,
    agencies: EVERYBODY,
    recordTypes: EVERYBODY,
    sharedDatabases: EVERYBODY,
    technologies: EVERYBODY,
    agreements: READERS_OF_AGREEMENTS,
    agreement: READERS_OF_AGREEMENTS,
    signatoryKeys: ['POLICY_OFFICER', 'SIGNATORY', 'AUDITOR', 'OPERATOR'],
    agreementDoubts: ['POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'],
    duties: READERS_OF_DUTIES,
    notices: READERS_OF_DUTIES,
    ledger: ['AUDITOR'],
    ledgerStatistics: ['AUDITOR'],
    recordDisclosures: ['AUDITOR'],
    ledgerHead: AGENCIES,
    ledgerKeys: AGENCIES,
    ledgerConsistency: AGENCIES,
    ledgerInclusion: ['AUDITOR'],
    inbox: INBOX_READERS,
    jobs: ['OPERATOR'],
    turnedAway: ['OPERATOR'],
    qualityNotices: ['POLICY_OFFICER', 'STEWARD', 'AUDITOR'],
    quotas: ['ANALYST', 'REPORTER', 'STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'],
    explainAccess: ['ANALYST', 'REPORTER', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'],
    accessMatrix: ['ANALYST', 'REPORTER', 'STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'],
    whoCanSee: ['STEWARD', 'POLICY_OFFICER', 'SIGNATORY', 'AUDITOR'],
    simulateAgreement: ['POLICY_OFFICER'],
  },
  Mutation: {
    registerPartner: ['OPERATOR'],
    registerAgency: ['OPERATOR'],
    registerSignatoryKey: ['OPERATOR', 'POLICY_OFFICER'],
    confirmSignatoryKey: ['POLICY_OFFICER', 'SIGNATORY'],
    revokeSignatoryKey: ['SIGNATORY', 'OPERATOR'],
    registerSharedDatabase: ['STEWARD'],
    registerTechnology: ['STEWARD', 'POLICY_OFFICER'],
    draftAgreement: ['POLICY_OFFICER'],
    amendAgreement: ['POLICY_OFFICER'],
    offerAgreement: ['POLICY_OFFICER'],
    counterAgreement: ['POLICY_OFFICER'],
    acceptAgreement: ['POLICY_OFFICER'],
    rejectAgreement: ['POLICY_OFFICER', 'SIGNATORY'],
    withdrawAgreement: ['POLICY_OFFICER', 'SIGNATORY'],
    signAgreement: ['SIGNATORY'],
    suspendAgreement: ['SIGNATORY'],
    resumeAgreement: ['SIGNATORY'],
    terminateAgreement: ['SIGNATORY'],
    attestDuty: ['POLICY_OFFICER', 'STEWARD'],
    correctRecord: ['STEWARD'],
    disputeRecord: ['STEWARD'],
    eraseRecord: ['STEWARD'],
    attestQualityNotice: ['POLICY_OFFICER', 'STEWARD'],
    presentLedgerHead: ['AUDITOR'],
    markInboxRead: INBOX_MARKERS,
  },
};

/** The whole table: the fixed root fields and those generated from the exchange standard. */
export function gateOf(standard: ExchangeStandard): Gate {
  const Query: Record<string, readonly Role[]> = { ...FIXED.Query };
  const Mutation: Record<string, readonly Role[]> = { ...FIXED.Mutation };
  for (const recordType of standard.recordTypes) {
    const names = namesOf(recordType);
    Query[names.list] = ['ANALYST'];
    Query[names.one] = ['ANALYST'];
    Query[names.statisticsField] = ['ANALYST', 'REPORTER'];
    Mutation[names.importField] = ['STEWARD'];
  }
  return { Query, Mutation };
}
