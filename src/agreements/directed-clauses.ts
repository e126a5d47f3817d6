import type { AgreementVersion, Terms } from '../domain/agreement.js';
import type { Clause, Permission } from '../domain/clause.js';
import type { Agency } from '../domain/registry.js';
import { partiesNamed } from './parties.js';

/** One clause between two agencies: partners resolved, mutual clauses mirrored. */
export interface DirectedClause<Kind extends Clause = Clause> {
  readonly clause: Kind;
  readonly assigner: string;
  readonly assignee: string;
}

/** Every direction of every clause, in the order of the clauses; first as written, then mirrored. */
export function directedClauses({
  terms,
  agencies,
}: {
  readonly terms: Terms;
  readonly agencies: readonly Agency[];
}): DirectedClause[] {
  const named = (code: string): readonly string[] => partiesNamed(code, terms.parties, agencies);
  return terms.clauses.flatMap((clause) => {
    const written = pairs(named(clause.assigner), named(clause.assignee));
    const mirrored = clause.mutual ? pairs(named(clause.assignee), named(clause.assigner)) : [];
    const seen = new Set<string>();
    return [...written, ...mirrored].flatMap(([assigner, assignee]) => {
      const key = `${assigner} ${assignee}`;
      if (assigner === assignee || seen.has(key)) return [];
      seen.add(key);
      return [{ clause, assigner, assignee }];
    });
  });
}

function pairs(givers: readonly string[], takers: readonly string[]): readonly (readonly [string, string])[] {
  return givers.flatMap((giver) => takers.map((taker) => [giver, taker] as const));
}

/** The permissions of a finalised version between agencies, each direction once. */
export function directedPermissions({ terms, partnerOf }: AgreementVersion): readonly DirectedClause<Permission>[] {
  const agencies = terms.parties.map((code) => ({ code, name: code, partner: partnerOf[code] ?? '' }));
  return directedClauses({ terms, agencies }).filter(
    (one): one is DirectedClause<Permission> => one.clause.kind === 'PERMISSION',
  );
}
