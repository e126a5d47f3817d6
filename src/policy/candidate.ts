import { shownReference } from '../domain/agreement-reference.js';
import type { Constraints, Permission, Prohibition } from '../domain/clause.js';
import type { Bar, Basis, Candidate } from '../domain/decision.js';
import { durationFrom } from '../domain/duration.js';
import type { Field, RecordType } from '../domain/record-type.js';
import { CLEAR, redaction, type Treatment, WITHHELD } from '../domain/treatment.js';
import { unreachable } from '../support/unreachable.js';
import { bindPredicate } from './bind-predicate.js';
import { fieldsForbidden } from './constraints/sensitivity.js';
import type { Right } from './rights.js';

export type FieldTreatments = Readonly<Record<string, Treatment>>;

const treatmentsOfType = new WeakMap<RecordType, Map<string, FieldTreatments>>();
const TREATMENTS_KEPT_MAX = 10_000;

/**
 * The treatment of every field of the record type under a permission: as the clause names it, else WITHHELD. A clause
 * that lists no fields at all shows REFERENCE fields. INTERNAL fields are never shown.
 *
 * Equal lists share one object: an agency with 100,000 clauses has few different ones.
 */
export function treatmentsOf(fields: Permission['fields'], recordType: RecordType): FieldTreatments {
  const kept = treatmentsOfType.get(recordType) ?? new Map<string, FieldTreatments>();
  treatmentsOfType.set(recordType, kept);
  const key = fields === undefined ? '' : JSON.stringify(fields);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = Object.fromEntries(recordType.fields.map((field) => [field.name, treatmentOf(field, fields)]));
  if (kept.size >= TREATMENTS_KEPT_MAX) kept.clear();
  kept.set(key, made);
  return made;
}

function treatmentOf(field: Field, fields: Permission['fields']): Treatment {
  if (field.sensitivity === 'INTERNAL') return WITHHELD;
  if (fields === undefined) return field.sensitivity === 'REFERENCE' ? CLEAR : WITHHELD;
  const named = Object.hasOwn(fields, field.name) ? fields[field.name] : undefined;
  return named !== undefined && isPossible(named, field) ? named : WITHHELD;
}

/** Refused when drafted; but the exchange standard may have changed since, and then nothing is the safe reading. */
function isPossible(treatment: Treatment, { type, ladder }: Field): boolean {
  switch (treatment.kind) {
    case 'CLEAR':
    case 'WITHHELD':
      return true;
    case 'GENERALISED':
      return ladder.some((step) => step.name === treatment.step);
    case 'MASKED':
    case 'PSEUDONYM':
      return type.kind === 'scalar' && !type.isList && (type.name === 'String' || type.name === 'ID');
    default:
      return unreachable(treatment);
  }
}

/** The basis of a right: under which clause. */
export function basisOf({ version, clause, recipient }: Right): Basis {
  return { agreement: shownReference(version, recipient), version: version.version, article: clause.article };
}

interface Kept {
  readonly recordType: RecordType;
  readonly candidate: Candidate | null;
}

const candidates = new WeakMap<Right<Permission>, Kept>();

/** A permission reduced to what it shows of a record type; null if its condition does not fit the type. */
export function candidateFrom(right: Right<Permission>, recordType: RecordType): Candidate | null {
  const kept = candidates.get(right);
  if (kept?.recordType === recordType) return kept.candidate;
  const candidate = makeCandidate(right, recordType);
  candidates.set(right, { recordType, candidate });
  return candidate;
}

function makeCandidate(right: Right<Permission>, recordType: RecordType): Candidate | null {
  const { rows, fields, constraints } = right.clause;
  const bound = rows === undefined ? undefined : bindPredicate(rows, recordType);
  if (bound === null) return null;
  return {
    basis: basisOf(right),
    ...(bound === undefined ? {} : { rows: bound }),
    fields: treatmentsOf(fields, recordType),
    handlingCodes: constraints.handlingCodes ?? [],
    ...carriedFrom(constraints),
    ...(constraints.retainFor === undefined ? {} : { timeZone: right.version.terms.timeZone }),
    zeroPolicy: constraints.zeroPolicy ?? 'SHOW',
  };
}

/** Demands that the candidate carries on to rows, cells and answers as the clause has them. */
const CARRIED = [
  'countMin',
  'dataSubjectCategories',
  'recordAgeMax',
  'rowsMax',
  'retainFor',
  'onwardDepth',
  'duties',
  'evidence',
] as const satisfies readonly (keyof Candidate & keyof Constraints)[];

function carriedFrom(constraints: Constraints): Pick<Candidate, (typeof CARRIED)[number]> {
  return Object.fromEntries(
    CARRIED.flatMap((kind) => (constraints[kind] === undefined ? [] : [[kind, constraints[kind]]])),
  );
}

/** A prohibition reduced to what it withholds of a record type; null if it names fields and the type has none of them. */
export function barFrom(right: Right<Prohibition>, recordType: RecordType): Bar | null {
  const { rows } = right.clause;
  // A condition that does not fit is unknown on every row, and where it is unknown a prohibition applies.
  const bound = rows === undefined ? null : bindPredicate(rows, recordType);
  const bar = { basis: basisOf(right), ...(bound === null ? {} : { rows: bound }) };
  const names = fieldsForbidden(right.clause, recordType);
  if (names === null) return bar;
  return names.length === 0 ? null : { ...bar, fields: names };
}

/** Does `wider` show every row and field that `narrower` shows, at least as exactly? False also where that is not plain to see. */
export function contains(wider: Candidate, narrower: Candidate, recordType: RecordType): boolean {
  const hasRows = wider.rows === undefined || JSON.stringify(wider.rows) === JSON.stringify(narrower.rows);
  return (
    hasRows &&
    isSubset(narrower.dataSubjectCategories, wider.dataSubjectCategories) &&
    reachesAsFarBack(wider.recordAgeMax, narrower.recordAgeMax) &&
    narrower.handlingCodes.every((code) => wider.handlingCodes.includes(code)) &&
    recordType.fields.every(
      ({ name, ladder }) =>
        redaction(wider.fields[name] ?? WITHHELD, ladder) <= redaction(narrower.fields[name] ?? WITHHELD, ladder),
    )
  );
}

/** Is every category of the one among those of the other? Absent = all, stated or not. */
function isSubset(some: readonly string[] | undefined, of: readonly string[] | undefined): boolean {
  return of === undefined || (some?.every((category) => of.includes(category)) ?? false);
}

/** More months and more days never reach less far back, whatever the calendar: anything else is not plain to see. */
function reachesAsFarBack(wider: string | undefined, narrower: string | undefined): boolean {
  if (wider === undefined || wider === narrower) return true;
  const [far, near] = [durationFrom(wider), narrower === undefined ? null : durationFrom(narrower)];
  return far !== null && near !== null && far.months >= near.months && far.days >= near.days;
}

/**
 * The candidates, each without its limit of rows where one without a limit contains it: what the other shows in any number
 * is not limited by being shown twice.
 *
 * @param wide candidates without a condition on rows: only those are looked at
 */
export function withoutVainLimits(
  candidates: readonly Candidate[],
  wide: readonly Candidate[],
  recordType: RecordType,
): readonly Candidate[] {
  const unlimited = wide.filter(({ rowsMax }) => rowsMax === undefined);
  return candidates.map((candidate) => {
    if (candidate.rowsMax === undefined) return candidate;
    if (!unlimited.some((wider) => contains(wider, candidate, recordType))) return candidate;
    const { rowsMax: _, ...rest } = candidate;
    return rest;
  });
}
