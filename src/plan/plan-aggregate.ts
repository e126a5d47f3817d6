import type { AggregateAsk, Dimension } from '../domain/ask.js';
import type { ZeroPolicy } from '../domain/clause.js';
import type { Candidate, Decision, SourceLine } from '../domain/decision.js';
import { comparesForEqualityOnly, fieldsOf, type Predicate } from '../domain/predicate.js';
import { type Field, fieldOf, type RecordType } from '../domain/record-type.js';
import { comparableMax, planSources, type SourcePlan, type Touch } from './plan-sources.js';

export type PlannedDimension =
  | { readonly kind: 'database' }
  | { readonly kind: 'field'; readonly field: Field; readonly step?: string };

/** One database counted into cells. */
export interface CountedSource {
  readonly source: SourcePlan;
  /**
   * What the caller may READ of it, once per purpose that lets it: for telling rows it could look at anyway from rows that a
   * small cell would give away (design 5.8). Empty for an owned source, which has no such rows.
   */
  readonly readable: readonly SourcePlan[];
  /** strictest of all its candidates; null = none demands a minimum */
  readonly countMin: number | null;
  readonly zeroPolicy: ZeroPolicy;
}

/** A touched field and the rank it is used at: a dimension's own, else what the row shows (`null`). */
export interface UsedField {
  readonly field: Field;
  readonly redaction: number | null;
  /** a row that shows a token serves too: grouped by as it is shown, or only compared for equality */
  readonly servesPseudonym: boolean;
}

export interface AggregatePlan {
  readonly recordType: RecordType;
  readonly sources: readonly CountedSource[];
  readonly lines: readonly SourceLine[];
  readonly where?: Predicate;
  readonly dimensions: readonly PlannedDimension[];
  readonly sums: readonly Field[];
  readonly used: readonly UsedField[];
  readonly touched: readonly string[];
}

/**
 * Plan of a table of counts.
 *
 * @param readDecisions what the same agency may READ at the same instant, one decision per purpose
 */
export function planAggregate(
  ask: AggregateAsk,
  decision: Decision,
  readDecisions: readonly Decision[],
  recordType: RecordType,
): AggregatePlan {
  const dimensions = ask.groupBy.map((dimension) => plannedDimension(dimension, recordType));
  const sums = ask.sums.map((name) => fieldOf(recordType, name));
  const filtered = (ask.where === undefined ? [] : fieldsOf(ask.where)).map((name) => fieldOf(recordType, name));
  const shownAs = [...new Set([...filtered, ...sums])];
  const used = [...dimensions.flatMap(usedByDimension), ...shownAs.map((field) => usedAsShown(field, ask, sums))];
  const planned = planSources(decision, recordType, used.map(touchOf));
  const readable = readDecisions.map((readDecision) => planSources(readDecision, recordType, []).sources);
  return {
    recordType,
    sources: planned.sources.map((source) => countedSource(source, decision, readable)),
    lines: planned.lines,
    ...(ask.where === undefined ? {} : { where: ask.where }),
    dimensions,
    sums,
    used,
    touched: [...new Set(used.map(({ field }) => field.name))],
  };
}

function plannedDimension(dimension: Dimension, recordType: RecordType): PlannedDimension {
  if (dimension.kind === 'database') return dimension;
  const field = fieldOf(recordType, dimension.field);
  return { kind: 'field', field, ...(dimension.step === undefined ? {} : { step: dimension.step }) };
}

function usedByDimension(dimension: PlannedDimension): readonly UsedField[] {
  if (dimension.kind === 'database') return [];
  const { field, step } = dimension;
  return [{ field, redaction: stepRank(dimension), servesPseudonym: step === undefined }];
}

function usedAsShown(field: Field, { where }: AggregateAsk, sums: readonly Field[]): UsedField {
  const isCompared = where !== undefined && comparesForEqualityOnly(where, field.name);
  return { field, redaction: null, servesPseudonym: isCompared && !sums.includes(field) };
}

/** How redacted a used field may be shown for a row to count. */
export function touchOf({ field, redaction, servesPseudonym }: UsedField): Touch {
  return { field: field.name, redactionMax: redaction ?? comparableMax(field), servesPseudonym };
}

/** A row serves a dimension if it shows the field at the dimension's step or finer: a coarser one cannot be made finer. */
function stepRank(dimension: Extract<PlannedDimension, { kind: 'field' }>): number {
  return dimension.step === undefined
    ? 0
    : 1 + dimension.field.ladder.findIndex((step) => step.name === dimension.step);
}

function countedSource(
  source: SourcePlan,
  decision: Decision,
  readable: readonly (readonly SourcePlan[])[],
): CountedSource {
  const grant = decision.grants.find(({ database }) => database.id === source.database.id);
  const candidates: readonly Candidate[] = grant?.kind === 'GRANTED' ? grant.candidates : [];
  const minima = candidates.flatMap(({ countMin }) => (countMin === undefined ? [] : [countMin]));
  return {
    source,
    readable: source.isOwned
      ? []
      : readable.flatMap((sources) => sources.filter(({ database }) => database.id === source.database.id)),
    countMin: minima.length === 0 ? null : Math.max(...minima),
    zeroPolicy: candidates.some(({ zeroPolicy }) => zeroPolicy === 'SUPPRESS') ? 'SUPPRESS' : 'SHOW',
  };
}
