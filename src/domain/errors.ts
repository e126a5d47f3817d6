/**
 * The catalogue of error codes (`extensions.code`): the caller's faults, limits and outages.
 * `docs/errors.md` and this table are compared by a test in both directions. A withheld source is no error: see `reasons.ts`.
 */
export const ERRORS = {
  UNAUTHENTICATED: { status: 401, message: 'no valid token' },
  FORBIDDEN: { status: 200, message: 'your role does not permit this operation' },
  BAD_USER_INPUT: { status: 400, message: 'the input is not valid' },
  LIMIT_EXCEEDED: { status: 400, message: 'the request exceeds a limit' },
  STALE_VERSION: { status: 200, message: 'somebody changed this first' },
  LEDGER_UNAVAILABLE: { status: 503, message: 'the ledger cannot be written; nothing was released' },
  LEDGER_CONTRADICTED: {
    status: 503,
    message: 'the ledger is not the one that was witnessed; nothing is answered until the operator has acted',
  },
  LEDGER_UNWITNESSED: {
    status: 503,
    message: 'the hub cannot compare its ledger with the heads kept of it; nothing is answered until it can',
  },
  SOURCE_UNAVAILABLE: { status: 503, message: 'the database cannot be reached; try again' },
  INTERNAL: { status: 500, message: 'the hub failed; the operator finds the cause under the correlation id' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** A fault to tell the caller about. `message`: lower case, no final stop, input in backticks, no internal names, no record values. */
export class HubError extends Error {
  readonly code: ErrorCode;
  /** machine-readable detail beside the code, such as `reason: REGIME_MISMATCH` or `path` */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string = ERRORS[code].message,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'HubError';
    this.code = code;
    this.details = details;
  }
}

/** One entry of a payload's `userErrors`: business refusals of a mutation. */
export interface UserError {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}
