/** One side's acts on a finalised agreement: suspending, resuming, terminating. Facts are added; what was released stays so. */
import type { AgreementAct, Terms } from '../domain/agreement.js';
import type { ActRequest, AgreementHistory } from '../domain/agreement-history.js';
import { shownInput } from './document.js';
import { reasonFault } from './negotiate.js';
import { type Actor, type Outcome, refused, stepOf, UNKNOWN_AGREEMENT } from './outcome.js';
import { termsOf } from './signed-text.js';

/** What of the agreement is meant, and from when. */
export interface ActInput {
  readonly reason: string;
  /** absent = at once; never in the past */
  readonly effectiveAt?: Date;
  /** the direction from this agency, or from this partner's agencies; absent = every direction */
  readonly assigner?: string;
  /** absent = every article */
  readonly article?: string;
}

type Interruption = Exclude<AgreementAct, { kind: 'TERMINATE' }>;

/**
 * Stops what the agreement permits, wholly or one direction or article of it, until the same side resumes. Its prohibitions
 * go on. By any party alone.
 *
 * @param now the database clock's instant
 */
export function suspend(actor: Actor, history: AgreementHistory | undefined, input: ActInput, now: Date): Outcome {
  return act('SUSPEND', actor, history, input, now, (acts) => {
    const last = ownInterruptions(acts, actor)
      .filter((one) => isOverlapping(one, input))
      .at(-1);
    if (last?.kind !== 'SUSPEND' || !covers(last, input)) return undefined;
    return refused('ALREADY_SUSPENDED', 'your agency suspended this already');
  });
}

/** Lifts what the own side suspended. Only the side that suspended can: another side's suspension stays. */
export function resume(actor: Actor, history: AgreementHistory | undefined, input: ActInput, now: Date): Outcome {
  return act('RESUME', actor, history, input, now, (acts) => {
    const own = ownInterruptions(acts, actor);
    const isOpen = own.some(
      (one, index) =>
        one.kind === 'SUSPEND' &&
        isOverlapping(one, input) &&
        !own.slice(index + 1).some((later) => later.kind === 'RESUME' && covers(later, one)),
    );
    if (isOpen) return undefined;
    return refused('NOT_SUSPENDED', 'your agency has not suspended this; only the side that suspended can resume');
  });
}

/**
 * Ends the agreement for good. By any party alone; prohibitions bind until the agreement's own end.
 *
 * @param noticeEndsAt the end of the notice that the version in force names, given now: the agreement ends then, or later if
 *   the input says so; undefined = no notice is due
 */
export function terminate(
  actor: Actor,
  history: AgreementHistory | undefined,
  input: Pick<ActInput, 'reason' | 'effectiveAt'>,
  now: Date,
  noticeEndsAt?: Date,
): Outcome {
  const { reason, effectiveAt = noticeEndsAt } = input;
  return act('TERMINATE', actor, history, { reason, ...(effectiveAt === undefined ? {} : { effectiveAt }) }, now, () =>
    noticeFault(effectiveAt, noticeEndsAt),
  );
}

function act(
  kind: AgreementAct['kind'],
  actor: Actor,
  history: AgreementHistory | undefined,
  input: ActInput,
  now: Date,
  objection: (acts: readonly AgreementAct[]) => Outcome | undefined,
): Outcome {
  const finalised = history?.finalised.at(-1);
  const text = history?.texts.find((one) => one.version === finalised?.version && one.revision === finalised.revision);
  if (history === undefined || finalised === undefined || text === undefined) return UNKNOWN_AGREEMENT;
  const terms = termsOf(text.body);
  if (!terms.parties.includes(actor.agency)) return UNKNOWN_AGREEMENT;
  // While notice runs the agreement is in force: it can be suspended still, and ended sooner.
  if (history.acts.some((one) => one.kind === 'TERMINATE' && one.effectiveAt <= now)) {
    return refused('TERMINATED', 'the agreement is terminated; conclude another one');
  }
  const { reason, effectiveAt, assigner, article } = input;
  const fault =
    reasonFault(reason) ?? scopeFault(terms, input) ?? dateFault(effectiveAt, now) ?? objection(history.acts);
  if (fault !== undefined) return fault;
  const request: ActRequest = {
    kind,
    by: actor.agency,
    ...(effectiveAt === undefined ? {} : { effectiveAt }),
    ...(assigner === undefined ? {} : { assigner }),
    ...(article === undefined ? {} : { article }),
  };
  return { kind: 'STEP', step: { ...stepOf(history, { kind, actor, reason }, finalised), act: request } };
}

function scopeFault(terms: Terms, { assigner, article }: ActInput): Outcome | undefined {
  const givers = terms.clauses.flatMap((clause) =>
    clause.mutual ? [clause.assigner, clause.assignee] : [clause.assigner],
  );
  if (assigner !== undefined && !givers.includes(assigner) && !terms.parties.includes(assigner)) {
    return refused('ASSIGNER_UNKNOWN', `\`${shownInput(assigner)}\` gives nothing under this agreement`, ['assigner']);
  }
  if (article !== undefined && !terms.clauses.some((clause) => clause.article === article)) {
    return refused('ARTICLE_UNKNOWN', `the agreement has no article \`${shownInput(article)}\``, ['article']);
  }
  return undefined;
}

function dateFault(effectiveAt: Date | undefined, now: Date): Outcome | undefined {
  if (effectiveAt === undefined || effectiveAt >= now) return undefined;
  return refused('IN_THE_PAST', 'an act takes effect now or later: what was released was released', ['effectiveAt']);
}

function noticeFault(effectiveAt: Date | undefined, noticeEndsAt: Date | undefined): Outcome | undefined {
  if (effectiveAt === undefined || noticeEndsAt === undefined || effectiveAt >= noticeEndsAt) return undefined;
  const instant = noticeEndsAt.toISOString();
  return refused('NOTICE_DUE', `the notice agreed on ends at ${instant}; choose this instant or a later one`, [
    'effectiveAt',
  ]);
}

type Scope = Pick<ActInput, 'assigner' | 'article'>;

function ownInterruptions(acts: readonly AgreementAct[], actor: Actor): readonly Interruption[] {
  return acts.filter((one): one is Interruption => one.kind !== 'TERMINATE').filter((one) => one.by === actor.agency);
}

/** Does everything the inner scope speaks of lie in the outer one? */
function covers(outer: Scope, inner: Scope): boolean {
  const holds = (wide: string | undefined, narrow: string | undefined): boolean =>
    wide === undefined || wide === narrow;
  return holds(outer.assigner, inner.assigner) && holds(outer.article, inner.article);
}

function isOverlapping(a: Scope, b: Scope): boolean {
  const meet = (one: string | undefined, other: string | undefined): boolean =>
    one === undefined || other === undefined || one === other;
  return meet(a.assigner, b.assigner) && meet(a.article, b.article);
}
