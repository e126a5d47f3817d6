import type { AgreementSet, AgreementVersion } from '../domain/agreement.js';
import type { Clause, Permission, Prohibition } from '../domain/clause.js';
import { groupBy } from './group-by.js';
import { boundaries, partiesNamed } from './in-force.js';
import { compareText } from './truth.js';

/** One direction of a clause, named by agencies: what `assigner` grants or forbids the agency that asks. */
export interface Right<Kind extends Clause = Clause> {
  readonly version: AgreementVersion;
  readonly clause: Kind;
  readonly assigner: string;
}

/** All that concerns one agency as assignee, whether in force or not. */
export interface Rights {
  readonly permissionsBy: ReadonlyMap<string, readonly Right<Permission>[]>;
  readonly prohibitionsBy: ReadonlyMap<string, readonly Right<Prohibition>[]>;
  /** instants at which any of them may begin or cease to hold, ascending, each once; milliseconds since 1970 */
  readonly boundaries: readonly number[];
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
        if (clause.kind === 'PERMISSION') permissions.push({ version, clause, assigner });
        else prohibitions.push({ version, clause, assigner });
      }
    }
    if (isConcerned) for (const instant of boundaries(set, version)) instants.add(instant.getTime());
  }
  return {
    permissionsBy: groupBy(permissions, (right) => right.assigner),
    prohibitionsBy: groupBy(prohibitions, (right) => right.assigner),
    boundaries: [...instants].sort((a, b) => a - b),
  };
}

function assignersTowards(agency: string, clause: Clause, version: AgreementVersion): ReadonlySet<string> {
  const assigners = partiesNamed(clause.assigner, version);
  const assignees = partiesNamed(clause.assignee, version);
  const found = new Set<string>(assignees.includes(agency) ? assigners : []);
  if (clause.mutual && assigners.includes(agency)) for (const assignee of assignees) found.add(assignee);
  found.delete(agency);
  return found;
}
