import { enforcedLater } from './constraint.js';

/** `onwardDepth: 0`: how often the recipient may hand it on. It fails no ask: it goes with the data, in `disclosure`. */
export const onwardDepth = enforcedLater;
