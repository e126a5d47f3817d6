import { ERRORS, type ErrorCode, HubError } from '../domain/errors.js';

/** A request that is refused for its form, with the HTTP status that says so. */
export class HttpRefusal extends HubError {
  readonly status: number;

  constructor(
    status: number,
    message: string,
    code: ErrorCode = 'BAD_USER_INPUT',
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(code, message, details);
    this.status = status;
  }
}

/** When it is worth coming again after a 503: what was away may be back at any moment. */
export const RETRY_AFTER_SECONDS = '1';

export interface ErrorAnswer {
  readonly status: number;
  /** in the form of a GraphQL error, whatever the route */
  readonly body: string;
}

/** What a caller is told of a fault: nothing of an exception that is not ours, and never a stack trace. */
export function errorAnswer(error: unknown, correlationId: string): ErrorAnswer {
  const told = error instanceof HubError ? error : new HubError('INTERNAL');
  const status = told instanceof HttpRefusal ? told.status : ERRORS[told.code].status;
  const extensions = { ...told.details, code: told.code, correlationId };
  return { status, body: JSON.stringify({ errors: [{ message: told.message, extensions }] }) };
}

/**
 * What the operator's log keeps of an exception: its kind and where it came from. Not its message: a database puts the
 * offending value into it.
 */
export function faultOf(error: unknown): {
  readonly name: string;
  readonly code: string;
  readonly where: readonly string[];
} {
  if (!(error instanceof Error)) return { name: typeof error, code: '', where: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const code = (error as { readonly code?: unknown }).code;
  return {
    name: error.name,
    code: typeof code === 'string' && /^[\w-]{1,40}$/.test(code) ? code : '',
    where: frames.slice(0, 6).map((line) => line.trim()),
  };
}
