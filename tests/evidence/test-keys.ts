/** Keys for heads of the ledger, always the same: hubs of one test run on one database agree on theirs. */
import { createPrivateKey, type KeyObject } from 'node:crypto';

/** PKCS #8 of an Ed25519 key without its 32 bytes (RFC 8410, section 7) */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export function testKey(seed: number): KeyObject {
  const der = Buffer.concat([PREFIX, Buffer.alloc(32, seed)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

export const LEDGER_KEY: KeyObject = testKey(1);
