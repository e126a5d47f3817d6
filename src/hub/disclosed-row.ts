import type { Basis } from '../domain/decision.js';
import type { Field, RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { CLEAR, redaction, type Treatment, WITHHELD } from '../domain/treatment.js';
import type { SourcePlan } from '../plan/plan-sources.js';
import { shownUnder } from '../plan/shown-under.js';
import { conditionsOf, handlingCondition, onwardDepthOf } from './access/conditions.js';

/**
 * How the text of a cell becomes JSON: `text` a string, `number` and `boolean` as they are, `instant` a PostgreSQL instant
 * in UTC, `periodStart` the local date a period begins on, `json` JSON text, `none` always null.
 */
export type CellFormat = 'none' | 'text' | 'number' | 'boolean' | 'instant' | 'periodStart' | 'json';

/** Typed gaps: under which clauses a row was shown, and why what is not there is not there. One object for all rows alike. */
export interface Disclosure {
  readonly agreements: readonly string[];
  readonly clauses: readonly string[];
  /** the clauses that show the row: what its quotas are counted by */
  readonly basis: readonly Basis[];
  readonly generalised: readonly { readonly field: string; readonly step: string }[];
  readonly masked: readonly string[];
  /** shown as tokens: equal values have equal ones for this recipient until the next rotation */
  readonly pseudonyms: readonly string[];
  readonly withheld: readonly { readonly field: string; readonly reason: 'FIELD_NOT_SHARED' }[];
  /** places of the pseudonyms among the selected fields */
  readonly pseudonymsAt: readonly number[];
  /** how often it may be handed on; null = its clauses do not say */
  readonly onwardDepth: number | null;
  /** what goes with it from hand to hand, besides what its handling code demands; empty for own rows */
  readonly conditions: readonly string[];
  /** how long each of its clauses allows to keep it */
  readonly retentions: readonly { readonly retainFor: string; readonly timeZone: string }[];
  readonly isOwn: boolean;
  /** one of its clauses demands evidence of what it shows */
  readonly isCommitted: boolean;
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
  const { treatments, basis, attached } = shownUnder(source, marks, recordType);
  const treated = select.map((field) => ({ field, treatment: treatments[field.name] ?? WITHHELD }));
  return {
    agreements: distinct(basis.map(({ agreement }) => agreement)),
    clauses: distinct(basis.map(({ article }) => article)),
    basis,
    generalised: treated.flatMap(({ field, treatment }) =>
      treatment.kind === 'GENERALISED' ? [{ field: field.name, step: treatment.step }] : [],
    ),
    masked: treated.flatMap(({ field, treatment }) => (treatment.kind === 'MASKED' ? [field.name] : [])),
    pseudonyms: treated.flatMap(({ field, treatment }) => (treatment.kind === 'PSEUDONYM' ? [field.name] : [])),
    pseudonymsAt: treated.flatMap(({ treatment }, index) => (treatment.kind === 'PSEUDONYM' ? [index] : [])),
    withheld: treated.flatMap(({ field, treatment }) =>
      treatment.kind === 'WITHHELD' ? [{ field: field.name, reason: 'FIELD_NOT_SHARED' as const }] : [],
    ),
    onwardDepth: onwardDepthOf(attached),
    conditions: conditionsOf(attached),
    retentions: attached.flatMap(({ retainFor, timeZone }) =>
      retainFor === undefined || timeZone === undefined ? [] : [{ retainFor, timeZone }],
    ),
    isOwn: source.isOwned,
    isCommitted: attached.some(({ evidence }) => evidence !== undefined),
    formats: treated.map(({ field, treatment }) => formatOf(field, treatment)),
    envelope: envelopeTreatment(recordType, treatments),
  };
}

/** All conditions of a row. What its handling code demands is the record's own; the rest it shares with rows shown alike. */
export function conditionsFor({ conditions, isOwn }: Disclosure, handlingCode: string | null): readonly string[] {
  const handling = isOwn ? null : handlingCondition(handlingCode);
  return handling === null ? conditions : [handling, ...conditions];
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
  if (treatment.kind === 'WITHHELD') return 'none';
  if (field.type.isList) return 'json';
  if (field.type.kind === 'enum' || treatment.kind === 'MASKED' || treatment.kind === 'PSEUDONYM') return 'text';
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

/**
 * A row's cells as they may leave: the database wrote values where tokens are shown.
 *
 * INVARIANT (a pseudonym stays one): every cell goes through here between the statement and anything that serves it.
 */
export function shownCells(
  cells: readonly (string | null)[],
  { pseudonymsAt }: Disclosure,
  tokenOf: (value: string) => string,
): readonly (string | null)[] {
  if (pseudonymsAt.length === 0) return cells;
  return cells.map((cell, index) => (cell === null || !pseudonymsAt.includes(index) ? cell : tokenOf(cell)));
}

/** One record as it leaves: cells as the database wrote them, in the order selected. */
export interface DisclosedRow {
  readonly database: SharedDatabase;
  /** signed 64-bit integer in decimal: sealed before it is served */
  readonly id: string;
  readonly version: number;
  readonly handlingCode: string | null;
  /** until when it may be kept, as served; null where that is not known, or nobody asked */
  readonly retainUntil: string | null;
  readonly envelope: readonly (string | null)[];
  readonly cells: readonly (string | null)[];
  readonly disclosure: Disclosure;
}
