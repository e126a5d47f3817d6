import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { type DocumentNode, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ApiContext } from './context.js';
import { carryOut, DataText } from './execute.js';
import { causeOf, codeOf, formatError, graphqlErrorFrom } from './graphql-error.js';
import { KnownDocuments } from './known-documents.js';
import { demandVariablesWithinLimits, LIMITS, limitsRule } from './limits.js';

const DOCUMENTS_REMEMBERED_MAX = 1_000;

export interface ApiOptions {
  readonly schema: GraphQLSchema;
  /** an exception nobody foresaw, under the id the caller was told; it holds no record value, but it is for the operator only */
  readonly onInternal: (error: Error, correlationId: string) => void;
}

/** The pipeline, and the short way for documents that went through it before. */
export interface Api {
  readonly pipeline: ApolloServer<ApiContext>;
  readonly known: KnownDocuments;
}

/** The GraphQL server: parsing, validation and limits; `carryOut` does the rest. Started; `stop()` it. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const known = new KnownDocuments(options.schema);
  const server = new ApolloServer<ApiContext>({
    gateway: gatewayOf(options.schema, known),
    documentStore: documentStore(),
    validationRules: [limitsRule],
    validationOptions: { maxErrors: LIMITS.errorsMax - 1 },
    parseOptions: { maxTokens: LIMITS.tokensMax },
    plugins: [
      requestPlugin(options.onInternal),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
    formatError,
    stringifyResult: stringifyAnswer,
    // Callers are authenticated before they come here: record types are a public standard among them.
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    // A token stands in a header a foreign page cannot set without asking first, and bodies are JSON only: nothing to forge with.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await server.start();
  return { pipeline: server, known };
}

/** Apollo takes an executor from a "gateway" only; the schema behind it is our own and never changes while the hub runs. */
function gatewayOf(schema: GraphQLSchema, known: KnownDocuments) {
  return {
    onSchemaLoadOrUpdate(tell: (loaded: { apiSchema: GraphQLSchema; coreSupergraphSdl: string }) => void) {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    async load() {
      return {
        executor: async (given: {
          readonly document: DocumentNode;
          readonly operationName: string | null;
          readonly queryHash: string;
          readonly request: {
            readonly query?: string;
            readonly operationName?: string;
            readonly variables?: Record<string, unknown>;
          };
          readonly context: Record<string, unknown>;
        }) => {
          const { document, request, queryHash } = given;
          const context = given.context as unknown as ApiContext;
          // Carried out already, on the short way: the pipeline only tells its errors.
          if (context.carried !== undefined) return context.carried;
          if (request.query !== undefined) known.remember(request.query, { document, hash: queryHash });
          return carryOut({
            schema,
            document,
            operationName: request.operationName ?? null,
            variables: request.variables ?? {},
            context,
          });
        },
      };
    },
    async stop() {},
  };
}

/** Parsed and validated documents by the hash of their text: nothing of a caller is in them, so all callers share it. */
function documentStore() {
  const documents = new LRUCache<string, DocumentNode>({ max: DOCUMENTS_REMEMBERED_MAX });
  return {
    get: async (key: string) => documents.get(key),
    set: async (key: string, document: DocumentNode) => {
      documents.set(key, document);
    },
    delete: async (key: string) => documents.delete(key),
  };
}

/** The answer as text. Errors first, as a reader of a stream wants them; `data` that is text already goes in as it is. */
function stringifyAnswer(answer: FormattedExecutionResult): string {
  const data: unknown = answer.data;
  if (!(data instanceof DataText)) return JSON.stringify(answer);
  return answer.errors === undefined
    ? `{"data":${data.json}}`
    : `{"errors":${JSON.stringify(answer.errors)},"data":${data.json}}`;
}

type Context = GraphQLRequestContext<ApiContext>;

/** Tells the journal which code the answer carries, and the caller under which id the operator finds the request. */
function requestPlugin(onInternal: ApiOptions['onInternal']): ApolloServerPlugin<ApiContext> {
  const listener: GraphQLRequestListener<ApiContext> = {
    async didResolveSource({ contextValue: { request }, queryHash }) {
      request.operation = { name: null, hash: queryHash };
    },
    async didResolveOperation({ request }) {
      demandVariablesWithinLimits(request.variables ?? {});
    },
    async didEncounterErrors({ errors, contextValue }) {
      for (const error of errors) {
        if (codeOf(graphqlErrorFrom(error)) === 'INTERNAL') onInternal(causeOf(error), contextValue.request.requestId);
      }
    },
    async willSendResponse({ response, contextValue, errors }: Context) {
      if (response.body?.kind !== 'single' || response.body.singleResult.errors === undefined) return;
      const { singleResult } = response.body;
      const told = singleResult.errors ?? [];
      const [first] = errors ?? [];
      const isAnswer = hasAnswer(singleResult.data);
      if (!isAnswer) contextValue.journal.withdraw();
      contextValue.journal.fault(first === undefined ? 'INTERNAL' : codeOf(first), isAnswer);
      singleResult.errors = told.slice(0, LIMITS.errorsMax).map((error) => ({
        ...error,
        extensions: { ...error.extensions, correlationId: contextValue.request.requestId },
      }));
    },
  };
  return {
    async requestDidStart() {
      return listener;
    },
  };
}

const hasAnswer = (data: unknown): boolean =>
  data instanceof DataText ||
  (typeof data === 'object' && data !== null && Object.values(data).some((value) => value !== null));
