import { createHmac, hkdfSync } from 'node:crypto';
import type { RecordType, Value } from '../domain/record-type.js';
import { canonicalJson } from '../support/canonical-json.js';

const KEY_BYTES = 32;

/** Hash of a record's key within its database, 32 bytes. Without the hub's secret nobody can try keys against it. */
export type KeyHash = (databaseId: number, key: Readonly<Record<string, Value>>) => Buffer;

/** The hash by which an erased record's key is known again: HMAC-SHA-256 under a key derived from the hub's secret. */
export function keyHashWith(secret: Buffer): KeyHash {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'besa erased key v1', KEY_BYTES));
  return (databaseId, values) =>
    createHmac('sha256', key)
      .update(canonicalJson([databaseId, values] as never))
      .digest();
}

/** The key of a row among its fields' values. @throws if one has no value: no stored or validated row is without its key */
export function keyOf(recordType: RecordType, valueAt: (field: string, place: number) => Value | undefined) {
  const key: Record<string, Value> = {};
  recordType.fields.forEach(({ name, isKey }, place) => {
    if (!isKey) return;
    const value = valueAt(name, place);
    if (value === undefined || value === null) throw new Error(`a row has no value for its key field \`${name}\``);
    key[name] = value;
  });
  return key;
}
