import { hash } from 'node:crypto';
import type { LedgerKey, SignedHead } from '../domain/evidence.js';
import { canonicalJson, type JsonValue } from '../support/canonical-json.js';

/** What a signed text says it is: a signature given for one of these never passes as one for another. */
export const HEAD_DOMAIN = 'besa.tree-head.v1';
export const KEY_DOMAIN = 'besa.ledger-key.v1';
export const EXPORT_DOMAIN = 'besa.ledger-export.v1';

/** Ed25519 over the UTF-8 bytes; key and signature in lower-case hexadecimal; false for anything malformed. */
export interface SignatureCheck {
  verify(publicKey: string, text: string, signature: string): boolean;
}

/** A signed head as it is handed out: with the public half of its key, and the hub it speaks of. */
export interface HeadFile extends SignedHead {
  /** raw Ed25519 key, hexadecimal */
  readonly publicKey: string;
  readonly environment: string;
}

const HASH = /^[0-9a-f]{64}$/;
const FINGERPRINT = /^[0-9a-f]{32}$/;
const SIGNATURE = /^[0-9a-f]{128}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Names a key: the first 16 bytes of the SHA-256 of the raw public key, hexadecimal.
 *
 * @param publicKey 64 hexadecimal digits
 */
export function fingerprintOf(publicKey: string): string {
  const bytes = Uint8Array.from(publicKey.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  return hash('sha256', bytes, 'hex').slice(0, 32);
}

/**
 * What is signed of a head, canonical JSON (RFC 8785):
 *
 *     {"at":"2026-11-24T10:00:00.000Z","domain":"besa.tree-head.v1","environment":"tirana-2024","key":"…","root":"…","size":7}
 *
 * @param head `root` hexadecimal, `key` the fingerprint of the key that signs, `size` in entries
 */
export function headText(
  head: Pick<SignedHead, 'at' | 'key' | 'root' | 'size'> & { readonly environment: string },
): string {
  const { at, environment, key, root, size } = head;
  return canonicalJson({ at: at.toISOString(), domain: HEAD_DOMAIN, environment, key, root, size });
}

/** A head as a file (`head.json`): `{"publicKey":"…","signature":"…","text":"…"}`, canonical JSON. */
export function headFileText(head: Pick<HeadFile, 'publicKey' | 'signature' | 'text'>): string {
  const { publicKey, signature, text } = head;
  return canonicalJson({ publicKey, signature, text });
}

/**
 * The head in the text of a file, read and not yet believed: `verifyHead` tells whether its signature holds.
 *
 * @throws Error with a plain message if it is no such file
 */
export function readHead(fileText: string): HeadFile {
  const { publicKey, signature, text } = objectIn(fileText, 'the file is no JSON object');
  return headFrom({ publicKey, signature, text });
}

/**
 * The same from its three texts, as somebody presents them.
 *
 * @throws Error with a plain message if they are no head
 */
export function headFrom(parts: {
  readonly publicKey?: unknown;
  readonly signature?: unknown;
  readonly text?: unknown;
}): HeadFile {
  const { publicKey, signature, text } = parts;
  if (typeof publicKey !== 'string' || !HASH.test(publicKey))
    throw new Error('`publicKey` is 64 hexadecimal digits in small letters');
  if (typeof signature !== 'string' || !SIGNATURE.test(signature))
    throw new Error('`signature` is 128 hexadecimal digits in small letters');
  if (typeof text !== 'string') throw new Error('`text` is a text');
  return { ...saidIn(text), publicKey, signature, text };
}

function saidIn(text: string): Omit<HeadFile, 'publicKey' | 'signature' | 'text'> {
  const { at, domain, environment, key, root, size } = objectIn(text, 'the signed text is no JSON object');
  if (domain !== HEAD_DOMAIN) throw new Error('the signed text is no head of a ledger');
  if (
    typeof at !== 'string' ||
    !INSTANT.test(at) ||
    Number.isNaN(Date.parse(at)) ||
    typeof environment !== 'string' ||
    typeof key !== 'string' ||
    !FINGERPRINT.test(key) ||
    typeof root !== 'string' ||
    !HASH.test(root) ||
    typeof size !== 'number' ||
    !Number.isSafeInteger(size) ||
    size < 0
  ) {
    throw new Error('the signed text is no whole head: instant, environment, key, root and size are needed');
  }
  const head = { at: new Date(at), environment, key, root, size };
  // One head, one spelling: a name given twice or one more name would be read differently by others.
  if (headText(head) !== text) throw new Error('the signed text of the head is not spelled canonically');
  return head;
}

function objectIn(text: string, fault: string): Partial<Record<string, unknown>> {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Error(fault);
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Error(fault);
  return read as Partial<Record<string, unknown>>;
}

/**
 * Whether a head is genuine: signed by one of these keys, while that key was the newest, and saying in its text what it says
 * beside it.
 *
 * @param keys only believed ones: see `trustedKeys`
 */
export function verifyHead(head: SignedHead, keys: readonly LedgerKey[], { verify }: SignatureCheck): boolean {
  const key = keys.find(({ fingerprint }) => fingerprint === head.key);
  if (key === undefined || !verify(key.publicKey, head.text, head.signature)) return false;
  const successor = keys.find((later) => previousOf(later) === key.fingerprint);
  // A key that was replaced may have been stolen: what it signs from then on counts for nothing.
  if (successor !== undefined && head.at > successor.since) return false;
  try {
    const said = saidIn(head.text);
    const isSame = said.size === head.size && said.root === head.root && said.key === head.key;
    return isSame && said.at.getTime() === head.at.getTime();
  } catch {
    return false;
  }
}

/** What introduces a key: signed by the key before it, and by itself. Canonical JSON. */
export function introductionText(key: {
  readonly environment: string;
  readonly key: string;
  readonly previous: string;
  readonly publicKey: string;
  readonly since: Date;
}): string {
  const { environment, previous, publicKey, since } = key;
  const named = { environment, key: key.key, previous, publicKey, since: since.toISOString() };
  return canonicalJson({ domain: KEY_DOMAIN, ...named });
}

/**
 * The keys that can be believed by whoever believes one of them, in the order given. From a believed key the one it introduced
 * follows, for it signed the introduction; and the one it was introduced by, for it signed that too. A key whose introduction
 * does not carry both signatures is left out, with everything that hangs on it.
 *
 * @param keys as they were handed out, in any order
 * @param trusted fingerprints or raw public keys, hexadecimal, of keys believed already
 * @param options `environment`: of the hub; an introduction for another one counts for nothing
 */
export function trustedKeys(
  keys: readonly LedgerKey[],
  trusted: readonly string[],
  { verify, environment }: SignatureCheck & { readonly environment: string },
): readonly LedgerKey[] {
  const wellNamed = keys.filter((key) => fingerprintOf(key.publicKey) === key.fingerprint);
  const publicKeys = new Map(wellNamed.map((key) => [key.fingerprint, key.publicKey]));
  const links = wellNamed.flatMap((key) => {
    const previous = previousOf(key);
    return previous !== undefined && isIntroduced(key, publicKeys.get(previous), { verify, environment })
      ? [[previous, key.fingerprint] as const]
      : [];
  });
  const believed = new Set(
    wellNamed
      .filter(({ fingerprint, publicKey }) => trusted.includes(fingerprint) || trusted.includes(publicKey))
      .map(({ fingerprint }) => fingerprint),
  );
  for (let before = -1; before < believed.size; ) {
    before = believed.size;
    for (const [a, b] of links) if (believed.has(a) || believed.has(b)) believed.add(a).add(b);
  }
  return wellNamed.filter(({ fingerprint }) => believed.has(fingerprint));
}

function isIntroduced(
  key: LedgerKey,
  previousPublicKey: string | undefined,
  { verify, environment }: SignatureCheck & { readonly environment: string },
): boolean {
  const previous = previousOf(key);
  if (key.introduction === null || previous === undefined || previousPublicKey === undefined) return false;
  const { text, byPrevious, byItself } = key.introduction;
  const { fingerprint, publicKey, since } = key;
  const wanted = introductionText({ environment, key: fingerprint, previous, publicKey, since });
  return text === wanted && verify(previousPublicKey, text, byPrevious) && verify(publicKey, text, byItself);
}

/** Fingerprint of the key that introduced this one, as its introduction says; undefined for the first. */
export function previousOf({ introduction }: Pick<LedgerKey, 'introduction'>): string | undefined {
  if (introduction === null) return undefined;
  try {
    const { previous } = objectIn(introduction.text, '');
    return typeof previous === 'string' ? previous : undefined;
  } catch {
    return undefined;
  }
}

/** One key as it stands in exports and in `keys.json`. */
export function ledgerKeyJson(key: LedgerKey): { readonly [name: string]: JsonValue } {
  const { fingerprint, introduction, publicKey, since } = key;
  return {
    fingerprint,
    introduction: introduction === null ? null : { ...introduction },
    publicKey,
    since: since.toISOString(),
  };
}

/** The keys of a hub as a file (`keys.json`): `{"environment":"…","keys":[…]}`, canonical JSON. */
export function keysFileText(environment: string, keys: readonly LedgerKey[]): string {
  return canonicalJson({ environment, keys: keys.map(ledgerKeyJson) });
}

/**
 * One key as `ledgerKeyJson` wrote it.
 *
 * @throws Error with a plain message if it is none
 */
export function readLedgerKey(read: unknown): LedgerKey {
  const { fingerprint, introduction, publicKey, since } = (read ?? {}) as Partial<Record<string, unknown>>;
  if (
    typeof fingerprint !== 'string' ||
    !FINGERPRINT.test(fingerprint) ||
    typeof publicKey !== 'string' ||
    !HASH.test(publicKey) ||
    typeof since !== 'string' ||
    !INSTANT.test(since)
  ) {
    throw new Error('a key of the ledger has fingerprint, public key and instant');
  }
  return { fingerprint, publicKey, since: new Date(since), introduction: introductionIn(introduction) };
}

function introductionIn(read: unknown): LedgerKey['introduction'] {
  if (read === null) return null;
  const { text, byPrevious, byItself } = (read ?? {}) as Partial<Record<string, unknown>>;
  if (typeof text !== 'string' || typeof byPrevious !== 'string' || typeof byItself !== 'string') {
    throw new Error('the introduction of a key has a text and two signatures');
  }
  return { text, byPrevious, byItself };
}

/**
 * The keys in the text of a `keys.json`, not yet believed: see `trustedKeys`.
 *
 * @throws Error with a plain message if it is no such file
 */
export function readKeysFile(fileText: string): { readonly environment: string; readonly keys: readonly LedgerKey[] } {
  const { environment, keys } = objectIn(fileText, 'the file is no JSON object');
  if (typeof environment !== 'string' || !Array.isArray(keys)) throw new Error('the file holds no keys of a ledger');
  return { environment, keys: keys.map(readLedgerKey) };
}

/** What is signed of an export: its digest, and whose it is. Canonical JSON; `digest` hexadecimal. */
export function exportText(sealed: {
  readonly digest: string;
  readonly environment: string;
  readonly key: string;
}): string {
  const { digest, environment, key } = sealed;
  return canonicalJson({ digest, domain: EXPORT_DOMAIN, environment, key });
}
