import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { Witnesses } from '../hub/evidence/witnesses.js';
import type { LedgerLook, Safekeeping, Signing } from '../hub/ports.js';
import { FleetingSafekeeping } from '../persistence/safekeeping.js';
import { PostgresTreeHeads } from '../persistence/tree-heads.js';

/** What the hub's signed heads are made with, and kept in. */
export interface EvidencePlace {
  /** private, Ed25519; absent: one of this process alone, for a hub that is thrown away */
  readonly ledgerKey?: KeyObject;
  /** absent: forgotten with this process */
  readonly safekeeping?: Safekeeping;
  /** told of each look at the witnessed heads that found something else than the one before */
  readonly onWitnessLook?: (look: LedgerLook) => void;
  /** told the code of what keeps looks at the witnessed heads from succeeding; undefined once one succeeded again */
  readonly onWitnessesUnseen?: (cause: string | undefined) => void;
  /** how often heads are signed at most; as often as anybody asks if absent */
  readonly headEveryMs?: number;
  /** told the code of a fault of the safekeeping folder; undefined once it went well again */
  readonly onKeepingFault?: (cause: string | undefined) => void;
}

export interface LedgerEvidence {
  readonly treeHeads: PostgresTreeHeads;
  readonly safekeeping: Safekeeping;
  readonly witnesses: Witnesses;
}

/** Signed heads, safekeeping and witnesses over one database. `treeHeads` is to be closed. */
export function createEvidence(
  url: string,
  signing: Pick<Signing, 'environment' | 'verify'>,
  { ledgerKey, onKeepingFault, onWitnessLook, onWitnessesUnseen, headEveryMs = 0, ...place }: EvidencePlace,
): LedgerEvidence {
  const safekeeping = place.safekeeping ?? new FleetingSafekeeping();
  const key = ledgerKey ?? generateKeyPairSync('ed25519').privateKey;
  const faults = onKeepingFault === undefined ? {} : { onKeepingFault };
  const treeHeads = new PostgresTreeHeads({ url, key, signing, safekeeping, headEveryMs, ...faults });
  const looks = {
    ...(onWitnessLook === undefined ? {} : { onLook: onWitnessLook }),
    ...(onWitnessesUnseen === undefined ? {} : { onBlind: onWitnessesUnseen }),
  };
  const monotonicMs = (): number => performance.now();
  return {
    treeHeads,
    safekeeping,
    witnesses: new Witnesses({ treeHeads, safekeeping, signing, monotonicMs, ...looks }),
  };
}
