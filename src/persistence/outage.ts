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

/** What a connection says that broke, or was never made, instead of an answer of the server's. */
const CONNECTION_CODES = /^E[A-Z]{3,}$/;
const CONNECTION_WORDS = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;

/** Whether any fault at all, of whichever library, says that the database is away. What it does not know is no outage. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof HubError) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return OUTAGES.test(code) || CONNECTION_CODES.test(code) || CONNECTION_WORDS.test(error.message);
}

/**
 * The same port, over a mapper whose faults are of many kinds: what fails because the database is away is SOURCE_UNAVAILABLE, so
 * that a caller comes again and nobody takes it for a fault of the hub. Every other fault stays as it is.
 */
export function tellingOutages<T extends object>(port: T): T {
  const telling: T = Object.create(port);
  for (const name of methodsOf(port)) {
    const method: unknown = Reflect.get(port, name);
    if (typeof method !== 'function') continue;
    const value = (...args: readonly unknown[]): unknown => {
      const result: unknown = Reflect.apply(method, port, args);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw isAway(error) ? unavailable(error) : error;
      });
    };
    Object.defineProperty(telling, name, { value, writable: true, configurable: true, enumerable: true });
  }
  return telling;
}

/** Names of an object's own methods and of those its class gave it. */
function methodsOf(port: object): readonly PropertyKey[] {
  const given: unknown = Object.getPrototypeOf(port);
  const inherited = typeof given === 'object' && given !== null && given !== Object.prototype ? given : {};
  return [...new Set([...Reflect.ownKeys(port), ...Reflect.ownKeys(inherited)])].filter(
    (name) => name !== 'constructor',
  );
}
