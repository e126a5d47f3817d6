import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { RAW_JSON } from './assemble.js';

/** One field of the answer's top level: its key, its nodes (several where a document names it twice), and its definition. */
export interface RootField {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  /** undefined: `__typename`, `__schema` or `__type` */
  readonly definition: GraphQLField<unknown, unknown> | undefined;
  readonly isRaw: boolean;
}

/** What is carried out of a document: its root fields in the order of the answer. */
export interface Carried {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly type: GraphQLObjectType;
  readonly fields: readonly RootField[];
  /** the same document reduced to the fields graphql-js carries out; undefined if there are none */
  readonly walked: DocumentNode | undefined;
}

export function fragmentsOf(document: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}

/** A document of these root fields alone, for graphql-js. */
function documentOf(
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  fields: readonly RootField[],
): DocumentNode {
  const selections = fields.flatMap((field) => field.nodes);
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } },
      ...Object.values(fragments),
    ],
  };
}

/** Root fields of an operation, in document order, `@skip` and `@include` applied. */
export function carriedOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Carried {
  const type = operation.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  if (type == null) throw new Error(`the schema has no type for a ${operation.operation}`);
  const fragments = fragmentsOf(document);
  const collected = collectFields(schema, { ...fragments }, { ...variables }, type, operation.selectionSet);
  const definitions = type.getFields();
  const fields = [...collected].map(([key, nodes]): RootField => {
    const definition = definitions[nodes[0]?.name.value ?? ''];
    return { key, nodes, definition, isRaw: definition?.extensions[RAW_JSON] === true };
  });
  const walked = fields.filter((field) => !field.isRaw);
  return {
    operation,
    fragments,
    type,
    fields,
    walked: walked.length === 0 ? undefined : documentOf(operation, fragments, walked),
  };
}

const hasDirective = (node: { readonly directives?: readonly unknown[] | undefined }): boolean =>
  (node.directives?.length ?? 0) > 0;

/** Whether the root fields may differ from call to call: then they are not remembered with the document. */
export function isConditional(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const selections = [operation, ...Object.values(fragmentsOf(document))].flatMap(
    (node) => node.selectionSet.selections,
  );
  return selections.some((selection) => hasDirective(selection) || selection.kind === Kind.INLINE_FRAGMENT);
}
