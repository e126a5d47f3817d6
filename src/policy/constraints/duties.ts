import type { ConstraintCheck } from './constraint.js';

/** `duties`: what the recipient owes the owner in return. Not counted or checked yet, so the permission denies rather than be wider than it reads. */
export const duties: ConstraintCheck = () => 'OWNER_APPROVAL_REQUIRED';
