import { type CountCell, protect, type SafeTable } from '../disclosure/protect.js';
import { type AggregateAsk, CELLS_MAX } from '../domain/ask.js';
import type { Decision, SourceLine } from '../domain/decision.js';
import { HubError } from '../domain/errors.js';
import type { Scalar } from '../domain/record-type.js';
import {
  type AggregatePlan,
  type CountedSource,
  type PlannedDimension,
  planAggregate,
} from '../plan/plan-aggregate.js';
import { label } from '../policy/generalise.js';
import { countQuery, hasMarkedKeys, KEY_MARKS, renderCount } from '../sql/compile-aggregate.js';
import { decided, guardOf, recordTypeOf, STALE, withDecision } from './decided.js';
import type { Journal } from './journal.js';
import type { InForce, Ports } from './ports.js';
import { ledgerLines, viewAsOf } from './query.js';
import { servedExactInstant } from './served-instant.js';
import { stateAsk } from './state-ask.js';
import { filled } from './statement-shape.js';
import { type Tokens, tokensOf } from './tokens.js';

/** A table safe to release. A cell's `key`: one entry per dimension, in the order asked; periods as ISO 8601 labels, databases as codes. */
export interface Statistics extends SafeTable {
  readonly sources: readonly SourceLine[];
}

/** A table of counts, from ask to released cells: in force → decision → plan → SQL → cells → disclosure control → journal. */
export async function aggregate(hub: Ports, journal: Journal, ask: AggregateAsk): Promise<Statistics> {
  stateAsk(hub, journal, ask);
  const recordType = recordTypeOf(hub, ask.recordType);
  const counting = { charges: journal.charges, cost: { records: 0 } };
  return withDecision(hub, ask, counting, async (decision, facts) => {
    const plan = planAggregate(ask, decision, readableBy(hub, ask, facts), recordType);
    const rows = await countRows(hub, plan, ask, decision);
    if (rows === STALE) return STALE;
    const released = protect(cellsOf(rows, plan, hub.timeZone, tokensOf(hub, ask, decision)), strictest(plan.sources));
    note(journal, ask, plan, decision);
    // Where no source could answer nothing was counted: that is a gap, not a total of 0.
    const total = plan.sources.length === 0 ? null : released.total;
    return { ...released, total, sources: plan.lines };
  });
}

/** What the same agency may READ of the same databases, for each purpose there is. */
function readableBy(hub: Ports, ask: AggregateAsk, facts: InForce): readonly Decision[] {
  // It could always give a justification. If leaving it out made rows unread, a small cell could be lifted over its minimum.
  // For the same reason every quota counts as if it held: whoever used it up has read.
  return hub.standard.purposes.map(({ name: purpose }) =>
    decided(hub, { ...ask, purpose, action: 'READ' }, { ...facts, anyJustification: true }),
  );
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
  const statement = filled(renderCount(counts, hub.timeZone), [], tokensOf(hub, ask, decision).behindToken);
  const read = await hub.records.read(statement, guardOf(ask, decision), 'aggregate');
  if (read.stale) return STALE;
  if (read.rows.length > CELLS_MAX) {
    throw new HubError(
      'LIMIT_EXCEEDED',
      `the answer would have more than ${CELLS_MAX} cells; group by less or filter more`,
    );
  }
  return read.rows;
}

/** Cells with the rule of the databases each spans: those it names, else all that count into the table (design 5.8). */
function cellsOf(
  rows: readonly Row[],
  plan: AggregatePlan,
  timeZone: string,
  { tokenOf }: Tokens,
): readonly CountCell[] {
  const { dimensions, sums, sources } = plan;
  const databaseAt = dimensions.findIndex(({ kind }) => kind === 'database');
  const byId = new Map(sources.map((counted) => [String(counted.source.database.id), counted]));
  const all = strictest(sources);
  const isMarked = dimensions.map((dimension) => hasMarkedKeys(dimension, plan));
  const keyAt = (dimension: PlannedDimension, index: number, cell: string | null): Scalar | null =>
    cell !== null && isMarked[index] ? markedKey(cell, tokenOf) : keyOf(dimension, cell, byId, timeZone);
  const counted = rows.flatMap((cells) => {
    const numbers = cells.slice(dimensions.length).map((cell) => (cell === null ? null : Number(cell)));
    const [count, unread, unknown] = [numbers[0], numbers[1 + sums.length], numbers[2 + sums.length]];
    // Without dimensions the statement answers one row even of nothing; a group without rows is absent.
    if (!count) return [];
    const spanned = databaseAt < 0 ? undefined : byId.get(cells[databaseAt] ?? '');
    return [
      {
        key: dimensions.map((dimension, index) => keyAt(dimension, index, cells[index] ?? null)),
        count,
        sums: numbers.slice(1, 1 + sums.length),
        unread: unread ?? 0,
        unknown: unknown ?? 0,
        ...(spanned === undefined ? all : strictest([spanned])),
      },
    ];
  });
  return isMarked.includes(true) ? inOrderOfKeys(counted) : counted;
}

/** What a row shows of a dimension that some rows show as a token. */
function markedKey(cell: string, tokenOf: (value: string) => string): string {
  const shown = cell.slice(KEY_MARKS.token.length);
  return cell.startsWith(KEY_MARKS.token) ? tokenOf(shown) : shown;
}

/** The statement sorts by what is stored: in its order, tokens would tell which value stands before which. */
function inOrderOfKeys(cells: readonly CountCell[]): readonly CountCell[] {
  const keyed = cells.map((cell) => ({ cell, key: JSON.stringify(cell.key) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ cell }) => cell);
}

/** A cell obeys the strictest of all it spans, whether or not they have a row in it. */
function strictest(sources: readonly CountedSource[]): Pick<CountCell, 'countMin' | 'zeroPolicy'> {
  const minima = sources.flatMap(({ countMin }) => (countMin === null ? [] : [countMin]));
  return {
    countMin: minima.length === 0 ? null : Math.max(...minima),
    zeroPolicy: sources.some(({ zeroPolicy }) => zeroPolicy === 'SUPPRESS') ? 'SUPPRESS' : 'SHOW',
  };
}

function keyOf(
  dimension: PlannedDimension,
  cell: string | null,
  byId: ReadonlyMap<string, CountedSource>,
  timeZone: string,
): Scalar | null {
  if (cell === null) return null;
  if (dimension.kind === 'database') return byId.get(cell)?.source.database.code ?? null;
  const { type, ladder } = dimension.field;
  const step = ladder.find(({ name }) => name === dimension.step);
  if (step?.kind === 'period') return label(cell, step, timeZone);
  if (type.kind === 'enum') return cell;
  switch (type.name) {
    case 'Int':
    case 'Float':
      return Number(cell);
    case 'Boolean':
      return cell.startsWith('t');
    case 'DateTime':
      return servedExactInstant(cell);
    default:
      return cell;
  }
}

/**
 * What the ledger says of it: which databases were counted.
 *
 * INVARIANT (no count beside the table): never how many records. The requester's auditor reads the line too, and the exact number
 * would lift any suppression; and one that is there only where a database was counted by itself would tell its owner of others.
 */
function note(journal: Journal, ask: AggregateAsk, plan: AggregatePlan, decision: Decision): void {
  const lines = ledgerLines(plan.lines, decision, null);
  journal.ask(
    {
      action: ask.action,
      recordType: ask.recordType,
      selectedFields: ask.sums,
      touchedFields: plan.touched,
      lines,
      ...viewAsOf(ask),
    },
    guardOf(ask, decision),
  );
}
