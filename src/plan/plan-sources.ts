import type { Ask } from '../domain/ask.js';
import type { Bar, Basis, Candidate, Decision, Grant, SourceLine } from '../domain/decision.js';
import { type Duration, durationFrom } from '../domain/duration.js';
import type { Predicate } from '../domain/predicate.js';
import { firstReason, type ReasonCode } from '../domain/reasons.js';
import { type Field, fieldOf, type HandlingCode, type RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { CLEAR, leastRedacted, redaction, type Treatment, WITHHELD } from '../domain/treatment.js';
import { invariant } from '../support/unreachable.js';

/** What makes a row visible under a clause: all of it must hold. */
export interface RowCondition {
  readonly rows?: Predicate;
  /** handling codes that keep a row out of this group */
  readonly codesBlocked: readonly HandlingCode[];
  /** only rows of these data-subject categories; absent = all, stated or not */
  readonly categories?: readonly string[];
  /** only rows that occurred no longer ago, by the database's clock */
  readonly ageMax?: Duration;
}

/** Rows that one condition makes visible, and what is shown of them: the candidates with equal conditions, merged. */
export interface RowGroup extends RowCondition {
  readonly fields: Readonly<Record<string, Treatment>>;
  readonly basis: readonly Basis[];
  /** what goes with the data under these clauses; absent = nothing */
  readonly attached?: readonly Attached[];
}

/** What a clause demands of whoever has received a row under it. */
export type Attached = Pick<Candidate, 'basis' | 'retainFor' | 'timeZone' | 'onwardDepth' | 'duties' | 'evidence'>;

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
  /** a token serves too: the field is only compared for equality, or grouped by as it is */
  readonly servesPseudonym?: boolean;
}

/** Does a row that shows the field so serve this touch? More redacted than a mask, a token still tells what is equal to what. */
export function serves(
  treatment: Treatment,
  { ladder }: Field,
  { redactionMax, servesPseudonym = false }: Omit<Touch, 'field'>,
): boolean {
  return treatment.kind === 'PSEUDONYM' ? servesPseudonym : redaction(treatment, ladder) <= redactionMax;
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
  if (grant.kind === 'WITHHELD') {
    return { source: null, line: { ...line('WITHHELD', grant.reason, grant.basis), ...resetOf(grant) } };
  }

  const basis = grant.candidates.map((candidate) => candidate.basis);
  if (grant.bars.some((bar) => bar.fields === undefined && bar.rows === undefined)) {
    // Every row is barred: for this caller the action itself is forbidden here.
    return { source: null, line: line('WITHHELD', 'ACTION_NOT_PERMITTED', basis) };
  }
  const source = sourceOf(grant, recordType);
  const costs = touches.map((touch) => costOf(source, fieldOf(recordType, touch.field), touch));
  if (costs.includes('ALL')) return { source: null, line: line('WITHHELD', 'FIELD_NOT_FILTERABLE', basis) };
  const reasons: ReasonCode[] = costs.includes('SOME') ? ['FIELD_NOT_FILTERABLE'] : [];
  if (grant.missed !== undefined) reasons.push(grant.missed.reason);
  if (reasons.length === 0) return { source, line: line('ANSWERED', null, basis) };
  const reason = firstReason(reasons);
  const partial = line('PARTIAL', reason, [...basis, ...(grant.missed?.basis ?? [])]);
  return { source, line: { ...partial, ...(grant.missed?.reason === reason ? resetOf(grant.missed) : {}) } };
}

function resetOf({ resetsAt }: { readonly resetsAt?: Date }): Pick<SourceLine, 'resetsAt'> {
  return resetsAt === undefined ? {} : { resetsAt };
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
    const key = conditionKey(group);
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
    ...conditionOf(candidate),
    fields: Object.fromEntries(fields),
    basis: [candidate.basis],
    ...attachedOf(candidate),
  };
}

function conditionOf({ rows, handlingCodes, dataSubjectCategories, recordAgeMax }: Candidate): RowCondition {
  const ageMax = recordAgeMax === undefined ? undefined : durationFrom(recordAgeMax);
  // A decision grants no clause with an age that nobody understands: dropping the limit here would widen it.
  invariant(ageMax !== null, 'the age of a candidate is a duration');
  return {
    ...(rows === undefined ? {} : { rows }),
    codesBlocked: CODES_RESTRICTED.filter((code) => !handlingCodes.includes(code)),
    ...(dataSubjectCategories === undefined ? {} : { categories: dataSubjectCategories }),
    ...(ageMax === undefined ? {} : { ageMax }),
  };
}

/** Equal conditions have equal keys. */
function conditionKey({ rows, codesBlocked, categories, ageMax }: RowCondition): string {
  return JSON.stringify([rows ?? null, codesBlocked, categories ?? null, ageMax ?? null]);
}

function attachedOf(candidate: Candidate): Pick<RowGroup, 'attached'> {
  const { basis, retainFor, timeZone, onwardDepth, duties, evidence } = candidate;
  if ([retainFor, onwardDepth, duties, evidence].every((demand) => demand === undefined)) return {};
  const attached: Attached = {
    basis,
    ...(retainFor === undefined ? {} : { retainFor }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(onwardDepth === undefined ? {} : { onwardDepth }),
    ...(duties === undefined ? {} : { duties }),
    ...(evidence === undefined ? {} : { evidence }),
  };
  return { attached: [attached] };
}

function mergedGroup(a: RowGroup, b: RowGroup, recordType: RecordType): RowGroup {
  const fields = recordType.fields.map(({ name, ladder }): [string, Treatment] => [
    name,
    leastRedacted(a.fields[name] ?? WITHHELD, b.fields[name] ?? WITHHELD, ladder),
  ]);
  const attached = [...(a.attached ?? []), ...(b.attached ?? [])];
  return {
    ...a,
    fields: Object.fromEntries(fields),
    basis: [...a.basis, ...b.basis],
    ...(attached.length === 0 ? {} : { attached }),
  };
}

/** What touching this field costs: NONE of the visible rows, maybe SOME, surely ALL. */
function costOf(source: SourcePlan, field: Field, touch: Touch): 'NONE' | 'SOME' | 'ALL' {
  const served = source.groups.map((group) => serves(group.fields[field.name] ?? WITHHELD, field, touch));
  if (!served.includes(true)) return 'ALL';
  return served.includes(false) || source.bars.some((bar) => bar.fields.includes(field.name)) ? 'SOME' : 'NONE';
}

/** May a row of the source show the field as a token? */
export function mayShowPseudonym(source: SourcePlan, { name }: Field): boolean {
  return source.groups.some(({ fields }) => fields[name]?.kind === 'PSEUDONYM');
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
