/** What a start finds out about the ledger: it is recomputed while that takes seconds, and left to `besa audit verify` after that. */
import { headTrust } from '../audit/head-trust.js';
import { verify } from '../audit/verify.js';
import { withLedger } from '../persistence/ledger-reader.js';

/** More are not recomputed at start, which would take longer than a start may. */
export const ENTRIES_CHECKED_AT_START_MAX = 30_000;

export type LedgerState =
  | { readonly kind: 'VERIFIED'; readonly entries: number }
  | { readonly kind: 'NOT_CHECKED'; readonly entries: number }
  /** `explanation`: such as `entry 7: CHANGED: …`; it holds no content of an entry */
  | { readonly kind: 'BROKEN'; readonly explanation: string };

/** @throws what the connection throws; a ledger that does not verify is an answer */
export async function checkLedger(
  databaseUrl: string,
  entriesMax: number = ENTRIES_CHECKED_AT_START_MAX,
): Promise<LedgerState> {
  return withLedger(databaseUrl, async ({ size, chunks, isArchived, keys }) => {
    if (size > entriesMax) return { kind: 'NOT_CHECKED', entries: size };
    const verdict = await verify(chunks, [], { isArchived, doubtOf: headTrust(keys, { trusted: [] }).doubtOf });
    if (verdict.kind === 'INTACT') return { kind: 'VERIFIED', entries: verdict.size };
    const { position, until, fault, explanation } = verdict;
    const where = position === until ? `entry ${position}` : `entry ${position}, or one up to ${until}`;
    return { kind: 'BROKEN', explanation: `${where}: ${fault}: ${explanation}` };
  });
}
