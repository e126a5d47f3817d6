import { type FieldType, HANDLING_CODES } from '../domain/record-type.js';
import type { Read } from './value.js';

/** A part of the envelope that an owner's import may say about a record. */
export interface EnvelopeInput {
  readonly name: 'handlingCode' | 'dataSubjectCategory' | 'retainUntil' | 'reviewDueAt';
  readonly type: FieldType;
  readonly description: string;
}

/**
 * The envelope inputs in the order of `ValidRow.envelope`. What an import leaves empty stays as it is on a record that
 * is there already: a file without the column must not lift a handling code.
 */
export const ENVELOPE_INPUTS: readonly EnvelopeInput[] = [
  {
    name: 'handlingCode',
    type: { kind: 'enum', name: 'HandlingCode', values: HANDLING_CODES, isList: false },
    description: 'How the record may be used; empty leaves it as it is.',
  },
  {
    name: 'dataSubjectCategory',
    type: { kind: 'scalar', name: 'String', isList: false },
    description: 'What the person is in the case, as a code in capitals; empty leaves it as it is.',
  },
  {
    name: 'retainUntil',
    type: { kind: 'scalar', name: 'DateTime', isList: false },
    description: 'When the record must be erased; empty leaves it as it is.',
  },
  {
    name: 'reviewDueAt',
    type: { kind: 'scalar', name: 'DateTime', isList: false },
    description: 'When the need to keep the record must be reviewed; empty leaves it as it is.',
  },
];

const CATEGORY = /^[A-Z][A-Z0-9_]{0,63}$/;

/** A further rule an envelope input has beside its type. */
export function checkEnvelope(input: EnvelopeInput, read: Read): Read {
  if (input.name !== 'dataSubjectCategory' || read.kind === 'problem' || read.value === null) return read;
  if (typeof read.value === 'string' && CATEGORY.test(read.value)) return read;
  return { kind: 'problem', valueKind: 'text', expectation: 'a code of at most 64 capital letters, digits and `_`' };
}
