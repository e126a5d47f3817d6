import { randomUUID } from 'node:crypto';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import type { AgreementHistory, AgreementStep, SignatoryKey } from '../../domain/agreement-history.js';
import type { DutyAttestation } from '../../domain/duty.js';
import { HubError } from '../../domain/errors.js';
import type { LedgerEntry } from '../../domain/ledger.js';
import type { AgreementStore, NewKey, Statement } from '../../hub/ports.js';
import {
  AgreementActRow,
  AgreementEventRow,
  AgreementSignatureRow,
  AgreementTextRow,
  AgreementVersionRow,
  DutyAttestationRow,
  SignatoryKeyConfirmationRow,
  SignatoryKeyEndRow,
  SignatoryKeyRow,
} from '../entities/agreements.js';
import { appendStatement } from '../ledger.js';
import type { Orm, OrmManager } from '../orm.js';
import { isOutage, LOCK_WAIT_MAX, STANDSTILL_MAX, unavailable } from '../outage.js';
import {
  actFromRow,
  eventFromRow,
  finalisedFromRow,
  keysFromRows,
  signatureFromRow,
  textFromRow,
} from './agreement-rows.js';
import { stepStatements } from './agreement-step.js';

const CONNECTIONS_MAX = 2;
const CONNECT_MS_MAX = 10_000;
/** Seconds one statement of an act may take: the facts of a large agreement are read out of it by the database. */
const STATEMENT_SECONDS_MAX = 60;
const SETTINGS = `-c lock_timeout=${LOCK_WAIT_MAX} -c idle_in_transaction_session_timeout=${STANDSTILL_MAX} -c statement_timeout=${STATEMENT_SECONDS_MAX}s -c synchronous_commit=on`;
const UNIQUE_VIOLATION = '23505';
const BROKEN_OFF = 'the act was broken off; look whether it was done, and try again if not';
const KEYS_OF_REFERENCE =
  'select distinct reference from besa.agreement_text where besa.plain_reference(reference) = ? order by reference';
const REFERENCES_OF_AGENCY = `
  select distinct reference from besa.agreement_text
  where body::jsonb #> '{terms,parties}' @> to_jsonb(?::text) order by reference`;
const ALL_REFERENCES = 'select distinct reference from besa.agreement_text order by reference';

/** Agreements as facts in PostgreSQL: read through the mapper, added in one transaction with their ledger entry. */
export class AgreementStoreRepository implements AgreementStore {
  readonly #orm: Orm;
  readonly #pool: Pool;

  /** @param url of the hub's own role; `close` ends the connections this opens */
  constructor(orm: Orm, url: string) {
    this.#orm = orm;
    this.#pool = new Pool({
      connectionString: url,
      max: CONNECTIONS_MAX,
      application_name: 'besa-agreements',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      options: SETTINGS,
    });
    // A connection lost while idle is no event: the next act makes another.
    this.#pool.on('error', () => undefined);
    // Lost between two statements, it is told by the next one: after a standstill both come at once.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async references(): Promise<readonly string[]> {
    const rows = await this.#orm.em.fork().execute<{ reference: string }[]>(ALL_REFERENCES);
    return rows.map((row) => row.reference);
  }

  async history(reference: string): Promise<AgreementHistory | undefined> {
    const [history] = await this.#histories([reference]);
    return history;
  }

  async historiesUnder(reference: string): Promise<readonly AgreementHistory[]> {
    const rows = await this.#orm.em.fork().execute<{ reference: string }[]>(KEYS_OF_REFERENCE, [reference]);
    return this.#histories(rows.map((row) => row.reference));
  }

  async historiesOf(agency: string): Promise<readonly AgreementHistory[]> {
    const rows = await this.#orm.em.fork().execute<{ reference: string }[]>(REFERENCES_OF_AGENCY, [agency]);
    return this.#histories(rows.map((row) => row.reference));
  }

  async append(step: AgreementStep, entry: LedgerEntry): Promise<'APPENDED' | 'STALE'> {
    const isAppended = await this.#inTransaction(entry, async (client) => {
      for (const { text, values } of stepStatements(step)) await client.query(text, [...values]);
    });
    return isAppended ? 'APPENDED' : 'STALE';
  }

  async keysOf(agencies: readonly string[]): Promise<readonly SignatoryKey[]> {
    const manager = this.#orm.em.fork();
    const keys = await manager.find(SignatoryKeyRow, { agency: { $in: [...agencies] } }, { orderBy: { id: 'asc' } });
    const ofThese = { keyId: { $in: keys.map((key) => key.id) } };
    const confirmations = await manager.find(SignatoryKeyConfirmationRow, ofThese);
    return keysFromRows(keys, confirmations, await manager.find(SignatoryKeyEndRow, ofThese));
  }

  async registrarOf(keyId: number): Promise<string | undefined> {
    return (await this.#orm.em.fork().findOne(SignatoryKeyRow, { id: keyId }))?.registeredBy;
  }

  addKey(
    { agency, publicKey, isDemo, validFrom, validUntil }: NewKey,
    by: string,
    entry: LedgerEntry,
  ): Promise<boolean> {
    const insert: Statement = {
      text: `insert into besa.signatory_key (agency, public_key, is_demo, valid_from, valid_until, registered_by)
        values ($1, $2, $3, $4, $5, $6)`,
      values: [agency, publicKey, isDemo, validFrom ?? null, validUntil ?? null, by],
    };
    return this.#inTransaction(entry, (client) => client.query(insert.text, [...insert.values]));
  }

  confirmKey(
    keyId: number,
    { person, agency }: { readonly person: string; readonly agency: string },
    entry: LedgerEntry,
  ): Promise<boolean> {
    const text = 'insert into besa.signatory_key_confirmation (key_id, confirmed_by, agency) values ($1, $2, $3)';
    return this.#inTransaction(entry, (client) => client.query(text, [keyId, person, agency]));
  }

  endKey(
    keyId: number,
    { person, reason }: { readonly person: string; readonly reason: string },
    entry: LedgerEntry,
  ): Promise<boolean> {
    const text = 'insert into besa.signatory_key_end (key_id, ended_by, reason) values ($1, $2, $3)';
    return this.#inTransaction(entry, (client) => client.query(text, [keyId, person, reason]));
  }

  async attestationsOf(references: readonly string[]): Promise<readonly DutyAttestation[]> {
    const where = { reference: { $in: [...references] } };
    const rows = await this.#orm.em.fork().find(DutyAttestationRow, where);
    return rows.map(({ reference, duty, agency, person, statement, at }) => ({
      reference,
      key: duty,
      agency,
      person,
      statement,
      at,
    }));
  }

  attest(
    { reference, key, agency, person, statement }: Omit<DutyAttestation, 'at'>,
    entry: LedgerEntry,
  ): Promise<boolean> {
    const text = `insert into besa.duty_attestation (reference, duty, agency, person, statement)
      values ($1, $2, $3, $4, $5)`;
    return this.#inTransaction(entry, (client) => client.query(text, [reference, key, agency, person, statement]));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** false if a row of the same key was there already: then nothing is written, the entry neither. */
  async #inTransaction(entry: LedgerEntry, addFacts: (client: PoolClient) => Promise<unknown>): Promise<boolean> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw unavailable(error);
    });
    try {
      // Read committed: the append looks again, in its own snapshot, after it has the ledger's lock.
      await client.query('begin isolation level read committed');
      await addFacts(client);
      await this.#appendEntry(client, entry);
      await client.query('commit');
      client.release();
      return true;
    } catch (error) {
      // A transaction whose connection broke is over; one that still has it is ended here.
      const isClean = await client.query('rollback').then(
        () => true,
        () => false,
      );
      client.release(!isClean);
      if (error instanceof DatabaseError && error.code === UNIQUE_VIOLATION) return false;
      // Broken off while it committed, nobody knows whether the act was done; the history does.
      if (!(error instanceof HubError) && isOutage(error)) throw unavailable(error, BROKEN_OFF);
      throw error;
    }
  }

  /** INVARIANT (acts before disclosures): facts first, the entry last, then the commit; the ledger's lock is kept until then. */
  async #appendEntry(client: PoolClient, entry: LedgerEntry): Promise<void> {
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

  async #histories(references: readonly string[]): Promise<readonly AgreementHistory[]> {
    if (references.length === 0) return [];
    const where = { reference: { $in: [...references] } };
    // One snapshot: an act between two of these reads must not show half of itself.
    return this.#orm.em.fork().transactional((manager) => historiesFrom(manager, references, where), {
      isolationLevel: 'repeatable read',
      readOnly: true,
    });
  }
}

/** Histories of these agreements, in the order given, from one snapshot of the caller's. */
export async function historiesFrom(
  manager: OrmManager,
  references: readonly string[],
  where: { readonly reference: { $in: string[] } },
): Promise<readonly AgreementHistory[]> {
  const events = await manager.find(AgreementEventRow, where, { orderBy: { reference: 'asc', number: 'asc' } });
  const inOrder = { reference: 'asc', version: 'asc', revision: 'asc' } as const;
  const texts = await manager.find(AgreementTextRow, where, { orderBy: inOrder });
  const signatures = await manager.find(AgreementSignatureRow, where, { orderBy: { ...inOrder, agency: 'asc' } });
  const finalised = await manager.find(AgreementVersionRow, where, { orderBy: { reference: 'asc', version: 'asc' } });
  const acts = await manager.find(AgreementActRow, where, { orderBy: { id: 'asc' } });
  return references.flatMap((reference) => {
    const isIts = (row: { readonly reference: string }): boolean => row.reference === reference;
    const history: AgreementHistory = {
      reference,
      events: events.filter(isIts).map(eventFromRow),
      texts: texts.filter(isIts).map(textFromRow),
      signatures: signatures.filter(isIts).map(signatureFromRow),
      finalised: finalised.filter(isIts).map(finalisedFromRow),
      acts: acts.filter(isIts).map(actFromRow),
    };
    return history.events.length === 0 ? [] : [history];
  });
}
