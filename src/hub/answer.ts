import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import { RequestCharges } from './charge.js';
import { type Journal, type LedgerRequest, RequestJournal } from './journal.js';
import type { LedgerGuard, Ports } from './ports.js';

/** How often a request is carried out when agreements keep changing under it. */
export const ATTEMPTS_MAX = 3;

/** How long after its entry was begun an answer may leave without another look: longer is a standstill, of us or of the ledger. */
const ENTERED_MS_MAX = 500;

/** The part of the hub a door needs. */
export type Door = Pick<Ports, 'agreements' | 'ledger' | 'monotonicMs'> & {
  readonly witnesses: Pick<Ports['witnesses'], 'doubt'>;
};

/**
 * Carries out one authenticated request and makes its ledger entry durable before anything of the answer leaves: exactly
 * one entry, whether it is answered, refused or fails. Every way into the hub (GraphQL, imports, reports) goes through here.
 *
 * `run` carries the request out and tells the journal; it is run again when the agreements changed between its reads and
 * the entry, so whatever it does besides reading must happen in one transaction that writes the entry too (`journal.close`).
 *
 * @returns what `run` returned
 * @throws what `run` threw, once the refusal is written; LEDGER_UNAVAILABLE if no entry can be written, whatever else
 *   happened; SOURCE_UNAVAILABLE if the agreements changed during each of the attempts
 */
export async function answer<T>(
  hub: Door,
  identity: Identity,
  request: LedgerRequest,
  run: (journal: Journal) => Promise<T>,
): Promise<T> {
  const begunMs = hub.monotonicMs();
  const elapsedMs = (): number => hub.monotonicMs() - begunMs;
  const charges = new RequestCharges();
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const journal = new RequestJournal(identity, request, elapsedMs, charges.attempt());
    let result: T;
    try {
      await demandWitnessed(hub);
      result = await run(journal);
    } catch (error) {
      await recordFault(hub, journal, error);
      throw error;
    }
    // INVARIANT (audit before answer): the result stays in this function until its entry is durable.
    const enteredMs = journal.isClosed ? hub.monotonicMs() : await recorded(hub, journal);
    if (enteredMs !== undefined) {
      // Entered as given. Before, a charge brought down could belong to records that left nevertheless.
      await journal.charges.settle();
      await demandFresh(hub, journal, enteredMs);
      return result;
    }
    // A request that read nothing has met no guard but the ledger's: nobody else has noticed that the set is old.
    await hub.agreements.inForce({ refresh: true });
  }
  const error = new HubError('SOURCE_UNAVAILABLE', 'the agreements kept changing while this was answered; try again');
  await recordFault(hub, new RequestJournal(identity, request, elapsedMs), error);
  throw error;
}

/**
 * INVARIANT (no answer from the past): what was entered a while ago leaves only if its decision still holds. A process that was
 * stopped between its entry and its answer would else tell, when it wakes, what was suspended long since. The entry stays: it
 * says more than was told, never less. Nothing waits between here and the socket.
 *
 * @param enteredMs when the database was asked to enter it, so before it looked whether the decision holds
 * @throws HubError SOURCE_UNAVAILABLE
 */
async function demandFresh(hub: Door, { guard }: RequestJournal, enteredMs: number): Promise<void> {
  if (guard === undefined) return;
  let lookedMs = enteredMs;
  for (let attempt = 0; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (hub.monotonicMs() - lookedMs < ENTERED_MS_MAX) return;
    if (attempt === ATTEMPTS_MAX) break;
    lookedMs = hub.monotonicMs();
    const { set, now } = await hub.agreements.inForce({ refresh: true });
    if (set.version !== guard.setVersion || !holdsAt(guard, now)) break;
  }
  throw new HubError('SOURCE_UNAVAILABLE', 'the answer took too long to leave, and may no longer be given; ask again');
}

const holdsAt = ({ validFrom, validUntil }: LedgerGuard, now: Date): boolean =>
  (validFrom === null || validFrom <= now) && (validUntil === null || now < validUntil);

/**
 * INVARIANT (one past): while a genuine head says that the ledger was another one, or nobody can look whether one does, nothing
 * is answered. The refusal is entered all the same: what was asked of such a hub is worth knowing too.
 *
 * @throws HubError LEDGER_CONTRADICTED, LEDGER_UNWITNESSED
 */
async function demandWitnessed({ witnesses }: Door): Promise<void> {
  const doubt = await witnesses.doubt();
  if (doubt !== undefined) throw new HubError(doubt);
}

/** When its entry was begun; undefined = the agreements changed meanwhile: nothing was written and nothing may leave. */
async function recorded(hub: Door, journal: RequestJournal): Promise<number | undefined> {
  if (journal.isStale) return undefined;
  try {
    // INVARIANT (what is committed can be opened): before the entry, for an entry may stand for no answer, never the reverse.
    await journal.keepOpenings();
  } catch (error) {
    await recordFault(hub, journal, error);
    throw error;
  }
  const entry = journal.entry();
  const enteredMs = hub.monotonicMs();
  const appended = await hub.ledger.append(entry, journal.guard);
  return appended.kind === 'APPENDED' ? enteredMs : undefined;
}

/** Writes the refusal. If even that is impossible the ledger's own error leaves instead of the one that was to be told. */
async function recordFault(hub: Door, journal: RequestJournal, error: unknown): Promise<void> {
  // An act whose transaction is durable has its entry; what failed came after it.
  if (journal.isClosed) return;
  journal.withdraw();
  journal.fault(error instanceof HubError ? error.code : 'INTERNAL');
  await hub.ledger.append(journal.entry());
}
