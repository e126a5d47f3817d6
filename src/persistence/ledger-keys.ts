import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { fingerprintOf, introductionText, previousOf, readKeysFile, trustedKeys } from '../audit/signed-head.js';
import type { LedgerKey } from '../domain/evidence.js';
import type { Safekeeping, Signing } from '../hub/ports.js';
import { publicKeyHex } from './cryptography.js';

/** The part of a connection that keys are read and written by. */
export type KeyConnection = Pick<PoolClient, 'query'> | Pick<Pool, 'query'>;

/** A private key of the hub, and its public half as it is told. */
export class LedgerSigner {
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly #key: KeyObject;

  /** @throws TypeError if it is no private Ed25519 key */
  constructor(key: KeyObject) {
    if (key.type !== 'private') throw new TypeError('a public key signs nothing');
    this.publicKey = publicKeyHex(createPublicKey(key));
    this.fingerprint = fingerprintOf(this.publicKey);
    this.#key = key;
  }

  /** Ed25519 over the UTF-8 bytes, hexadecimal. */
  sign(text: string): string {
    return sign(null, Buffer.from(text, 'utf8'), this.#key).toString('hex');
  }
}

/** What a process' key is among the keys of the ledger. */
export type KeyStanding =
  | { readonly kind: 'NEWEST' }
  | { readonly kind: 'REPLACED'; readonly by: LedgerKey }
  /** nobody introduced it; `newest`: of the keys that the database has */
  | { readonly kind: 'UNKNOWN'; readonly newest: LedgerKey | undefined };

export interface KnownKeys {
  readonly standing: KeyStanding;
  /** those that follow from the process' own key, in their order */
  readonly believed: readonly LedgerKey[];
  /** fingerprints of those in the database that do not */
  readonly ignored: readonly string[];
}

/** How keys are looked at. */
export interface KeyParts {
  readonly signer: LedgerSigner;
  readonly signing: Pick<Signing, 'environment' | 'verify'>;
  readonly safekeeping: Pick<Safekeeping, 'keys'>;
}

/**
 * The keys of the ledger as this process can believe them: those of the database and those in safekeeping, as far as they follow
 * from its own. Nothing is written.
 */
export async function knownKeys(connection: KeyConnection, parts: KeyParts): Promise<KnownKeys> {
  return (await looked(connection, parts)).known;
}

/**
 * The same under the lock of those who sign: a database without any key gets this one as its first, one that was set back gets the
 * introductions it lost.
 */
export async function settledKeys(connection: KeyConnection, parts: KeyParts): Promise<KnownKeys> {
  const { known, stored } = await looked(connection, parts);
  if (known.standing.kind !== 'NEWEST') return known;
  if (known.believed.length === 0) return { ...known, believed: [await firstKey(connection, parts.signer)] };
  await putBack(connection, known.believed, stored);
  return known;
}

async function looked(connection: KeyConnection, { signer, signing, safekeeping }: KeyParts) {
  const stored = await keysIn(connection);
  const kept = keysOf((await safekeeping.keys()) ?? '', signing.environment);
  const added = kept.filter((key) => stored.every(({ fingerprint }) => fingerprint !== key.fingerprint));
  const believed = trustedKeys([...stored, ...added], [signer.publicKey], signing);
  const isFirst = stored.length + kept.length === 0;
  const standing: KeyStanding = isFirst ? { kind: 'NEWEST' } : standingOf(signer, believed, stored);
  const ignored = stored.filter((key) => !believed.includes(key)).map(({ fingerprint }) => fingerprint);
  return { known: { standing, believed, ignored } satisfies KnownKeys, stored };
}

function standingOf(
  { fingerprint }: LedgerSigner,
  believed: readonly LedgerKey[],
  stored: readonly LedgerKey[],
): KeyStanding {
  const successor = believed.find((key) => previousOf(key) === fingerprint);
  if (successor !== undefined) return { kind: 'REPLACED', by: successor };
  // A ledger that has a first key has no other first one; kept keys of another ledger introduce nothing here.
  const isJoined = stored.length === 0 || stored.some((key) => believed.includes(key));
  return isJoined && believed.length > 0 ? { kind: 'NEWEST' } : { kind: 'UNKNOWN', newest: stored.at(-1) };
}

/** Introductions are signed facts: those that a database set back has lost are the same ones when they return. */
async function putBack(
  connection: KeyConnection,
  believed: readonly LedgerKey[],
  stored: readonly LedgerKey[],
): Promise<void> {
  const present = new Set(stored.map(({ fingerprint }) => fingerprint));
  const missing = (): LedgerKey | undefined =>
    believed.find((key) => !present.has(key.fingerprint) && isNext(key, present));
  for (let next = missing(); next !== undefined; next = missing()) {
    await insertKey(connection, next);
    present.add(next.fingerprint);
  }
}

function isNext(key: LedgerKey, present: ReadonlySet<string>): boolean {
  const previous = previousOf(key);
  return previous === undefined ? present.size === 0 : present.has(previous);
}

/** Fails in favour of what the database has: a file that cannot be read holds no key. */
function keysOf(fileText: string, environment: string): readonly LedgerKey[] {
  try {
    const file = readKeysFile(fileText);
    return file.environment === environment ? file.keys : [];
  } catch {
    return [];
  }
}

async function firstKey(connection: KeyConnection, { fingerprint, publicKey }: LedgerSigner): Promise<LedgerKey> {
  const key = { fingerprint, publicKey, since: await instantOf(connection), introduction: null };
  await insertKey(connection, key);
  return key;
}

/** A key that takes the place of this one, signed by both. Nothing is written. */
export async function introducedBy(
  connection: KeyConnection,
  previous: LedgerSigner,
  next: LedgerSigner,
  environment: string,
): Promise<LedgerKey> {
  const { fingerprint, publicKey } = next;
  const since = await instantOf(connection);
  const text = introductionText({ environment, key: fingerprint, previous: previous.fingerprint, publicKey, since });
  const introduction = { text, byPrevious: previous.sign(text), byItself: next.sign(text) };
  return { fingerprint, publicKey, since, introduction };
}

export async function insertKey(connection: KeyConnection, key: LedgerKey): Promise<void> {
  const { fingerprint, introduction, publicKey, since } = key;
  await connection.query(
    `insert into besa.ledger_key (fingerprint, public_key, since, previous, introduction, by_previous, by_itself)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      fingerprint,
      publicKey,
      since,
      previousOf(key) ?? null,
      introduction?.text ?? null,
      introduction?.byPrevious ?? null,
      introduction?.byItself ?? null,
    ],
  );
}

interface KeyRow {
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly since: Date;
  readonly introduction: string | null;
  readonly byPrevious: string | null;
  readonly byItself: string | null;
}

/** As stored, in the order in which they came; believed by nobody yet. */
export async function keysIn(connection: KeyConnection): Promise<readonly LedgerKey[]> {
  const { rows } = await connection.query<KeyRow>(
    `select k.fingerprint, k.public_key as "publicKey", k.since, k.introduction, k.by_previous as "byPrevious",
       k.by_itself as "byItself" from besa.ledger_key k order by k.id`,
  );
  return rows.map(({ introduction: text, byPrevious, byItself, ...key }) => ({
    ...key,
    introduction: text === null || byPrevious === null || byItself === null ? null : { text, byPrevious, byItself },
  }));
}

/** The instant of the one clock. */
export async function instantOf(connection: KeyConnection): Promise<Date> {
  const { rows } = await connection.query<{ at: Date }>('select besa.besa_instant() as at');
  const at = rows[0]?.at;
  if (at === undefined) throw new Error('the database told no instant');
  return at;
}
