import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValueNode,
} from 'graphql';
import { ERRORS, HubError } from '../domain/errors.js';

/** Limits of one request. Each refusal is `LIMIT_EXCEEDED` and tells the number. */
export const LIMITS = {
  bodyBytesMax: 1_048_576,
  tokensMax: 2_000,
  depthMax: 12,
  /** of fields below `__schema` and `__type`, where the usual document of a tool nests `ofType` */
  introspectionDepthMax: 24,
  aliasesMax: 60,
  rootFieldsMax: 50,
  /** that the pages of one request could show together, whatever a quota has left */
  recordsMax: 20_000,
  /** an act and its ledger entry are one transaction, and a request has one entry */
  mutationsMax: 1,
  valueDepthMax: 32,
  variableValuesMax: 50_000,
  errorsMax: 20,
} as const;

/** A refusal that names the limit. */
export const limitExceeded = (what: string, limit: number): HubError =>
  new HubError('LIMIT_EXCEEDED', `${ERRORS.LIMIT_EXCEEDED.message}: ${what}, at most ${limit}`, { limit });

const refused = (what: string, limit: number): GraphQLError => {
  const originalError = limitExceeded(what, limit);
  return new GraphQLError(originalError.message, { originalError, extensions: { http: { status: 400 } } });
};

/** What a selection comes to once its fragments are spread. Counts stop growing above any limit there is. */
interface Extent {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly fields: number;
  readonly aliases: number;
}

const NOTHING: Extent = { depth: 0, introspectionDepth: 0, fields: 0, aliases: 0 };
const COUNT_MAX = 1_000_000;
const INTROSPECTION_ROOTS = new Set(['__schema', '__type']);

const beside = (a: Extent, b: Extent): Extent => ({
  depth: Math.max(a.depth, b.depth),
  introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  fields: Math.min(COUNT_MAX, a.fields + b.fields),
  aliases: Math.min(COUNT_MAX, a.aliases + b.aliases),
});

/**
 * Measures selections. Each fragment is measured once, so a document of fragments that spread fragments costs no more than
 * its own length although what it comes to grows exponentially; a cycle counts as nothing here and fails its own rule.
 */
class Measure {
  readonly #fragments = new Map<string, Extent>();

  constructor(private readonly fragment: (name: string) => FragmentDefinitionNode | null | undefined) {}

  of(selectionSet: SelectionSetNode | undefined): Extent {
    let total = NOTHING;
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const below = this.of(selection.selectionSet);
        const isIntrospection = INTROSPECTION_ROOTS.has(selection.name.value);
        total = beside(total, {
          depth: isIntrospection ? 1 : 1 + below.depth,
          introspectionDepth: isIntrospection ? 1 + below.depth : below.introspectionDepth,
          fields: 1,
          aliases: below.aliases + (selection.alias === undefined ? 0 : 1),
        });
      } else {
        total = beside(
          total,
          selection.kind === Kind.INLINE_FRAGMENT ? this.of(selection.selectionSet) : this.spread(selection.name.value),
        );
      }
    }
    return total;
  }

  private spread(name: string): Extent {
    const known = this.#fragments.get(name);
    if (known !== undefined) return known;
    this.#fragments.set(name, NOTHING);
    const measured = this.of(this.fragment(name)?.selectionSet);
    this.#fragments.set(name, measured);
    return measured;
  }
}

function valueDepth(value: ValueNode): number {
  if (value.kind === Kind.LIST) return 1 + Math.max(0, ...value.values.map(valueDepth));
  if (value.kind === Kind.OBJECT) return 1 + Math.max(0, ...value.fields.map((field) => valueDepth(field.value)));
  return 0;
}

/** One validation rule for all limits on the shape of a document. */
export function limitsRule(context: ValidationContext): ASTVisitor {
  const measure = new Measure((name) => context.getFragment(name));
  const demand = (node: OperationDefinitionNode | ValueNode, what: string, count: number, limit: number): void => {
    if (count <= limit) return;
    const originalError = limitExceeded(what, limit);
    context.reportError(new GraphQLError(originalError.message, { nodes: [node], originalError }));
  };
  const demandFlat = (node: ValueNode): false => {
    demand(node, 'nesting of values', valueDepth(node), LIMITS.valueDepthMax);
    return false;
  };
  return {
    OperationDefinition(node) {
      const extent = measure.of(node.selectionSet);
      demand(node, 'depth', extent.depth, LIMITS.depthMax);
      demand(node, 'depth of introspection', extent.introspectionDepth, LIMITS.introspectionDepthMax);
      demand(node, 'aliases', extent.aliases, LIMITS.aliasesMax);
      demand(node, 'root fields', extent.fields, LIMITS.rootFieldsMax);
    },
    ListValue: demandFlat,
    ObjectValue: demandFlat,
  };
}

/** Checks variables before anything walks them recursively. @throws GraphQLError LIMIT_EXCEEDED */
export function demandVariablesWithinLimits(variables: unknown): void {
  const { valueDepthMax, variableValuesMax } = LIMITS;
  let level: unknown[] = [variables];
  let count = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > valueDepthMax) throw refused('nesting of variables', valueDepthMax);
    count += level.length;
    if (count > variableValuesMax) throw refused('values in variables', variableValuesMax);
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
}

/** The parser's own refusal of a long document: it has no code, only this sentence. */
export const isTokenLimit = (message: string): boolean => /contains more tha[nt] \d+ tokens/.test(message);
