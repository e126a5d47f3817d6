import type { ConstraintCheck } from './constraint.js';

/** Treatment PSEUDONYM: no recipient has its key yet, so a permission that shows a field so denies as a whole. */
export const pseudonym: ConstraintCheck = ({ fields = {} }) =>
  Object.values(fields).some(({ kind }) => kind === 'PSEUDONYM') ? 'OWNER_APPROVAL_REQUIRED' : null;
