import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERRORS, type ErrorCode, HubError } from '../domain/errors.js';

/** Words of the GraphQL server itself for what is no GraphQL request of this schema. */
const SERVER_CODES: ReadonlySet<string> = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST']);

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERRORS, code);

/** A fault as GraphQL tells it. What is not one of ours becomes INTERNAL without a word of its text; the cause stays inside. */
export function graphqlErrorFrom(fault: unknown): GraphQLError {
  if (fault instanceof GraphQLError) {
    if (fault.originalError instanceof HubError) return graphqlErrorFrom(fault.originalError);
    return fault;
  }
  if (fault instanceof HubError) {
    return new GraphQLError(fault.message, {
      originalError: fault,
      extensions: { ...fault.details, code: fault.code },
    });
  }
  const cause = fault instanceof Error ? fault : new Error('a value was thrown that is no error');
  return new GraphQLError(ERRORS.INTERNAL.message, { originalError: cause, extensions: { code: 'INTERNAL' } });
}

/** The code a caller reads of an error; undefined if it carries none that may leave. */
export function codeOf(error: { readonly extensions?: Readonly<Record<string, unknown>> | undefined }): string {
  const code = error.extensions?.code;
  if (isErrorCode(code) || (typeof code === 'string' && SERVER_CODES.has(code))) return code;
  return 'INTERNAL';
}

/** The HTTP status of an answer that holds nothing but this error. */
export function statusOf(code: string): number {
  return isErrorCode(code) ? ERRORS[code].status : SERVER_CODES.has(code) ? 400 : 500;
}

// "Did you mean" names what the caller did not ask for; a caller with the schema does not need it.
const SUGGESTION = /\s*Did you mean [\s\S]*$/;

/**
 * What leaves of an error: message, place, path, and the extensions we wrote. Never a stack trace, never the text of
 * somebody else's exception.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = error instanceof GraphQLError ? error : undefined;
  if (cause?.originalError instanceof HubError)
    return withMessage(formatted, cause.originalError.message, cause.originalError);
  const code = serverCode(formatted, cause);
  if (code === 'INTERNAL') return withMessage(formatted, ERRORS.INTERNAL.message, new HubError('INTERNAL'));
  const { stacktrace: _stack, exception: _exception, http: _http, ...told } = formatted.extensions ?? {};
  return { ...formatted, message: formatted.message.replace(SUGGESTION, ''), extensions: { ...told, code } };
}

/** The server's words stay; graphql-js's own refusals of a value carry none yet and are the caller's input. */
function serverCode(formatted: GraphQLFormattedError, error: GraphQLError | undefined): string {
  const code = formatted.extensions?.code;
  if (code === 'OPERATION_RESOLUTION_FAILURE' || code === 'PERSISTED_QUERY_NOT_SUPPORTED') return 'BAD_REQUEST';
  if (code !== 'INTERNAL_SERVER_ERROR') return codeOf(formatted);
  // Errors graphql-js makes itself while coercing have no original error; anything thrown by code has one.
  return error !== undefined && error.originalError === undefined && error.nodes !== undefined
    ? 'BAD_USER_INPUT'
    : 'INTERNAL';
}

function withMessage(
  formatted: GraphQLFormattedError,
  message: string,
  { details, code }: HubError,
): GraphQLFormattedError {
  const { locations, path } = formatted;
  return {
    message,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { ...details, code },
  };
}
