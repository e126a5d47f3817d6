import { ENVELOPE_FIELDS, snakeCase } from '../domain/record-type.js';

/** Field names a record type cannot have: the envelope, and the words of a filter. */
export const RESERVED_FIELDS: readonly string[] = [...ENVELOPE_FIELDS, 'databaseId', 'and', 'or', 'not'];

/** Column names PostgreSQL keeps for itself on every table. */
const SYSTEM_COLUMNS = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'oid'];

/** Column names a field cannot have. */
export const RESERVED_COLUMNS: readonly string[] = [
  ...ENVELOPE_FIELDS.map(snakeCase),
  'database_id',
  ...SYSTEM_COLUMNS,
];

/** Root fields of queries that are no record type's. */
export const RESERVED_QUERIES: readonly string[] = [
  'viewer',
  'partners',
  'agencies',
  'recordTypes',
  'sharedDatabases',
  'technologies',
  'agreements',
  'agreement',
  'accessMatrix',
  'explainAccess',
  'simulateAgreement',
  'ledger',
];

/** Type names that are no record type's: GraphQL's own, the shared ones of graphql-shared.ts, and those of the rest of the API. */
export const RESERVED_TYPES: readonly string[] = [
  'Query',
  'Mutation',
  'Subscription',
  'String',
  'Int',
  'Float',
  'Boolean',
  'ID',
  'Date',
  'DateTime',
  'CountryCode',
  'SafeInt',
  'JSON',
  'Purpose',
  'ReasonCode',
  'SourceOutcome',
  'SourceLine',
  'Disclosure',
  'GeneralisedField',
  'WithheldField',
  'RecordDatabase',
  'RecordStatus',
  'HandlingCode',
  'OrderDirection',
  'PageInfo',
  'UserError',
  'MatchResult',
  'Partner',
  'Agency',
  'Client',
  'Person',
  'Viewer',
  'Role',
  'RecordType',
  'RecordField',
  'SharedDatabase',
  'Hosting',
  'Technology',
  'TechnologyNeed',
  'TechnologyOffer',
  'TechnologyTransfer',
  'Recommendation',
  'Agreement',
  'AgreementVersion',
  'AgreementStatus',
  'AgreementAct',
  'NegotiationState',
  'Clause',
  'Signature',
  'Action',
  'Sensitivity',
  'Treatment',
  'AccessMatrix',
  'AccessExplanation',
  'Ledger',
  'LedgerEntry',
  'LedgerConnection',
  'LedgerEdge',
];
