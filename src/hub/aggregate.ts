import { type AggregateAsk, CELLS_MAX } from '../domain/ask.js';
import type { ZeroPolicy } from '../domain/clause.js';
import type { Decision, SourceLine } from '../domain/decision.js';
import { HubError } from '../domain/errors.js';
import type { Scalar } from '../domain/record-type.js';
import { type CountCell, protect } from '../disclosure/protect.js';
import { type AggregatePlan, type CountedSource, type PlannedDimension, planAggregate } from '../plan/plan-aggregate.js';
import { countQuery, renderCount } from '../sql/compile-aggregate.js';
import { label } from '../policy/generalise.js';
import { checkDatabases, decided, guardOf, recordTypeOf, STALE, withDecision } from './decided.js';
import type { Journal } from './journal.js';
import type { InForce, Ports } from './ports.js';
import { ledgerLines } from './query.js';
import { stateAsk } from './state-ask.js';

/** One cell as released. `key`: one entry per dimension, in the order asked; periods as ISO 8601 labels, databases as codes. */
export interface ReleasedCell {
  readonly key: readonly (Scalar | null)[];
  readonly count: number | null;
  readonly sums: readonly (number | null)[];
  readonly suppressed: boolean;
}

export interface Statistics {
  readonly cells: readonly ReleasedCell[];
  readonly total: number | null;
  readonly suppressedCells: number;
  readonly sources: readonly SourceLine[];
}

/** A table of counts, from ask to released cells: in force → decision → plan → SQL → cells → disclosure control → journal. */
export async function aggregate(hub: Ports, journal: Journal, ask: AggregateAsk): Promise<Statistics> {
  stateAsk(hub, journal, ask);
  const recordType = recordTypeOf(hub, ask.recordType);
  return withDecision(hub, ask, async (decision, facts) => {
    checkDatabases(ask, facts);
    const plan = planAggregate(ask, decision, readableBy(hub, ask, facts), recordType);
    const rows = await countRows(hub, plan, ask, decision);
    if (rows === STALE) return STALE;
    const released = protect(cellsOf(rows, plan, hub.timeZone), spanned(plan.sources));
    note(journal, ask, plan, decision, rows);
    return { ...released, sources: plan.lines };
  });
}

/** What the same agency may READ of the same databases, for each purpose there is. */
function readableBy(hub: Ports, ask: AggregateAsk, facts: InForce): readonly Decision[] {
  return hub.standard.purposes.map(({ name }) => decided(hub, { ...ask, purpose: name, action: 'READ' }, facts));
}

type Row = readonly (string | null)[];

async function countRows(
  hub: Ports,
  plan: AggregatePlan,
  ask: AggregateAsk,
  decision: Decision,
): Promise<readonly Row[] | typeof STALE> {
  const counts = countQuery(plan, CELLS_MAX);
  if (counts === null) return [];
  const read = await hub.records.read(renderCount(counts, hub.timeZone), guardOf(ask, decision), 'aggregate');
  if (read.stale) return STALE;
  if (read.rows.length > CELLS_MAX) {
    throw new HubError('LIMIT_EXCEEDED', `the answer would have more than ${CELLS_MAX} cells; group by less or filter more`);
  }
  return read.rows;
}
