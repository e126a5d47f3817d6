import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a selection needs besides itself to be read. */
export interface SelectionScope {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** One field to write: its response key, its name, and what is selected of it. */
export interface Selected {
  readonly key: string;
  readonly name: string;
  readonly node: FieldNode;
  readonly fields: readonly Selected[];
}

/**
 * The fields of a selection in response order: aliases, fragments, `@skip` and `@include` resolved, equal keys merged
 * (GraphQL October 2021, 6.3.2). Only for types without interfaces and unions, as all generated ones are: validation has made
 * sure that every fragment fits.
 */
export function selectedFields(sets: readonly SelectionSetNode[], scope: SelectionScope): readonly Selected[] {
  const nodes = new Map<string, FieldNode[]>();
  for (const set of sets) collect(set.selections, scope, nodes, new Set());
  return [...nodes.entries()].map(([key, same]) => {
    const node = same[0] as FieldNode;
    const subsets = same.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    return { key, name: node.name.value, node, fields: subsets.length === 0 ? [] : selectedFields(subsets, scope) };
  });
}

function collect(
  selections: readonly SelectionNode[],
  scope: SelectionScope,
  nodes: Map<string, FieldNode[]>,
  spread: Set<string>,
): void {
  for (const selection of selections) {
    if (!isIncluded(selection, scope)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      nodes.set(key, [...(nodes.get(key) ?? []), selection]);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collect(selection.selectionSet.selections, scope, nodes, spread);
    } else if (!spread.has(selection.name.value)) {
      spread.add(selection.name.value);
      const fragment = scope.fragments[selection.name.value];
      if (fragment !== undefined) collect(fragment.selectionSet.selections, scope, nodes, spread);
    }
  }
}

function isIncluded(selection: SelectionNode, { variableValues }: SelectionScope): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variableValues);
  if (skip?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variableValues)?.if !== false;
}

/** A plain value as JSON, cut to what is selected. `typeName` answers `__typename`; lists go element by element. */
export function plainJson(value: unknown, fields: readonly Selected[], typeNames: TypeNames): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map((element) => plainJson(element, fields, typeNames)).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const own = value as Readonly<Record<string, unknown>>;
  const members = fields.map(({ key, name, fields: nested }) => {
    const json =
      name === '__typename' ? JSON.stringify(typeNames.own) : plainJson(own[name], nested, typeNames.of(name));
    return `${JSON.stringify(key)}:${json}`;
  });
  return `{${members.join(',')}}`;
}

/** The name of a type and of the types of its fields. */
export interface TypeNames {
  readonly own: string;
  of(field: string): TypeNames;
}

/** Names from a table `Type.field → Type`; a leaf has none. */
export function typeNames(own: string, table: Readonly<Record<string, string>>): TypeNames {
  return { own, of: (field) => typeNames(table[`${own}.${field}`] ?? '', table) };
}
