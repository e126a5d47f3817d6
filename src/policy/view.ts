import type { Bar, Basis, Candidate, Grant } from '../domain/decision.js';
import type { Field, RecordRow, RecordType, Value } from '../domain/record-type.js';
import { occurredAtOf, VISIBLE_STATUSES } from '../domain/record-type.js';
import {
  CLEAR,
  leastRedacted,
  MASK_PREFIX,
  MASKED_CHARACTERS_SHOWN,
  MASKED_LENGTH_MIN,
  type Treatment,
  WITHHELD,
} from '../domain/treatment.js';
import { unreachable } from '../support/unreachable.js';
import { isOfCategory } from './constraints/data-subject-categories.js';
import { isHandled } from './constraints/handling-codes.js';
import { isYoungEnough } from './constraints/record-age-max.js';
import { generalise } from './generalise.js';
import { evaluate } from './truth.js';

/** One field of a visible row as the recipient sees it. Null is shown for a null, and for whatever is not shown. */
export interface ShownField {
  readonly treatment: Treatment;
  readonly value: Value;
}

/** A visible row: every field of the record type by name, and the clauses that made it visible (none for own rows). */
export interface Shown {
  readonly fields: Readonly<Record<string, ShownField>>;
  readonly basis: readonly Basis[];
}

/** What a row is looked at with, besides the clauses. */
export interface Beside {
  /** the recipient's own token of a value; needed where a candidate shows a PSEUDONYM */
  readonly pseudonym?: (value: string) => string;
  /** the instant of the statement; absent = no limit of age can be told, so no row under one is visible */
  readonly now?: Date;
}

/**
 * What one row shows under a grant, or null if it is invisible: design 5, steps 1 and 3 to 5, word by word.
 * The meaning that compiled SQL is compared with; nothing here is shared with it.
 */
export function view(
  grant: Grant,
  row: RecordRow,
  recordType: RecordType,
  timeZone: string,
  beside: Beside = {},
): Shown | null {
  switch (grant.kind) {
    case 'WITHHELD':
      return null;
    case 'OWNED':
      return { fields: showFields(recordType, row, timeZone, () => CLEAR), basis: [] };
    case 'GRANTED': {
      const { candidates, bars } = grant;
      // INVARIANT (a clause is a unit): a field's treatment comes only from clauses whose own rows include this row.
      const visibleUnder = candidates.filter((candidate) =>
        makesVisible(candidate, row, recordType, { ...beside, timeZone }),
      );
      if (visibleUnder.length === 0 || isHidden(row, bars)) return null;
      const withheld = fieldsWithheld(row, bars);
      const treatmentOf = (field: Field): Treatment =>
        withheld.has(field.name) ? WITHHELD : bestTreatment(field, visibleUnder);
      const basis = visibleUnder.map((candidate) => candidate.basis);
      return { fields: showFields(recordType, row, timeZone, treatmentOf, beside), basis };
    }
    default:
      return unreachable(grant);
  }
}

function makesVisible(
  { rows, handlingCodes, dataSubjectCategories, recordAgeMax }: Candidate,
  row: RecordRow,
  recordType: RecordType,
  at: { readonly now?: Date; readonly timeZone: string },
): boolean {
  // Unknown is not TRUE: a row of which the clause's condition cannot be told is not shared by it.
  return (
    isHandled(row.handlingCode, handlingCodes) &&
    (dataSubjectCategories === undefined || isOfCategory(row, dataSubjectCategories)) &&
    (recordAgeMax === undefined || isYoung(row, recordAgeMax, recordType, at)) &&
    (rows === undefined || evaluate(rows, rawValueOf(row)) === true)
  );
}

function isYoung(
  row: RecordRow,
  age: string,
  recordType: RecordType,
  { now, timeZone }: { readonly now?: Date; readonly timeZone: string },
): boolean {
  const field = occurredAtOf(recordType);
  if (field === undefined || now === undefined) return false;
  return isYoungEnough(rawValueOf(row)(field.name), age, { field, now, timeZone });
}

function isHidden(row: RecordRow, bars: readonly Bar[]): boolean {
  const isServed = VISIBLE_STATUSES.some((status) => status === row.status);
  return !isServed || bars.some((bar) => bar.fields === undefined && applies(bar, row));
}

function fieldsWithheld(row: RecordRow, bars: readonly Bar[]): ReadonlySet<string> {
  return new Set(bars.filter((bar) => applies(bar, row)).flatMap((bar) => bar.fields ?? []));
}

/** A prohibition applies where its condition is TRUE *or unknown*: only a row known not to be meant escapes it. */
function applies(bar: Bar, row: RecordRow): boolean {
  return bar.rows === undefined || evaluate(bar.rows, rawValueOf(row)) !== false;
}

function rawValueOf(row: RecordRow): (field: string) => Value {
  return (field) => row.values[field] ?? null;
}

function bestTreatment(field: Field, candidates: readonly Candidate[]): Treatment {
  return candidates
    .map((candidate) => candidate.fields[field.name] ?? WITHHELD)
    .reduce((best, next) => leastRedacted(best, next, field.ladder), WITHHELD);
}

function showFields(
  recordType: RecordType,
  row: RecordRow,
  timeZone: string,
  treatmentOf: (field: Field) => Treatment,
  beside: Beside = {},
): Shown['fields'] {
  const shown = recordType.fields.map((field): [string, ShownField] => {
    const treatment = treatmentOf(field);
    return [
      field.name,
      { treatment, value: showValue(rawValueOf(row)(field.name), treatment, field, timeZone, beside) },
    ];
  });
  return Object.fromEntries(shown);
}

/**
 * A value under a treatment.
 *
 * @throws for PSEUDONYM without the recipient's key: there is no other safe answer
 */
export function showValue(
  value: Value,
  treatment: Treatment,
  field: Field,
  timeZone: string,
  { pseudonym }: Beside = {},
): Value {
  switch (treatment.kind) {
    case 'CLEAR':
      return value;
    case 'GENERALISED': {
      const step = field.ladder.find((one) => one.name === treatment.step);
      return step === undefined ? null : generalise(value, step, timeZone);
    }
    case 'MASKED':
      return mask(value);
    case 'WITHHELD':
      return null;
    case 'PSEUDONYM':
      if (pseudonym === undefined) throw new Error('a pseudonym needs its recipient');
      // Whatever is no text has no token: refused when drafted.
      return typeof value === 'string' ? pseudonym(value) : null;
    default:
      return unreachable(treatment);
  }
}

/** `XX1234567` → `***567`. Counted in characters (code points), as PostgreSQL does: half an astral character is none. */
function mask(value: Value): string | null {
  if (typeof value !== 'string') return null;
  const characters = [...value];
  // Three characters of a short string would be most of it.
  if (characters.length < MASKED_LENGTH_MIN) return null;
  return MASK_PREFIX + characters.slice(-MASKED_CHARACTERS_SHOWN).join('');
}
