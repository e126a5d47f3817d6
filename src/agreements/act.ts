/** One side's acts on a finalised agreement: suspending, resuming, terminating. Facts are added; what was released stays so. */
import type { AgreementAct, Terms } from '../domain/agreement.js';
import type { ActRequest, AgreementHistory } from '../domain/agreement-history.js';
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
    const last = acts.findLast((one) => isInterruption(one) && one.by === actor.agency && isSameScope(one, input));
    if (last?.kind !== 'SUSPEND') return undefined;
    return refused('ALREADY_SUSPENDED', 'your agency suspended this already');
  });
}

/** Lifts what the own side suspended. Only the side that suspended can: another side's suspension stays. */
export function resume(actor: Actor, history: AgreementHistory | undefined, input: ActInput, now: Date): Outcome {
  return act('RESUME', actor, history, input, now, (acts) => {
    const own = acts.filter(isInterruption).filter((one) => one.by === actor.agency && isWithin(one, input));
    if (own.at(-1)?.kind === 'SUSPEND') return undefined;
    return refused('NOT_SUSPENDED', 'your agency has not suspended this; only the side that suspended can resume');
  });
}

/** Ends the agreement for good. By any party alone; prohibitions bind until the agreement's own end. */
export function terminate(
  actor: Actor,
  history: AgreementHistory | undefined,
  input: Pick<ActInput, 'reason' | 'effectiveAt'>,
  now: Date,
): Outcome {
  const { reason, effectiveAt } = input;
  return act(
    'TERMINATE',
    actor,
    history,
    { reason, ...(effectiveAt === undefined ? {} : { effectiveAt }) },
    now,
    () => undefined,
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
  if (history.acts.some((one) => one.kind === 'TERMINATE' && (kind !== 'TERMINATE' || one.effectiveAt <= now))) {
    return refused('TERMINATED', 'the agreement is terminated, or notice was given');
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
    return refused('ASSIGNER_UNKNOWN', `\`${assigner}\` gives nothing under this agreement`, ['assigner']);
  }
  if (article !== undefined && !terms.clauses.some((clause) => clause.article === article)) {
    return refused('ARTICLE_UNKNOWN', `the agreement has no article \`${article}\``, ['article']);
  }
  return undefined;
}

function dateFault(effectiveAt: Date | undefined, now: Date): Outcome | undefined {
  if (effectiveAt === undefined || effectiveAt >= now) return undefined;
  return refused('IN_THE_PAST', 'an act takes effect now or later: what was released was released', ['effectiveAt']);
}

function isInterruption(one: AgreementAct): one is Interruption {
  return one.kind !== 'TERMINATE';
}

function isSameScope(one: Interruption, input: ActInput): boolean {
  return one.assigner === input.assigner && one.article === input.article;
}

/** Does an act of this scope reach at least into what `input` speaks of? */
function isWithin(one: Interruption, input: ActInput): boolean {
  const isOne = (mine: string | undefined, given: string | undefined): boolean =>
    mine === undefined || given === undefined || mine === given;
  return isOne(one.assigner, input.assigner) && isOne(one.article, input.article);
}
