import { includesAction } from '../domain/action.js';
import type { AgreementSet, AgreementStatus, AgreementVersion } from '../domain/agreement.js';
import type { Ask } from '../domain/ask.js';
import type { ClauseScope, Permission, Prohibition } from '../domain/clause.js';
import type { Bar, Candidate, Decision, Grant } from '../domain/decision.js';
import { firstReason, type ReasonCode } from '../domain/reasons.js';
import type { ExchangeStandard, RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { invariant } from '../support/unreachable.js';
import { barFrom, candidateFrom, contains } from './candidate.js';
import { failedConstraint } from './constraints/failed-constraint.js';
import { digestOfGrants } from './grant-digest.js';
import { clauseStatusAt, isProhibiting, isUniform } from './in-force.js';
import { missedConstraints, nearestMiss, type Standing } from './nearest-miss.js';
import { type Right, type Rights, rightsOf } from './rights.js';
import { compareText } from './truth.js';

/** What a decision is made from besides the ask. `set` is immutable: what is derived from it is kept with it. */
export interface DecisionFacts {
  readonly set: AgreementSet;
  readonly databases: readonly SharedDatabase[];
  /** the one the ask names */
  readonly recordType: RecordType;
  readonly standard: ExchangeStandard;
  /** the instant decided for, by the database's clock */
  readonly now: Date;
}

/**
 * What each database asked may answer, and between which instants that holds: design 5, steps 1 to 3, with the nearest
 * miss where nothing is granted. The one decision function behind every way out of the hub.
 *
 * @returns one grant per database of the record type (only those named, if the ask names any), ordered by code;
 *          codes the ask names and the registry does not know are left out: the caller refuses them before
 * @throws if the ask names another record type than `recordType`, or a purpose the standard does not have
 */
export function decide(ask: Ask, facts: DecisionFacts): Decision {
  const { set, recordType, standard, now } = facts;
  invariant(ask.recordType === recordType.name, 'an ask is decided with its own record type');
  invariant(
    standard.purposes.some((purpose) => purpose.name === ask.purpose),
    'a purpose is one of the exchange standard',
  );
  const rights = rightsOf(set, ask.agency);
  const moment: Moment = { ask, recordType, rights, statusOf: statusesAt(set, now), isBinding: bindingAt(set, now) };
  const grants = facts.databases
    .filter((database) => database.recordType === recordType.name)
    .filter((database) => ask.databases === undefined || ask.databases.includes(database.code))
    .sort((a, b) => compareText(a.code, b.code))
    .map((database) => grantOf(database, moment));
  return { setVersion: set.version, ...validityAt(rights.boundaries, now), grants, digest: digestOfGrants(grants) };
}

interface Moment {
  readonly ask: Ask;
  readonly recordType: RecordType;
  readonly rights: Rights;
  readonly statusOf: (right: Right) => AgreementStatus;
  readonly isBinding: (version: AgreementVersion) => boolean;
}

function grantOf(database: SharedDatabase, moment: Moment): Grant {
  const { ask, recordType, rights } = moment;
  if (database.owner === ask.agency) return { kind: 'OWNED', database };
  const permissions = rights.permissionsBy.get(database.owner) ?? [];
  const candidates: Candidate[] = [];
  const failures: Standing[] = [];
  for (const right of permissions) {
    const { clause } = right;
    if (!permitsAction(clause, ask) || !permitsPurpose(clause, ask) || !covers(clause.scope, database)) continue;
    if (moment.statusOf(right) !== 'IN_FORCE') continue;
    const candidate = failureOf(right, ask, recordType) === null ? candidateFrom(right, recordType) : null;
    if (candidate === null) failures.push(standingOf(right, database, moment));
    else candidates.push(candidate);
  }
  if (candidates.length === 0) {
    const standings = permissions
      .map((right) => standingOf(right, database, moment))
      .filter(({ status }) => status !== 'SUPERSEDED');
    return { kind: 'WITHHELD', database, ...nearestMiss(standings) };
  }
  const bars = (rights.prohibitionsBy.get(database.owner) ?? []).flatMap((right) => barOf(right, database, moment));
  const wide = candidates.filter(({ rows }) => rows === undefined).slice(0, COMPARED_MAX);
  const missed = missedConstraints(failures.filter(({ right }) => showsMore(right, wide, recordType)));
  return { kind: 'GRANTED', database, candidates, bars, ...(missed === undefined ? {} : { missed }) };
}

/** How a permission stands towards the ask, whether it serves it or not: what the nearest miss is found among. */
function standingOf(right: Right<Permission>, database: SharedDatabase, moment: Moment): Standing {
  const { ask, recordType } = moment;
  const status = moment.statusOf(right);
  const coversDatabase = covers(right.clause.scope, database);
  const permitsBoth = permitsAction(right.clause, ask) && permitsPurpose(right.clause, ask);
  const isAsked = coversDatabase && permitsBoth && status === 'IN_FORCE';
  return {
    right,
    status,
    coversDatabase,
    permitsAction: permitsAction(right.clause, ask),
    permitsPurpose: permitsPurpose(right.clause, ask),
    failed: isAsked ? failureOf(right, ask, recordType) : null,
  };
}

function failureOf(right: Right<Permission>, ask: Ask, recordType: RecordType): ReasonCode | null {
  const constraint = failedConstraint(right.clause, ask);
  // INVARIANT (fail closed): a condition that cannot be evaluated on these records is a right that needs its owner's word.
  if (candidateFrom(right, recordType) !== null) return constraint;
  return firstReason([...(constraint === null ? [] : [constraint]), 'OWNER_APPROVAL_REQUIRED']);
}

/** The prohibition as a bar, if it binds this ask and database: none or one. */
function barOf(right: Right<Prohibition>, database: SharedDatabase, moment: Moment): readonly Bar[] {
  const { clause, version } = right;
  const { ask, recordType } = moment;
  const forbidsPurpose = clause.purposes.length === 0 || clause.purposes.includes(ask.purpose);
  // A prohibition of an action forbids every action that includes it: who may not match may not read either.
  const forbidsAction = clause.action === undefined || includesAction(ask.action, clause.action);
  if (!forbidsPurpose || !forbidsAction || !covers(clause.scope, database) || !moment.isBinding(version)) return [];
  const bar = barFrom(right, recordType);
  return bar === null ? [] : [bar];
}

function covers(scope: ClauseScope, database: SharedDatabase): boolean {
  return scope.kind === 'Database' ? scope.database === database.code : scope.recordType === database.recordType;
}

function permitsAction({ action }: Permission, ask: Ask): boolean {
  return includesAction(action, ask.action);
}

function permitsPurpose({ purposes }: Permission, ask: Ask): boolean {
  return purposes.includes(ask.purpose);
}

/** With more clauses than this in force, one that fails is called missed without looking on: PARTIAL says "may". */
const COMPARED_MAX = 16;

/** A failed permission that a holding one contains would have shown nothing more: it is not missed. */
function showsMore(right: Right<Permission>, wide: readonly Candidate[], recordType: RecordType): boolean {
  const wanted = candidateFrom(right, recordType);
  return wanted === null || !wide.some((candidate) => contains(candidate, wanted, recordType));
}

function statusesAt(set: AgreementSet, now: Date): (right: Right) => AgreementStatus {
  const ofVersion = new Map<AgreementVersion, AgreementStatus | 'VARIES'>();
  return ({ version, assigner, clause: { article } }) => {
    let status = ofVersion.get(version);
    if (status === undefined) {
      status = isUniform(set, version) ? clauseStatusAt(set, version, now) : 'VARIES';
      ofVersion.set(version, status);
    }
    return status === 'VARIES' ? clauseStatusAt(set, version, now, { assigner, article }) : status;
  };
}

function bindingAt(set: AgreementSet, now: Date): (version: AgreementVersion) => boolean {
  const known = new Map<AgreementVersion, boolean>();
  return (version) => {
    const isBinding = known.get(version) ?? isProhibiting(set, version, now);
    known.set(version, isBinding);
    return isBinding;
  };
}

/** The stretch around an instant in which no clause of the agency begins or ends. */
function validityAt(boundaries: readonly number[], now: Date): Pick<Decision, 'validFrom' | 'validUntil'> {
  const next = boundaries.findIndex((boundary) => boundary > now.getTime());
  const from = boundaries.at(next < 0 ? -1 : next - 1);
  const hasBegun = from !== undefined && next !== 0;
  const until = next < 0 ? undefined : boundaries[next];
  return {
    validFrom: hasBegun ? new Date(from) : null,
    validUntil: until === undefined ? null : new Date(until),
  };
}
