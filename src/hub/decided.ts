import type { Action } from '../domain/action.js';
import type { AgreementSet } from '../domain/agreement.js';
import { type Ask, callerOf } from '../domain/ask.js';
import type { Decision } from '../domain/decision.js';
import { HubError } from '../domain/errors.js';
import type { RecordType } from '../domain/record-type.js';
import { rowsMaxOf } from '../plan/plan-read.js';
import { justificationKey } from '../policy/constraints/justification.js';
import { boundByRotation, showsPseudonyms } from '../policy/constraints/pseudonym.js';
import { type DecisionFacts, decide } from '../policy/decide.js';
import { rightsOf } from '../policy/rights.js';
import { groundsOf, rememberGrounds } from './agreements/grounds.js';
import { type AskCharges, type AskCost, type Charges, chargedIn, chargesOf, exhaustedNow } from './charge.js';
import type { Guard, InForce, Ports, QuotaCharge } from './ports.js';

/** How often a read is decided again when the agreements keep changing, or a boundary keeps passing, under it. */
const ATTEMPTS_MAX = 3;

/** Thrown by a run whose statement found its decision no longer current. */
export const STALE = Symbol('stale');

/**
 * Runs with the decision that holds now, and again with a fresh one if the database says it no longer does.
 * @throws HubError BAD_USER_INPUT for an unknown database; SOURCE_UNAVAILABLE if the agreements changed at each attempt
 */
export async function withDecision<T>(
  hub: Ports,
  ask: Ask,
  counting: Counting,
  run: (decision: Decision, facts: InForce) => Promise<T | typeof STALE>,
): Promise<T> {
  const own = counting.charges.ask();
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    own.begin();
    try {
      // Close to a boundary an estimate of the clock may run ahead of it again: once it was wrong, the database's own instant counts.
      const facts = await factsFor(hub, ask, { refresh: attempt > 0 || counting.charges.isRepeated });
      const decision =
        ask.viewedBy === undefined
          ? await decidedAndCharged(hub, ask, facts, { ...counting, own })
          : await decidedUncharged(hub, ask, facts, counting);
      own.end();
      const result = decision === STALE ? STALE : await run(decision, facts);
      if (result !== STALE) return result;
    } finally {
      own.end();
    }
  }
  throw new HubError('SOURCE_UNAVAILABLE', 'the agreements kept changing while this was answered; try again');
}

/** In whose request an ask is charged, and for how much at most. `databaseId`: only this database is read. */
export interface Counting {
  readonly charges: Charges;
  readonly cost: AskCost;
  readonly databaseId?: number;
}

/**
 * The decision as far as the quotas reach, charged: decided as if all of them held, and again without the clauses whose
 * accounts hold too little.
 */
async function decidedAndCharged(
  hub: Ports,
  ask: Ask,
  facts: InForce,
  { own, ...counting }: Counting & { readonly own: AskCharges },
): Promise<Decision | typeof STALE> {
  for (;;) {
    const decision = decided(hub, ask, { ...facts, exhausted: own.exhausted });
    const due = dueUnder(hub, ask, decision, counting);
    const outcome = due.length === 0 ? 'CHARGED' : await own.charge(hub.quotas, due);
    if (outcome === 'STALE') return STALE;
    if (outcome === 'CHARGED') return decision;
  }
}

/** What an ask is charged under a decision: no more records than its clauses let into one answer. */
function dueUnder(
  hub: Ports,
  { action, recordType }: Ask,
  decision: Decision,
  { cost, ...counting }: Omit<Counting, 'charges'>,
): readonly QuotaCharge[] {
  const clauses = chargedIn(decision, recordTypeOf(hub, recordType));
  if (clauses.length === 0) return [];
  const records = Math.min(cost.records, rowsMaxOf(decision));
  return chargesOf(clauses, { action, ...counting, cost: { ...cost, records } });
}

/** The decision as far as the quotas reach now, without charging them: what is explained, and what is looked at as another. */
export async function decidedUncharged(
  hub: Ports,
  ask: Ask,
  facts: InForce,
  counting: Omit<Counting, 'charges'>,
): Promise<Decision> {
  return decided(hub, ask, { ...facts, exhausted: await exhaustedFor(hub, ask, facts, counting) });
}

/** Ids of the quota accounts that hold too little for this ask as they stand now; nothing is charged. */
export async function exhaustedFor(
  hub: Ports,
  ask: Ask,
  facts: InForce,
  counting: Omit<Counting, 'charges'>,
): Promise<ReadonlySet<string>> {
  const due = dueUnder(hub, ask, decided(hub, ask, facts), counting);
  return due.length === 0 ? NONE_EXHAUSTED : exhaustedNow(hub.quotas, due);
}

const NONE_EXHAUSTED: ReadonlySet<string> = new Set();

const decisions = new WeakMap<AgreementSet, Map<string, Decision>>();
/** decisions kept per version of the agreement set; each is small, but asks name databases freely */
const DECISIONS_MAX = 5_000;

/** What a decision is made with besides facts. */
export type DecidingPorts = Pick<Ports, 'standard' | 'timeZone' | 'pseudonyms'>;

/** The decision on an ask at the instant of the facts: kept while it holds, since equal asks meet equal clauses. */
export function decided(
  hub: DecidingPorts,
  ask: Ask,
  facts: InForce & Pick<DecisionFacts, 'anyJustification' | 'exhausted'>,
): Decision {
  const recordType = recordTypeOf(hub, ask.recordType);
  let known = decisions.get(facts.set);
  if (known === undefined || known.size >= DECISIONS_MAX) {
    known = new Map();
    decisions.set(facts.set, known);
  }
  const key = JSON.stringify([
    ask.agency,
    ask.action,
    ask.purpose,
    facts.anyJustification === true || justificationKey(ask, rightsOf(facts.set, ask.agency).masks),
    ask.recordType,
    ask.databases ?? null,
    ask.viewedBy ?? null,
    ...[...(facts.exhausted ?? [])].sort(),
  ]);
  const kept = known.get(key);
  if (kept !== undefined && holdsAt(kept, facts.now)) return kept;
  const decision = rememberGrounds(
    bound(hub, asViewed(ask, decide(ask, { ...facts, recordType, standard: hub.standard })), facts.now),
    facts.set,
  );
  known.set(key, decision);
  return decision;
}

/** What shows tokens holds no longer than they do. */
function bound({ pseudonyms, timeZone }: DecidingPorts, decision: Decision, now: Date): Decision {
  if (!showsPseudonyms(decision)) return decision;
  return boundByRotation(decision, now, { rotation: pseudonyms.rotation, timeZone });
}

/**
 * INVARIANT (view as opens nothing): an owner that looks through a recipient's eyes is answered from its own databases alone,
 * by the recipient's decision; what others share with the recipient is none of its business.
 */
function asViewed({ viewedBy }: Ask, decision: Decision): Decision {
  if (viewedBy === undefined) return decision;
  return { ...decision, grants: decision.grants.filter(({ database }) => database.owner === viewedBy) };
}

function holdsAt({ validFrom, validUntil }: Decision, now: Date): boolean {
  return (validFrom === null || validFrom <= now) && (validUntil === null || now < validUntil);
}

/** @throws HubError BAD_USER_INPUT if there is no such record type */
export function recordTypeOf(hub: Pick<Ports, 'standard'>, name: string): RecordType {
  const recordType = hub.standard.recordTypes.find((candidate) => candidate.name === name);
  if (recordType === undefined) throw new HubError('BAD_USER_INPUT', `no record type is called \`${name}\``);
  return recordType;
}

/**
 * The facts an ask is decided from.
 * @throws HubError BAD_USER_INPUT for a code that no database of the record type has, or no agency to be viewed as has
 */
export async function factsFor(hub: Ports, ask: Ask, { refresh }: { readonly refresh: boolean }): Promise<InForce> {
  if (ask.viewedBy !== undefined) await demandAgency(hub, ask.agency);
  const facts = await hub.agreements.inForce({ refresh });
  if (unknownDatabase(ask, facts) === undefined) return facts;
  // A database this process has not heard of may have been registered since: nothing is read, so no guard would find out.
  const newest = refresh ? facts : await hub.agreements.inForce({ refresh: true });
  const unknown = unknownDatabase(ask, newest);
  if (unknown === undefined) return newest;
  throw new HubError('BAD_USER_INPUT', `no database of \`${ask.recordType}\` is called \`${unknown}\``, {
    path: ['databases'],
  });
}

async function demandAgency({ registry }: Ports, code: string): Promise<void> {
  if ((await registry.agencies()).some((agency) => agency.code === code)) return;
  throw new HubError('BAD_USER_INPUT', `no agency is called \`${code}\``, { path: ['viewAs'] });
}

function unknownDatabase({ databases, recordType }: Ask, facts: InForce): string | undefined {
  return databases?.find(
    (code) => !facts.databases.some((known) => known.code === code && known.recordType === recordType),
  );
}

/** The conditions a statement carries into the database: whose it is, and how long its decision holds. */
export function guardOf(ask: Ask, decision: Decision, action: Action = ask.action): Guard {
  return {
    // The second lock opens the caller's own databases to it, whatever the recipient may read.
    agency: callerOf(ask),
    purpose: ask.purpose,
    action,
    setVersion: decision.setVersion,
    validFrom: decision.validFrom,
    validUntil: decision.validUntil,
    grounds: groundsOf(decision),
  };
}
