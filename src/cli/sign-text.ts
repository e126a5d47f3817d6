import { createPrivateKey, sign } from 'node:crypto';

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
