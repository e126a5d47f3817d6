import type { ConstraintCheck } from './constraint.js';

/** `rowsMax`: records disclosed under the clause. Not counted or checked yet, so the permission denies rather than be wider than it reads. */
export const rowsMax: ConstraintCheck = () => 'QUOTA_EXHAUSTED';
