import { enforcedLater } from './constraint.js';

/** `countMin: 5`: the smallest count of records a statistics cell may tell. Enforced per cell in `disclosure/`, the strictest of all candidates. */
export const countMin = enforcedLater;
