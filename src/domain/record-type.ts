import type { LadderStep } from './ladder.js';
import type { ScalarName } from './scalar.js';

export { SCALARS, type ScalarName } from './scalar.js';

export const SENSITIVITIES = [
  'REFERENCE',
  'OPERATIONAL',
  'TIME_PRECISE',
  'LOCATION_PRECISE',
  'QUASI_IDENTIFIER',
  'DIRECT_IDENTIFIER',
  'DOCUMENT_IDENTIFIER',
  'VEHICLE_IDENTIFIER',
  'SPECIAL_CATEGORY',
  'VULNERABILITY',
  'INTELLIGENCE',
  'INTERNAL',
] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

export type FieldType =
  | { readonly kind: 'scalar'; readonly name: ScalarName; readonly isList: boolean }
  | { readonly kind: 'enum'; readonly name: string; readonly values: readonly string[]; readonly isList: boolean };

export interface Field {
  readonly name: string;
  readonly description: string;
  readonly type: FieldType;
  /** `!` in the file: binds imports only; a served field is nullable always */
  readonly isRequired: boolean;
  readonly isKey: boolean;
  readonly isMeasure: boolean;
  readonly isOccurredAt: boolean;
  readonly sensitivity: Sensitivity;
  /** the normalisation named by `@match`, if the field may be matched */
  readonly normalise?: string;
  /** the field's own chain, finest step first; empty if it can only be shown as it is */
  readonly ladder: readonly LadderStep[];
}

/** A harmonised shape: what one SDL file of `schema/records/` says. */
export interface RecordType {
  readonly name: string;
  readonly plural: string;
  readonly umf?: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

/** Legal regime of a purpose, from `@regime(is:)` in `purposes.graphql`. */
export interface Purpose {
  readonly name: string;
  readonly regime: string;
  readonly description: string;
}

/** Regimes outside of what an exchange may be agreed on: no clause can name a purpose of one (domain vocabulary 3.2). */
const REGIMES_OUTSIDE: readonly string[] = ['NATIONAL_SECURITY'];

/** Is nothing shared under this regime, whatever is signed? */
export function isOutsideRegime(regime: string): boolean {
  return REGIMES_OUTSIDE.includes(regime);
}

/** An enum of the SDL folder, for people: what its values mean. */
export interface EnumType {
  readonly name: string;
  readonly description: string;
  readonly values: readonly { readonly name: string; readonly description: string }[];
}

/** Everything read from the SDL folder at start. */
export interface ExchangeStandard {
  readonly recordTypes: readonly RecordType[];
  readonly purposes: readonly Purpose[];
  /** the enums fields have as type, `Purpose` not among them */
  readonly enums?: readonly EnumType[];
}

/** Names no SDL field may take: the envelope every record has besides its own fields. */
export const ENVELOPE_FIELDS = [
  'id',
  'database',
  'recordedAt',
  'version',
  'status',
  'handlingCode',
  'dataSubjectCategory',
  'retainUntil',
  'reviewDueAt',
  'disclosure',
] as const;

/** Only records in one of these states are visible to another agency (design 5.4). */
export const VISIBLE_STATUSES = ['ACTIVE', 'CORRECTED', 'DISPUTED'] as const;
export const RECORD_STATUSES = [...VISIBLE_STATUSES, 'WITHDRAWN', 'ERASED'] as const;
export const HANDLING_CODES = ['H0', 'H1', 'H2', 'H3'] as const;
export type HandlingCode = (typeof HANDLING_CODES)[number];

/** Codes of data-subject categories (Directive (EU) 2016/680, article 6): which there are is the exchange's to agree, such as `SUSPECT`. */
export const DATA_SUBJECT_CATEGORY = /^[A-Z][A-Z0-9_]{0,63}$/;

/**
 * One value of a row. DateTime: `2023-05-04T10:00:00.000Z` (always UTC, always milliseconds); Date: `2023-05-04`;
 * so both compare as text. Numbers are finite.
 */
export type Scalar = string | number | boolean;
export type Value = Scalar | readonly Scalar[] | null;

/** A stored record as the meaning of clauses sees it: own fields by SDL name, and the envelope that decides visibility. */
export interface RecordRow {
  readonly id: string;
  readonly status: (typeof RECORD_STATUSES)[number];
  readonly handlingCode: HandlingCode | null;
  /** absent or null: not stated */
  readonly dataSubjectCategory?: string | null;
  readonly values: Readonly<Record<string, Value>>;
}

/** The field called `name`. @throws if the record type has none: callers check input before they come here */
export function fieldOf(recordType: RecordType, name: string): Field {
  const field = recordType.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`record type \`${recordType.name}\` has no field \`${name}\``);
  return field;
}

/** The field that says when a record occurred, a Date or DateTime; undefined if the type has none of that kind. */
export function occurredAtOf(recordType: RecordType): Field | undefined {
  return recordType.fields.find(
    ({ isOccurredAt, type }) =>
      isOccurredAt && type.kind === 'scalar' && !type.isList && (type.name === 'DateTime' || type.name === 'Date'),
  );
}

/** `detectedAt` → `detected_at`, `feeBandEUR` → `fee_band_eur`: the name of a field's column. */
export function snakeCase(name: string): string {
  let snake = snakes.get(name);
  if (snake === undefined) {
    snake = name
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
      .toLowerCase();
    snakes.set(name, snake);
  }
  return snake;
}

// Names of an exchange standard: few, never a caller's, and asked for in every request.
const snakes = new Map<string, string>();

/** `detectedAt` → `DETECTED_AT`: the name of a field's enum value in orders and dimensions. */
export function screamingCase(name: string): string {
  return snakeCase(name).toUpperCase();
}
