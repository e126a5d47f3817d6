/**
 * Why the hub cannot start or a command cannot run, in words for the operator: one sentence, then what to do about it.
 * The process entry prints it without a stack trace and ends with exit code 1; anything else that is thrown is our own fault.
 */
export class StartError extends Error {
  /** one line each: what the operator can do */
  readonly mends: readonly string[];

  constructor(message: string, mends: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
    this.mends = mends;
  }
}
