import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getOperationAST,
  isNonNullType,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values.js';
import { PAGE_SIZE_DEFAULT } from '../domain/ask.js';
import { HubError } from '../domain/errors.js';
import type { ApiContext } from './context.js';
import { codeOf, graphqlErrorFrom, statusOf } from './graphql-error.js';
import { LIMITS, limitExceeded } from './limits.js';
import { isRawJson } from './raw-json.js';
import { type Carried, carriedOf, isConditional, type RootField } from './root-fields.js';

/** JSON text in the place of `data`: written by us, read by nobody before it leaves (`stringifyAnswer`). */
export class DataText {
  constructor(readonly json: string) {}
}

export interface Execution {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: ApiContext;
}

/** One root field carried out: its JSON text, `null` as text included, or undefined where its absence takes `data` with it. */
interface Told {
  readonly text: string | undefined;
  readonly errors: readonly GraphQLError[];
}

export type Answer = ExecutionResult<Record<string, unknown>>;

const remembered = new WeakMap<DocumentNode, Map<OperationDefinitionNode, Carried>>();

/**
 * Carries out one operation. Record fields: their resolver, called once, tells the whole value as text. All other fields:
 * graphql-js, on a document reduced to them, beside them. A mutation stands alone.
 */
export async function carryOut(execution: Execution): Promise<Answer> {
  const { schema, document, operationName, context } = execution;
  const operation = getOperationAST(document, operationName);
  if (operation == null) {
    const text =
      operationName === null
        ? 'the document holds several operations: name one'
        : `the document holds no operation \`${operationName}\``;
    return refusal([new GraphQLError(text, { extensions: { code: 'BAD_REQUEST' } })]);
  }
  if (operation.operation === 'subscription') {
    return refusal([new GraphQLError('there are no subscriptions', { extensions: { code: 'BAD_REQUEST' } })]);
  }
  context.request.operation = { name: operation.name?.value ?? null, hash: context.request.operation.hash };
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], execution.variables, {
    maxErrors: LIMITS.errorsMax,
  });
  if (coerced.errors !== undefined) return refusal(coerced.errors.map(asInputError));
  const carried = rootFields(schema, document, operation, coerced.coerced);
  context.request.action = carried.fields.map((field) => field.nodes[0]?.name.value ?? field.key).join(',');
  const acts = carried.fields.filter((field) => field.definition !== undefined);
  if (operation.operation === 'mutation' && acts.length > LIMITS.mutationsMax) {
    return refusal([graphqlErrorFrom(limitExceeded('mutations of one request', LIMITS.mutationsMax))]);
  }
  const stated = statedArguments(carried, coerced.coerced);
  const refused = purposeClash(stated) ?? tooManyRecords(stated);
  if (refused !== undefined) return refusal([graphqlErrorFrom(refused)]);
  if (carried.fields.every((field) => !field.isRaw)) {
    return withStatus(
      await execute({ schema, document, operationName, contextValue: context, variableValues: execution.variables }),
    );
  }
  return joined(carried.fields, await new Run(execution, carried, coerced.coerced).together());
}

function rootFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Carried {
  const known = remembered.get(document)?.get(operation);
  if (known !== undefined) return known;
  const carried = carriedOf(schema, document, operation, variables);
  if (isConditional(document, operation)) return carried;
  const ofDocument = remembered.get(document) ?? new Map<OperationDefinitionNode, Carried>();
  remembered.set(document, ofDocument.set(operation, carried));
  return carried;
}

type Stated = readonly Readonly<Record<string, unknown>>[];

/** The arguments of the root fields that ask for a purpose. */
function statedArguments(carried: Carried, variables: Readonly<Record<string, unknown>>): Stated {
  return carried.fields.flatMap(({ definition, isRaw, nodes: [node] }) => {
    if (node === undefined || definition?.args.some(({ name }) => name === 'purpose') !== true) return [];
    const isPage = isRaw && definition.args.some(({ name }) => name === 'first');
    return [{ ...getArgumentValues(definition, node, { ...variables }), isPage }];
  });
}

/** What a request costs is bounded by itself: a quota bounds what is disclosed, and most asks have none. */
function tooManyRecords(stated: Stated): HubError | undefined {
  const sizes = stated.map(({ isPage, first, last }) =>
    isPage === true ? Number(first ?? last ?? PAGE_SIZE_DEFAULT) : 0,
  );
  const records = sizes.reduce((total, size) => total + Math.max(0, size), 0);
  return records > LIMITS.recordsMax ? limitExceeded('records of all pages together', LIMITS.recordsMax) : undefined;
}

/** A request has one purpose and one justification (design 6): with two, it is refused before anything is asked. */
function purposeClash(stated: Stated): HubError | undefined {
  const differ = (name: string): boolean => new Set(stated.map((args) => args[name] ?? null)).size > 1;
  if (differ('purpose'))
    return new HubError('BAD_USER_INPUT', 'a request has one purpose', { reason: 'REGIME_MISMATCH' });
  return differ('justification') ? new HubError('BAD_USER_INPUT', 'a request has one justification') : undefined;
}

class Run {
  constructor(
    private readonly execution: Execution,
    private readonly carried: Carried,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  async together(): Promise<readonly Told[]> {
    const { walked, fields } = this.carried;
    const walking = walked === undefined ? undefined : this.walk(walked);
    const told = await Promise.all(fields.map((field) => (field.isRaw ? this.ask(field) : undefined)));
    const answer = await walking;
    return fields.map((field, index) => told[index] ?? fieldOf(answer, field));
  }

  private async walk(document: DocumentNode): Promise<Answer> {
    const { schema, context, variables } = this.execution;
    return execute({ schema, document, contextValue: context, variableValues: variables });
  }

  private async ask(field: RootField): Promise<Told> {
    const { definition, nodes } = field;
    const [node] = nodes;
    if (definition?.resolve === undefined || node === undefined)
      throw new Error(`root field \`${field.key}\` has no resolver`);
    try {
      const args = getArgumentValues(definition, node, { ...this.variables });
      const value: unknown = await definition.resolve(
        undefined,
        args,
        this.execution.context,
        this.infoOf(field, definition),
      );
      // The gate hands refusals and faults back instead of throwing them; graphql-js takes a returned error as thrown, so do we.
      if (value instanceof Error) throw value;
      // The gate refuses by returning an error, as graphql-js lets a resolver do.
      if (value instanceof Error) throw value;
      if (value === null && !isNonNullType(definition.type)) return { text: 'null', errors: [] };
      if (!isRawJson(value)) throw new Error(`root field \`${node.name.value}\` answered no text`);
      return { text: value.toJson(), errors: [] };
    } catch (error) {
      const text = isNonNullType(definition.type) ? undefined : 'null';
      return { text, errors: [locatedError(graphqlErrorFrom(error), [...nodes], [field.key])] };
    }
  }

  private infoOf(field: RootField, definition: NonNullable<RootField['definition']>): GraphQLResolveInfo {
    const { schema } = this.execution;
    const { operation, fragments, type } = this.carried;
    return {
      fieldName: definition.name,
      fieldNodes: field.nodes,
      returnType: definition.type,
      parentType: type,
      path: { prev: undefined, key: field.key, typename: type.name },
      schema,
      fragments: { ...fragments },
      rootValue: undefined,
      operation,
      variableValues: { ...this.variables },
    };
  }
}

function fieldOf(answer: Answer | undefined, field: RootField): Told {
  const errors = answer?.errors?.filter((error) => error.path === undefined || error.path[0] === field.key) ?? [];
  if (answer?.data == null) return { text: undefined, errors };
  return { text: JSON.stringify(answer.data[field.key] ?? null), errors };
}

function joined(fields: readonly RootField[], told: readonly Told[]): Answer {
  const errors = [...new Set(told.flatMap((part) => part.errors))];
  if (told.some((part) => part.text === undefined)) return withStatus({ data: null, errors });
  const json = `{${fields.map((field, index) => `${JSON.stringify(field.key)}:${told[index]?.text}`).join(',')}}`;
  // Apollo hands `data` on untouched to `stringifyResult`, which takes the text out again.
  const data = new DataText(json) as unknown as Record<string, unknown>;
  return errors.length === 0 ? { data } : { data, errors };
}

/** An answer without any data has the status of its first error; one with data is an answer (GraphQL over HTTP). */
function withStatus(answer: Answer): Answer {
  if (answer.data != null || answer.errors === undefined) return answer;
  const [first, ...others] = answer.errors;
  if (first === undefined) return answer;
  return { ...answer, errors: [withHttpStatus(first, statusOf(codeOf(first))), ...others] };
}

const refusal = (errors: readonly GraphQLError[]): Answer => {
  const [first, ...others] = errors;
  return first === undefined ? { errors } : { errors: [withHttpStatus(first, 400), ...others] };
};

const asInputError = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    ...(error.nodes === undefined ? {} : { nodes: error.nodes }),
    extensions: { code: 'BAD_USER_INPUT' },
  });

function withHttpStatus(error: GraphQLError, status: number): GraphQLError {
  const { nodes, source, positions, path, originalError } = error;
  return new GraphQLError(error.message, {
    ...(nodes === undefined ? { source, positions } : { nodes }),
    path,
    originalError,
    extensions: { ...error.extensions, http: { status } },
  });
}
