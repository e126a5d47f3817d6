import { createPublicKey, verify } from 'node:crypto';

/** SubjectPublicKeyInfo of an Ed25519 key without its 32 bytes (RFC 8410, section 4). */
export const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

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
