/** Everything one agency can ask a hub, or try at an agreement whose reference it has guessed. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { gateOf } from '../../src/api/gate.js';
import { queryNamesOf } from '../../src/records/generated-names.js';
import { shippedSchema, standard } from '../api/harness.js';
import type { Document } from './parties.js';

export interface Question {
  readonly name: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const DEPTH_MAX = 5;
const SAMPLES: Readonly<Record<string, string>> = { Int: '1', SafeInt: '1', Float: '1.5', Boolean: 'true' };

/** The least that fits the type. */
function sample(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return `[${sample(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) return `{ ${required(Object.values(type.getFields()))} }`;
  return SAMPLES[type.name] ?? '"BorderCrossing"';
}

const isRequired = ({ type, defaultValue }: Pick<GraphQLArgument, 'type' | 'defaultValue'>): boolean =>
  isNonNullType(type) && defaultValue === undefined;

const required = (members: readonly Pick<GraphQLArgument, 'name' | 'type' | 'defaultValue'>[]): string =>
  members
    .filter(isRequired)
    .map(({ name, type }) => `${name}: ${sample(type)}`)
    .join(', ');

/** Everything below a type that can be asked for without an argument; of a list once more, without its cursors. */
function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).filter(
    ({ name, args }) => name !== 'edges' && !args.some(isRequired),
  );
  const parts = fields.flatMap((field) => {
    if (isLeafType(getNamedType(field.type))) return [field.name];
    const below = depth < DEPTH_MAX ? selectionOf(field.type, depth + 1) : '';
    return below === '' ? [] : [`${field.name}${below}`];
  });
  return parts.length === 0 ? '' : ` { ${parts.join(' ')} }`;
}

function wholeOf(field: GraphQLField<unknown, unknown>): Question {
  const given = required(field.args);
  const argumentsGiven = given === '' ? '' : `(${given})`;
  return { name: field.name, query: `{ ${field.name}${argumentsGiven}${selectionOf(field.type, 1)} }` };
}

/** Every root field of the served schema, with all that lies below it; of record types, one stands for all. */
export async function everyRootField(): Promise<readonly Question[]> {
  const others = standard.recordTypes.filter(({ name }) => name !== 'BorderCrossing').flatMap(queryNamesOf);
  const served = Object.values((await shippedSchema()).getQueryType()?.getFields() ?? {});
  const { Query } = gateOf(standard);
  // No agency has the role for these, whatever it is party to.
  const isOperatorsAlone = (name: string): boolean => Query[name]?.every((role) => role === 'OPERATOR') === true;
  const fields = served.filter(({ name }) => !others.includes(name) && !isOperatorsAlone(name));
  return [...fields.map(wholeOf), { name: 'introspection', query: '{ __schema { types { name fields { name } } } }' }];
}

/** What somebody asks who has guessed what there is to know: reference, databases, purpose, and has stolen an id and a cursor. */
export interface Guess {
  readonly document: Document;
  readonly purpose: string;
  readonly database: string;
  readonly id: string;
  readonly cursor: string;
  readonly duty: string;
}

export function guesses({ document, purpose, database, id, cursor, duty }: Guess): readonly Question[] {
  const { reference } = document;
  const asked = `purpose: ${purpose}, databases: ["${database}"]`;
  const sources = 'sources { database { code } outcome reason agreements resetsAt }';
  const [a, b] = document.parties;
  const page = (name: string, more: string): Question => ({
    name,
    query: `{ borderCrossings(${asked}, first: 2${more}) { nodes { id } pageInfo { hasNextPage } ${sources} } }`,
  });
  return [
    page('a page', ''),
    page('a page behind a stolen cursor', `, after: "${cursor}"`),
    page('a page through the eyes of a party', `, viewAs: "${b}"`),
    page('a page of what is filtered', ', where: { nationality: { eq: "SYR" } }'),
    { name: 'a stolen id', query: `{ borderCrossing(id: "${id}", purpose: ${purpose}) { id } }` },
    { name: 'counts', query: `{ borderCrossingStatistics(${asked}, groupBy: []) { total ${sources} } }` },
    ...['READ', 'AGGREGATE', 'MATCH', 'EXPORT'].map((action) => ({
      name: `an explanation of ${action}`,
      query: `{ explainAccess(recordType: "BorderCrossing", ${asked}, action: ${action}) { outcome reason agreements sentence trace { result reason } quotas { used } } }`,
    })),
    ...['2026-11-23T12:00:00Z', '2027-01-01T00:00:00Z', '2036-01-01T00:00:00Z'].flatMap((at) => [
      {
        name: `the matrix of ${at}`,
        query: `{ accessMatrix(at: "${at}") { cells { database status } others { agreement } } }`,
      },
      { name: `the agreement of ${at}`, query: `{ agreement(reference: "${reference}", at: "${at}") { title } }` },
    ]),
    ...[a, b].map((agency) => ({
      name: `keys of ${agency}`,
      query: `{ signatoryKeys(agency: "${agency}") { publicKey } }`,
    })),
    { name: 'the record of another', query: `{ whoCanSee(database: "${database}") { recipient } }` },
    ...attempts(document, duty),
    ...actsOnRecords(database, id),
  ];
}

const ERRORS = 'userErrors { path code message }';

/** Acts on a record of somebody else's, and on a notice that was sent to somebody else. */
function actsOnRecords(database: string, id: string): readonly Question[] {
  const named = { database, id, reason: 'WRONG_VALUE' };
  const act = (name: string, type: string, input: object): Question => ({
    name,
    query: `mutation ($input: ${type}Input!) { ${name}(input: $input) { ${ERRORS} } }`,
    variables: { input },
  });
  const attestation = { notice: '00000000-0000-4000-8000-000000000000', statement: 'done', outcome: 'NOT_HELD' };
  return [
    act('correctRecord', 'CorrectRecord', { ...named, changes: { nationality: 'SYR' } }),
    act('disputeRecord', 'DisputeRecord', named),
    act('eraseRecord', 'EraseRecord', named),
    act('attestQualityNotice', 'AttestQualityNotice', attestation),
  ];
}

function attempts(document: Document, duty: string): readonly Question[] {
  const { reference } = document;
  const reason = 'curious';
  const attempt = (mutation: string, type: string, input: object): Question => ({
    name: mutation,
    query: `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { ${ERRORS} } }`,
    variables: { input },
  });
  const simulated = (name: string, input: object): Question => ({
    name,
    query: `query ($input: SimulateAgreementInput!) { simulateAgreement(input: $input) { simulation { replaces } ${ERRORS} } }`,
    variables: { input },
  });
  return [
    simulated('the effect of what was guessed', { reference }),
    simulated('the effect of its words', { document }),
    attempt('draftAgreement', 'DraftAgreement', document),
    attempt('amendAgreement', 'AmendAgreement', { document }),
    attempt('counterAgreement', 'CounterAgreement', { document, seen: 1 }),
    ...['offer', 'accept', 'withdraw'].map((act) =>
      attempt(`${act}Agreement`, act === 'withdraw' ? 'WithdrawAgreement' : 'AgreementReference', { reference }),
    ),
    attempt('rejectAgreement', 'RejectAgreement', { reference, reason }),
    attempt('signAgreement', 'SignAgreement', { reference, signature: '0'.repeat(128) }),
    attempt('suspendAgreement', 'InterruptAgreement', { reference, reason }),
    attempt('resumeAgreement', 'InterruptAgreement', { reference, reason, seen: 9 }),
    attempt('terminateAgreement', 'TerminateAgreement', { reference, reason }),
    attempt('attestDuty', 'AttestDuty', { duty, statement: 'done' }),
  ];
}
