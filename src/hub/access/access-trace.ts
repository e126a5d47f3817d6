import { seenBy } from '../../agreements/seen-by.js';
import type { AgreementAct } from '../../domain/agreement.js';
import type { AgreementEvent, AgreementHistory } from '../../domain/agreement-history.js';
import { shownReference } from '../../domain/agreement-reference.js';
import type { Ask } from '../../domain/ask.js';
import type { Decision, Grant, SourceLine } from '../../domain/decision.js';
import type { RecordType } from '../../domain/record-type.js';
import { planSources, type SourcePlan, type Touch } from '../../plan/plan-sources.js';
import { type DecisionFacts, type Standings, standingsOf } from '../../policy/decide.js';
import { type StatusCause, statusCause } from '../../policy/status-cause.js';
import { type TraceStep, toldOf, traceOf } from '../../policy/trace.js';
import type { Ports } from '../ports.js';
import { explainedFields } from './possible-answers.js';

export { TRACE_STEPS, type TraceStep, type TraceStepKind } from '../../policy/trace.js';

/** What a decision was made from, and what it led to. */
export interface Traced {
  readonly ask: Ask;
  readonly facts: DecisionFacts;
  readonly decision: Decision;
  readonly recordType: RecordType;
  readonly touches: readonly Touch[];
  /** one per grant */
  readonly lines: readonly SourceLine[];
  readonly sources: readonly SourcePlan[];
}

/** agreements whose acts are looked up for one explanation */
const HISTORIES_MAX = 20;

/** The ordered steps to each grant of a decision, the outcome last: told from the clauses the decision itself looked at. */
export async function tracesOf(
  hub: Pick<Ports, 'agreementStore'>,
  traced: Traced,
): Promise<readonly (readonly TraceStep[])[]> {
  const { ask, facts, decision } = traced;
  const standings = decision.grants.map(({ database }) => standingsOf(ask, facts, database));
  const causes = causesOf(standings, facts);
  const histories = await historiesBehind(hub, ask.agency, causes);
  const storyOf = (standing: Standings['permissions'][number]): string => {
    const cause = causes.get(standing);
    return cause === undefined ? '' : storyFrom(standing, cause, { agency: ask.agency, histories });
  };
  return decision.grants.map((grant, index) => {
    const [own, line] = [standings[index], traced.lines[index]];
    if (own === undefined || line === undefined) throw new Error('every grant has standings and a line');
    return [...traceOf(grant, own, storyOf), ...answerSteps(grant, line, traced)];
  });
}

type Causes = ReadonlyMap<Standings['permissions'][number], StatusCause>;

function causesOf(standings: readonly Standings[], { set, now }: DecisionFacts): Causes {
  const found = new Map<Standings['permissions'][number], StatusCause>();
  for (const standing of standings.flatMap(toldOf)) {
    if (standing.status === 'IN_FORCE') continue;
    const { version, assigner, clause } = standing.right;
    const cause = statusCause(set, version, now, { assigner, article: clause.article });
    if (cause !== undefined) found.set(standing, cause);
  }
  return found;
}

/** Of agreements that were suspended or terminated, what the agency may know: their acts carry reasons. */
async function historiesBehind(
  { agreementStore }: Pick<Ports, 'agreementStore'>,
  agency: string,
  causes: Causes,
): Promise<ReadonlyMap<string, AgreementHistory>> {
  const acted = [...causes.values()].filter(({ acts }) => acts.length > 0);
  const references = [...new Set(acted.map(({ version }) => version.terms.reference))].slice(0, HISTORIES_MAX);
  const known = await Promise.all(
    references.map(async (reference) => {
      const history = await agreementStore.history(reference);
      return [reference, history === undefined ? undefined : seenBy(agency, history)] as const;
    }),
  );
  return new Map(known.flatMap(([reference, seen]) => (seen === undefined ? [] : [[reference, seen] as const])));
}

interface Known {
  readonly agency: string;
  readonly histories: ReadonlyMap<string, AgreementHistory>;
}

function storyFrom(
  { right, status }: Standings['permissions'][number],
  { version, acts: behind }: StatusCause,
  { agency, histories }: Known,
): string {
  const { reference, parties } = version.terms;
  const isFramework = reference !== right.version.terms.reference;
  const name = parties.includes(agency) ? ` ${shownReference(version, agency)}` : '';
  const prefix = isFramework ? `its framework${name} is, ` : '';
  if (status === 'EXPIRED') return `${prefix}since ${version.until.toISOString()}`;
  const history = parties.includes(agency) ? histories.get(reference) : undefined;
  const told = behind.map((act) => actText(act, history));
  return told.length === 0 ? (isFramework ? `its framework${name} is` : '') : `${prefix}${told.join('; ')}`;
}

/** `since 2026-11-23T09:00:00.000Z by RS-BP, act 7 ("inspection")` */
function actText(act: AgreementAct, history: AgreementHistory | undefined): string {
  const since = `since ${act.effectiveAt.toISOString()} by ${act.by}`;
  const event = history === undefined ? undefined : eventOf(act, history);
  if (event === undefined) return since;
  return `${since}, act ${event.number}${event.reason === undefined ? '' : ` (${JSON.stringify(event.reason)})`}`;
}

const ACTS: readonly AgreementEvent['kind'][] = ['SUSPEND', 'RESUME', 'TERMINATE'];

/** Acts and their events are recorded together, in one order. */
function eventOf(act: AgreementAct, { events, acts: recorded }: AgreementHistory): AgreementEvent | undefined {
  const wanted = JSON.stringify(act);
  const index = recorded.findIndex((one) => JSON.stringify(one) === wanted);
  return index < 0 ? undefined : events.filter(({ kind }) => ACTS.includes(kind))[index];
}

/** What is shown, what the touched fields cost, and what comes out. */
function answerSteps(grant: Grant, line: SourceLine, traced: Traced): readonly TraceStep[] {
  const { decision, recordType, touches, sources } = traced;
  const source = sources.find(({ database }) => database.id === grant.database.id);
  const touched = grant.kind === 'GRANTED' ? touches.map((touch) => touchStep(grant, touch, decision, recordType)) : [];
  const outcome: TraceStep = {
    step: 'OUTCOME',
    clause: null,
    outcome: line.outcome,
    sentence: line.reason === null ? line.outcome : `${line.outcome}: ${line.reason}`,
  };
  const fields = source === undefined || grant.kind !== 'GRANTED' ? [] : [fieldsStep(source, recordType)];
  return [...fields, ...touched, outcome];
}

function fieldsStep(source: SourcePlan, recordType: RecordType): TraceStep {
  const fields = explainedFields(source, recordType);
  const shown = fields.filter(({ treatment }) => treatment !== 'WITHHELD');
  const told = shown.map(({ field, treatment, step, onEveryRow }) => {
    const how = treatment === 'CLEAR' ? '' : ` (${step ?? treatment})`;
    return `${field}${how}${onEveryRow ? '' : ' on some records'}`;
  });
  const sentence = told.length === 0 ? 'no field is shown' : `shown: ${told.join(', ')}; every other field is withheld`;
  return { step: 'FIELDS', clause: null, outcome: told.length === 0 ? 'FAILS' : 'HOLDS', sentence };
}

/** The plan itself says what touching one field alone would cost. */
function touchStep(grant: Grant, touch: Touch, decision: Decision, recordType: RecordType): TraceStep {
  const [line] = planSources({ ...decision, grants: [grant] }, recordType, [touch]).lines;
  const isCostly = line?.reason === 'FIELD_NOT_FILTERABLE';
  const cost = !isCostly ? 'NONE' : line.outcome === 'WITHHELD' ? 'ALL' : 'SOME';
  const told = { NONE: 'costs no record', SOME: 'may cost records', ALL: 'costs every record' }[cost];
  const outcome = cost === 'NONE' ? 'HOLDS' : 'FAILS';
  return { step: 'TOUCHED', clause: null, outcome, sentence: `touching \`${touch.field}\` ${told}` };
}
