import { randomUUID } from 'node:crypto';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { HubError } from '../domain/errors.js';
import type { LedgerEntry } from '../domain/ledger.js';
import { appendStatement } from './ledger.js';
import { isOutage, unavailable } from './outage.js';

const UNIQUE_VIOLATION = '23505';
const BROKEN_OFF = 'the act was broken off; look whether it was done, and try again if not';

/**
 * Adds facts and the ledger entry of the act in one transaction: both or neither.
 *
 * @param addFacts false: there is nothing to add, and nothing is written
 * @returns false if nothing was added, or a row of the same key was there already: then nothing is written, the entry neither
 * @throws HubError SOURCE_UNAVAILABLE or LEDGER_UNAVAILABLE
 */
export async function actInTransaction(
  pool: Pool,
  entry: LedgerEntry,
  addFacts: (client: PoolClient) => Promise<boolean>,
): Promise<boolean> {
  const client = await pool.connect().catch((error: unknown) => {
    throw unavailable(error);
  });
  try {
    // Read committed: the append looks again, in its own snapshot, after it has the ledger's lock.
    await client.query('begin isolation level read committed');
    const isAdded = await addFacts(client);
    if (isAdded) await appendEntry(client, entry);
    await client.query(isAdded ? 'commit' : 'rollback');
    client.release();
    return isAdded;
  } catch (error) {
    // A transaction whose connection broke is over; one that still has it is ended here.
    const isClean = await client.query('rollback').then(
      () => true,
      () => false,
    );
    client.release(!isClean);
    if (error instanceof DatabaseError && error.code === UNIQUE_VIOLATION) return false;
    if (!(error instanceof HubError) && isOutage(error)) throw unavailable(error, BROKEN_OFF);
    throw error;
  }
}

/** INVARIANT (acts before disclosures): facts first, the entry last, then the commit; the ledger's lock is kept until then. */
async function appendEntry(client: PoolClient, entry: LedgerEntry): Promise<void> {
  // Of two acts in one request each gets an entry: the ledger takes a second one of the same id for a repetition.
  const known = await client.query('select from besa.ledger_entry where request_id = $1', [entry.requestId]);
  const own = known.rows.length === 0 ? entry : { ...entry, requestId: randomUUID() };
  const { text, values } = appendStatement(own);
  const appended = await client.query<{ sequences: unknown }>(text, [...values]).catch((error: unknown) => {
    if (error instanceof HubError) throw error;
    throw new HubError('LEDGER_UNAVAILABLE');
  });
  if (appended.rows.length !== 1) throw new HubError('LEDGER_UNAVAILABLE');
}
