import type { ConstraintCheck } from './constraint.js';

/** `quota`: values asked for in a day or a month. Not counted or checked yet, so the permission denies rather than be wider than it reads. */
export const quota: ConstraintCheck = () => 'QUOTA_EXHAUSTED';
