import type { Contradiction } from '../domain/evidence.js';
import type { LedgerLook } from '../hub/ports.js';
import { StartError } from '../support/start-error.js';

/**
 * Refuses a database that a witnessed head contradicts: an older one, or another one.
 *
 * @throws StartError that says how far the ledger goes, which head says otherwise, and what to do
 */
export function refuseContradicted({ contradictions }: LedgerLook): void {
  const [found] = contradictions;
  if (found === undefined) return;
  throw new StartError(contradictionText(found), [
    'put back the newest backup there is, or point `DATABASE_URL` (or `BESA_DATA`) to the right database',
    'if what is missing is lost for good: `besa audit accept-loss --reason "…"` writes that down in the ledger, then start again',
    'if this is meant to be another hub: give it a `BESA_SAFEKEEPING` folder of its own',
  ]);
}

/** Such as: the ledger ends at entry 7, and a head of 9 entries was witnessed at … (`head.json`): this is an older database. */
export function contradictionText({ at, file, size, treeSize }: Contradiction): string {
  const witnessed = `a head of ${size} entries of ${at.toISOString()} was witnessed (\`${file}\` in safekeeping)`;
  return treeSize < size
    ? `the ledger ends at entry ${treeSize}, and ${witnessed}: this is an older database, or another one`
    : `the first ${size} entries of the ledger are not those that were witnessed: ${witnessed}; this is another database, or its past was rewritten`;
}
