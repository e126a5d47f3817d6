import type { AgreementSet, AgreementVersion } from '../domain/agreement.js';
import type { Clause, Permission, Prohibition, Quota } from '../domain/clause.js';
import type { DailyWindow } from './constraints/hours.js';
import { maskOf } from './constraints/justification.js';
import { timeWindowOf } from './constraints/time-window.js';
import { groupBy } from './group-by.js';
import { boundaries, partiesNamed } from './in-force.js';
import { compareText } from './truth.js';

/** One direction of a clause, named by agencies: what `assigner` grants or forbids the agency that asks. */
export interface Right<Kind extends Clause = Clause> {
  readonly version: AgreementVersion;
  readonly clause: Kind;
  readonly assigner: string;
  /** the agency it is towards, by whose name for the agreement a basis calls it; absent = by the plain reference */
  readonly recipient?: string;
}

/** A calendar day or month of a time zone, over and over again. */
export interface QuotaPeriod {
  readonly timeZone: string;
  readonly per: Quota['per'];
}

/** All that concerns one agency as assignee, whether in force or not. */
export interface Rights {
  readonly permissionsBy: ReadonlyMap<string, readonly Right<Permission>[]>;
  readonly prohibitionsBy: ReadonlyMap<string, readonly Right<Prohibition>[]>;
  /** instants at which any of them may begin or cease to hold, ascending, each once; milliseconds since 1970 */
  readonly boundaries: readonly number[];
  /** the different hours of the day that any of them is limited to */
  readonly windows: readonly DailyWindow[];
  /** the different calendar periods that the quota of any of them is counted in */
  readonly quotaPeriods: readonly QuotaPeriod[];
  /** the different masks that any of them demands of a justification */
  readonly masks: readonly string[];
}

const rightsOfSet = new WeakMap<AgreementSet, Map<string, Rights>>();

/**
 * The clauses of a set with an assignee that includes the agency, by assigner; partners resolved, mutual ones mirrored.
 * In the order of reference, version and clause, so that equal sets decide equally whatever order they were loaded in.
 */
export function rightsOf(set: AgreementSet, agency: string): Rights {
  const known = rightsOfSet.get(set) ?? new Map<string, Rights>();
  rightsOfSet.set(set, known);
  const found = known.get(agency) ?? collect(set, agency);
  known.set(agency, found);
  return found;
}

function collect(set: AgreementSet, agency: string): Rights {
  const versions = set.versions
    .filter(({ terms }) => terms.parties.includes(agency))
    .sort((a, b) => compareText(a.terms.reference, b.terms.reference) || a.version - b.version);
  const permissions: Right<Permission>[] = [];
  const prohibitions: Right<Prohibition>[] = [];
  const instants = new Set<number>();
  for (const version of versions) {
    let isConcerned = false;
    for (const clause of version.terms.clauses) {
      for (const assigner of assignersTowards(agency, clause, version)) {
        isConcerned = true;
        if (clause.kind === 'PERMISSION') permissions.push({ version, clause, assigner, recipient: agency });
        else prohibitions.push({ version, clause, assigner, recipient: agency });
      }
    }
    if (isConcerned) for (const instant of boundaries(set, version)) instants.add(instant.getTime());
  }
  for (const { version, clause } of permissions) {
    const { from, until } = timeWindowOf(clause, version.terms.timeZone);
    for (const instant of [from, until]) if (Number.isFinite(instant)) instants.add(instant);
  }
  return {
    permissionsBy: groupBy(permissions, (right) => right.assigner),
    prohibitionsBy: groupBy(prohibitions, (right) => right.assigner),
    boundaries: [...instants].sort((a, b) => a - b),
    windows: windowsOf(permissions),
    quotaPeriods: quotaPeriodsOf(permissions),
    masks: [...new Set(permissions.flatMap(({ clause }) => maskOf(clause.constraints.justification) ?? []))],
  };
}

function windowsOf(permissions: readonly Right<Permission>[]): readonly DailyWindow[] {
  const windows = new Map<string, DailyWindow>();
  for (const { version, clause } of permissions) {
    const { hours } = clause.constraints;
    const { timeZone } = version.terms;
    if (hours !== undefined) windows.set(`${timeZone} ${hours}`, { timeZone, hours });
  }
  return [...windows.values()];
}

function quotaPeriodsOf(permissions: readonly Right<Permission>[]): readonly QuotaPeriod[] {
  const periods = new Map<string, QuotaPeriod>();
  for (const { version, clause } of permissions) {
    const { quota } = clause.constraints;
    const { timeZone } = version.terms;
    if (quota !== undefined) periods.set(`${timeZone} ${quota.per}`, { timeZone, per: quota.per });
  }
  return [...periods.values()];
}

function assignersTowards(agency: string, clause: Clause, version: AgreementVersion): ReadonlySet<string> {
  const assigners = partiesNamed(clause.assigner, version);
  const assignees = partiesNamed(clause.assignee, version);
  const found = new Set<string>(assignees.includes(agency) ? assigners : []);
  if (clause.mutual && assigners.includes(agency)) for (const assignee of assignees) found.add(assignee);
  found.delete(agency);
  return found;
}
