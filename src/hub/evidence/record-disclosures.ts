import { HubError } from '../../domain/errors.js';
import type { Receipt } from '../../domain/evidence.js';
import type { Identity } from '../../domain/identity.js';
import type { RecordPlace } from '../../domain/quality-act.js';
import { readKey } from '../../records/validate-row.js';
import type { Journal } from '../journal.js';
import type { Ports } from '../ports.js';
import { viewerOf } from './read-ledger.js';
import { LEDGER_IDS, ownPlace } from './record-target.js';

export type DisclosurePorts = Pick<Ports, 'corrections' | 'ledgerViews' | 'registry' | 'seal' | 'signing' | 'standard'>;

export interface DisclosuresAsk {
  /** code of the shared database */
  readonly database: string;
  /** as it was served to the owner, for whatever purpose; either this or `key` */
  readonly id?: string;
  /** one value for each key field */
  readonly key?: unknown;
  readonly size: number;
  /** goes on behind this one */
  readonly behind?: DisclosurePlace;
}

/** Where a disclosure stands: of its entry, the how manyth of this record, from 0. */
export interface DisclosurePlace {
  readonly sequence: number;
  readonly place: number;
}

export interface Disclosures {
  /** newest first */
  readonly disclosures: readonly (Receipt & DisclosurePlace)[];
  readonly hasMore: boolean;
}

/**
 * Who received a record, when, for which purpose, under which clause and in which version; the owner's own reads among them. Of an
 * erased record too, for what is known of it is its keyed hash. For its owner's auditors: whose database it is not, is answered as
 * if there were none.
 *
 * Directive (EU) 2016/680, articles 14(c) and 25(1).
 *
 * @throws HubError FORBIDDEN, BAD_USER_INPUT, SOURCE_UNAVAILABLE
 */
export async function recordDisclosures(
  hub: DisclosurePorts,
  identity: Identity,
  journal: Journal,
  ask: DisclosuresAsk,
): Promise<Disclosures> {
  journal.look('recordDisclosures');
  const agency = viewerOf(identity);
  const place = await ownPlace(hub, agency, ask.database);
  if (place === undefined) {
    throw new HubError('BAD_USER_INPUT', `no database of yours is called \`${ask.database}\``, { path: ['database'] });
  }
  const recordIds = await recordIdsOf(hub, agency, place, ask);
  const databaseId = place.database.id;
  // Which record was asked about must be found again later, and its key must not stand in the ledger.
  const record = recordIds.map((id) => hub.signing.sha256(`${databaseId} ${id}`)).join(',');
  journal.look('recordDisclosures', { database: place.database.code, record });
  const { sequence, place: last } = ask.behind ?? { sequence: Number.MAX_SAFE_INTEGER, place: -1 };
  const receipts = await hub.ledgerViews.receiptsOf({
    databaseId,
    recordIds,
    upToSequence: sequence,
    limit: ask.size + last + 2,
  });
  const behind = placed(receipts).filter((one) => one.sequence < sequence || one.place > last);
  return { disclosures: behind.slice(0, ask.size), hasMore: behind.length > ask.size };
}

/** @throws HubError BAD_USER_INPUT; what is wrong with a key is told by the names of its fields */
async function recordIdsOf(
  hub: DisclosurePorts,
  agency: string,
  { database, recordType }: RecordPlace,
  { id, key }: Pick<DisclosuresAsk, 'id' | 'key'>,
): Promise<readonly string[]> {
  if ((id === undefined) === (key === undefined)) {
    throw new HubError('BAD_USER_INPUT', 'name the record by `id` or by `key`, not by both', { path: ['id'] });
  }
  if (id !== undefined) {
    const purposes = [LEDGER_IDS, ...hub.standard.purposes.map(({ name }) => name)];
    const opened = purposes.flatMap((purpose) => hub.seal.openId({ agency, purpose }, id) ?? []);
    const raw = opened.find(({ databaseId }) => databaseId === database.id);
    if (raw === undefined) {
      const message = `\`${database.code}\` has no record of this id that was served to your agency`;
      throw new HubError('BAD_USER_INPUT', message, { path: ['id'] });
    }
    return [raw.id];
  }
  const read = readKey(recordType, key);
  if (read.kind === 'problems') {
    const [{ field, valueKind, expectation }] = read.problems as [(typeof read.problems)[number]];
    const message = `the key has ${valueKind}, expected ${expectation}`;
    throw new HubError('BAD_USER_INPUT', message, { path: field === '' ? ['key'] : ['key', field] });
  }
  const recordIds = await hub.corrections.recordIdsOf(database.id, read.key);
  if (recordIds.length === 0) {
    throw new HubError('BAD_USER_INPUT', `\`${database.code}\` has, and had, no record of this key`, { path: ['key'] });
  }
  return recordIds;
}

/** Numbers those of one entry: they come in one order, whole up to the last. */
function placed(receipts: readonly Receipt[]): readonly (Receipt & DisclosurePlace)[] {
  let place = -1;
  return receipts.map((receipt, index) => {
    place = receipts[index - 1]?.sequence === receipt.sequence ? place + 1 : 0;
    return { ...receipt, place };
  });
}
