import { type DocumentNode, type GraphQLSchema, getOperationAST, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ApiContext } from './context.js';
import { type Answer, carryOut, DataText } from './execute.js';
import { demandVariablesWithinLimits } from './limits.js';

interface Known {
  readonly document: DocumentNode;
  /** SHA-256 of its text, for the ledger */
  readonly hash: string;
}

const DOCUMENTS_MAX = 1_000;
const KEYS = new Set(['query', 'variables', 'operationName', 'extensions']);

/** What became of a repeated document: its whole body, or an answer with errors that the pipeline has yet to tell. */
export type Repeated =
  | { readonly kind: 'told'; readonly body: string }
  | { readonly kind: 'carried'; readonly answer: Answer }
  | { readonly kind: 'unknown' };

/**
 * Documents that went through the whole pipeline before: parsed, validated, within limits. Asked again in the plain form,
 * they go straight to the executor: for a record by its id, hashing the text, negotiating types and calling hooks that have
 * nothing to say would cost more than the answer (docs/benchmarks.md). Nothing of a caller is kept.
 */
export class KnownDocuments {
  private readonly known = new LRUCache<string, Known>({ max: DOCUMENTS_MAX });

  constructor(private readonly schema: GraphQLSchema) {}

  remember(text: string, known: Known): void {
    this.known.set(text, known);
  }

  /** Carries out a query asked before. Mutations, and whatever is not plain, are for the pipeline. */
  async repeat(body: unknown, context: ApiContext): Promise<Repeated> {
    const asked = plainRequest(body);
    const known = asked === undefined ? undefined : this.known.get(asked.query);
    if (asked === undefined || known === undefined || !isQuery(known.document, asked.operationName)) {
      return { kind: 'unknown' };
    }
    try {
      demandVariablesWithinLimits(asked.variables);
    } catch {
      return { kind: 'unknown' };
    }
    context.request.operation = { name: null, hash: known.hash };
    const answer = await carryOut({ schema: this.schema, document: known.document, context, ...asked });
    if (answer.errors !== undefined || answer.data == null) return { kind: 'carried', answer };
    const data: unknown = answer.data;
    return { kind: 'told', body: `{"data":${data instanceof DataText ? data.json : JSON.stringify(data)}}` };
  }
}

interface PlainRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

function plainRequest(body: unknown): PlainRequest | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { query, operationName = null, variables, extensions } = body as Readonly<Record<string, unknown>>;
  if (typeof query !== 'string' || extensions != null || Object.keys(body).some((key) => !KEYS.has(key)))
    return undefined;
  if (operationName !== null && (typeof operationName !== 'string' || operationName === '')) return undefined;
  if (variables == null) return { query, operationName, variables: {} };
  if (typeof variables !== 'object' || Array.isArray(variables)) return undefined;
  return { query, operationName, variables: variables as Readonly<Record<string, unknown>> };
}

function isQuery(document: DocumentNode, operationName: string | null): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.QUERY;
}
