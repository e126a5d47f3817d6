import type { Decision } from '../domain/decision.js';
import type { ReadPlan, RecordPlan } from '../plan/plan-read.js';
import type { SourcePlan } from '../plan/plan-sources.js';
import { renderSelect, type SelectQuery } from '../sql/select.js';
import { Disclosures } from './disclosed-row.js';
import { demandsEvidence } from './evidence/commitments.js';
import type { Ports, Statement } from './ports.js';

/** Everything about asks of one shape that their decision fixes: made once, used by every ask that follows. */
export interface Compiled<P extends ReadPlan | RecordPlan> {
  readonly plan: P;
  /** null: no source may yield a row, so nothing is read */
  readonly statement: Statement | null;
  /** by database id, as the database writes it */
  readonly sources: ReadonlyMap<string, SourcePlan>;
  readonly disclosures: Disclosures;
  /** a row may be shown under a clause that demands evidence of its values: looked at once, not for every row */
  readonly demandsEvidence: boolean;
}

export function compiledFrom<P extends ReadPlan | RecordPlan>(
  hub: Ports,
  plan: P,
  select: SelectQuery | null,
): Compiled<P> {
  return {
    plan,
    statement: select === null ? null : renderSelect(select, hub.timeZone),
    sources: new Map(plan.sources.map((source) => [String(source.database.id), source])),
    disclosures: new Disclosures(plan.recordType, plan.select),
    demandsEvidence: demandsEvidence(plan.sources),
  };
}

/** shapes kept per decision: callers choose filters and fields freely */
const SHAPES_MAX = 500;
const shapes = new WeakMap<Decision, Map<string, unknown>>();

/**
 * What was compiled for this decision and shape, or is now. A decision is keyed by the version of the agreement set and
 * bounded in time, and what hangs on it goes with it: there is nothing to invalidate.
 */
export function compiledFor<C>(decision: Decision, shape: string, compile: () => C): C {
  let known = shapes.get(decision);
  if (known === undefined || known.size >= SHAPES_MAX) {
    known = new Map();
    shapes.set(decision, known);
  }
  let compiled = known.get(shape) as C | undefined;
  if (compiled === undefined) {
    compiled = compile();
    known.set(shape, compiled);
  }
  return compiled;
}
