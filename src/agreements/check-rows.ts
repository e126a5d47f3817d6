import { operatorsOf, type Predicate } from '../domain/predicate.js';
import type { RecordType, Scalar } from '../domain/record-type.js';
import { nearWord } from '../support/near-word.js';
import { clauseValue } from './clause-value.js';
import { type Faults, type Path, quoted } from './document.js';

type Comparison = Extract<Predicate, { kind: 'compare' }>;

/**
 * The condition with every value in the form rows hold it. Faults: a field the record type has not, an operator that does
 * not fit the field, a value of another kind.
 */
export function checkRows(predicate: Predicate, recordType: RecordType, path: Path, faults: Faults): Predicate {
  switch (predicate.kind) {
    case 'and':
    case 'or': {
      const { kind } = predicate;
      return {
        kind,
        of: predicate.of.map((one, index) => checkRows(one, recordType, [...path, kind, String(index)], faults)),
      };
    }
    case 'not':
      return { kind: 'not', of: checkRows(predicate.of, recordType, [...path, 'not'], faults) };
    case 'compare':
      return checkComparison(predicate, recordType, path, faults);
  }
}

function checkComparison(comparison: Comparison, recordType: RecordType, path: Path, faults: Faults): Predicate {
  const { field: name, op, value } = comparison;
  const field = recordType.fields.find((candidate) => candidate.name === name);
  if (field === undefined) {
    faults.note([...path, 'field'], 'UNKNOWN', () => noField(recordType, name));
    return comparison;
  }
  const fitting = operatorsOf(field);
  if (!fitting.includes(op)) {
    faults.note([...path, 'op'], 'INVALID', `\`${op}\` does not fit \`${name}\`; these do: ${quoted(fitting)}`);
    return comparison;
  }
  const read = (one: Scalar): Scalar => {
    if (op === 'isNull') {
      if (typeof one !== 'boolean') faults.note([...path, 'value'], 'INVALID', '`isNull` takes `true` or `false`');
      return one;
    }
    const result = clauseValue(field, one);
    if ('value' in result) return result.value;
    faults.note([...path, 'value'], 'INVALID', `\`${name}\` is compared with ${result.expected}`);
    return one;
  };
  return { ...comparison, value: isList(value) ? value.map(read) : read(value) };
}

function isList(value: Scalar | readonly Scalar[]): value is readonly Scalar[] {
  return Array.isArray(value);
}

/** `record type `X` has no field `y`; did you mean `z`?` */
export function noField(recordType: RecordType, name: string): string {
  const near = nearWord(
    name,
    recordType.fields.map((field) => field.name),
  );
  return `record type \`${recordType.name}\` has no field \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}
