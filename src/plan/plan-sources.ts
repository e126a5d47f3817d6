import type { Ask } from '../domain/ask.js';
import type { Bar, Basis, Candidate, Decision, Grant, SourceLine } from '../domain/decision.js';
import type { Predicate } from '../domain/predicate.js';
import { firstReason, type ReasonCode } from '../domain/reasons.js';
import { type Field, fieldOf, type HandlingCode, type RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { CLEAR, leastRedacted, redaction, type Treatment, WITHHELD } from '../domain/treatment.js';

/** Rows that one condition makes visible, and what is shown of them: the candidates with equal conditions, merged. */
export interface RowGroup {
  readonly rows?: Predicate;
  /** handling codes that keep a row out of this group */
  readonly codesBlocked: readonly HandlingCode[];
  readonly fields: Readonly<Record<string, Treatment>>;
  readonly basis: readonly Basis[];
}

/** Fields withheld on the rows where a condition is TRUE or unknown. */
export interface FieldBar {
  readonly rows: Predicate;
  readonly fields: readonly string[];
  readonly basis: Basis;
}

/** One database that may yield rows. An owned one shows every row and every field CLEAR: it has no groups. */
export interface SourcePlan {
  readonly database: SharedDatabase;
  readonly isOwned: boolean;
  readonly groups: readonly RowGroup[];
  /** rows where one of these is TRUE or unknown are invisible */
  readonly hiding: readonly Predicate[];
  readonly bars: readonly FieldBar[];
}

/** A field that a filter, order, group or function touches, and how redacted it may be shown to serve: a `redaction` rank. */
export interface Touch {
  readonly field: string;
  readonly redactionMax: number;
}

export interface PlannedSources {
  readonly sources: readonly SourcePlan[];
  /** one line per database asked, in the order of the decision */
  readonly lines: readonly SourceLine[];
}

const CODES_RESTRICTED: readonly HandlingCode[] = ['H2', 'H3'];

/**
 * Turns grants into what the statement must read, and into the source lines.
 *
 * A line is decided from clauses and ask, never from rows (design 5.7): WITHHELD where a touched field must cost all rows,
 * PARTIAL where it may cost some or a permission's constraint failed.
 */
export function planSources(decision: Decision, recordType: RecordType, touches: readonly Touch[]): PlannedSources {
  const planned = decision.grants.map((grant) => planSource(grant, recordType, touches));
  return {
    sources: planned.flatMap(({ source }) => (source === null ? [] : [source])),
    lines: planned.map(({ line }) => line),
  };
}

function planSource(
  grant: Grant,
  recordType: RecordType,
  touches: readonly Touch[],
): { source: SourcePlan | null; line: SourceLine } {
  const { database } = grant;
  const line = (outcome: SourceLine['outcome'], reason: ReasonCode | null, basis: readonly Basis[]): SourceLine => ({
    database: database.code,
    databaseName: database.name,
    outcome,
    reason,
    agreements: referencesOf(basis),
  });
  if (grant.kind !== 'WITHHELD' && database.hosting === 'FEDERATED') {
    // Its records are not here: no row must not read as none there.
    const basis = grant.kind === 'OWNED' ? [] : grant.candidates.map((candidate) => candidate.basis);
    return { source: null, line: line('UNAVAILABLE', 'SOURCE_UNAVAILABLE', basis) };
  }
  if (grant.kind === 'OWNED') {
    const source = { database, isOwned: true, groups: [], hiding: [], bars: [] };
    return { source, line: line('ANSWERED', null, []) };
  }
  if (grant.kind === 'WITHHELD') return { source: null, line: line('WITHHELD', grant.reason, grant.basis) };

  const basis = grant.candidates.map((candidate) => candidate.basis);
  if (grant.bars.some((bar) => bar.fields === undefined && bar.rows === undefined)) {
    // Every row is barred: for this caller the action itself is forbidden here.
    return { source: null, line: line('WITHHELD', 'ACTION_NOT_PERMITTED', basis) };
  }
  const source = sourceOf(grant, recordType);
  const costs = touches.map((touch) => costOf(source, fieldOf(recordType, touch.field), touch.redactionMax));
  if (costs.includes('ALL')) return { source: null, line: line('WITHHELD', 'FIELD_NOT_FILTERABLE', basis) };
  const reasons: ReasonCode[] = costs.includes('SOME') ? ['FIELD_NOT_FILTERABLE'] : [];
  if (grant.missed !== undefined) reasons.push(grant.missed.reason);
  if (reasons.length === 0) return { source, line: line('ANSWERED', null, basis) };
  return { source, line: line('PARTIAL', firstReason(reasons), [...basis, ...(grant.missed?.basis ?? [])]) };
}

function referencesOf(basis: readonly Basis[]): readonly string[] {
  return [...new Set(basis.map(({ agreement }) => agreement))].sort();
}

/** Merges candidates with equal conditions: over the same rows, the least redacted of their treatments is what each row shows. */
function sourceOf(grant: Extract<Grant, { kind: 'GRANTED' }>, recordType: RecordType): SourcePlan {
  const unconditional = grant.bars.filter((bar) => bar.rows === undefined && bar.fields !== undefined);
  const barred = new Set(unconditional.flatMap((bar) => bar.fields ?? []));
  const groups = new Map<string, RowGroup>();
  for (const candidate of grant.candidates) {
    const group = groupOf(candidate, barred);
    const key = JSON.stringify([group.rows ?? null, group.codesBlocked]);
    const same = groups.get(key);
    groups.set(key, same === undefined ? group : mergedGroup(same, group, recordType));
  }
  return {
    database: grant.database,
    isOwned: false,
    groups: [...groups.values()],
    hiding: grant.bars.flatMap((bar) => (bar.fields === undefined && bar.rows !== undefined ? [bar.rows] : [])),
    bars: grant.bars.flatMap(fieldBarOf),
  };
}

function fieldBarOf(bar: Bar): readonly FieldBar[] {
  if (bar.rows === undefined || bar.fields === undefined) return [];
  return [{ rows: bar.rows, fields: bar.fields, basis: bar.basis }];
}

function groupOf(candidate: Candidate, barred: ReadonlySet<string>): RowGroup {
  const fields = Object.entries(candidate.fields).map(([name, treatment]): [string, Treatment] => [
    name,
    barred.has(name) ? WITHHELD : treatment,
  ]);
  return {
    ...(candidate.rows === undefined ? {} : { rows: candidate.rows }),
    codesBlocked: CODES_RESTRICTED.filter((code) => !candidate.handlingCodes.includes(code)),
    fields: Object.fromEntries(fields),
    basis: [candidate.basis],
  };
}

function mergedGroup(a: RowGroup, b: RowGroup, recordType: RecordType): RowGroup {
  const fields = recordType.fields.map(({ name, ladder }): [string, Treatment] => [
    name,
    leastRedacted(a.fields[name] ?? WITHHELD, b.fields[name] ?? WITHHELD, ladder),
  ]);
  return { ...a, fields: Object.fromEntries(fields), basis: [...a.basis, ...b.basis] };
}

/** What touching this field costs: NONE of the visible rows, maybe SOME, surely ALL. */
function costOf(source: SourcePlan, field: Field, redactionMax: number): 'NONE' | 'SOME' | 'ALL' {
  const serves = source.groups.map(
    (group) => redaction(group.fields[field.name] ?? WITHHELD, field.ladder) <= redactionMax,
  );
  if (!serves.includes(true)) return 'ALL';
  return serves.includes(false) || source.bars.some((bar) => bar.fields.includes(field.name)) ? 'SOME' : 'NONE';
}

/** The most redacted rank a filter, order or sum can still be evaluated on: the coarsest step of the ladder. */
export function comparableMax(field: Field): number {
  return field.ladder.length;
}

/**
 * The treatments a field can have in a source: least redacted first, each with the groups that give it; and the bars that
 * withhold it on some rows. An owned source has one level, CLEAR, for no group at all: `groups` empty means every row.
 */
export interface FieldLevels {
  readonly barredBy: readonly number[];
  readonly levels: readonly { readonly treatment: Treatment; readonly groups: readonly number[] }[];
}

export function levelsOf(source: SourcePlan, field: Field): FieldLevels {
  if (source.isOwned) return { barredBy: [], levels: [{ treatment: CLEAR, groups: [] }] };
  const byRank = new Map<number, { treatment: Treatment; groups: number[] }>();
  source.groups.forEach((group, index) => {
    const treatment = group.fields[field.name] ?? WITHHELD;
    const rank = redaction(treatment, field.ladder);
    const level = byRank.get(rank) ?? { treatment, groups: [] };
    level.groups.push(index);
    byRank.set(rank, level);
  });
  return {
    barredBy: source.bars.flatMap((bar, index) => (bar.fields.includes(field.name) ? [index] : [])),
    levels: [...byRank.entries()].sort(([a], [b]) => a - b).map(([, level]) => level),
  };
}

/** The databases an ask names, or all of its record type; in the order of their codes. */
export function databasesAsked(ask: Ask, databases: readonly SharedDatabase[]): readonly SharedDatabase[] {
  const ofType = databases.filter((database) => database.recordType === ask.recordType);
  return ask.databases === undefined ? ofType : ofType.filter((database) => ask.databases?.includes(database.code));
}
