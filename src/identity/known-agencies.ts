import type { Registry } from '../hub/ports.js';

const KNOWN_MS_MAX = 60_000;

/** Says whether an agency code is registered. */
export type IsKnownAgency = (code: string) => Promise<boolean>;

/**
 * Asks the registry once a minute at most for codes it knows, and at once for a code it does not: an agency registered a
 * moment ago is accepted without a restart. Only callers with a valid signature come here, and waiting ones share a look-up.
 */
export function knownAgencies(registry: Pick<Registry, 'agencies'>, now: () => number = Date.now): IsKnownAgency {
  let codes: ReadonlySet<string> = new Set();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = (): Promise<void> => {
    reading ??= registry
      .agencies()
      .then((agencies) => {
        codes = new Set(agencies.map((agency) => agency.code));
        readAt = now();
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  return async (code) => {
    if (!codes.has(code) || now() - readAt > KNOWN_MS_MAX) await read();
    return codes.has(code);
  };
}
