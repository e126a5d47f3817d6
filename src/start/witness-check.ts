import { HubError } from '../domain/errors.js';
import type { Contradiction } from '../domain/evidence.js';
import type { LedgerLook, Ports } from '../hub/ports.js';
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

/**
 * The look a start stands on. A folder that is there and empty is what a disk that is not mounted leaves: without a word about it,
 * a database that was set back would be taken for whole.
 *
 * @throws StartError if heads cannot be read, or if heads were signed and none of them is kept
 */
export async function lookAtStart({
  safekeeping,
  treeHeads,
  witnesses,
}: Pick<Ports, 'safekeeping' | 'treeHeads' | 'witnesses'>): Promise<LedgerLook> {
  const look = await witnesses.look().catch((cause: unknown) => {
    if (cause instanceof HubError) throw cause;
    const { code = 'unknown' } = cause as { readonly code?: string };
    throw new StartError(`the heads in the safekeeping folder cannot be read (${code})`, READABLE, { cause });
  });
  if ((await safekeeping.newestHead()) !== undefined) return look;
  const signed = await treeHeads.latest();
  if (signed === undefined) return look;
  throw new StartError(
    `the safekeeping folder has no head of this hub, which has signed one of ${signed.size} entries on ${signed.at.toISOString()}`,
    [
      'mount its disk, or set `BESA_SAFEKEEPING` to the folder that was used before; all processes of a hub share it',
      'if its content is lost for good: `besa audit accept-loss --reason "…"` writes that down in the ledger, then start again',
    ],
  );
}

const READABLE = [
  'let this process read every `*.json` in the folder `BESA_SAFEKEEPING` names, or move away what is none of its',
];

/** Such as: the ledger ends at entry 7, and a head of 9 entries was witnessed at … (`head.json`): this is an older database. */
export function contradictionText({ at, file, size, treeSize }: Contradiction): string {
  const witnessed = `a head of ${size} entries of ${at.toISOString()} was witnessed (\`${file}\` in safekeeping)`;
  return treeSize < size
    ? `the ledger ends at entry ${treeSize}, and ${witnessed}: this is an older database, or another one`
    : `the first ${size} entries of the ledger are not those that were witnessed: ${witnessed}; this is another database, or its past was rewritten`;
}
