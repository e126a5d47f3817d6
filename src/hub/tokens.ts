import type { Ask } from '../domain/ask.js';
import type { Decision } from '../domain/decision.js';
import type { Ports, PseudonymHolder } from './ports.js';

/** Tokens as one ask meets them: its own agency's, of the period its decision holds in. */
export interface Tokens {
  tokenOf(value: string): string;
  /** undefined for a text that is no token of this agency and period */
  behindToken(token: string): string | undefined;
}

/**
 * The tokens of an ask. An owner that looks through a recipient's eyes gets tokens of its own kind: with the recipient's, or
 * with those it receives itself, it could put a record of its own beside each token and read off what it stands for.
 */
export function tokensOf(
  { pseudonyms }: Pick<Ports, 'pseudonyms'>,
  { agency, viewedBy }: Pick<Ask, 'agency' | 'viewedBy'>,
  { pseudonymPeriod: period }: Pick<Decision, 'pseudonymPeriod'>,
): Tokens {
  const holder = (): PseudonymHolder => {
    // INVARIANT (fail closed): a value is never shown for want of a key.
    if (period === undefined) throw new Error('this decision shows no pseudonyms');
    return { agency, period, ...(viewedBy === undefined ? {} : { viewedBy }) };
  };
  return {
    tokenOf: (value) => pseudonyms.seal(holder(), value),
    behindToken: (token) => pseudonyms.open(holder(), token),
  };
}
