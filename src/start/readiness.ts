import { readHead } from '../audit/signed-head.js';
import { HubError } from '../domain/errors.js';
import type { Degraded, ReadinessCheck, Refused } from '../http/probe-routes.js';
import type { LedgerDoubt, Ports } from '../hub/ports.js';

type Looked = Pick<Ports, 'agreements' | 'ledger' | 'witnesses' | 'treeHeads' | 'safekeeping'>;

const REFUSED =
  'the ledger is older than a head of it that was witnessed, or another one; nothing is answered until the operator has acted';
const UNSEEN = 'the heads kept of the ledger cannot be compared with it; nothing is answered until they can';
const SOON = 'the heads kept of the ledger cannot be compared with it; in some minutes nothing is answered any more';

/** What `/readyz` looks at. It is read without a token: that something is wrong may be told, never what or how much of it. */
export function readinessChecks(hub: Looked): readonly ReadinessCheck[] {
  return [
    { name: 'database', check: async () => void (await hub.agreements.inForce({ refresh: true })) },
    {
      name: 'agreements',
      check: async () => {
        const { doubts = [] } = await hub.agreements.inForce({ refresh: true });
        return doubts.length > 0 ? 'DEGRADED' : undefined;
      },
    },
    { name: 'ledger', check: async () => void (await hub.ledger.list('', { limit: 1 })) },
    { name: 'witnesses', check: () => witnessCheck(hub) },
  ];
}

/** Degraded: a file in safekeeping is no head of this ledger, or the newest head has not got there, or nobody can look. */
async function witnessCheck(hub: Looked): Promise<'DEGRADED' | Degraded | Refused | undefined> {
  const { witnesses, treeHeads, safekeeping } = hub;
  const look = await witnesses.look().catch((error: unknown) => {
    // The database is away: then the hub answers nothing anyway.
    if (error instanceof HubError) throw error;
    return undefined;
  });
  if (look === undefined) return unseen(await witnesses.doubt());
  const { contradictions, doubts } = look;
  if (contradictions.length > 0) return { refused: REFUSED };
  const [signed, kept] = [await treeHeads.latest(), sizeIn(await safekeeping.newestHead())];
  const isKept = signed === undefined || (kept !== undefined && kept >= signed.size);
  return doubts.length > 0 || !isKept ? 'DEGRADED' : undefined;
}

function unseen(doubt: LedgerDoubt | undefined): Degraded | Refused {
  if (doubt === undefined) return { degraded: SOON };
  return { refused: doubt === 'LEDGER_CONTRADICTED' ? REFUSED : UNSEEN };
}

function sizeIn(text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : readHead(text).size;
  } catch {
    return undefined;
  }
}
