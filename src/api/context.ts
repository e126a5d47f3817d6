import type { ExecutionResult } from 'graphql';
import type { Identity } from '../domain/identity.js';
import type { Journal, LedgerRequest } from '../hub/journal.js';
import type { Ports } from '../hub/ports.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What the executor finds out about a request after the ledger entry was begun: the entry is written when it is finished. */
export type NamedRequest = { -readonly [Key in keyof LedgerRequest]: LedgerRequest[Key] };

/** One attempt at one request. Never shared: a loader or a journal seen by two callers is a leak. */
export interface ApiContext {
  readonly hub: Ports;
  readonly identity: Identity;
  readonly journal: Journal;
  readonly loaders: Loaders;
  readonly request: NamedRequest;
  /** the answer, where it was carried out before the pipeline */
  readonly carried?: ExecutionResult<Record<string, unknown>>;
}

export function createContext(parts: Omit<ApiContext, 'loaders'>): ApiContext {
  let loaders: Loaders | undefined;
  return {
    ...parts,
    // Made when the first list asks: most requests are for records, which need none.
    get loaders() {
      loaders ??= createLoaders(parts.hub);
      return loaders;
    },
  };
}
