import { includesAction } from '../domain/action.js';
import type { AgreementSet, AgreementStatus, AgreementVersion } from '../domain/agreement.js';
import type { Ask } from '../domain/ask.js';
import type { ClauseScope, Permission, Prohibition } from '../domain/clause.js';
import type { Bar, Candidate, Decision, Grant, QuotaAccount } from '../domain/decision.js';
import { accountIdOf } from '../domain/quota.js';
import { firstReason, type ReasonCode } from '../domain/reasons.js';
import type { ExchangeStandard, RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { invariant } from '../support/unreachable.js';
import { barFrom, candidateFrom, contains, withoutVainLimits } from './candidate.js';
import type { ConstraintFacts } from './constraints/constraint.js';
import { type CheckedConstraint, checkedConstraints, failedConstraint } from './constraints/failed-constraint.js';
import { fewOfEqual } from './equal-candidates.js';
import { digestOfGrants } from './grant-digest.js';
import { clauseStatusAt, isProhibiting, isUniform } from './in-force.js';
import { missedConstraints, nearestMiss, type Standing } from './nearest-miss.js';
import { quotaAccountOf } from './quota-account.js';
import { type Right, type Rights, rightsOf } from './rights.js';
import { compareText } from './truth.js';
import { validityAt } from './validity.js';

/** What a decision is made from besides the ask. `set` is immutable: what is derived from it is kept with it. */
export interface DecisionFacts {
  readonly set: AgreementSet;
  readonly databases: readonly SharedDatabase[];
  /** the one the ask names */
  readonly recordType: RecordType;
  readonly standard: ExchangeStandard;
  /** the instant decided for, by the database's clock */
  readonly now: Date;
  /** decide as if the ask gave every justification a clause demands: what the agency could ask */
  readonly anyJustification?: boolean;
  /** ids of quota accounts that hold too little for this request (`accountIdOf`); absent = decide as if every quota held */
  readonly exhausted?: ReadonlySet<string>;
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
  const moment = momentOf(ask, facts);
  const grants = facts.databases
    .filter((database) => database.recordType === recordType.name)
    .filter((database) => ask.databases === undefined || ask.databases.includes(database.code))
    .sort((a, b) => compareText(a.code, b.code))
    .map((database) => grantOf(database, moment));
  return { setVersion: set.version, ...validityAt(moment.rights, now), grants, digest: digestOfGrants(grants) };
}

/** How the clauses of a database's owner towards the agency stand to an ask: what its grant is made from. */
export interface Standings {
  /** those of superseded versions left out; `checked`: empty where none was asked, for the clause does not come so far */
  readonly permissions: readonly (Standing & { readonly checked: readonly CheckedConstraint[] })[];
  readonly prohibitions: readonly { readonly right: Right<Prohibition>; readonly bar: Bar | null }[];
}

/** The same clauses, statuses and checks that `decide` looks at for this database: for telling them one by one. */
export function standingsOf(ask: Ask, facts: DecisionFacts, database: SharedDatabase): Standings {
  const moment = momentOf(ask, facts);
  const { permissionsBy, prohibitionsBy } = moment.rights;
  const permissions = (permissionsBy.get(database.owner) ?? [])
    .map((right) => standingOf(right, database, moment))
    .filter(({ status }) => status !== 'SUPERSEDED')
    .map((standing) => ({ ...standing, checked: checkedOf(standing, moment) }));
  const prohibitions = (prohibitionsBy.get(database.owner) ?? []).map((right) => ({
    right,
    bar: barOf(right, database, moment)[0] ?? null,
  }));
  return { permissions, prohibitions };
}

function checkedOf(standing: Standing, { ask, recordType, constraintFacts }: Moment): readonly CheckedConstraint[] {
  const { right, status, coversDatabase, permitsAction, permitsPurpose } = standing;
  if (!coversDatabase || !permitsAction || !permitsPurpose || status !== 'IN_FORCE') return [];
  const { version, assigner } = right;
  const checked = checkedConstraints(right.clause, ask, { ...constraintFacts, version, assigner });
  if (candidateFrom(right, recordType) !== null) return checked;
  return [...checked, { kind: 'rows', failed: 'OWNER_APPROVAL_REQUIRED' }];
}

function momentOf(ask: Ask, { set, recordType, standard, now, ...given }: DecisionFacts): Moment {
  const { anyJustification = false, exhausted = NONE } = given;
  return {
    ask,
    recordType,
    rights: rightsOf(set, ask.agency),
    statusOf: statusesAt(set, now),
    isBinding: bindingAt(set, now),
    constraintFacts: { recordType, standard, now, anyJustification, exhausted },
  };
}

const NONE: ReadonlySet<string> = new Set();

interface Moment {
  readonly ask: Ask;
  readonly recordType: RecordType;
  readonly rights: Rights;
  readonly statusOf: (right: Right) => AgreementStatus;
  readonly isBinding: (version: AgreementVersion) => boolean;
  readonly constraintFacts: Omit<ConstraintFacts, 'version' | 'assigner'>;
}

function grantOf(database: SharedDatabase, moment: Moment): Grant {
  const { ask, recordType, rights } = moment;
  if (database.owner === ask.agency) return { kind: 'OWNED', database };
  const permissions = rights.permissionsBy.get(database.owner) ?? [];
  const found: Candidate[] = [];
  const failures: Standing[] = [];
  for (const right of permissions) {
    const { clause } = right;
    if (!permitsAction(clause, ask) || !permitsPurpose(clause, ask) || !covers(clause.scope, database)) continue;
    if (moment.statusOf(right) !== 'IN_FORCE') continue;
    const candidate = failureOf(right, moment) === null ? candidateFrom(right, recordType) : null;
    if (candidate === null) failures.push(standingOf(right, database, moment));
    else found.push(withAccount(candidate, right, moment));
  }
  const candidates = fewOfEqual(found);
  if (candidates.length === 0) {
    const standings = permissions
      .map((right) => standingOf(right, database, moment))
      .filter(({ status }) => status !== 'SUPERSEDED');
    return { kind: 'WITHHELD', database, ...nearestMiss(standings) };
  }
  const bars = (rights.prohibitionsBy.get(database.owner) ?? []).flatMap((right) => barOf(right, database, moment));
  const wide = candidates.filter(({ rows }) => rows === undefined).slice(0, COMPARED_MAX);
  const missed = missedConstraints(failures.filter(({ right }) => showsMore(right, wide, recordType)));
  const limited = withoutVainLimits(candidates, wide, recordType);
  return { kind: 'GRANTED', database, candidates: limited, bars, ...(missed === undefined ? {} : { missed }) };
}

/** A candidate with the account its quota is counted in at this instant: it differs from day to day, so no right keeps it. */
function withAccount(candidate: Candidate, right: Right<Permission>, moment: Moment): Candidate {
  const quota = accountOf(right, moment);
  return quota === undefined ? candidate : { ...candidate, quota };
}

function accountOf(right: Right<Permission>, { ask, constraintFacts: { now } }: Moment): QuotaAccount | undefined {
  return quotaAccountOf({ ...right, assignee: ask.agency }, now);
}

/** When a permission that fails on its quota may hold again by itself; undefined if that is not why it fails, or never. */
function resetOf(right: Right<Permission>, failed: ReasonCode | null, moment: Moment): Date | undefined {
  if (failed !== 'QUOTA_EXHAUSTED') return undefined;
  const account = accountOf(right, moment);
  const isExhausted = account !== undefined && moment.constraintFacts.exhausted?.has(accountIdOf(account)) === true;
  return isExhausted ? account.until : undefined;
}

/** How a permission stands towards the ask, whether it serves it or not: what the nearest miss is found among. */
function standingOf(right: Right<Permission>, database: SharedDatabase, moment: Moment): Standing {
  const { ask } = moment;
  const status = moment.statusOf(right);
  const coversDatabase = covers(right.clause.scope, database);
  const permitsBoth = permitsAction(right.clause, ask) && permitsPurpose(right.clause, ask);
  const isAsked = coversDatabase && permitsBoth && status === 'IN_FORCE';
  const failed = isAsked ? failureOf(right, moment) : null;
  const resetsAt = resetOf(right, failed, moment);
  return {
    right,
    status,
    coversDatabase,
    permitsAction: permitsAction(right.clause, ask),
    permitsPurpose: permitsPurpose(right.clause, ask),
    failed,
    ...(resetsAt === undefined ? {} : { resetsAt }),
  };
}

function failureOf(right: Right<Permission>, { ask, recordType, constraintFacts }: Moment): ReasonCode | null {
  const { version, assigner } = right;
  const constraint = failedConstraint(right.clause, ask, { ...constraintFacts, version, assigner });
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
