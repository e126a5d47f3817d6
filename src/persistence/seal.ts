import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { RawId, Seal, SealedCursor } from '../hub/ports.js';

const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEYS_MAX = 1_000;

/**
 * Seals ids and cursors with keys derived from the hub's secret.
 *
 * An id is one AES-256 block: four zero bytes, the database, the record. One block under one key is a permutation, so equal
 * records get equal ids for the same agency and purpose, and unrelated ones for any other. The zero bytes reject what was not
 * sealed here; a guess that passes them (2⁻³²) names a random record, to which the same decision applies as to any other.
 *
 * A cursor is AES-256-GCM with the query it belongs to as associated data: opened under another caller, purpose, filter or
 * order it is no cursor at all.
 */
export class SecretSeal implements Seal {
  private readonly idCiphers = new LRUCache<string, IdCiphers>({ max: KEYS_MAX });
  private readonly cursorKey: Buffer;

  constructor(private readonly secret: Buffer) {
    this.cursorKey = derived(secret, 'besa cursor v1');
  }

  sealIds(owner: { readonly agency: string; readonly purpose: string }, ids: readonly RawId[]): readonly string[] {
    const plain = Buffer.alloc(ids.length * BLOCK_BYTES);
    ids.forEach(({ databaseId, id }, index) => {
      plain.writeUInt32BE(databaseId, index * BLOCK_BYTES + 4);
      plain.writeBigInt64BE(BigInt(id), index * BLOCK_BYTES + 8);
    });
    const sealed = this.ciphersOf(owner).seal.update(plain);
    return ids.map((_, index) => sealed.toString('base64url', index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES));
  }

  openId(owner: { readonly agency: string; readonly purpose: string }, sealed: string): RawId | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    // The round trip refuses other spellings of the same bytes.
    if (bytes.length !== BLOCK_BYTES || bytes.toString('base64url') !== sealed) return undefined;
    const plain = this.ciphersOf(owner).open.update(bytes);
    if (plain.readUInt32BE(0) !== 0) return undefined;
    return { databaseId: plain.readUInt32BE(4), id: plain.readBigInt64BE(8).toString() };
  }

  sealCursor(binding: string, content: SealedCursor): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.cursorKey, nonce).setAAD(Buffer.from(binding));
    const { cursor, digest } = content;
    const plain = JSON.stringify([cursor.values, cursor.id, digest]);
    return Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  openCursor(binding: string, sealed: string): SealedCursor | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== sealed) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.cursorKey, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(binding)).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
      const plain = Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      const [values, id, digest] = JSON.parse(plain) as [SealedCursor['cursor']['values'], string, string];
      return { cursor: { values, id }, digest };
    } catch {
      // Forged, cut, or made for another query: told apart for nobody.
      return undefined;
    }
  }

  private ciphersOf({ agency, purpose }: { readonly agency: string; readonly purpose: string }): IdCiphers {
    const label = JSON.stringify(['besa id v1', agency, purpose]);
    let ciphers = this.idCiphers.get(label);
    if (ciphers === undefined) {
      const key = derived(this.secret, label);
      // Every block stands alone on purpose (ECB): the same record is the same id in every answer of this owner. So one
      // cipher serves all requests, and none pays for setting up its key.
      ciphers = {
        seal: createCipheriv('aes-256-ecb', key, null).setAutoPadding(false),
        open: createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false),
      };
      this.idCiphers.set(label, ciphers);
    }
    return ciphers;
  }
}

/** Both directions of one owner's permutation of blocks; whole blocks in, whole blocks out, nothing kept between calls. */
interface IdCiphers {
  readonly seal: Cipheriv;
  readonly open: Decipheriv;
}

function derived(secret: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), label, KEY_BYTES));
}
