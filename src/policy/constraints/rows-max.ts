import { enforcedLater } from './constraint.js';

/** `rowsMax: 1000`: at most so many records in one answer. Enforced by the plan, which cuts the page; the next page goes on. */
export const rowsMax = enforcedLater;
