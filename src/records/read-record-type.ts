import type { FieldDefinitionNode, ObjectTypeDefinitionNode } from 'graphql';
import type { Field, RecordType } from '../domain/record-type.js';
import type { Report } from './problem.js';
import { readDirectives, textArgument } from './read-directives.js';
import { type Enums, readField } from './read-field.js';
import { lowerFirst } from './words.js';

const PLURAL = /^[a-z][A-Za-z0-9]*$/;

/** A record type and where it stands, for what is checked across types. */
export interface LocatedType {
  readonly recordType: RecordType;
  readonly node: ObjectTypeDefinitionNode;
}

/**
 * The record type a node describes. Its sound fields only: a field with a fault was reported and is left out,
 * so that the rules about the whole type can still be checked.
 */
export function readRecordType(node: ObjectTypeDefinitionNode, enums: Enums, report: Report): LocatedType {
  const name = node.name.value;
  for (const implemented of node.interfaces ?? []) {
    report(implemented, `a record type implements nothing: remove \`implements ${implemented.name.value}\``);
  }
  const directives = readDirectives(node.directives, 'type', report);
  if (!node.directives?.some((directive) => directive.name.value === 'record')) {
    report(
      node.name,
      `type \`${name}\` has no \`@record\`: write \`type ${name} @record(plural: "${lowerFirst(name)}s")\``,
    );
  }
  const record = directives.get('record');
  const plural = textArgument(record, 'plural') ?? `${lowerFirst(name)}s`;
  if (record !== undefined && !PLURAL.test(plural)) {
    report(
      record.node,
      `plural \`${plural}\` is no name: write letters and digits that begin small, such as \`"visits"\``,
    );
  }
  const fields = (node.fields ?? [])
    .map((field) => readField(field, enums, report))
    .filter((field): field is Field => field !== undefined);
  checkWhole(node, report);
  const umf = textArgument(record, 'umf');
  return {
    recordType: {
      name,
      plural,
      ...(umf === undefined ? {} : { umf }),
      description: node.description?.value ?? '',
      fields,
    },
    node,
  };
}

/** How often a directive stands in a type is counted on the nodes: a field left out for another fault still counts. */
function checkWhole(node: ObjectTypeDefinitionNode, report: Report): void {
  const fields = node.fields ?? [];
  if (fields.length === 0)
    report(node.name, `type \`${node.name.value}\` has no fields: write \`{ … }\` with at least one`);
  const marked = (name: string): readonly FieldDefinitionNode[] =>
    fields.filter((field) => field.directives?.some((directive) => directive.name.value === name));
  if (fields.length > 0 && marked('key').length === 0) {
    report(
      node.name,
      `type \`${node.name.value}\` has no key: write \`@key\` on the field or fields that identify a record`,
    );
  }
  const [first, ...others] = marked('occurredAt');
  if (fields.length > 0 && first === undefined) {
    report(
      node.name,
      `type \`${node.name.value}\` has no \`@occurredAt\`: write it on the Date or DateTime field that says when it happened`,
    );
  }
  for (const other of others) {
    report(other.name, `\`@occurredAt\` stands on \`${first?.name.value}\` already: remove one`);
  }
}
