import type { AgreementSet, AgreementVersion } from '../../domain/agreement.js';
import { plainReference } from '../../domain/agreement-reference.js';
import type { Decision, Grant } from '../../domain/decision.js';
import type { Ground } from '../ports.js';

const groundsOfGrant = new WeakMap<Grant, readonly Ground[]>();
const groundsOfDecision = new WeakMap<Decision, readonly Ground[]>();
const NONE: readonly Ground[] = [];

/**
 * Remembers, with each grant of a fresh decision, the signed texts it stands on: those of its clauses, and of the frameworks
 * above them. A decision narrowed later to some of its grants still finds them.
 */
export function rememberGrounds(decision: Decision, set: AgreementSet): Decision {
  for (const grant of decision.grants) {
    if (grant.kind !== 'GRANTED') continue;
    const versions = grant.candidates.flatMap(({ basis }) =>
      versionsUnder(set, basis.agreement).filter(({ version }) => version === basis.version),
    );
    groundsOfGrant.set(grant, distinct([...versions, ...frameworksOf(set, versions)]));
  }
  return decision;
}

/** The signed texts a decision stands on, each once. The database refuses a read if one of them is not stored as it was verified. */
export function groundsOf(decision: Decision): readonly Ground[] {
  const known = groundsOfDecision.get(decision);
  if (known !== undefined) return known;
  const found = new Map<string, Ground>();
  for (const grant of decision.grants) {
    for (const ground of groundsOfGrant.get(grant) ?? NONE) found.set(`${ground.reference} ${ground.version}`, ground);
  }
  const grounds = found.size === 0 ? NONE : [...found.values()];
  groundsOfDecision.set(decision, grounds);
  return grounds;
}

const versionsOfSet = new WeakMap<AgreementSet, ReadonlyMap<string, readonly AgreementVersion[]>>();

/** Versions of every agreement that parties may call by this reference: two of them may share it, told apart behind a `~`. */
function versionsUnder(set: AgreementSet, reference: string): readonly AgreementVersion[] {
  let known = versionsOfSet.get(set);
  if (known === undefined) {
    known = byReference(set.versions);
    versionsOfSet.set(set, known);
  }
  return known.get(plainReference(reference)) ?? [];
}

function byReference(versions: readonly AgreementVersion[]): ReadonlyMap<string, readonly AgreementVersion[]> {
  const groups = new Map<string, AgreementVersion[]>();
  for (const version of versions) {
    const reference = plainReference(version.terms.reference);
    const group = groups.get(reference);
    if (group === undefined) groups.set(reference, [version]);
    else group.push(version);
  }
  return groups;
}

function frameworksOf(set: AgreementSet, versions: readonly AgreementVersion[]): readonly AgreementVersion[] {
  const found = new Set<AgreementVersion>();
  const references = new Set(versions.flatMap(({ terms }) => terms.framework ?? []));
  // A set being iterated takes additions: frameworks of frameworks are reached, and a circle ends by itself.
  for (const reference of references) {
    for (const version of versionsUnder(set, reference)) {
      found.add(version);
      if (version.terms.framework !== undefined) references.add(version.terms.framework);
    }
  }
  return [...found];
}

function distinct(versions: readonly AgreementVersion[]): readonly Ground[] {
  return [...new Set(versions)].map(({ terms, version, hash }) => ({ reference: terms.reference, version, hash }));
}
