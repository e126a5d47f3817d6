import type { ConstraintCheck } from './constraint.js';

/** `recordAgeMax`: records no older than this. Not counted or checked yet, so the permission denies rather than be wider than it reads. */
export const recordAgeMax: ConstraintCheck = () => 'OUTSIDE_TIME_WINDOW';
