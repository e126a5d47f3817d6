import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnownKeys } from '../persistence/ledger-keys.js';
import { StartError } from '../support/start-error.js';

const KEY_FILE = 'ledger-key.pem';
const PRIVATE_TO_ITS_OWNER = 0o600;

export interface LedgerKeyPlace {
  /** PEM; absent: made once and kept in the data folder */
  readonly ledgerKey?: string;
  readonly dataFolder: string;
}

/**
 * The private key that heads of the ledger are signed with: the operator's, else made once and kept.
 *
 * @throws StartError if it is no private Ed25519 key
 */
export async function openLedgerKey({ ledgerKey, dataFolder }: LedgerKeyPlace): Promise<KeyObject> {
  if (ledgerKey !== undefined) return privateKeyFrom(ledgerKey, '`BESA_LEDGER_KEY`');
  const file = join(dataFolder, KEY_FILE);
  await mkdir(dataFolder, { recursive: true });
  try {
    // Never over another: what it signed could not be followed to the next one any more.
    await writeFile(file, newKeyPem(), { mode: PRIVATE_TO_ITS_OWNER, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return privateKeyFrom(await readFile(file, 'utf8'), `\`${file}\``);
}

/** A fresh Ed25519 key, PKCS #8 in PEM. */
export function newKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** @throws StartError that names the place and shows nothing of the key */
export function privateKeyFrom(pem: string, place: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Told below, without OpenSSL's words.
  }
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new StartError(`${place} holds no private Ed25519 key (PKCS #8, PEM)`, [
    'make one with `openssl genpkey -algorithm ed25519`, or `besa audit rotate-key --out FILE` for the one that follows the present one',
  ]);
}

/**
 * Whether this process may sign: its key is the newest of the ledger.
 *
 * @throws StartError that says which key is, and what to do
 */
export function refuseOldKey({ standing }: KnownKeys): void {
  if (standing.kind === 'NEWEST') return;
  if (standing.kind === 'REPLACED') {
    const { fingerprint, since } = standing.by;
    throw new StartError(`the ledger's key was replaced on ${since.toISOString()} by \`${fingerprint}\``, [
      'give this process the new key (`BESA_LEDGER_KEY` or `BESA_LEDGER_KEY_FILE`), as all others of this hub',
    ]);
  }
  const known =
    standing.newest === undefined ? 'another one is in safekeeping' : `\`${standing.newest.fingerprint}\` is`;
  throw new StartError(`this process' key is none of the keys of the ledger; ${known}`, [
    'give it the key the other processes have (`BESA_LEDGER_KEY` or `BESA_LEDGER_KEY_FILE`; without a setting `ledger-key.pem` in `BESA_DATA`)',
    'a new key is introduced by the one before it: `besa audit rotate-key`',
  ]);
}
