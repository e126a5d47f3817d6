import { enforcedLater } from './constraint.js';

/** `zeroPolicy: SUPPRESS`: an absent group may not be known to be 0. Enforced per cell in `disclosure/`, the strictest of all candidates. */
export const zeroPolicy = enforcedLater;
