import type { Action } from '../../domain/action.js';
import type { AgreementSet, AgreementStatus, AgreementVersion } from '../../domain/agreement.js';
import { shownReference } from '../../domain/agreement-reference.js';
import type { ReasonCode } from '../../domain/reasons.js';
import { directedClauses } from '../../policy/difference/directed.js';
import { groupBy } from '../../policy/group-by.js';
import { clauseStatusAt, currentVersion } from '../../policy/in-force.js';
import { setAsOf } from '../../policy/set-as.js';
import type { Journal } from '../journal.js';
import type { InForce, Ports } from '../ports.js';
import { counterpartiesOf, type PossibleAnswer, possibleAnswers } from './possible-answers.js';

/** That a clause speaks of this database, action and purpose between these two, and where it stands. */
export interface AccessCell {
  readonly owner: string;
  readonly recipient: string;
  readonly recordType: string;
  readonly database: string;
  readonly purpose: string;
  readonly action: Action;
  readonly status: AgreementStatus;
  /** why not, or not everything, is answered though a clause is in force; null if nothing stands against it */
  readonly reason: ReasonCode | null;
  readonly agreements: readonly string[];
}

/** What the parties of an agreement let others know of it: that it is there. */
export interface DisclosedCell {
  readonly owner: string;
  readonly recipient: string;
  readonly recordType: string;
  readonly agreement: string;
  readonly status: AgreementStatus;
}

export interface AccessMatrix {
  readonly at: Date;
  /** of pairs the caller is one of; what no clause speaks of is absent */
  readonly cells: readonly AccessCell[];
  /** of other pairs, where their agreement says so */
  readonly others: readonly DisclosedCell[];
}

/**
 * Who shares what with whom, as far as it concerns the caller: as it was, is or will be at an instant. Of the past only what
 * was finalised and effective by then; of the future what is known now. A justification is taken as given.
 *
 * @param at absent = now, by the database's clock
 */
export async function accessMatrix(hub: Ports, journal: Journal, agency: string, at?: Date): Promise<AccessMatrix> {
  // Nothing is read, so no guard would find out that what this process knows is old.
  const live = await hub.agreements.inForce({ refresh: true });
  const instant = at ?? live.now;
  const facts: InForce = { ...live, set: setAsOf(live.set, instant), now: instant };
  journal.look('accessMatrix', { at: instant.toISOString() });
  const others = counterpartiesOf(facts.set, agency);
  const answers = [...(await possibleAnswers(hub, facts, { recipient: agency, owners: others }))];
  for (const recipient of others) {
    answers.push(...(await possibleAnswers(hub, facts, { recipient, owners: [agency] })));
  }
  return {
    at: instant,
    cells: answers.flatMap(cellOf),
    others: disclosedCells(facts, live.set, agency),
  };
}

function cellOf({ ask, grant, line, status }: PossibleAnswer): readonly AccessCell[] {
  if (status === null) return [];
  const { agency: recipient, purpose, action, recordType } = ask;
  const { owner, code: database } = grant.database;
  const { reason, agreements } = line;
  const because = reason === status ? null : reason;
  return [{ owner, recipient, recordType, database, purpose, action, status, reason: because, agreements }];
}

/**
 * INVARIANT (nobody learns of others' agreements): a pair the caller is not one of stands here only if the version of that
 * instant says so *and* the newest one still does; and then no purpose, action, database or field of it.
 */
function disclosedCells(facts: InForce, live: AgreementSet, agency: string): readonly DisclosedCell[] {
  const { set, now } = facts;
  const newest = newestVersions(live);
  const found = new Map<string, DisclosedCell>();
  for (const [reference, versions] of groupBy(set.versions, ({ terms }) => terms.reference)) {
    const version = currentVersion(versions, now);
    const last = newest.get(reference);
    if (version === undefined || last === undefined) continue;
    if (!isOpenTo(version, agency) || !isOpenTo(last, agency)) continue;
    for (const cell of disclosedBy(version, facts, agency)) found.set(JSON.stringify(Object.values(cell)), cell);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
}

function newestVersions(set: AgreementSet): ReadonlyMap<string, AgreementVersion> {
  const newest = new Map<string, AgreementVersion>();
  for (const version of set.versions) {
    const { reference } = version.terms;
    if ((newest.get(reference)?.version ?? 0) < version.version) newest.set(reference, version);
  }
  return newest;
}

function isOpenTo({ terms }: AgreementVersion, agency: string): boolean {
  return terms.matrix === 'ALL' || (terms.matrix === 'PARTIES' && terms.parties.includes(agency));
}

function disclosedBy(version: AgreementVersion, { set, databases, now }: InForce, agency: string): DisclosedCell[] {
  return directedClauses(version).flatMap(({ clause, assigner, assignee }) => {
    if (clause.kind !== 'PERMISSION' || assigner === agency || assignee === agency) return [];
    const { scope, article } = clause;
    const recordType =
      scope.kind === 'RecordType'
        ? scope.recordType
        : databases.find(({ code }) => code === scope.database)?.recordType;
    if (recordType === undefined) return [];
    const status = clauseStatusAt(set, version, now, { assigner, article });
    const agreement = shownReference(version, agency);
    return [{ owner: assigner, recipient: assignee, recordType, agreement, status }];
  });
}
