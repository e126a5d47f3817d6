import type { ConstraintCheck } from './constraint.js';

/** `onwardDepth`: how far the recipient may hand it on. Not counted or checked yet, so the permission denies rather than be wider than it reads. */
export const onwardDepth: ConstraintCheck = () => 'ONWARD_SHARING_FORBIDDEN';
