import type { Party } from '../change-agreement.js';
import { type Acting, actOnRecord, NO_CHANGES, type QualityActed, type QualityAsk } from './quality-act.js';

/** Marks a record as disputed. Its steward's: it stays in answers with that status, and whoever received it is told. A correction ends it. */
export function disputeRecord(hub: Acting, by: Party, ask: QualityAsk): Promise<QualityActed> {
  return actOnRecord(hub, by, ask, {
    name: 'disputeRecord',
    kind: 'DISPUTED',
    changesOf: (_place, { status }) => {
      if (status !== 'DISPUTED') return NO_CHANGES;
      const message = 'this record is disputed already; `correctRecord` ends a dispute';
      return [{ path: ['input'], code: 'ALREADY_DONE', message }];
    },
  });
}
