import type { Permission } from '../../domain/clause.js';
import { type DirectedClause, directedClauses } from '../directed-clauses.js';
import type { AgreedVersion } from './agreed-version.js';
import { agencyIri, agreementIri, assetIri, permissionRule } from './odrl.js';
import type { OdrlDocument } from './odrl-constraints.js';
import { PROFILE_IRI } from './odrl-profile.js';

const CONTEXT = 'https://w3id.org/dspace/2025/1/context.jsonld';

/**
 * A finalised version as Contract Agreement Messages of the Dataspace Protocol. There an agreement is between one provider and
 * one consumer about one dataset, so an agreement of Besa becomes one message per assigner, assignee and asset. A connector
 * that does not know the profile must refuse it: the protocol has no word for treatments of fields, nor for prohibitions, so
 * only where nothing is prohibited in a direction is anything said of it.
 *
 * @returns empty for a version that is not finalised: the protocol's agreement exists from the provider's signature on
 * @see Dataspace Protocol 2025-1, contract negotiation, Contract Agreement Message
 */
export function dataspaceAgreements(version: AgreedVersion): readonly OdrlDocument[] {
  const { finalisedAt, terms } = version;
  if (finalisedAt === null) return [];
  const directed = directedClauses(version);
  const prohibited = new Set(directed.filter(({ clause }) => clause.kind === 'PROHIBITION').map(directionOf));
  const groups = new Map<string, DirectedClause<Permission>[]>();
  for (const one of directed) {
    if (!isPermission(one) || prohibited.has(directionOf(one))) continue;
    const key = `${directionOf(one)} ${assetIri(one.clause.scope, one.assigner)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const uid = agreementIri(terms.reference, version.version);
  return [...groups.values()].map((clauses, index) => message(clauses, version, `${uid}:${index + 1}`, finalisedAt));
}

function message(
  clauses: readonly DirectedClause<Permission>[],
  version: AgreedVersion,
  uid: string,
  finalisedAt: Date,
): OdrlDocument {
  const [first] = clauses;
  if (first === undefined) throw new Error('a group has a clause');
  const permission = clauses.map((one) => {
    const { assigner: _provider, assignee: _consumer, ...rule } = permissionRule(one, version);
    return rule;
  });
  return {
    '@context': [CONTEXT, { besa: PROFILE_IRI }],
    '@type': 'ContractAgreementMessage',
    providerPid: `${uid}:provider`,
    consumerPid: `${uid}:consumer`,
    agreement: {
      '@type': 'Agreement',
      '@id': uid,
      profile: PROFILE_IRI,
      target: assetIri(first.clause.scope, first.assigner),
      assigner: agencyIri(first.assigner),
      assignee: agencyIri(first.assignee),
      timestamp: finalisedAt.toISOString(),
      permission,
    },
  };
}

function directionOf({ assigner, assignee }: DirectedClause): string {
  return `${assigner} ${assignee}`;
}

function isPermission(directed: DirectedClause): directed is DirectedClause<Permission> {
  return directed.clause.kind === 'PERMISSION';
}
