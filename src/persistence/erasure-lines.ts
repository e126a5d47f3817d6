/** Erasures as lines of a file, each sealed: whoever can write the folder, and has not the hub's secret, erases nothing by it. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type Erasure, QUALITY_REASONS } from '../domain/evidence.js';
import { canonicalJson } from '../support/canonical-json.js';
import { StartError } from '../support/start-error.js';

export const ERASURES = 'erasures.ndjson';
const KEY_BYTES = 32;
const SEAL = /^[0-9a-f]{64}$/;

export interface ErasureLines {
  /** Whole lines, to be appended. */
  textOf(erasures: readonly Erasure[]): string;
  /** @throws StartError that names the line that this hub has not written: passed over, it would bring a record back */
  read(text: string): readonly Erasure[];
}

/** Lines under a key that follows from the hub's secret: `{"at":…,"databaseId":…,…,"seal":"…"}`, canonical JSON, HMAC-SHA-256. */
export function erasureLinesUnder(secret: Buffer): ErasureLines {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'besa erasure v1', KEY_BYTES));
  const sealOf = (erasure: Erasure): Buffer =>
    createHmac('sha256', key)
      .update(canonicalJson(plain(erasure)))
      .digest();
  return {
    textOf: (erasures) =>
      erasures
        .map((erasure) => `${canonicalJson({ ...plain(erasure), seal: sealOf(erasure).toString('hex') })}\n`)
        .join(''),
    read: (text) =>
      text.split('\n').flatMap((line, index) => {
        // A line without its closing brace was cut off while it was written, before anybody relied on it.
        if (!line.endsWith('}')) return [];
        const read = parsed(line);
        const erasure = erasureFrom(read);
        if (erasure === undefined || !isSealed(read.seal, sealOf(erasure))) throw notOurs(index + 1);
        return [erasure];
      }),
  };
}

const plain = ({ at, databaseId, keyHash, reason, recordId, version }: Erasure) => ({
  at: at.toISOString(),
  databaseId,
  keyHash,
  reason,
  recordId,
  version,
});

const isSealed = (seal: unknown, wanted: Buffer): boolean =>
  typeof seal === 'string' && SEAL.test(seal) && timingSafeEqual(Buffer.from(seal, 'hex'), wanted);

function notOurs(line: number): StartError {
  return new StartError(
    `line ${line} of \`${ERASURES}\` in safekeeping was not written by this hub, or not like that`,
    [
      'if `BESA_SECRET` (or `secret` in `BESA_DATA`) is not the one of before: give the hub the one of before',
      'else put back the file as it was; if somebody added or changed the line, find out who can write to the folder before you take it out',
    ],
  );
}

function erasureFrom(read: Partial<Record<string, unknown>>): Erasure | undefined {
  const { databaseId, recordId, version, keyHash } = read;
  const at = new Date(String(read.at));
  const reason = QUALITY_REASONS.find((known) => known === read.reason);
  const isWhole =
    typeof databaseId === 'number' &&
    typeof recordId === 'string' &&
    typeof version === 'number' &&
    typeof keyHash === 'string';
  if (!isWhole || reason === undefined || Number.isNaN(at.getTime())) return undefined;
  return { databaseId, recordId, at, version, keyHash, reason };
}

function parsed(line: string): Partial<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
}
