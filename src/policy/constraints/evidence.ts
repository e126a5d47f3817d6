import { enforcedLater } from './constraint.js';

/** `evidence: VALUES`: the ledger keeps a commitment to what was shown. It fails no ask and changes no answer: it is kept when rows leave. */
export const evidence = enforcedLater;
