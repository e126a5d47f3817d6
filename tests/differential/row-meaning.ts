// What one row shows under a grant: design 5.1 and 5.3 to 5.5, and the words of domain/clause, as plain loops.
import type { Bar, Basis, Candidate, Grant } from '../../src/domain/decision.js';
import {
  fieldOf,
  type RecordRow,
  type RecordType,
  type Value,
  VISIBLE_STATUSES,
} from '../../src/domain/record-type.js';
import { CLEAR, redaction, type Treatment, WITHHELD } from '../../src/domain/treatment.js';
import { instantBefore, localTime, shiftedDay } from './local-clock.js';
import { atStep, isListValue, truthOf } from './shown-values.js';

export interface ShownField {
  readonly treatment: Treatment;
  readonly value: Value;
}

export interface ShownRow {
  readonly fields: Readonly<Record<string, ShownField>>;
  /** clauses that make the row visible; empty for the owner */
  readonly basis: readonly Basis[];
}

/** Where and when a row is looked at, and by whom. */
export interface Surroundings {
  readonly recordType: RecordType;
  readonly timeZone: string;
  /** the database clock, ms */
  readonly now: number;
  /** the asking agency's own pseudonym of a value */
  readonly tokenOf: (value: string) => string;
}

/** Null where the row is not visible. */
export function shownRow(grant: Grant, row: RecordRow, around: Surroundings): ShownRow | null {
  const names = around.recordType.fields.map(({ name }) => name);
  if (grant.kind === 'WITHHELD') return null;
  if (!(VISIBLE_STATUSES as readonly string[]).includes(row.status) && grant.kind === 'GRANTED') return null;
  if (grant.kind === 'OWNED') {
    const fields = names.map((name) => [name, { treatment: CLEAR, value: row.values[name] ?? null }] as const);
    return { fields: Object.fromEntries(fields), basis: [] };
  }
  const opening = grant.candidates.filter((candidate) => opens(candidate, row, around));
  if (opening.length === 0) return null;
  const binding = grant.bars.filter(({ rows }) => rows === undefined || truthOn(rows, row) !== false);
  if (binding.some(({ fields }) => fields === undefined)) return null;
  const fields = names.map((name) => {
    const treatment = treatmentOf(name, opening, binding, around.recordType);
    return [name, { treatment, value: shownValue(name, treatment, row, around) }] as const;
  });
  return { fields: Object.fromEntries(fields), basis: opening.map(({ basis }) => basis) };
}

type Rows = NonNullable<Candidate['rows']>;

/** Over raw values. */
function truthOn(rows: Rows, row: RecordRow): boolean | null {
  return truthOf(rows, { valueOf: (name) => row.values[name] ?? null, literalOf: (_, literal) => literal });
}

/** Does this candidate make the row visible? */
function opens(candidate: Candidate, row: RecordRow, around: Surroundings): boolean {
  const { rows, handlingCodes, dataSubjectCategories, recordAgeMax } = candidate;
  if (rows !== undefined && truthOn(rows, row) !== true) return false;
  const code = row.handlingCode;
  if ((code === 'H2' || code === 'H3') && !handlingCodes.includes(code)) return false;
  if (dataSubjectCategories !== undefined && !dataSubjectCategories.includes(row.dataSubjectCategory ?? ''))
    return false;
  return recordAgeMax === undefined || isRecent(recordAgeMax, row, around);
}

function isRecent(recordAgeMax: string, row: RecordRow, { recordType, timeZone, now }: Surroundings): boolean {
  const field = recordType.fields.find(({ isOccurredAt }) => isOccurredAt);
  const occurredAt = field === undefined ? null : (row.values[field.name] ?? null);
  if (typeof occurredAt !== 'string') return false;
  if (occurredAt.includes('T')) return Date.parse(occurredAt) >= instantBefore(now, recordAgeMax);
  return occurredAt >= shiftedDay(localTime(now, timeZone).day, recordAgeMax, -1);
}

/** The least redacted of the candidates that make the row visible, then prohibitions. */
function treatmentOf(
  name: string,
  opening: readonly Candidate[],
  binding: readonly Bar[],
  recordType: RecordType,
): Treatment {
  if (binding.some(({ fields }) => fields?.includes(name))) return WITHHELD;
  const { ladder, sensitivity } = fieldOf(recordType, name);
  if (sensitivity === 'INTERNAL') return WITHHELD;
  const offered = opening.map(({ fields }) => fields[name] ?? WITHHELD);
  return offered.reduce((best, one) => (redaction(one, ladder) < redaction(best, ladder) ? one : best), WITHHELD);
}

function shownValue(name: string, treatment: Treatment, row: RecordRow, around: Surroundings): Value {
  const raw = row.values[name] ?? null;
  if (raw === null) return null;
  switch (treatment.kind) {
    case 'CLEAR':
      return raw;
    case 'WITHHELD':
      return null;
    case 'PSEUDONYM':
      return around.tokenOf(String(raw));
    case 'MASKED': {
      const characters = Array.from(String(raw));
      return characters.length < 8 ? null : `***${characters.slice(-3).join('')}`;
    }
    case 'GENERALISED': {
      const step = fieldOf(around.recordType, name).ladder.find((one) => one.name === treatment.step);
      if (step === undefined || isListValue(raw)) throw new Error(`\`${name}\` has no step \`${treatment.step}\``);
      return atStep(raw, step, around.timeZone);
    }
  }
}
