import type { ConstraintCheck } from './constraint.js';

/** `hours`: the time of day in which the clause may be used. Not counted or checked yet, so the permission denies rather than be wider than it reads. */
export const hours: ConstraintCheck = () => 'OUTSIDE_TIME_WINDOW';
