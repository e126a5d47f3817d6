import type { Field, RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { CLEAR, redaction, type Treatment, WITHHELD } from '../domain/treatment.js';
import type { SourcePlan } from '../plan/plan-sources.js';
import { shownUnder } from '../plan/shown-under.js';

/**
 * How the text of a cell becomes JSON: `text` a string, `number` and `boolean` as they are, `instant` a PostgreSQL instant
 * in UTC, `periodStart` the local date a period begins on, `json` JSON text, `none` always null.
 */
export type CellFormat = 'none' | 'text' | 'number' | 'boolean' | 'instant' | 'periodStart' | 'json';

/** Typed gaps: under which clauses a row was shown, and why what is not there is not there. One object for all rows alike. */
export interface Disclosure {
  readonly agreements: readonly string[];
  readonly clauses: readonly string[];
  readonly generalised: readonly { readonly field: string; readonly step: string }[];
  readonly masked: readonly string[];
  readonly withheld: readonly { readonly field: string; readonly reason: 'FIELD_NOT_SHARED' }[];
  /** per selected field */
  readonly formats: readonly CellFormat[];
  /** how envelope instants are shown: as they are, at the coarsest step of the record, or not at all (design 4) */
  readonly envelope: Treatment;
}

/** Disclosures of one answer's rows, each made once per source and marks. */
export class Disclosures {
  private readonly known = new Map<string, Disclosure>();

  constructor(
    private readonly recordType: RecordType,
    private readonly select: readonly Field[],
  ) {}

  of(source: SourcePlan, marks: string): Disclosure {
    const key = `${source.database.id} ${marks}`;
    let disclosure = this.known.get(key);
    if (disclosure === undefined) {
      disclosure = disclosureOf(source, marks, this.recordType, this.select);
      this.known.set(key, disclosure);
    }
    return disclosure;
  }
}

function disclosureOf(source: SourcePlan, marks: string, recordType: RecordType, select: readonly Field[]): Disclosure {
  const { treatments, basis } = shownUnder(source, marks, recordType);
  const treated = select.map((field) => ({ field, treatment: treatments[field.name] ?? WITHHELD }));
  return {
    agreements: distinct(basis.map(({ agreement }) => agreement)),
    clauses: distinct(basis.map(({ article }) => article)),
    generalised: treated.flatMap(({ field, treatment }) =>
      treatment.kind === 'GENERALISED' ? [{ field: field.name, step: treatment.step }] : [],
    ),
    masked: treated.flatMap(({ field, treatment }) => (treatment.kind === 'MASKED' ? [field.name] : [])),
    withheld: treated.flatMap(({ field, treatment }) =>
      treatment.kind === 'WITHHELD' ? [{ field: field.name, reason: 'FIELD_NOT_SHARED' as const }] : [],
    ),
    formats: treated.map(({ field, treatment }) => formatOf(field, treatment)),
    envelope: envelopeTreatment(recordType, treatments),
  };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/** What could give a coarser value back is itself coarsened: an exact `recordedAt` would tell when a crossing shown by month was. */
function envelopeTreatment(recordType: RecordType, treatments: Readonly<Record<string, Treatment>>): Treatment {
  let coarsest: Treatment = CLEAR;
  let rank = 0;
  for (const field of recordType.fields) {
    if (field.type.kind !== 'scalar' || (field.type.name !== 'DateTime' && field.type.name !== 'Date')) continue;
    const treatment = treatments[field.name] ?? WITHHELD;
    if (treatment.kind === 'CLEAR') continue;
    if (treatment.kind !== 'GENERALISED') {
      if (field.type.name === 'DateTime') return WITHHELD;
      continue;
    }
    // Chains of dates and instants share their steps; a date's begins one step later.
    const isDate = field.type.name === 'Date' ? 1 : 0;
    const own = redaction(treatment, field.ladder) + isDate;
    if (own > rank) {
      coarsest = treatment;
      rank = own;
    }
  }
  return coarsest;
}

function formatOf(field: Field, treatment: Treatment): CellFormat {
  if (treatment.kind === 'WITHHELD' || treatment.kind === 'PSEUDONYM') return 'none';
  if (field.type.isList) return 'json';
  if (field.type.kind === 'enum' || treatment.kind === 'MASKED') return 'text';
  switch (field.type.name) {
    case 'Int':
    case 'Float':
      return 'number';
    case 'Boolean':
      return 'boolean';
    case 'DateTime':
      return treatment.kind === 'GENERALISED' ? 'periodStart' : 'instant';
    default:
      return 'text';
  }
}

/** One record as it leaves: cells as the database wrote them, in the order selected. */
export interface DisclosedRow {
  readonly database: SharedDatabase;
  /** signed 64-bit integer in decimal: sealed before it is served */
  readonly id: string;
  readonly handlingCode: string | null;
  readonly envelope: readonly (string | null)[];
  readonly cells: readonly (string | null)[];
  readonly disclosure: Disclosure;
}
