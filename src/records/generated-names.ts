import type { FieldType, RecordType } from '../domain/record-type.js';
import { lowerFirst, upperFirst } from './words.js';

/** Every name the API generates for one record type. */
export interface GeneratedNames {
  readonly object: string;
  readonly filter: string;
  readonly order: string;
  readonly orderField: string;
  readonly dimension: string;
  readonly input: string;
  readonly connection: string;
  readonly edge: string;
  readonly statistics: string;
  readonly cell: string;
  readonly group: string;
  readonly sum: string;
  readonly importInput: string;
  readonly importPayload: string;
  /** root fields */
  readonly list: string;
  readonly one: string;
  readonly statisticsField: string;
  readonly importField: string;
}

/** The names of a record type: types first, then root fields (design 6). */
export function namesOf({ name, plural }: Pick<RecordType, 'name' | 'plural'>): GeneratedNames {
  const importName = `Import${upperFirst(plural)}`;
  return {
    object: name,
    filter: `${name}Filter`,
    order: `${name}Order`,
    orderField: `${name}OrderField`,
    dimension: `${name}Dimension`,
    input: `${name}Input`,
    connection: `${name}Connection`,
    edge: `${name}Edge`,
    statistics: `${name}Statistics`,
    cell: `${name}StatisticsCell`,
    group: `${name}StatisticsGroup`,
    sum: `${name}StatisticsSum`,
    importInput: `${importName}Input`,
    importPayload: `${importName}Payload`,
    list: plural,
    one: lowerFirst(name),
    statisticsField: `${lowerFirst(name)}Statistics`,
    importField: `import${upperFirst(plural)}`,
  };
}

/** The names that become types, for checking that no two are the same. Matches are reserved: they come later. */
export function typeNamesOf(recordType: Pick<RecordType, 'name' | 'plural'>): readonly string[] {
  const { list, one, statisticsField, importField, ...types } = namesOf(recordType);
  return [...Object.values(types), `${recordType.name}Matches`, `${recordType.name}Match`];
}

/** The names that become root fields of queries. */
export function queryNamesOf(recordType: Pick<RecordType, 'name' | 'plural'>): readonly string[] {
  const { list, one, statisticsField } = namesOf(recordType);
  return [list, one, statisticsField, `${one}Matches`];
}

/** The input of operators for a field of this type: `StringFilter`, `SexFilter`, `StringListFilter`. */
export function operatorInputName(type: FieldType): string {
  return `${type.name}${type.isList ? 'List' : ''}Filter`;
}
