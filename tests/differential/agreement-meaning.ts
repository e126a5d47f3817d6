// Which agreements hold at an instant, written from design 3 and 5 and the words of domain/agreement alone.
import type { AgreementAct, AgreementSet, AgreementVersion } from '../../src/domain/agreement.js';
import type { Clause } from '../../src/domain/clause.js';

/** Statuses that keep a clause from holding, in the order of the nearest miss. */
export const MISSES = ['SUSPENDED', 'NOT_YET_IN_FORCE', 'EXPIRED', 'TERMINATED'] as const;
export type Miss = (typeof MISSES)[number];

/** One clause in one direction: what one agency gives another. */
export interface Directed {
  readonly version: AgreementVersion;
  readonly clause: Clause;
  readonly giver: string;
}

/** What can be left out of the meaning, to see whether it decides anything. */
export type Feature =
  | 'hours'
  | 'window'
  | 'justification'
  | 'pattern'
  | 'regime'
  | 'recordAgeMax'
  | 'dataSubjectCategories'
  | 'handlingCodes'
  | 'rowsMax'
  | 'pseudonym'
  | 'suspension'
  | 'termination'
  | 'framework'
  | 'notice'
  | 'superseding'
  | 'mutual'
  | 'prohibitedFields'
  | 'prohibitedRows'
  | 'sensitivity'
  | 'statisticsMinimum'
  | 'zeroPolicy'
  | 'quota';

export interface Facts {
  readonly set: AgreementSet;
  readonly at: number;
  readonly without?: Feature | undefined;
}

/** Every clause of a finalised version by which `giver` gives `taker` something, whether it holds or not. */
export function clausesBetween(giver: string, taker: string, { set, without }: Facts): readonly Directed[] {
  return set.versions.flatMap((version) =>
    version.terms.clauses.flatMap((clause): Directed[] => {
      const names = (code: string, agency: string): boolean =>
        version.terms.parties.includes(agency) && (code === agency || version.partnerOf[agency] === code);
      const isForth = names(clause.assigner, giver) && names(clause.assignee, taker);
      const isBack =
        clause.mutual && without !== 'mutual' && names(clause.assignee, giver) && names(clause.assigner, taker);
      return isForth || isBack ? [{ version, clause, giver }] : [];
    }),
  );
}

function beginOf({ from, finalisedAt, noticeEndsAt }: AgreementVersion, without: Feature | undefined): number {
  const notice = without === 'notice' ? 0 : (noticeEndsAt?.getTime() ?? 0);
  return Math.max(from.getTime(), finalisedAt.getTime(), notice);
}

/** Has a later version of the same agreement begun? Then this one counts for nothing any more, not even for a reason. */
export function isSuperseded(version: AgreementVersion, { set, at, without }: Facts): boolean {
  if (without === 'superseding') return false;
  return set.versions.some(
    (other) =>
      other.terms.reference === version.terms.reference &&
      other.version > version.version &&
      beginOf(other, without) <= at,
  );
}

/** Within its own time, whatever anybody did to it: what a prohibition needs. */
export function isWithinTerm(version: AgreementVersion, facts: Facts): boolean {
  const { at, without } = facts;
  return beginOf(version, without) <= at && at < version.until.getTime() && !isSuperseded(version, facts);
}

function isTerminated(reference: string, { set, at, without }: Facts): boolean {
  if (without === 'termination') return false;
  return set.acts.some(
    (act) => act.kind === 'TERMINATE' && act.reference === reference && act.effectiveAt.getTime() <= at,
  );
}

interface Stretch {
  readonly version: AgreementVersion;
  readonly giver: string;
  /** absent = the agreement as a framework, of which no single article is asked */
  readonly article?: string;
}

/** Each side's last act that concerns this direction and article: one side's resuming does not undo the other's suspension. */
function isSuspended({ version, giver, article }: Stretch, { set, at, without }: Facts): boolean {
  if (without === 'suspension') return false;
  const last = new Map<string, AgreementAct>();
  for (const act of set.acts) {
    if (act.kind === 'TERMINATE' || act.reference !== version.terms.reference) continue;
    if (act.effectiveAt.getTime() > at || !concerns(act, { version, giver, ...(article && { article }) })) continue;
    const before = last.get(act.by);
    if (before === undefined || before.effectiveAt <= act.effectiveAt) last.set(act.by, act);
  }
  return [...last.values()].some(({ kind }) => kind === 'SUSPEND');
}

function concerns(act: Exclude<AgreementAct, { kind: 'TERMINATE' }>, { version, giver, article }: Stretch): boolean {
  if (act.assigner !== undefined && act.assigner !== giver && act.assigner !== version.partnerOf[giver]) return false;
  return act.article === undefined || act.article === article;
}

/** Why the stretch does not hold at the instant; none = it is in force. More than one where the words do not say which comes first. */
export function missesOf(stretch: Stretch, facts: Facts, below: readonly string[] = []): readonly Miss[] {
  const { version } = stretch;
  const own: Miss[] = [];
  if (facts.at < beginOf(version, facts.without)) own.push('NOT_YET_IN_FORCE');
  if (facts.at >= version.until.getTime()) own.push('EXPIRED');
  if (isTerminated(version.terms.reference, facts)) own.push('TERMINATED');
  if (isSuspended(stretch, facts)) own.push('SUSPENDED');
  return [...own, ...missesOfFramework(stretch, facts, below)];
}

function missesOfFramework({ version, giver }: Stretch, facts: Facts, below: readonly string[]): readonly Miss[] {
  const { framework, reference } = version.terms;
  if (framework === undefined || facts.without === 'framework') return [];
  const path = [...below, reference];
  const versions = facts.set.versions.filter(({ terms }) => terms.reference === framework);
  // Nobody's framework and a framework of itself: never in force, and no word of the vocabulary is right.
  if (path.includes(framework) || versions.length === 0) return MISSES;
  const misses = versions
    .filter((one) => !isSuperseded(one, facts))
    .map((one) => missesOf({ version: one, giver }, facts, path));
  return misses.some((one) => one.length === 0) ? [] : misses.flat();
}
