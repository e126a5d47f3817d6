import type { Witness } from '../audit/verify.js';
import type { ExportVerdict } from '../audit/verify-export.js';
import { CommandFailure } from './command.js';

/** A file that was checked and holds together. */
export interface CheckedFile {
  readonly path: string;
  readonly verdict: Exclude<ExportVerdict, { readonly kind: 'BROKEN' }>;
}

/**
 * Which of the heads that were kept elsewhere were compared with the files, a line each; what was compared did agree.
 *
 * @throws CommandFailure if heads were given and none of them was: "intact" would then be taken for more than was found out
 */
export function comparedHeads(files: readonly CheckedFile[], witnesses: readonly Witness[]): readonly string[] {
  const left = witnesses.filter((witness) => files.every(({ verdict }) => verdict.uncompared.includes(witness)));
  const asks = left.map((witness) => askFor(witness, files));
  if (left.length > 0 && left.length === witnesses.length) {
    const what = files.map(({ path }) => path).join(', ');
    throw new CommandFailure(`${what} holds together, and was compared with no head that was given`, asks);
  }
  const compared = witnesses.filter((witness) => !left.includes(witness));
  return [...compared.map(({ size }) => `agrees with the head of ${size} entries`), ...asks];
}

function askFor({ size }: Witness, files: readonly CheckedFile[]): string {
  const [first] = files;
  const known = first?.verdict.of === 'LEDGER' ? first.verdict.before.size : (first?.verdict.size ?? 0);
  const [from, to] = [Math.min(size, known), Math.max(size, known)];
  return `the head of ${size} entries was not compared: ask \`ledgerConsistency(from: ${from}, to: ${to}) { from to hashes }\`, and give the answer as \`--consistency FILE\``;
}
