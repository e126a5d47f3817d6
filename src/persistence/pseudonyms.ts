import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { PSEUDONYM_PREFIX, type PseudonymRotation } from '../domain/treatment.js';
import type { PseudonymHolder, Pseudonyms } from '../hub/ports.js';

const KEY_BYTES = 32;
const BLOCK_BYTES = 16;
const KEYS_MAX = 1_000;
const CIPHER = 'aes-256-ctr';
/** where the padding begins (ISO/IEC 9797-1, method 2); zeroes follow up to a whole block */
const PADDING = 0x80;

/**
 * Tokens by deterministic authenticated encryption, with keys derived from the hub's secret for each holder and period.
 *
 *     'XX1234567' → 'psn_' + base64url(tag ‖ body)
 *
 * The construction is SIV (Rogaway and Shrimpton 2006; RFC 5297) with HMAC-SHA-256 in the place of CMAC: the tag, 16 bytes
 * of the MAC of the padded text, is also the counter AES-CTR begins at. Equal values have equal tokens, and beyond that and
 * the number of blocks a token tells nothing; a text that was not sealed here opens as nothing.
 */
export class SecretPseudonyms implements Pseudonyms {
  private readonly keys = new LRUCache<string, HolderKeys>({ max: KEYS_MAX });

  constructor(
    private readonly secret: Buffer,
    readonly rotation: PseudonymRotation,
  ) {}

  seal(holder: PseudonymHolder, value: string): string {
    const keys = this.keysOf(holder);
    const text = padded(value);
    const tag = tagOf(keys, text);
    const cipher = createCipheriv(CIPHER, keys.body, tag);
    return PSEUDONYM_PREFIX + Buffer.concat([tag, cipher.update(text), cipher.final()]).toString('base64url');
  }

  open(holder: PseudonymHolder, token: string): string | undefined {
    if (!token.startsWith(PSEUDONYM_PREFIX)) return undefined;
    const written = token.slice(PSEUDONYM_PREFIX.length);
    const bytes = Buffer.from(written, 'base64url');
    // The round trip refuses other spellings of the same bytes: a shown token equals itself alone.
    if (bytes.length < 2 * BLOCK_BYTES || bytes.length % BLOCK_BYTES !== 0 || bytes.toString('base64url') !== written) {
      return undefined;
    }
    const keys = this.keysOf(holder);
    const tag = bytes.subarray(0, BLOCK_BYTES);
    const decipher = createDecipheriv(CIPHER, keys.body, tag);
    const text = Buffer.concat([decipher.update(bytes.subarray(BLOCK_BYTES)), decipher.final()]);
    if (!timingSafeEqual(tagOf(keys, text), tag)) return undefined;
    return text.toString('utf8', 0, text.lastIndexOf(PADDING));
  }

  private keysOf({ agency, viewedBy, period }: PseudonymHolder): HolderKeys {
    const holder = JSON.stringify([agency, viewedBy ?? null, period]);
    let keys = this.keys.get(holder);
    if (keys === undefined) {
      keys = { tag: this.derived('tag', holder), body: this.derived('body', holder) };
      this.keys.set(holder, keys);
    }
    return keys;
  }

  private derived(use: string, holder: string): KeyObject {
    const label = JSON.stringify(['besa pseudonym v1', use, holder]);
    return createSecretKey(Buffer.from(hkdfSync('sha256', this.secret, Buffer.alloc(0), label, KEY_BYTES)));
  }
}

interface HolderKeys {
  readonly tag: KeyObject;
  readonly body: KeyObject;
}

function tagOf(keys: HolderKeys, text: Buffer): Buffer {
  return createHmac('sha256', keys.tag).update(text).digest().subarray(0, BLOCK_BYTES);
}

/** Whole blocks: the length of a token says only roughly how long the value is. */
function padded(value: string): Buffer {
  const bytes = Buffer.byteLength(value);
  const text = Buffer.alloc((Math.floor(bytes / BLOCK_BYTES) + 1) * BLOCK_BYTES);
  text.write(value);
  text[bytes] = PADDING;
  return text;
}
