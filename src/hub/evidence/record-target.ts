/** Which record a steward means: one of its own agency's, named by an id it was served or by its key. */
import type { UserError } from '../../domain/errors.js';
import type { RecordPlace, StoredRecord } from '../../domain/quality-act.js';
import { type RowProblem, readKey } from '../../records/validate-row.js';
import type { Ports } from '../ports.js';

/** In the place of a purpose: ids in what its owner reads of the ledger, and of its own acts. */
export const LEDGER_IDS = 'ledger';

export interface RecordName {
  /** code of the shared database */
  readonly database: string;
  /** as it was served to the owner, for whatever purpose; either this or `key` */
  readonly id?: string;
  /** one value for each key field */
  readonly key?: unknown;
}

export type RecordFound =
  | { readonly kind: 'FOUND'; readonly place: RecordPlace; readonly record: StoredRecord }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

type Finding = Pick<Ports, 'registry' | 'standard' | 'seal' | 'corrections'>;

/** The record, or why it is none. A database of another agency and one that does not exist are the same answer. */
export async function findRecord(
  hub: Finding,
  agency: string,
  { database, id, key }: RecordName,
): Promise<RecordFound> {
  const place = await ownPlace(hub, agency, database);
  if (place === undefined) {
    return refused(['database'], 'DATABASE_UNKNOWN', `your agency has no shared database \`${database}\``);
  }
  if (place.database.hosting !== 'HOSTED') {
    const message = `\`${database}\` is federated: its records change in your own database`;
    return refused(['database'], 'NOT_HOSTED', message);
  }
  if ((id === undefined) === (key === undefined)) {
    return refused(['id'], 'RECORD_UNNAMED', 'name the record by `id` or by `key`, not by both');
  }
  if (id !== undefined) {
    const record = await recordOfId(hub, agency, place, id);
    return record === undefined
      ? refused(['id'], 'RECORD_UNKNOWN', `\`${database}\` has no record of this id that was served to your agency`)
      : { kind: 'FOUND', place, record };
  }
  const read = readKey(place.recordType, key);
  if (read.kind === 'problems') return { kind: 'REFUSED', userErrors: read.problems.map(problemOf('key')) };
  const record = await hub.corrections.find(place, { key: read.key });
  return record === undefined
    ? refused(['key'], 'RECORD_UNKNOWN', `\`${database}\` has no record of this key`)
    : { kind: 'FOUND', place, record };
}

/** A problem of a value, told by its place and never by the value: `path` of what it stands in. */
export function problemOf(...path: readonly string[]): (problem: RowProblem) => UserError {
  return ({ field, valueKind, expectation }) => ({
    path: ['input', ...path, ...(field === '' ? [] : [field])],
    code: 'RECORD_INVALID',
    message: `${valueKind}, expected ${expectation}`,
  });
}

/** The database of this code and its record type, if it is this agency's. */
export async function ownPlace(
  hub: Pick<Ports, 'registry' | 'standard'>,
  agency: string,
  code: string,
): Promise<RecordPlace | undefined> {
  const database = (await hub.registry.databases()).find((one) => one.code === code && one.owner === agency);
  const recordType = hub.standard.recordTypes.find(({ name }) => name === database?.recordType);
  return database === undefined || recordType === undefined ? undefined : { database, recordType };
}

async function recordOfId(
  hub: Finding,
  agency: string,
  place: RecordPlace,
  sealed: string,
): Promise<StoredRecord | undefined> {
  for (const purpose of [LEDGER_IDS, ...hub.standard.purposes.map(({ name }) => name)]) {
    const raw = hub.seal.openId({ agency, purpose }, sealed);
    if (raw?.databaseId !== place.database.id) continue;
    const record = await hub.corrections.find(place, { id: raw.id });
    if (record !== undefined) return record;
  }
  return undefined;
}

function refused(path: readonly string[], code: string, message: string): RecordFound {
  return { kind: 'REFUSED', userErrors: [{ path: ['input', ...path], code, message }] };
}
