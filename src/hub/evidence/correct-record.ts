import type { UserError } from '../../domain/errors.js';
import type { RecordContent, RecordPlace, StoredRecord } from '../../domain/quality-act.js';
import type { Value } from '../../domain/record-type.js';
import { readChanges } from '../../records/validate-row.js';
import { canonicalJson } from '../../support/canonical-json.js';
import type { Party } from '../change-agreement.js';
import { type Acting, actOnRecord, type QualityActed, type QualityAsk } from './quality-act.js';
import { problemOf } from './record-target.js';

export interface CorrectionAsk extends QualityAsk {
  /** fields and envelope inputs that get another value; null takes one away */
  readonly changes: unknown;
}

/** Gives a record other values. Its steward's: what it was is kept, and whoever received it is told to correct its copy. */
export function correctRecord(hub: Acting, by: Party, ask: CorrectionAsk): Promise<QualityActed> {
  return actOnRecord(hub, by, ask, {
    name: 'correctRecord',
    kind: 'CORRECTED',
    changesOf: (place, record) => changesOf(place, record, ask.changes),
  });
}

function changesOf(
  { recordType }: RecordPlace,
  { content }: StoredRecord,
  input: unknown,
): RecordContent | readonly UserError[] {
  const read = readChanges(recordType, input);
  if (read.kind === 'problems') return read.problems.map(problemOf('changes'));
  const fields = differing(read.fields, content.fields);
  const envelope = differing(read.envelope, content.envelope);
  if (Object.keys(fields).length + Object.keys(envelope).length > 0) return { fields, envelope };
  const message = 'nothing would change: the record has these values already';
  return [{ path: ['input', 'changes'], code: 'NOTHING_CHANGED', message }];
}

function differing(
  next: Readonly<Record<string, Value>>,
  stored: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(next).filter(([name, value]) => canonicalJson(value) !== canonicalJson(stored[name] ?? null)),
  );
}
