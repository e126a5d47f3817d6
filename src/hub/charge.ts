import type { Action } from '../domain/action.js';
import type { Quota } from '../domain/clause.js';
import type { Basis, Decision, QuotaAccount } from '../domain/decision.js';
import {
  accountIdOf,
  addedAmounts,
  isBeyond,
  limitedAmounts,
  missingAmounts,
  type QuotaAmounts,
} from '../domain/quota.js';
import type { RecordType } from '../domain/record-type.js';
import { type ChargedClause, chargedClauses } from '../policy/charged-accounts.js';
import type { DisclosedRow } from './disclosed-row.js';
import type { QuotaCharge, QuotaSettlement, Quotas, RawId } from './ports.js';

/** What one ask may use up at most: charged before anything is read. Statistics disclose no record. */
export interface AskCost {
  /** records that could be disclosed: the size of the page; 1 by id; 0 in statistics */
  readonly records: number;
  /** values asked for in a match */
  readonly values?: number;
}

/** The amounts one ask is charged in an account with these limits. */
export function amountsOf(limits: Quota, action: Action, { records, values = 0 }: AskCost): QuotaAmounts {
  const disclosed = action === 'AGGREGATE' ? 0 : records;
  return limitedAmounts(limits, { requests: 1, values, records: disclosed, subjects: disclosed });
}

/** Ids of the accounts in which these charges would go beyond a limit, as they stand now. Nothing is charged. */
export async function exhaustedNow(quotas: Quotas, charges: readonly QuotaCharge[]): Promise<ReadonlySet<string>> {
  const uses = await quotas.usesOf(charges.map(({ account }) => account));
  const beyond = charges.filter(({ account, amounts }, index) =>
    isBeyond(account.limits, uses[index]?.used ?? {}, amounts),
  );
  return new Set(beyond.map(({ account }) => accountIdOf(account)));
}

const chargedOf = new WeakMap<Decision, readonly ChargedClause[]>();

/** The clauses of a decision that are charged; looked for once, since decisions are kept while they hold. */
export function chargedIn(decision: Decision, recordType: RecordType): readonly ChargedClause[] {
  const known = chargedOf.get(decision) ?? chargedClauses(decision, recordType);
  chargedOf.set(decision, known);
  return known;
}

/** What an ask is charged under a decision, each account once. `databaseId`: only this database is read. */
export function chargesOf(
  charged: readonly ChargedClause[],
  { action, cost, databaseId }: { readonly action: Action; readonly cost: AskCost; readonly databaseId?: number },
): readonly QuotaCharge[] {
  const accounts = new Map<string, QuotaAccount>();
  for (const clause of charged) {
    const isRead = databaseId === undefined || clause.databaseId === databaseId;
    if (isRead) accounts.set(accountIdOf(clause.account), clause.account);
  }
  return [...accounts.values()].flatMap((account) => {
    const amounts = amountsOf(account.limits, action, cost);
    return Object.keys(amounts).length === 0 ? [] : [{ account, amounts }];
  });
}

/** Tells under which accounts rows leave. */
export function noteDisclosed(
  charges: Charges,
  charged: readonly ChargedClause[],
  rows: readonly DisclosedRow[],
): void {
  if (charged.length === 0) return;
  const accounts = new Map<string, QuotaAccount[]>();
  for (const { databaseId, basis, account } of charged) {
    // Two agreements may go by one reference: a row that either could have shown counts for both.
    const key = clauseKey(databaseId, basis);
    accounts.set(key, [...(accounts.get(key) ?? []), account]);
  }
  const byAccount = new Map<QuotaAccount, Set<DisclosedRow>>();
  for (const row of rows) {
    for (const basis of row.disclosure.basis) {
      for (const account of accounts.get(clauseKey(row.database.id, basis)) ?? []) {
        byAccount.set(account, (byAccount.get(account) ?? new Set<DisclosedRow>()).add(row));
      }
    }
  }
  for (const [account, seen] of byAccount) {
    charges.disclosed(
      account,
      [...seen].map(({ database, id }) => ({ databaseId: database.id, id })),
    );
  }
}

const clauseKey = (databaseId: number, { agreement, version, article }: Basis): string =>
  `${databaseId} ${agreement} ${version} ${article}`;

interface Entry {
  readonly account: QuotaAccount;
  readonly amounts: QuotaAmounts;
}

/**
 * What one request was charged, over all its attempts: an attempt that has to be made again pays only for what the one
 * before had not paid for. An account once found too short stays so for this request, or a part of it could be answered.
 */
export class RequestCharges {
  readonly paid = new Map<string, Entry>();
  readonly exhausted = new Set<string>();
  /** where it was charged; undefined if nothing ever was to be */
  quotas: Quotas | undefined;

  #attempts = 0;

  attempt(): Charges {
    this.#attempts += 1;
    return new Charges(this, this.#attempts > 1);
  }
}

interface Waiting {
  readonly charges: readonly QuotaCharge[];
  readonly settle: (outcome: ChargeOutcome) => void;
  readonly refuse: (error: unknown) => void;
}

/** `EXHAUSTED`: nothing was charged; `exhausted` has grown, or held one of the accounts before. `STALE`: decide again. */
export type ChargeOutcome = 'CHARGED' | 'EXHAUSTED' | 'STALE';

/** The charges of one attempt at one request. */
export class Charges {
  readonly #request: RequestCharges;
  #needed: ReadonlyMap<string, Entry> = new Map();
  readonly #disclosed = new Map<string, RawId[]>();
  readonly #waiting: Waiting[] = [];
  /** asks that may yet have to be charged */
  #deciding = 0;
  #isScheduled = false;
  #sending: Promise<void> = Promise.resolve();
  #isTorn = false;
  #isForfeit = false;

  /** @param isRepeated the attempt before was decided on facts that no longer held */
  constructor(
    request: RequestCharges,
    readonly isRepeated: boolean,
  ) {
    this.#request = request;
  }

  /** Ids of the accounts that hold too little for this request. */
  get exhausted(): ReadonlySet<string> {
    return this.#request.exhausted;
  }

  /** One ask was charged in an account that a later one of the same request found too short: all must be asked again. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** One ask of the request. */
  ask(): AskCharges {
    return new AskCharges(this);
  }

  /** An ask begins to find out what it is charged: until it knows, nothing of the request is charged. */
  begin(): void {
    this.#deciding += 1;
  }

  /** An ask need not be charged, or has failed. */
  end(): void {
    this.#deciding -= 1;
    this.#schedule();
  }

  /** Charges an ask that has begun together with all others of the request that have: all or none. */
  charge(quotas: Quotas, charges: readonly QuotaCharge[]): Promise<ChargeOutcome> {
    this.#request.quotas = quotas;
    return new Promise((settle, refuse) => {
      this.#waiting.push({ charges, settle, refuse });
      this.end();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#deciding > 0 || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    // Root fields start in one tick: those that have not begun yet come first.
    setImmediate(() => {
      this.#isScheduled = false;
      const { quotas } = this.#request;
      if (this.#deciding > 0 || quotas === undefined) return;
      this.#sending = this.#sending.then(() => this.#send(quotas));
    });
  }

  /** Records that leave under an account; told by each ask once it has read. */
  disclosed(account: QuotaAccount, records: readonly RawId[]): void {
    const id = accountIdOf(account);
    this.#disclosed.set(id, [...(this.#disclosed.get(id) ?? []), ...records]);
  }

  /** Nothing is answered: what was charged stays charged. */
  forfeit(): void {
    this.#isForfeit = true;
  }

  /** Brings what was charged down to what was disclosed, once the answer is certain. Never throws: a charge may stay. */
  async settle(): Promise<void> {
    const { paid, quotas } = this.#request;
    if (this.#isForfeit || quotas === undefined) return;
    const settlements = [...paid.values()].flatMap((entry) => this.#settlementOf(entry));
    if (settlements.length > 0) await quotas.settle(settlements).catch(() => {});
  }

  #settlementOf({ account, amounts }: Entry): readonly QuotaSettlement[] {
    const { records = 0, subjects: subjectsCharged = 0 } = amounts;
    const disclosed = this.#disclosed.get(accountIdOf(account)) ?? [];
    const recordsBack = Math.max(0, records - disclosed.length);
    if (recordsBack === 0 && subjectsCharged === 0) return [];
    const distinct = new Map(disclosed.map((record) => [`${record.databaseId} ${record.id}`, record]));
    return [{ account, recordsBack, subjectsCharged, subjects: subjectsCharged === 0 ? [] : [...distinct.values()] }];
  }

  async #send(quotas: Quotas): Promise<void> {
    const group = this.#waiting.splice(0);
    try {
      const outcome = await this.#chargeTogether(
        quotas,
        group.flatMap(({ charges }) => charges),
      );
      // They decide again, and nothing is sent before all of them have.
      if (outcome !== 'CHARGED') this.#deciding += group.length;
      for (const { settle } of group) settle(outcome);
    } catch (error) {
      for (const { refuse } of group) refuse(error);
    }
  }

  async #chargeTogether(quotas: Quotas, charges: readonly QuotaCharge[]): Promise<ChargeOutcome> {
    const { paid, exhausted } = this.#request;
    if (charges.some(({ account }) => exhausted.has(accountIdOf(account)))) return 'EXHAUSTED';
    const needed = withCharges(this.#needed, charges);
    const due = [...needed].flatMap(([id, { account, amounts }]): readonly QuotaCharge[] => {
      const missing = missingAmounts(amounts, paid.get(id)?.amounts ?? {});
      return missing === null ? [] : [{ account, amounts: missing }];
    });
    if (due.length > 0) {
      const charged = await quotas.charge(due);
      if (charged.kind === 'STALE') return 'STALE';
      if (charged.kind === 'EXHAUSTED') {
        this.#exhaust(due.filter(({ account }) => charged.keys.includes(account.key)));
        return 'EXHAUSTED';
      }
      for (const [id, entry] of withCharges(paid, due)) paid.set(id, entry);
    }
    this.#needed = needed;
    return 'CHARGED';
  }

  #exhaust(short: readonly QuotaCharge[]): void {
    for (const { account } of short) {
      const id = accountIdOf(account);
      this.#request.exhausted.add(id);
      if (this.#needed.has(id)) this.#isTorn = true;
    }
  }
}

/** The charges of one ask: in each account what it needs at most, however often it is decided again. */
export class AskCharges {
  readonly #charges: Charges;
  readonly #charged = new Map<string, QuotaAmounts>();
  #isDeciding = false;

  constructor(charges: Charges) {
    this.#charges = charges;
  }

  get exhausted(): ReadonlySet<string> {
    return this.#charges.exhausted;
  }

  begin(): void {
    if (!this.#isDeciding) this.#charges.begin();
    this.#isDeciding = true;
  }

  end(): void {
    if (this.#isDeciding) this.#charges.end();
    this.#isDeciding = false;
  }

  /** @throws HubError SOURCE_UNAVAILABLE if it cannot be counted */
  async charge(quotas: Quotas, charges: readonly QuotaCharge[]): Promise<ChargeOutcome> {
    const due = charges.flatMap(({ account, amounts }): readonly QuotaCharge[] => {
      const missing = missingAmounts(amounts, this.#charged.get(accountIdOf(account)) ?? {});
      return missing === null ? [] : [{ account, amounts: missing }];
    });
    if (due.length === 0) return 'CHARGED';
    this.begin();
    this.#isDeciding = false;
    const outcome = await this.#charges.charge(quotas, due);
    if (outcome !== 'CHARGED') this.#isDeciding = true;
    else for (const { account, amounts } of due) this.#add(account, amounts);
    return outcome;
  }

  #add(account: QuotaAccount, amounts: QuotaAmounts): void {
    const id = accountIdOf(account);
    this.#charged.set(id, addedAmounts(this.#charged.get(id) ?? {}, amounts));
  }
}

function withCharges(entries: ReadonlyMap<string, Entry>, charges: readonly QuotaCharge[]): ReadonlyMap<string, Entry> {
  const together = new Map(entries);
  for (const { account, amounts } of charges) {
    const id = accountIdOf(account);
    together.set(id, { account, amounts: addedAmounts(together.get(id)?.amounts ?? {}, amounts) });
  }
  return together;
}
