/**
 * Signatory keys of the demo: Ed25519, derived from the agency's code, so that everybody who reads this file has them. They
 * let a newcomer walk the whole journey of an agreement alone; a hub that is not in demo mode must refuse them, and can,
 * because it can derive them too.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

export interface DemoKey {
  readonly agency: string;
  /** 32 bytes as 64 lower-case hexadecimal digits, as the hub registers it */
  readonly publicKey: string;
  /** PKCS #8, for signing on the command line */
  readonly privateKeyPem: string;
}

/** domain tag: no other key of the hub is derived like this */
const SEED_TAG = 'besa demo signatory key, known to everybody, never for production|';
/** PKCS #8 wrapping of a raw Ed25519 seed (RFC 8410, section 7) */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** bytes of a raw Ed25519 public key, which end its SPKI form */
const PUBLIC_KEY_BYTES = 32;

/** The demo key of an agency: always the same one. */
export function demoKey(agency: string): DemoKey {
  const privateKey = privateKeyOf(agency);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    agency,
    publicKey: spki.subarray(-PUBLIC_KEY_BYTES).toString('hex'),
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

/** The agency's demo signature over the UTF-8 bytes of a text: Ed25519, 128 lower-case hexadecimal digits. */
export function signAsDemo(agency: string, text: string): string {
  return sign(null, Buffer.from(text, 'utf8'), privateKeyOf(agency)).toString('hex');
}

/** Is this public key (hexadecimal) the demo key of the agency? Production asks before it accepts a key. */
export function isDemoKey(agency: string, publicKey: string): boolean {
  return demoKey(agency).publicKey === publicKey.toLowerCase();
}

function privateKeyOf(agency: string): KeyObject {
  const seed = createHash('sha256').update(`${SEED_TAG}${agency}`, 'utf8').digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}
