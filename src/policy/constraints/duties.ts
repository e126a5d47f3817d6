import { enforcedLater } from './constraint.js';

/** `duties`: what the recipient owes in return. They fail no ask: each is a task that is attested, and stated with the data. */
export const duties = enforcedLater;
