import type { Terms } from '../../domain/agreement.js';
import type { Agency } from '../../domain/registry.js';

/** A version of an agreement with everything that is told of it outside the hub. */
export interface AgreedVersion {
  readonly terms: Terms;
  readonly version: number;
  /** SHA-256 of the signed text, lower-case hexadecimal */
  readonly hash: string;
  /** hash of the version before; null for the first */
  readonly previous: string | null;
  /** the instants between which its dates let it be in force, half-open */
  readonly from: Date;
  readonly until: Date;
  /** null: on the table, not signed by everybody */
  readonly finalisedAt: Date | null;
  readonly signatures: readonly AgreedSignature[];
  /** the registered agencies among the parties */
  readonly agencies: readonly Agency[];
}

export interface AgreedSignature {
  readonly agency: string;
  /** Ed25519, hexadecimal */
  readonly signature: string;
  readonly publicKey: string | null;
  readonly signedAt: Date;
}
