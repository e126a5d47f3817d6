import type { Ask } from '../../domain/ask.js';
import type { Permission } from '../../domain/clause.js';
import type { ReasonCode } from '../../domain/reasons.js';

/**
 * What one kind of constraint says of an ask: null if it holds, else why not.
 * A constraint may only narrow: it takes a permission away, never gives one.
 */
export type ConstraintCheck = (permission: Permission, ask: Ask) => ReasonCode | null;

/** A constraint that is enforced elsewhere: on each row or each cell, so it fails no ask as a whole. */
export const enforcedLater: ConstraintCheck = () => null;
