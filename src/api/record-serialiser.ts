import { conditionsFor, type DisclosedRow, type Disclosure } from '../hub/disclosed-row.js';
import { servedEnvelopeInstant, servedExactInstant, servedPeriodStart } from '../hub/served-instant.js';
import { plainJson, type Selected, typeNames } from './selection.js';

/** What the envelope of a record is called in the API and in its table. */
export const ENVELOPE_COLUMN = {
  recordedAt: 'recorded_at',
  version: 'version',
  status: 'status',
  dataSubjectCategory: 'data_subject_category',
  retainUntil: 'retain_until',
  reviewDueAt: 'review_due_at',
} as const;
export type EnvelopeField = keyof typeof ENVELOPE_COLUMN;

const TYPES = typeNames('Record', {
  'Record.database': 'RecordDatabase',
  'Record.disclosure': 'Disclosure',
  'Disclosure.generalised': 'GeneralisedField',
  'Disclosure.withheld': 'WithheldField',
});

/** The cells of selected fields and envelope, in the order the ask named them. */
export interface RowLayout {
  readonly typeName: string;
  readonly fields: readonly string[];
  readonly envelope: readonly EnvelopeField[];
  readonly timeZone: string;
}

type WritePart = (row: DisclosedRow, sealedId: string) => string;

/**
 * Writes records as JSON text from the database's own text: what a row's disclosure shows decides how each cell is written,
 * so the writer is made once per disclosure and selection, and no resolver runs per field.
 */
export class RecordSerialiser {
  private readonly writers = new WeakMap<Disclosure, readonly WritePart[]>();

  constructor(
    private readonly selection: readonly Selected[],
    private readonly layout: RowLayout,
  ) {}

  row(row: DisclosedRow, sealedId: string): string {
    let parts = this.writers.get(row.disclosure);
    if (parts === undefined) {
      parts = this.selection.map((selected, index) => this.part(selected, row.disclosure, index === 0));
      this.writers.set(row.disclosure, parts);
    }
    let json = '{';
    for (const part of parts) json += part(row, sealedId);
    return `${json}}`;
  }

  private part(selected: Selected, disclosure: Disclosure, isFirst: boolean): WritePart {
    const prefix = `${isFirst ? '' : ','}${JSON.stringify(selected.key)}:`;
    const write = this.value(selected, disclosure);
    return (row, sealedId) => prefix + write(row, sealedId);
  }

  private value({ name, fields }: Selected, disclosure: Disclosure): WritePart {
    switch (name) {
      case '__typename':
        return constant(JSON.stringify(this.layout.typeName));
      case 'id':
        return (_, sealedId) => `"${sealedId}"`;
      case 'database':
        return perDatabase(fields);
      case 'handlingCode':
        return (row) => text(row.handlingCode);
      case 'disclosure':
        return disclosureWriter(fields, disclosure);
      default:
        return this.cell(name, disclosure);
    }
  }

  private cell(name: string, disclosure: Disclosure): WritePart {
    const { timeZone } = this.layout;
    const envelopeIndex = this.layout.envelope.indexOf(name as EnvelopeField);
    if (envelopeIndex >= 0) {
      if (name === 'version') return (row) => row.envelope[envelopeIndex] ?? 'null';
      if (name === 'status' || name === 'dataSubjectCategory')
        return (row) => text(row.envelope[envelopeIndex] ?? null);
      return (row) => text(servedEnvelopeInstant(row.envelope[envelopeIndex] ?? null, disclosure.envelope, timeZone));
    }
    const index = this.layout.fields.indexOf(name);
    switch (disclosure.formats[index]) {
      case 'text':
        return (row) => text(row.cells[index] ?? null);
      case 'number':
      case 'json':
        return (row) => row.cells[index] ?? 'null';
      case 'boolean':
        return (row) => boolean(row.cells[index] ?? null);
      case 'instant':
        return (row) => quotedOrNull(row.cells[index] ?? null, servedExactInstant);
      case 'periodStart':
        return (row) => quotedOrNull(row.cells[index] ?? null, (day) => servedPeriodStart(day, timeZone));
      default:
        return constant('null');
    }
  }
}

const constant =
  (json: string): WritePart =>
  () =>
    json;

// Most values need no escaping, and finding that out is cheaper than JSON.stringify.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes exactly these
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

function text(cell: string | null): string {
  if (cell === null) return 'null';
  return NEEDS_ESCAPE.test(cell) ? JSON.stringify(cell) : `"${cell}"`;
}

function boolean(cell: string | null): string {
  return cell === null ? 'null' : String(cell.startsWith('t'));
}

function quotedOrNull(cell: string | null, served: (cell: string) => string): string {
  return cell === null ? 'null' : `"${served(cell)}"`;
}

function perDatabase(fields: readonly Selected[]): WritePart {
  const known = new Map<number, string>();
  return ({ database }) => {
    let json = known.get(database.id);
    if (json === undefined) {
      json = plainJson(database, fields, TYPES.of('database'));
      known.set(database.id, json);
    }
    return json;
  };
}

/** Equal for all rows of a disclosure, but for the handling code and the end of keeping it, which are the record's own. */
function disclosureWriter(fields: readonly Selected[], disclosure: Disclosure): WritePart {
  const known = new Map<string, string>();
  const write = ({ handlingCode, retainUntil }: Pick<DisclosedRow, 'handlingCode' | 'retainUntil'>): string => {
    const key = `${handlingCode} ${retainUntil}`;
    let json = known.get(key);
    if (json === undefined) {
      if (known.size >= DISCLOSURES_MAX) known.clear();
      const conditions = conditionsFor(disclosure, handlingCode);
      json = plainJson({ ...disclosure, handlingCode, retainUntil, conditions }, fields, TYPES.of('disclosure'));
      known.set(key, json);
    }
    return json;
  };
  const plain = write({ handlingCode: null, retainUntil: null });
  return (row) => (row.handlingCode === null && row.retainUntil === null ? plain : write(row));
}

/** texts kept per disclosure: records shown alike rarely differ in more than their handling code */
const DISCLOSURES_MAX = 100;
