import { type Operator, operatorsOf } from '../domain/predicate.js';
import type { Field, FieldType, RecordType } from '../domain/record-type.js';
import { namesOf, operatorInputName } from './generated-names.js';
import { definition } from './sdl-text.js';

const MEANINGS: Readonly<Record<Operator, string>> = {
  eq: 'Equal to.',
  ne: 'Other than; an empty value is neither.',
  in: 'Equal to one of these.',
  notIn: 'Other than all of these; an empty value is neither.',
  gt: 'Greater than.',
  gte: 'Greater than or equal to.',
  lt: 'Less than.',
  lte: 'Less than or equal to.',
  isNull: 'Empty, or with `false` not empty.',
  contains: 'Contains this, letter by letter; of a list: has this item.',
  startsWith: 'Starts with this, letter by letter.',
};

/** `input VisitFilter { … }`: the conditions a record type's fields can be asked for. */
export function filterSdl(recordType: RecordType): string {
  const { filter } = namesOf(recordType);
  return definition(
    `input ${filter}`,
    `Conditions on records of \`${recordType.name}\`, over what is shown of them; all of them must hold.`,
    [
      { text: `and: [${filter}!]`, description: 'All of these hold.' },
      { text: `or: [${filter}!]`, description: 'At least one of these holds.' },
      { text: `not: ${filter}`, description: 'This does not hold; unknown stays unknown.' },
      ...recordType.fields.map((field) => ({ text: `${field.name}: ${operatorInputName(field.type)}` })),
    ],
  );
}

/** The operator inputs that the fields of these types need, each once, by name. */
export function operatorInputsSdl(recordTypes: readonly RecordType[]): readonly string[] {
  const inputs = new Map<string, string>();
  for (const field of recordTypes.flatMap(({ fields }) => fields)) {
    const name = operatorInputName(field.type);
    if (!inputs.has(name)) inputs.set(name, operatorInput(name, field));
  }
  return [...inputs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sdl]) => sdl);
}

function operatorInput(name: string, field: Field): string {
  return definition(
    `input ${name}`,
    field.type.isList ? `Conditions on a list of \`${field.type.name}\`.` : `Conditions on a \`${field.type.name}\`.`,
    operatorsOf(field).map((op) => ({ text: `${op}: ${operandType(op, field.type)}`, description: MEANINGS[op] })),
  );
}

function operandType(op: Operator, type: FieldType): string {
  if (op === 'isNull') return 'Boolean';
  return op === 'in' || op === 'notIn' ? `[${type.name}!]` : type.name;
}
