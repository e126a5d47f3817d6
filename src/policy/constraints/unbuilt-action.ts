import type { Action } from '../../domain/action.js';
import type { ConstraintCheck } from './constraint.js';

const BUILT: readonly Action[] = ['READ', 'AGGREGATE'];

/** Matching and exporting have no door yet: asking for them is refused. The rights they include (design 3) hold. */
export const unbuiltAction: ConstraintCheck = (_permission, ask) =>
  BUILT.includes(ask.action) ? null : 'OWNER_APPROVAL_REQUIRED';
