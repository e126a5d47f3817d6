import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { SPKI_PREFIX } from '../audit/ed25519.js';

export { verifyEd25519 } from '../audit/ed25519.js';

/** SHA-256 of the UTF-8 bytes of a text, lower-case hexadecimal. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
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
