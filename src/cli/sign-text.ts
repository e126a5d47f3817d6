import { createPrivateKey, createPublicKey, sign } from 'node:crypto';

/**
 * The signature of a signatory over an agreement's text: Ed25519 over its UTF-8 bytes, 128 lower-case hexadecimal digits.
 * Made where the key is, never in the hub.
 *
 * @param privateKeyPem PKCS #8, PEM
 * @throws TypeError if it is no Ed25519 key
 */
export function signText(privateKeyPem: string, text: string): string {
  const key = createPrivateKey(privateKeyPem);
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('only Ed25519 keys sign agreements');
  return sign(null, Buffer.from(text, 'utf8'), key).toString('hex');
}

const PUBLIC_KEY_BYTES = 32;

/**
 * The public half of a key as the hub registers it: 32 bytes, 64 lower-case hexadecimal digits.
 *
 * @param pem a private key (PKCS #8) or a public one (SubjectPublicKeyInfo)
 * @throws TypeError if it is no Ed25519 key
 */
export function publicKeyOf(pem: string): string {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('only Ed25519 keys sign agreements');
  // The raw key ends its SubjectPublicKeyInfo (RFC 8410, section 4).
  return key.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES).toString('hex');
}
