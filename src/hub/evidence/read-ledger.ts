import { HubError } from '../../domain/errors.js';
import type { DisclosedRecord } from '../../domain/evidence.js';
import type { Identity } from '../../domain/identity.js';
import type { LedgerEntry, LedgerLine } from '../../domain/ledger.js';
import {
  type LedgerCell,
  type LedgerDimension,
  type LedgerFilter,
  namesRecords,
  type SeenEntry,
} from '../../domain/ledger-view.js';
import { canonicalJson, type JsonValue } from '../../support/canonical-json.js';
import type { Journal } from '../journal.js';
import type { Ports } from '../ports.js';
import { LEDGER_IDS } from './record-target.js';

export type LedgerPorts = Pick<Ports, 'agreements' | 'ledgerViews' | 'openings' | 'seal'>;

export interface LedgerListAsk {
  readonly filter: LedgerFilter;
  readonly size: number;
  /** goes on behind the entry of this sequence */
  readonly behind?: number;
}

export interface LedgerList {
  /** newest first; ids of records sealed for their owner */
  readonly entries: readonly SeenEntry[];
  readonly hasMore: boolean;
  /** entries of before are in archives; null = all are here */
  readonly archivedBefore: Date | null;
}

/** The ledger as the caller's agency may read it. @throws HubError FORBIDDEN for a caller of no agency; SOURCE_UNAVAILABLE */
export async function readLedger(
  hub: LedgerPorts,
  identity: Identity,
  journal: Journal,
  { filter, size, behind }: LedgerListAsk,
): Promise<LedgerList> {
  const viewer = viewerOf(identity);
  tellFilter(journal, 'ledger', filter);
  const until = Math.min(behind ?? Number.MAX_SAFE_INTEGER, filter.untilSequence ?? Number.MAX_SAFE_INTEGER);
  const within = until === Number.MAX_SAFE_INTEGER ? filter : { ...filter, untilSequence: until };
  // One more than asked for tells whether there is a next page.
  const entries = await hub.ledgerViews.list(viewer, within, { order: 'NEWEST_FIRST', limit: size + 1 });
  return {
    entries: await withSealedIds(hub, viewer, entries.slice(0, size)),
    hasMore: entries.length > size,
    archivedBefore: await hub.ledgerViews.archivedBefore(),
  };
}

/** Counts of what `readLedger` lists. @throws HubError as `readLedger`, BAD_USER_INPUT for a dimension named twice, LIMIT_EXCEEDED */
export async function countLedger(
  hub: LedgerPorts,
  identity: Identity,
  journal: Journal,
  { filter, groupBy }: { readonly filter: LedgerFilter; readonly groupBy: readonly LedgerDimension[] },
): Promise<readonly LedgerCell[]> {
  const viewer = viewerOf(identity);
  tellFilter(journal, 'ledgerStatistics', filter);
  if (new Set(groupBy).size < groupBy.length) {
    throw new HubError('BAD_USER_INPUT', '`groupBy` names a dimension twice', { path: ['groupBy'] });
  }
  return hub.ledgerViews.statistics(viewer, filter, groupBy);
}

/** The agency whose ledger a caller may read. @throws HubError FORBIDDEN: who is of no agency reads no ledger */
export function viewerOf({ agency }: Identity): string {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  return agency;
}

/** The entry of a look into the ledger says what was looked for. A document may look more than once. */
export function tellFilter(journal: Journal, action: string, filter: LedgerFilter): void {
  if (Object.keys(filter).length > 0) journal.look(action, { where: canonicalJson(filterJson(filter)) });
}

/** What was asked, as JSON: instants in RFC 3339. */
export function filterJson(filter: LedgerFilter): { readonly [name: string]: JsonValue } {
  const told = Object.entries(filter).map(([name, value]) => [
    name,
    value instanceof Date ? value.toISOString() : value,
  ]);
  return Object.fromEntries(told) as { readonly [name: string]: JsonValue };
}

async function withSealedIds(
  hub: LedgerPorts,
  viewer: string,
  entries: readonly SeenEntry[],
): Promise<readonly SeenEntry[]> {
  const isServed = ({ asks }: Pick<LedgerEntry, 'asks'>): boolean =>
    asks.some(({ lines }) => lines.some(({ disclosed }) => disclosed !== undefined));
  if (!entries.some(isServed)) return entries;
  const { databases } = await hub.agreements.inForce();
  const ids = new Map(databases.map(({ code, id }) => [code, id]));
  const openings = await openingsFor(hub, viewer, entries, ids);
  const sealed = (line: LedgerLine): LedgerLine => {
    const { disclosed, ...told } = line;
    const databaseId = ids.get(line.database);
    // INVARIANT (a raw id stays): a line that is not the viewer's own names no record, whoever made it.
    if (disclosed === undefined || databaseId === undefined || !namesRecords(line, viewer)) return told;
    const raw = disclosed.map(({ id }) => ({ databaseId, id }));
    const served = hub.seal.sealIds({ agency: viewer, purpose: LEDGER_IDS }, raw);
    return {
      ...told,
      disclosed: disclosed.map((record, index) => ({
        ...record,
        ...openings.of(record),
        id: served[index] ?? '',
      })),
    };
  };
  return entries.map((entry) => ({
    ...entry,
    asks: entry.asks.map((ask) => ({ ...ask, lines: ask.lines.map(sealed) })),
  }));
}

/** What opens the commitments among these entries, of the viewer's own records alone. */
async function openingsFor(
  hub: LedgerPorts,
  viewer: string,
  entries: readonly SeenEntry[],
  ids: ReadonlyMap<string, number>,
): Promise<{ of(record: DisclosedRecord): Pick<DisclosedRecord, 'opening'> }> {
  const lines = entries.flatMap(({ asks }) => asks.flatMap((ask) => ask.lines));
  const asked = lines
    .filter((line) => namesRecords(line, viewer))
    .flatMap(({ database, disclosed = [] }) =>
      disclosed.flatMap(({ id: recordId, commitment }) => {
        const databaseId = ids.get(database);
        return commitment === undefined || databaseId === undefined ? [] : [{ databaseId, recordId, commitment }];
      }),
    );
  const salts = new Map((await hub.openings.of(asked)).map(({ commitment, salt }) => [commitment, salt]));
  return {
    of: ({ commitment }) => {
      const opening = commitment === undefined ? undefined : salts.get(commitment);
      return opening === undefined ? {} : { opening };
    },
  };
}
