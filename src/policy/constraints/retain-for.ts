import type { ConstraintCheck } from './constraint.js';

/** `retainFor`: how long the recipient may keep what it read. Not counted or checked yet, so the permission denies rather than be wider than it reads. */
export const retainFor: ConstraintCheck = () => 'ONWARD_SHARING_FORBIDDEN';
