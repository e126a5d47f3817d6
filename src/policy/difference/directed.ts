import type { AgreementVersion } from '../../domain/agreement.js';
import type { Clause, ClauseScope } from '../../domain/clause.js';
import type { Change, ChangeEffect } from '../../domain/difference.js';
import type { ExchangeStandard, RecordType } from '../../domain/record-type.js';
import type { SharedDatabase } from '../../domain/registry.js';

/** The words of a version, signed or not yet, and what its clauses mean by the name of a partner. */
export type Wording = Pick<AgreementVersion, 'terms' | 'partnerOf'>;

/** What the words are read against: ladders and sensitivities of record types, and which type a database has. */
export interface DifferenceFacts {
  readonly standard: ExchangeStandard;
  readonly databases: readonly SharedDatabase[];
}

/** One direction of a clause between two agencies; `index` is its place in the document. */
export interface Directed<Kind extends Clause = Clause> {
  readonly clause: Kind;
  readonly assigner: string;
  readonly assignee: string;
  readonly index: number;
}

/** Every direction of every clause, mutual ones mirrored and partners resolved to their agencies that are parties. */
export function directedClauses({ terms, partnerOf }: Wording): readonly Directed[] {
  const named = (code: string): readonly string[] =>
    terms.parties.includes(code) ? [code] : terms.parties.filter((party) => partnerOf[party] === code);
  return terms.clauses.flatMap((clause, index) => {
    const [assigners, assignees] = [named(clause.assigner), named(clause.assignee)];
    const there = assigners.flatMap((assigner) => assignees.map((assignee) => ({ assigner, assignee })));
    const back = clause.mutual
      ? there.map(({ assigner, assignee }) => ({ assigner: assignee, assignee: assigner }))
      : [];
    const pairs = new Map([...there, ...back].map((pair) => [directionOf(pair), pair]));
    return [...pairs.values()]
      .filter(({ assigner, assignee }) => assigner !== assignee)
      .map((pair) => ({ clause, index, ...pair }));
  });
}

export const isPermission = (one: Directed): one is Directed<Extract<Clause, { kind: 'PERMISSION' }>> =>
  one.clause.kind === 'PERMISSION';
export const isProhibition = (one: Directed): one is Directed<Extract<Clause, { kind: 'PROHIBITION' }>> =>
  one.clause.kind === 'PROHIBITION';

/** Of two clauses with one key, both give from the same agency to the same agency. Codes have no `|`. */
export const directionOf = ({ assigner, assignee }: Pick<Directed, 'assigner' | 'assignee'>): string =>
  `${assigner}|${assignee}`;

/** The record type a scope speaks of; undefined if type or database are not known (any more). */
export function typeOfScope(scope: ClauseScope, { standard, databases }: DifferenceFacts): RecordType | undefined {
  const name =
    scope.kind === 'RecordType'
      ? scope.recordType
      : databases.find((database) => database.code === scope.database)?.recordType;
  return standard.recordTypes.find((type) => type.name === name);
}

/** Is every database that `inner` covers covered by `outer`? One database is part of its type's, never the other way round. */
export function coversScope(outer: ClauseScope, inner: ClauseScope, { databases }: DifferenceFacts): boolean {
  if (outer.kind === 'Database') return inner.kind === 'Database' && inner.database === outer.database;
  if (inner.kind === 'RecordType') return inner.recordType === outer.recordType;
  return databases.some(({ code, recordType }) => code === inner.database && recordType === outer.recordType);
}

/** `AL-BMP's BorderCrossing records`, `records of AL-BORDER-CROSSINGS` */
export function recordsOf({ clause: { scope }, assigner }: Directed): string {
  return scope.kind === 'RecordType' ? `${assigner}'s ${scope.recordType} records` : `records of ${scope.database}`;
}

/** A change of one direction of a clause; the path goes on from the clause. */
export function changeOf(
  one: Directed,
  effect: ChangeEffect,
  { path = [], sentence }: { readonly path?: readonly string[]; readonly sentence: string },
): Change {
  const { clause, assigner, assignee, index } = one;
  return {
    effect,
    article: clause.article,
    assigner,
    assignee,
    path: ['clauses', String(index), ...path],
    sentence,
  };
}
