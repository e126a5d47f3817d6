import type { Ask } from '../../domain/ask.js';
import type { ConstraintCheck } from './constraint.js';

/** characters (code points) after trimming */
export const JUSTIFICATION_LENGTH_MAX = 500;

/** Does the ask say why, in words that fit the ledger? Blanks alone say nothing. */
export function isJustified({ justification: text = '' }: Ask): boolean {
  const characters = [...text.trim()].length;
  return characters > 0 && characters <= JUSTIFICATION_LENGTH_MAX;
}

/** `justification: REQUIRED`. */
export const justification: ConstraintCheck = (permission, ask) =>
  permission.constraints.justification !== 'REQUIRED' || isJustified(ask) ? null : 'JUSTIFICATION_MISSING';
