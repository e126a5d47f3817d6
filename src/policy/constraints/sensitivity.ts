import type { Prohibition } from '../../domain/clause.js';
import type { RecordType } from '../../domain/record-type.js';

/**
 * The fields of a record type that a prohibition withholds, by name or by `sensitivity`; null if it names neither and so
 * speaks of whole rows. Resolved against today's standard: a field added to a class later is withheld with it.
 */
export function fieldsForbidden(prohibition: Prohibition, recordType: RecordType): readonly string[] | null {
  const { fields = [], sensitivity = [] } = prohibition;
  if (fields.length + sensitivity.length === 0) return null;
  return recordType.fields
    .filter((field) => fields.includes(field.name) || sensitivity.includes(field.sensitivity))
    .map((field) => field.name);
}
