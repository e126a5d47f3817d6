import type { LedgerKey, SignedHead } from '../domain/evidence.js';
import { verifyEd25519 } from './ed25519.js';
import { readHead, trustedKeys, verifyHead } from './signed-head.js';

/** Which signed heads are believed. */
export interface HeadTrust {
  /** keys believed, those that follow from the given ones among them */
  readonly keys: readonly LedgerKey[];
  /** why a head counts for nothing; null = it is believed */
  readonly doubtOf: (head: SignedHead) => string | null;
}

export interface TrustOptions {
  /** fingerprints or raw public keys, hex, of keys believed already; none = the first key that is handed in */
  readonly trusted: readonly string[];
  /** of the hub; undefined = whichever the heads name, as long as all name the same */
  readonly environment?: string | undefined;
}

const verify = verifyEd25519;

/**
 * Trust in the heads of a ledger by trust in its keys.
 *
 * Without a key from elsewhere the first one is believed as it stands there: then signatures find whoever lacks the private
 * key, and nobody who made a ledger, with keys of its own, anew.
 *
 * @param keys as handed out beside the ledger, in any order
 */
export function headTrust(keys: readonly LedgerKey[], { trusted, environment }: TrustOptions): HeadTrust {
  const first = keys.find(({ introduction }) => introduction === null) ?? keys[0];
  const given = trusted.length > 0 ? trusted : first === undefined ? [] : [first.fingerprint];
  let known = environment;
  let believed: readonly LedgerKey[] | undefined;
  const keysOf = (named: string): readonly LedgerKey[] => {
    believed ??= trustedKeys(keys, given, { verify, environment: named });
    return believed;
  };
  return {
    get keys() {
      return keysOf(known ?? environmentOf(keys) ?? '');
    },
    doubtOf: (head) => {
      const named = environmentIn(head);
      known ??= named;
      if (named === undefined || named !== known) return `the head of ${head.size} entries is of another hub`;
      if (verifyHead(head, keysOf(known), { verify })) return null;
      return `the head of ${head.size} entries is not signed by a key that is believed, in its time (key ${head.key})`;
    },
  };
}

/** A head somebody kept, its signature checked against the key beside it: whoever kept it believes that key. */
export interface KeptHead {
  readonly size: number;
  /** hex */
  readonly root: string;
  /** raw public key, hex */
  readonly publicKey: string;
  readonly environment: string;
}

/**
 * The head in a file that was kept elsewhere.
 * @throws Error with a plain message if it is none, or its signature does not hold
 */
export function readKeptHead(fileText: string): KeptHead {
  const { size, root, publicKey, environment, text, signature, key, at } = readHead(fileText);
  const ledgerKey = { fingerprint: key, publicKey, since: at, introduction: null };
  const isNamed = trustedKeys([ledgerKey], [publicKey], { verify, environment }).length === 1;
  if (!isNamed || !verify(publicKey, text, signature)) throw new Error('its signature does not hold');
  return { size, root, publicKey, environment };
}

function environmentIn({ text, signature }: SignedHead): string | undefined {
  try {
    // The public key is not read from here: any will do to read what the text says.
    return readHead(JSON.stringify({ publicKey: '0'.repeat(64), signature, text })).environment;
  } catch {
    return undefined;
  }
}

/** The hub that introductions of keys name. */
function environmentOf(keys: readonly LedgerKey[]): string | undefined {
  for (const { introduction } of keys) {
    if (introduction === null) continue;
    const { environment } = JSON.parse(introduction.text) as { readonly environment?: unknown };
    if (typeof environment === 'string') return environment;
  }
  return undefined;
}
