/** Erasures nobody asks for one by one: of records whose time is over, and of those a restored backup brought back. */
import type { Erasure, QualityReason } from '../../domain/evidence.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import type { RecordPlace, VersionedId } from '../../domain/quality-act.js';
import type { Ports } from '../ports.js';
import { type Acting, dueAt, NO_CHANGES, subjectOf } from './quality-act.js';

/** Records erased in one transaction: imports of the database wait for it. */
export const ERASED_AT_ONCE_MAX = 1_000;
const DUE_WITHIN = 'P30D';

export interface RuledErasure {
  readonly place: RecordPlace;
  readonly reason: QualityReason;
  readonly records: readonly VersionedId[];
  readonly gone?: readonly Erasure[];
  /** what the entry calls it */
  readonly action: string;
}

/** Erases records of one database as one act of the hub, with one entry; the job `tell-recipients` tells. @returns false if one of them changed meanwhile: nothing was erased */
export async function eraseByRule(
  hub: Pick<Acting, 'agreements' | 'corrections' | 'signing' | 'timeZone'>,
  { place, reason, records, gone = [], action }: RuledErasure,
): Promise<boolean> {
  const act = {
    ...place,
    kind: 'ERASED' as const,
    reason,
    note: null,
    person: 'besa',
    dueAt: await dueAt(hub, DUE_WITHIN),
    records,
    changes: NO_CHANGES,
    gone,
  };
  const entry = systemEntry(place.database.owner, action, {
    ...subjectOf(hub, act),
    ...(gone.length === 0 ? {} : { tombstones: gone.length }),
  });
  const done = await hub.corrections.apply(act, entry);
  return done !== 'STALE';
}

/** The hosted databases with their record types, by code. */
export async function hostedPlaces(hub: Pick<Ports, 'registry' | 'standard'>): Promise<readonly RecordPlace[]> {
  const databases = (await hub.registry.databases()).filter(({ hosting }) => hosting === 'HOSTED');
  return databases.flatMap((database) => {
    const recordType = hub.standard.recordTypes.find(({ name }) => name === database.recordType);
    return recordType === undefined ? [] : [{ database, recordType }];
  });
}

/** An entry of something the hub did by itself; its owner is the agency concerned. */
function systemEntry(agency: string, action: string, subject: LedgerEntry['subject']): LedgerEntry {
  return {
    requestId: crypto.randomUUID(),
    agency,
    person: 'besa',
    roles: [],
    purpose: null,
    regime: null,
    justification: null,
    action,
    operation: { name: null, hash: null },
    outcome: 'ANSWERED',
    errorCode: null,
    asks: [],
    subject,
    durationMs: 0,
  };
}
