import { unreachable } from '../support/unreachable.js';
import type { LadderStep } from './ladder.js';

/** How one field of a visible row is shown. Least redacted first: CLEAR, GENERALISED (finer first), MASKED, PSEUDONYM, WITHHELD. */
export type Treatment =
  | { readonly kind: 'CLEAR' }
  | { readonly kind: 'GENERALISED'; readonly step: string }
  | { readonly kind: 'MASKED' }
  | { readonly kind: 'PSEUDONYM' }
  | { readonly kind: 'WITHHELD' };

export const CLEAR: Treatment = { kind: 'CLEAR' };
export const MASKED: Treatment = { kind: 'MASKED' };
export const WITHHELD: Treatment = { kind: 'WITHHELD' };

/** MASKED shows this many last characters, and only of strings that have at least `MASKED_LENGTH_MIN`. */
export const MASKED_CHARACTERS_SHOWN = 3;
export const MASKED_LENGTH_MIN = 8;
/** Text begins with it where a token stands for a value; no proof of one: only opening tells. */
export const PSEUDONYM_PREFIX = 'psn_';

export const PSEUDONYM_ROTATIONS = ['month', 'quarter', 'year'] as const;
/** How long a recipient's tokens stay the same: to the end of the calendar month, quarter or year of the hub's time zone. */
export type PseudonymRotation = (typeof PSEUDONYM_ROTATIONS)[number];

/** what stands for the hidden beginning of a masked string; its length says nothing about the value's */
export const MASK_PREFIX = '***';

/**
 * The place of a treatment on the field's ladder: smaller = less redacted.
 * @throws if a step is not on the ladder: refused when the clause was drafted, so this would be our own bug
 */
export function redaction(treatment: Treatment, ladder: readonly LadderStep[]): number {
  switch (treatment.kind) {
    case 'CLEAR':
      return 0;
    case 'GENERALISED': {
      const index = ladder.findIndex((step) => step.name === treatment.step);
      if (index < 0) throw new Error(`step \`${treatment.step}\` is not on the ladder`);
      return 1 + index;
    }
    case 'MASKED':
      return 1 + ladder.length;
    case 'PSEUDONYM':
      return 2 + ladder.length;
    case 'WITHHELD':
      return 3 + ladder.length;
    default:
      return unreachable(treatment);
  }
}

/** The less redacted of two treatments of one field. */
export function leastRedacted(a: Treatment, b: Treatment, ladder: readonly LadderStep[]): Treatment {
  return redaction(a, ladder) <= redaction(b, ladder) ? a : b;
}
