import type { Party } from '../change-agreement.js';
import { type Acting, actOnRecord, NO_CHANGES, type QualityActed, type QualityAsk } from './quality-act.js';

/** Erases a record in all its versions, for good. Its steward's: a tombstone stays, and whoever received it is told to erase its copy. */
export function eraseRecord(hub: Acting, by: Party, ask: QualityAsk): Promise<QualityActed> {
  return actOnRecord(hub, by, ask, { name: 'eraseRecord', kind: 'ERASED', changesOf: () => NO_CHANGES });
}
