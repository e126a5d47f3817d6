import type { Action } from '../../domain/action.js';
import type { ClauseScope, Permission, Prohibition } from '../../domain/clause.js';
import type { Treatment } from '../../domain/treatment.js';
import type { JsonValue } from '../../support/canonical-json.js';
import { type DirectedClause, directedClauses } from '../directed-clauses.js';
import type { AgreedVersion } from './agreed-version.js';
import { constraint, type OdrlDocument, odrlConstraints, odrlDuties } from './odrl-constraints.js';
import { besa, ODRL_CONTEXT, PROFILE_IRI } from './odrl-profile.js';
import { odrlRows } from './odrl-rows.js';

/** ODRL's own `aggregate` speaks of composing collections, not of counting: three of our actions are terms of the profile. */
const ACTIONS: Readonly<Record<Action, string>> = {
  MATCH: besa('match'),
  AGGREGATE: besa('count'),
  READ: 'read',
  EXPORT: besa('export'),
};

/**
 * A version of an agreement as an ODRL 2.2 Agreement in JSON-LD. Partners are resolved and mutual clauses mirrored, so that
 * each rule has one assigner and one assignee. A prohibition wins (`conflict: prohibit`). Purposes, validity and constraints
 * stand in each permission: ODRL evaluates a rule by itself.
 *
 * @see W3C Recommendations "ODRL Information Model 2.2" and "ODRL Vocabulary & Expression 2.2"; docs/interchange.md
 */
export function odrlAgreement(version: AgreedVersion): OdrlDocument {
  const directed = directedClauses(version);
  const permissions = directed.filter((one): one is DirectedClause<Permission> => one.clause.kind === 'PERMISSION');
  const prohibitions = directed.filter((one): one is DirectedClause<Prohibition> => one.clause.kind === 'PROHIBITION');
  const { terms } = version;
  const obligations = terms.afterEffects === undefined ? [] : afterEffects(version, permissions);
  return {
    '@context': ODRL_CONTEXT as unknown as JsonValue,
    '@type': 'Agreement',
    uid: agreementIri(terms.reference, version.version),
    profile: PROFILE_IRI,
    conflict: 'prohibit',
    ...(terms.framework === undefined ? {} : { inheritFrom: agreementIri(terms.framework) }),
    ...provenance(version),
    permission: permissions.map((one) => permissionRule(one, version)),
    ...(prohibitions.length === 0 ? {} : { prohibition: prohibitions.map((one) => prohibitionRule(one, version)) }),
    ...(obligations.length === 0 ? {} : { obligation: obligations }),
  };
}

/** What an ODRL policy has no word for: where it comes from, and what its signatures are over. */
function provenance({ terms, version, hash, previous }: AgreedVersion): OdrlDocument {
  const { reference, title, legalBasis, timeZone, parties, amendmentNotice, terminationNotice } = terms;
  return {
    [besa('reference')]: reference,
    [besa('version')]: version,
    [besa('contentHash')]: hash,
    ...(previous === null ? {} : { [besa('previousHash')]: previous }),
    [besa('title')]: title,
    [besa('legalBasis')]: legalBasis,
    [besa('timeZone')]: timeZone,
    [besa('parties')]: parties.map((party) => ({ '@id': agencyIri(party) })),
    ...(amendmentNotice === undefined ? {} : { [besa('amendmentNotice')]: amendmentNotice }),
    ...(terminationNotice === undefined ? {} : { [besa('terminationNotice')]: terminationNotice }),
  };
}

/** One permission in one direction. */
export function permissionRule(directed: DirectedClause<Permission>, version: AgreedVersion): OdrlDocument {
  const { clause } = directed;
  const duties = odrlDuties(clause.constraints.duties ?? []);
  return {
    ...parts(directed, version),
    action: ACTIONS[clause.action],
    constraint: [
      ...validity(version),
      constraint('purpose', 'isAnyOf', clause.purposes.map(purposeOf)),
      ...odrlConstraints(clause.constraints),
    ],
    ...(clause.fields === undefined ? {} : { [besa('shows')]: Object.entries(clause.fields).map(shownField) }),
    ...(duties.length === 0 ? {} : { duty: duties }),
  };
}

function prohibitionRule(directed: DirectedClause<Prohibition>, version: AgreedVersion): OdrlDocument {
  const { clause } = directed;
  const { purposes, fields, sensitivity } = clause;
  return {
    ...parts(directed, version),
    action: clause.action === undefined ? 'use' : ACTIONS[clause.action],
    constraint: [
      ...validity(version),
      ...(purposes.length === 0 ? [] : [constraint('purpose', 'isAnyOf', purposes.map(purposeOf))]),
    ],
    ...(fields === undefined ? {} : { [besa('withholds')]: fields }),
    ...(sensitivity === undefined ? {} : { [besa('sensitivity')]: sensitivity }),
  };
}

function parts({ clause, assigner, assignee }: DirectedClause, { terms, version }: AgreedVersion): OdrlDocument {
  const target = assetIri(clause.scope, assigner);
  return {
    uid: `${agreementIri(terms.reference, version)}:${clause.article}:${assigner}:${assignee}`,
    [besa('article')]: clause.article,
    assigner: agencyIri(assigner),
    assignee: agencyIri(assignee),
    target:
      clause.rows === undefined
        ? target
        : { '@type': 'AssetCollection', source: target, refinement: [odrlRows(clause.rows)] },
  };
}

function validity({ from, until }: AgreedVersion): readonly OdrlDocument[] {
  return [instant('gteq', from), instant('lt', until)];
}

function instant(operator: string, at: Date): OdrlDocument {
  return constraint('dateTime', operator, { '@value': at.toISOString(), '@type': 'xsd:dateTime' });
}

function shownField([field, treatment]: [string, Treatment]): OdrlDocument {
  const step = treatment.kind === 'GENERALISED' ? { [besa('step')]: treatment.step } : {};
  return { [besa('field')]: field, [besa('treatment')]: treatment.kind, ...step };
}

/** What is owed when the agreement ends: once per recipient and owner. */
function afterEffects(
  { terms, until }: AgreedVersion,
  permissions: readonly DirectedClause[],
): readonly OdrlDocument[] {
  const pairs = new Map(
    permissions.map(({ assigner, assignee }) => [`${assigner} ${assignee}`, { assigner, assignee }]),
  );
  const { afterEffects: owed } = terms;
  if (owed === undefined) return [];
  return [...pairs.values()].map(({ assigner, assignee }) => ({
    action: besa('eraseOrReturn'),
    [besa('statement')]: owed.received,
    assigner: agencyIri(assigner),
    assignee: agencyIri(assignee),
    constraint: [instant('gteq', until)],
    ...(owed.within === undefined ? {} : { [besa('within')]: owed.within }),
  }));
}

/** `urn:besa:agreement:AGR-2024-002:1`; without the version: the agreement whatever its version. */
export function agreementIri(reference: string, version?: number): string {
  return `urn:besa:agreement:${reference}${version === undefined ? '' : `:${version}`}`;
}

export function agencyIri(code: string): string {
  return `urn:besa:agency:${code}`;
}

export function assetIri(scope: ClauseScope, owner: string): string {
  return scope.kind === 'Database'
    ? `urn:besa:database:${scope.database}`
    : `urn:besa:records:${owner}:${scope.recordType}`;
}

/** Without `@id` it would be text, not a thing with a name. */
function purposeOf(name: string): OdrlDocument {
  return { '@id': `urn:besa:purpose:${name}` };
}
