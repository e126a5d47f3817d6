import { objectIn } from './export-format.js';
import { verifyConsistency } from './merkle-proof.js';
import type { ConsistencyProof, Witness } from './verify.js';

export interface Comparison {
  /** those that neither have the size of the tree nor a proof that leads to it: nothing is known of them */
  readonly uncompared: readonly Witness[];
  /** the first that saw another history, or whose proof does not hold */
  readonly contradiction: Witness | null;
}

/**
 * Heads kept elsewhere against the one head of a tree of which not every leaf is known: one of the same size by its root, one of
 * another size by a proof of consistency.
 *
 * @param head of the tree
 * @param proofs in any order; one for other sizes is no matter
 */
export function compareWitnesses(
  head: Witness,
  witnesses: readonly Witness[],
  proofs: readonly ConsistencyProof[],
): Comparison {
  const uncompared: Witness[] = [];
  for (const witness of witnesses) {
    const [from, to] = witness.size <= head.size ? [witness, head] : [head, witness];
    const proof = from.size === to.size ? NOTHING_TO_PROVE : proofOf(from.size, to.size, proofs);
    if (proof === undefined) uncompared.push(witness);
    else if (!leadsFrom(from, to, proof.hashes)) return { uncompared, contradiction: witness };
  }
  return { uncompared, contradiction: null };
}

const NOTHING_TO_PROVE = { hashes: [] };

const proofOf = (from: number, to: number, proofs: readonly ConsistencyProof[]): ConsistencyProof | undefined =>
  proofs.find((proof) => proof.from === from && proof.to === to);

function leadsFrom(from: Witness, to: Witness, hashes: readonly string[]): boolean {
  const [fromRoot, toRoot] = [bytesOf(from.root), bytesOf(to.root)];
  return verifyConsistency({ from: from.size, to: to.size, fromRoot, toRoot, path: hashes.map(bytesOf) });
}

/**
 * A proof of consistency from the text of a file: `{"from":…,"to":…,"hashes":[…]}`, alone or in the answer of the hub that holds it.
 *
 * @throws Error with a plain message if it is none
 */
export function readConsistency(fileText: string): ConsistencyProof {
  const answer = objectIn(fileText.trim());
  const data = (answer.data ?? answer) as Readonly<Record<string, unknown>>;
  const { from, to, hashes } = (data.ledgerConsistency ?? data) as Readonly<Record<string, unknown>>;
  if (!isSize(from) || !isSize(to) || !Array.isArray(hashes) || !hashes.every(isHash))
    throw new Error('it has no `from`, `to` and `hashes`, as `ledgerConsistency { from to hashes }` gives them');
  return { from, to, hashes };
}

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
