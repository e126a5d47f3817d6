import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERRORS, type ErrorCode, HubError } from '../domain/errors.js';
import { isTokenLimit, LIMITS, limitExceeded } from './limits.js';

/** Words of the GraphQL server itself, for what is no GraphQL request of this schema. */
const SERVER_CODES: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
]);
/** Its finer words for a bad request, which callers need not learn. */
const BAD_REQUESTS: ReadonlySet<unknown> = new Set(['OPERATION_RESOLUTION_FAILURE', 'PERSISTED_QUERY_NOT_SUPPORTED']);

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERRORS, code);

/** An error and what it wraps, outermost first. */
function causesOf(error: GraphQLError): readonly Error[] {
  const causes: Error[] = [];
  for (let cause: Error | undefined = error; cause !== undefined && !causes.includes(cause); ) {
    causes.push(cause);
    cause = cause instanceof GraphQLError ? cause.originalError : undefined;
  }
  return causes;
}

const TOKEN_LIMIT = limitExceeded('tokens of the document', LIMITS.tokensMax);

const hubErrorIn = (error: GraphQLError): HubError | undefined =>
  isTokenLimit(error.message) ? TOKEN_LIMIT : causesOf(error).find((cause) => cause instanceof HubError);

/** A fault as GraphQL tells it. What is not one of ours becomes INTERNAL without a word of its text; the cause stays inside. */
export function graphqlErrorFrom(fault: unknown): GraphQLError {
  if (fault instanceof GraphQLError) return fault;
  if (fault instanceof HubError) {
    return new GraphQLError(fault.message, {
      originalError: fault,
      extensions: { ...fault.details, code: fault.code },
    });
  }
  const cause = fault instanceof Error ? fault : new Error('a value was thrown that is no error');
  return new GraphQLError(ERRORS.INTERNAL.message, { originalError: cause, extensions: { code: 'INTERNAL' } });
}

/** The code a caller reads of an error: ours before the server's, and INTERNAL for whatever carries none. */
export function codeOf(error: GraphQLError): string {
  const hubError = hubErrorIn(error);
  if (hubError !== undefined) return hubError.code;
  const causes = causesOf(error);
  const codes = causes.map((cause) => (cause instanceof GraphQLError ? cause.extensions.code : undefined));
  const ours = codes.find(isErrorCode);
  if (ours !== undefined) return ours;
  if (codes.some((code) => BAD_REQUESTS.has(code))) return 'BAD_REQUEST';
  const server = codes.find((code) => SERVER_CODES.has(code));
  if (typeof server === 'string') return server;
  // graphql-js refuses a value of the caller's itself: nothing was thrown, and it points at the document.
  return causes.length === 1 && error.nodes !== undefined ? 'BAD_USER_INPUT' : 'INTERNAL';
}

/** The HTTP status of an answer that holds nothing but an error of this code. */
export function statusOf(code: string): number {
  if (isErrorCode(code)) return ERRORS[code].status;
  return SERVER_CODES.has(code) ? 400 : 500;
}

/** The exception behind an INTERNAL error: for the hub's own log, never for the caller. */
export function causeOf(error: GraphQLError): Error {
  return causesOf(error).at(-1) ?? error;
}

// "Did you mean" names what the caller did not ask for; a caller with the schema does not need it.
const SUGGESTION = /\s*Did you mean [\s\S]*$/;

/**
 * What leaves of an error: message, place, path, and the extensions we wrote. Never a stack trace, never the text of an
 * exception that is not ours.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const fault = graphqlErrorFrom(error);
  const code = codeOf(fault);
  const hubError = hubErrorIn(fault);
  const { locations, path } = formatted;
  return {
    message:
      hubError?.message ?? (code === 'INTERNAL' ? ERRORS.INTERNAL.message : formatted.message.replace(SUGGESTION, '')),
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { ...hubError?.details, code },
  };
}
