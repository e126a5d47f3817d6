import type { FieldDefinitionNode } from 'graphql';
import { type Field, type RecordType, screamingCase, snakeCase } from '../domain/record-type.js';
import { dimensionsOf } from './dimension.js';
import { operatorInputName, queryNamesOf, typeNamesOf } from './generated-names.js';
import type { Report } from './problem.js';
import type { LocatedType } from './read-record-type.js';
import { RESERVED_COLUMNS, RESERVED_FIELDS, RESERVED_QUERIES, RESERVED_TYPES } from './reserved-names.js';

const TYPE_NAME = /^[A-Z][A-Za-z0-9]*$/;
const FIELD_NAME = /^[a-z][A-Za-z0-9]*$/;
/** PostgreSQL cuts names at 63 bytes: a table is named `<type>_p<ten digits>` at most, a column `<field>_day`. */
const TYPE_NAME_LENGTH_MAX = 48;
const FIELD_NAME_LENGTH_MAX = 56;

/** Checks the names within one type: fields, their columns, orders and dimensions. */
export function checkFieldNames({ recordType, node }: LocatedType, report: Report): void {
  const columns = new Map<string, string>();
  for (const fieldNode of node.fields ?? []) {
    const name = fieldNode.name.value;
    const column = snakeCase(name);
    const other = columns.get(column);
    if (!FIELD_NAME.test(name)) {
      report(fieldNode.name, `field \`${name}\` must begin small and hold letters and digits only: rename it`);
    } else if (RESERVED_FIELDS.includes(name)) {
      report(fieldNode.name, `every record has or needs the name \`${name}\` itself: rename the field`);
    } else if (RESERVED_COLUMNS.includes(column)) {
      report(fieldNode.name, `field \`${name}\` would take the reserved column \`${column}\`: rename it`);
    } else if (column.length > FIELD_NAME_LENGTH_MAX) {
      report(
        fieldNode.name,
        `field \`${name}\` makes a column name of more than ${FIELD_NAME_LENGTH_MAX} characters: shorten it`,
      );
    } else if (other !== undefined) {
      const names =
        other === name
          ? `\`${name}\` stands here twice`
          : `\`${name}\` and \`${other}\` are both \`${column}\` in the table`;
      report(fieldNode.name, `${names}: rename one`);
    }
    columns.set(column, name);
  }
  checkDerivedNames(recordType, node.fields ?? [], report);
}

function checkDerivedNames(recordType: RecordType, nodes: readonly FieldDefinitionNode[], report: Report): void {
  const nodeOf = (field: string): FieldDefinitionNode | undefined => nodes.find(({ name }) => name.value === field);
  const single = recordType.fields.filter((field) => !field.type.isList);
  const plain = new Map(single.map((field) => [screamingCase(field.name), field.name]));
  const owners = new Map<string, string>();
  for (const { name, dimension } of dimensionsOf(recordType)) {
    if (dimension.kind === 'database' || dimension.step === undefined) continue;
    const rival = plain.get(name) ?? owners.get(name);
    const node = nodeOf(rival ?? '');
    if (rival !== undefined && node !== undefined) {
      report(
        node.name,
        `\`${name}\` is both field \`${rival}\` and step \`${dimension.step}\` of \`${dimension.field}\` in statistics: rename the field or the step`,
      );
    }
    owners.set(name, dimension.field);
  }
  const occurred = recordType.fields.find((field: Field) => field.isOccurredAt && field.type.name === 'DateTime');
  const day = occurred === undefined ? undefined : `${snakeCase(occurred.name)}_day`;
  const taken = recordType.fields.find((field) => snakeCase(field.name) === day);
  // The dimension check found it already unless the field is a list, which is no dimension.
  if (taken?.type.isList === true) {
    const node = nodeOf(taken.name);
    if (node !== undefined)
      report(node.name, `field \`${taken.name}\` would take the column \`${day}\` of the day it happened: rename it`);
  }
}

/** Checks the names of record types and enums against each other and against the rest of the API. */
export function checkTypeNames(types: readonly LocatedType[], enumNames: readonly string[], report: Report): void {
  const typeNames = claims(RESERVED_TYPES.map((name) => [name, 'the API itself']));
  const queryNames = claims(RESERVED_QUERIES.map((name) => [name, 'the API itself']));
  const tables = new Map<string, string>();
  for (const name of enumNames) typeNames.set(name, `enum \`${name}\``);
  for (const name of operatorInputs(types)) if (!typeNames.has(name)) typeNames.set(name, 'the operators of a filter');
  for (const { recordType, node } of types) {
    const { name } = recordType;
    if (!TYPE_NAME.test(name))
      report(node.name, `type \`${name}\` must begin with a capital and hold letters and digits only: rename it`);
    const table = snakeCase(name);
    if (table.length > TYPE_NAME_LENGTH_MAX) {
      report(
        node.name,
        `type \`${name}\` makes a table name of more than ${TYPE_NAME_LENGTH_MAX} characters: shorten it`,
      );
    }
    if (/_p\d+$/.test(table))
      report(
        node.name,
        `type \`${name}\` would be named like a partition of another: rename it, without \`P\` and digits at the end`,
      );
    const rival = tables.get(table);
    if (rival !== undefined && rival !== name)
      report(node.name, `types \`${name}\` and \`${rival}\` are both \`${table}\` as table: rename one`);
    tables.set(table, name);
    claim(
      typeNames,
      typeNamesOf(recordType),
      { owner: `type \`${name}\``, noun: 'type', mend: 'rename the type' },
      node,
      report,
    );
    claim(
      queryNames,
      queryNamesOf(recordType),
      { owner: `type \`${name}\``, noun: 'root field', mend: 'change the type or its `plural:`' },
      node,
      report,
    );
  }
}

function operatorInputs(types: readonly LocatedType[]): readonly string[] {
  return [...new Set(types.flatMap(({ recordType }) => recordType.fields.map(({ type }) => operatorInputName(type))))];
}

const claims = (entries: readonly (readonly [string, string])[]): Map<string, string> => new Map(entries);

function claim(
  taken: Map<string, string>,
  names: readonly string[],
  { owner, noun, mend }: { readonly owner: string; readonly noun: string; readonly mend: string },
  node: LocatedType['node'],
  report: Report,
): void {
  for (const name of names) {
    const other = taken.get(name);
    if (other !== undefined) {
      const both =
        other === owner
          ? `${owner} needs the ${noun} \`${name}\` twice`
          : `${owner} needs the ${noun} \`${name}\`, which ${other} has`;
      report(node.name, `${both}: ${mend}`);
    }
    taken.set(name, owner);
  }
}
