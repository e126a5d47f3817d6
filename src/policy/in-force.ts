import type { AgreementAct, AgreementSet, AgreementStatus, AgreementVersion } from '../domain/agreement.js';
import { groupBy } from './group-by.js';

/** One direction of one clause: the agency that shares, and the article. What a suspension may be limited to. */
export interface ClauseDirection {
  readonly assigner: string;
  /** absent: the direction as a whole, as a framework sees an annex */
  readonly article?: string;
}

/**
 * The status of a version at an instant, from facts alone; its framework is looked at by `clauseStatusAt`.
 *
 * The first that applies: SUPERSEDED by a later version · TERMINATED (before its own end) · EXPIRED · NOT_YET_IN_FORCE ·
 * SUSPENDED, until the side that suspended resumes · IN_FORCE. An act counts from its `effectiveAt`; of two acts the one
 * effective later has the last word, so an early RESUME lifts no suspension that was announced for afterwards.
 *
 * @param acts          acts of any agreement; only those on this one count
 * @param laterVersions finalised versions of the same agreement; only those with a higher number count
 * @param clause        absent: the agreement as a whole, SUSPENDED when every direction of every clause is
 */
export function statusAt(
  version: AgreementVersion,
  acts: readonly AgreementAct[],
  laterVersions: readonly AgreementVersion[],
  instant: Date,
  clause?: ClauseDirection,
): AgreementStatus {
  const at = instant.getTime();
  const isSuperseded = laterVersions.some((later) => later.version > version.version && at >= beginOf(later));
  if (isSuperseded) return 'SUPERSEDED';
  const own = acts.filter((act) => act.reference === version.terms.reference);
  const until = version.until.getTime();
  const isTerminated = own.some(
    (act) => act.kind === 'TERMINATE' && act.effectiveAt.getTime() <= at && act.effectiveAt.getTime() < until,
  );
  if (isTerminated) return 'TERMINATED';
  if (at >= until) return 'EXPIRED';
  if (at < beginOf(version)) return 'NOT_YET_IN_FORCE';
  if (!own.some((act) => act.kind === 'SUSPEND')) return 'IN_FORCE';
  const directions = clause === undefined ? directionsOf(version) : [clause];
  const isSuspended = directions.length > 0 && directions.every((one) => isSuspendedAt(version, own, at, one));
  return isSuspended ? 'SUSPENDED' : 'IN_FORCE';
}

/**
 * The status of one clause: its version's, but never IN_FORCE under a framework that is not (design 5, "Prohibition wins …").
 * For permissions only: a prohibition stands on its own agreement, so that the end of a framework lifts none.
 */
export function clauseStatusAt(
  set: AgreementSet,
  version: AgreementVersion,
  instant: Date,
  clause?: ClauseDirection,
): AgreementStatus {
  const { reference, framework } = version.terms;
  const facts = factsOf(set);
  const own = statusAt(version, facts.actsOn(reference), facts.versionsOf(reference), instant, clause);
  if (own === 'SUPERSEDED' || framework === undefined) return own;
  // An article of the framework says nothing of the annex's articles: only the direction is handed on.
  const direction = clause === undefined ? undefined : { assigner: clause.assigner };
  const above = frameworkStatusAt(set, { framework, below: [reference] }, instant, direction);
  return above === 'IN_FORCE' ? own : above;
}

function frameworkStatusAt(
  set: AgreementSet,
  { framework, below }: { framework: string; below: readonly string[] },
  instant: Date,
  direction: ClauseDirection | undefined,
): AgreementStatus {
  const facts = factsOf(set);
  // A framework that nobody finalised, or that stands under itself, never came into force.
  if (below.includes(framework)) return 'NOT_YET_IN_FORCE';
  const version = currentVersion(facts.versionsOf(framework), instant);
  if (version === undefined) return 'NOT_YET_IN_FORCE';
  const own = statusAt(version, facts.actsOn(framework), facts.versionsOf(framework), instant, direction);
  const next = version.terms.framework;
  if (own !== 'IN_FORCE' || next === undefined) return own;
  return frameworkStatusAt(set, { framework: next, below: [...below, framework] }, instant, direction);
}

/** The one version of an agreement that is not superseded at an instant: the newest that began, else the first to begin. */
export function currentVersion(versions: readonly AgreementVersion[], instant: Date): AgreementVersion | undefined {
  const ascending = [...versions].sort((a, b) => a.version - b.version);
  return ascending.findLast((version) => beginOf(version) <= instant.getTime()) ?? ascending[0];
}

/**
 * Does a prohibition of this version bind at an instant? While it is IN_FORCE, SUSPENDED, or TERMINATED by one side until
 * its own end: otherwise one side could lift a prohibition alone (design 5.3).
 */
export function isProhibiting(set: AgreementSet, version: AgreementVersion, instant: Date): boolean {
  const { reference } = version.terms;
  const facts = factsOf(set);
  const hasBegun = instant.getTime() >= beginOf(version);
  if (!hasBegun || instant.getTime() >= version.until.getTime()) return false;
  return statusAt(version, facts.actsOn(reference), facts.versionsOf(reference), instant) !== 'SUPERSEDED';
}

/**
 * The instants at which the status of a version may change: its begin and end, the begins of its other versions, the acts
 * on it, and the same of the frameworks above it. Between two neighbours nothing changes. Not sorted, may repeat.
 */
export function boundaries(set: AgreementSet, version: AgreementVersion): readonly Date[] {
  const facts = factsOf(set);
  return referencesAbove(facts, version.terms.reference).flatMap((reference) => [
    ...facts.actsOn(reference).map((act) => act.effectiveAt),
    ...facts.versionsOf(reference).flatMap((one) => [new Date(beginOf(one)), one.until]),
  ]);
}

/** An agreement and the frameworks any of its versions stands under, each once. */
function referencesAbove(facts: Facts, reference: string): readonly string[] {
  const found = new Set([reference]);
  // A set being iterated takes additions: frameworks of frameworks are reached, and a circle ends by itself.
  for (const next of found) {
    for (const { terms } of facts.versionsOf(next)) if (terms.framework !== undefined) found.add(terms.framework);
  }
  return [...found];
}

/**
 * The instant from which a version counts and supersedes the one before, in milliseconds. One finalised after its first day
 * is in force from then on, never before: nobody is granted the past. One that one side tightened waits for the notice due.
 */
export function beginOf({ from, finalisedAt, noticeEndsAt }: AgreementVersion): number {
  return Math.max(from.getTime(), finalisedAt.getTime(), noticeEndsAt?.getTime() ?? 0);
}

function isSuspendedAt(
  version: AgreementVersion,
  acts: readonly AgreementAct[],
  at: number,
  clause: ClauseDirection,
): boolean {
  return suspendingActs(version, acts, new Date(at), clause).length > 0;
}

/** The acts by which a direction of a clause is suspended at an instant: of each side the first that nothing lifted since. */
export function suspendingActs(
  version: AgreementVersion,
  acts: readonly AgreementAct[],
  instant: Date,
  clause: ClauseDirection,
): readonly AgreementAct[] {
  const effective = acts
    .filter((act) => act.kind !== 'TERMINATE' && act.effectiveAt.getTime() <= instant.getTime())
    .sort((a, b) => a.effectiveAt.getTime() - b.effectiveAt.getTime());
  const suspendedBy = new Map<string, AgreementAct>();
  for (const act of effective) {
    if (act.kind === 'TERMINATE' || !concerns(act, clause, version)) continue;
    if (act.kind === 'RESUME') suspendedBy.delete(act.by);
    else if (!suspendedBy.has(act.by)) suspendedBy.set(act.by, act);
  }
  return [...suspendedBy.values()];
}

function concerns(
  act: Exclude<AgreementAct, { kind: 'TERMINATE' }>,
  clause: ClauseDirection,
  version: AgreementVersion,
): boolean {
  const isDirection =
    act.assigner === undefined ||
    act.assigner === clause.assigner ||
    act.assigner === version.partnerOf[clause.assigner];
  return isDirection && (act.article === undefined || act.article === clause.article);
}

/**
 * Have all clauses of a version, in all directions, the same status at any instant? Unless a suspension of it, or of a
 * framework above it, is limited to a direction or an article.
 */
export function isUniform(set: AgreementSet, version: AgreementVersion): boolean {
  const facts = factsOf(set);
  return referencesAbove(facts, version.terms.reference)
    .flatMap((reference) => facts.actsOn(reference))
    .every((act) => act.kind === 'TERMINATE' || (act.assigner === undefined && act.article === undefined));
}

/** The parties a code in a clause stands for: an agency that is party, or a partner's agencies that are. */
export function partiesNamed(code: string, version: AgreementVersion): readonly string[] {
  const { parties } = version.terms;
  if (parties.includes(code)) return [code];
  return parties.filter((party) => version.partnerOf[party] === code);
}

function directionsOf(version: AgreementVersion): readonly ClauseDirection[] {
  return version.terms.clauses.flatMap(({ article, assigner, assignee, mutual }) =>
    [assigner, ...(mutual ? [assignee] : [])]
      .flatMap((code) => partiesNamed(code, version))
      .map((agency) => ({ assigner: agency, article })),
  );
}

interface Facts {
  readonly actsOn: (reference: string) => readonly AgreementAct[];
  readonly versionsOf: (reference: string) => readonly AgreementVersion[];
}

const factsOfSet = new WeakMap<AgreementSet, Facts>();

/** Acts and versions by agreement. A set is immutable, so they are sorted once for each. */
function factsOf(set: AgreementSet): Facts {
  const known = factsOfSet.get(set);
  if (known !== undefined) return known;
  const acts = groupBy(set.acts, (act) => act.reference);
  const versions = groupBy(set.versions, (version) => version.terms.reference);
  const made: Facts = {
    actsOn: (reference) => acts.get(reference) ?? [],
    versionsOf: (reference) => versions.get(reference) ?? [],
  };
  factsOfSet.set(set, made);
  return made;
}
