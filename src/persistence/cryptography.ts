import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** SHA-256 of the UTF-8 bytes of a text, lower-case hexadecimal. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SubjectPublicKeyInfo of an Ed25519 key without its 32 bytes (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PUBLIC_KEY = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[0-9a-f]{128}$/;

/**
 * Is it an Ed25519 signature over the UTF-8 bytes of the text? Key and signature in lower-case hexadecimal, so that each has
 * one spelling; whatever is malformed is no signature.
 */
export function verifyEd25519(publicKey: string, text: string, signature: string): boolean {
  if (!PUBLIC_KEY.test(publicKey) || !SIGNATURE.test(signature)) return false;
  try {
    const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'hex')]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}

/**
 * The 32 bytes of an Ed25519 public key as the hub keeps them, lower-case hexadecimal.
 *
 * @param key PEM text, or a key of node:crypto (of a private key, its public half)
 * @throws TypeError if it is no Ed25519 key
 */
export function publicKeyHex(key: string | KeyObject): string {
  const object = typeof key !== 'string' && key.type === 'public' ? key : createPublicKey(key);
  if (object.asymmetricKeyType !== 'ed25519') throw new TypeError('only Ed25519 keys sign agreements');
  return object.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length).toString('hex');
}
