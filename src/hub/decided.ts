import type { Action } from '../domain/action.js';
import type { AgreementSet } from '../domain/agreement.js';
import type { Ask } from '../domain/ask.js';
import type { Decision } from '../domain/decision.js';
import { HubError } from '../domain/errors.js';
import type { RecordType } from '../domain/record-type.js';
import { isJustified } from '../policy/constraints/justification.js';
import { decide } from '../policy/decide.js';
import type { Guard, InForce, Ports } from './ports.js';

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
  run: (decision: Decision, facts: InForce) => Promise<T | typeof STALE>,
): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const facts = await factsFor(hub, ask, { refresh: attempt > 0 });
    const result = await run(decided(hub, ask, facts), facts);
    if (result !== STALE) return result;
  }
  throw new HubError('SOURCE_UNAVAILABLE', 'the agreements kept changing while this was answered; try again');
}

const decisions = new WeakMap<AgreementSet, Map<string, Decision>>();
/** decisions kept per version of the agreement set; each is small, but asks name databases freely */
const DECISIONS_MAX = 5_000;

/** The decision on an ask at the instant of the facts: kept while it holds, since equal asks meet equal clauses. */
export function decided(hub: Ports, ask: Ask, facts: InForce): Decision {
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
    isJustified(ask),
    ask.recordType,
    ask.databases ?? null,
  ]);
  const kept = known.get(key);
  if (kept !== undefined && holdsAt(kept, facts.now)) return kept;
  const decision = decide(ask, { ...facts, recordType, standard: hub.standard });
  known.set(key, decision);
  return decision;
}

function holdsAt({ validFrom, validUntil }: Decision, now: Date): boolean {
  return (validFrom === null || validFrom <= now) && (validUntil === null || now < validUntil);
}

/** @throws HubError BAD_USER_INPUT if there is no such record type */
export function recordTypeOf(hub: Ports, name: string): RecordType {
  const recordType = hub.standard.recordTypes.find((candidate) => candidate.name === name);
  if (recordType === undefined) throw new HubError('BAD_USER_INPUT', `no record type is called \`${name}\``);
  return recordType;
}

/**
 * The facts an ask is decided from.
 * @throws HubError BAD_USER_INPUT for a code that no database of the record type has
 */
export async function factsFor(hub: Ports, ask: Ask, { refresh }: { readonly refresh: boolean }): Promise<InForce> {
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

function unknownDatabase({ databases, recordType }: Ask, facts: InForce): string | undefined {
  return databases?.find(
    (code) => !facts.databases.some((known) => known.code === code && known.recordType === recordType),
  );
}

/** The conditions a statement carries into the database: whose it is, and how long its decision holds. */
export function guardOf(ask: Ask, decision: Decision, action: Action = ask.action): Guard {
  return {
    agency: ask.agency,
    purpose: ask.purpose,
    action,
    setVersion: decision.setVersion,
    validFrom: decision.validFrom,
    validUntil: decision.validUntil,
  };
}
