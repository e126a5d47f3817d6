import { DatabaseError } from 'pg';
import { HubError } from '../domain/errors.js';

/** How long a statement of an act or of a registration waits for a lock that another one holds, as PostgreSQL takes it. */
export const LOCK_WAIT_MAX = '4s';

/**
 * How long a transaction that holds locks may stand still. Its process may have been stopped, and would wake as if nothing had
 * happened; until then everybody else waits. PostgreSQL takes it back and ends the connection.
 */
export const STANDSTILL_MAX = '3s';

/** SQLSTATE classes 08 (connection), 53 (resources), 57 (operator intervention), and a transaction or a lock that took too long. */
const OUTAGES = /^(08|53|57|25P03|55P03)/;

/** Whether the database could not do its work, or was not there: nothing is wrong with what was asked of it. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return OUTAGES.test(error.code ?? '');
}

/** The fault as callers are told of it. The cause stays in the process: it may quote what was to be written. */
export function unavailable(cause: unknown, message?: string): HubError {
  const error = new HubError('SOURCE_UNAVAILABLE', message);
  error.cause = cause;
  return error;
}
