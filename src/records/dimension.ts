import { DIMENSIONS_MAX, type Dimension } from '../domain/ask.js';
import { type Field, type RecordType, screamingCase } from '../domain/record-type.js';
import { oneOf } from './words.js';

/** A value of a type's dimension enum and what it stands for. */
export interface NamedDimension {
  readonly name: string;
  readonly dimension: Dimension;
}

/** `BANDS` of `size` → `SIZE_BANDS`: the dimension of a field at a step. */
export function stepDimensionName(field: string, step: string): string {
  return `${screamingCase(field)}_${screamingCase(step)}`;
}

/**
 * The dimensions of a record type in the order of its fields, `DATABASE` last: each field that is no list as it is, and at
 * each step of its ladder. `visitedAt: DateTime` → `VISITED_AT`, `VISITED_AT_DAY`, `VISITED_AT_MONTH` …
 */
export function dimensionsOf(recordType: Pick<RecordType, 'fields'>): readonly NamedDimension[] {
  const ofField = (field: Field): readonly NamedDimension[] => [
    { name: screamingCase(field.name), dimension: { kind: 'field', field: field.name } },
    ...field.ladder.map(
      ({ name: step }): NamedDimension => ({
        name: stepDimensionName(field.name, step),
        dimension: { kind: 'field', field: field.name, step },
      }),
    ),
  ];
  return [
    ...recordType.fields.filter((field) => !field.type.isList).flatMap(ofField),
    { name: 'DATABASE', dimension: { kind: 'database' } },
  ];
}

export type ReadDimensions =
  | { readonly kind: 'dimensions'; readonly dimensions: readonly Dimension[] }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * The dimensions that values of the enum stand for, in the order given. Refused: unknown names, more than DIMENSIONS_MAX, and
 * two of one field (a group has one place for it). None = one cell of everything.
 */
export function readDimensions(recordType: RecordType, names: readonly string[]): ReadDimensions {
  if (names.length > DIMENSIONS_MAX) {
    return { kind: 'problem', message: `at most ${DIMENSIONS_MAX} dimensions can be asked for, not ${names.length}` };
  }
  const known = dimensionsOf(recordType);
  const dimensions: Dimension[] = [];
  const places = new Map<string, string>();
  for (const name of names) {
    const found = known.find((candidate) => candidate.name === name);
    if (found === undefined) return { kind: 'problem', message: `unknown dimension \`${name}\`` };
    const place = found.dimension.kind === 'database' ? 'database' : found.dimension.field;
    const other = places.get(place);
    if (other !== undefined) {
      return {
        kind: 'problem',
        message: `a group has one place for \`${place}\`: ask for one of ${oneOf([other, name])}`,
      };
    }
    places.set(place, name);
    dimensions.push(found.dimension);
  }
  return { kind: 'dimensions', dimensions };
}

/** The name in the enum of a dimension. */
export function dimensionName(dimension: Dimension): string {
  if (dimension.kind === 'database') return 'DATABASE';
  const { field, step } = dimension;
  return step === undefined ? screamingCase(field) : stepDimensionName(field, step);
}
