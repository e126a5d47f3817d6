/** How one act on an agreement is done: from its history to new facts and their ledger entry. `change-agreement.ts` says which. */
import { negotiationOf, textAt } from '../../agreements/negotiation.js';
import type { Actor, Outcome } from '../../agreements/outcome.js';
import { readTerms } from '../../agreements/read-terms.js';
import { type Known, newKey } from '../../agreements/reference.js';
import { termsOf } from '../../agreements/signed-text.js';
import { textDifference } from '../../agreements/text-difference.js';
import { writeTerms } from '../../agreements/write-terms.js';
import type { Terms } from '../../domain/agreement.js';
import type { AgreementHistory, AgreementStep } from '../../domain/agreement-history.js';
import { HubError, type UserError } from '../../domain/errors.js';
import type { Identity, Role } from '../../domain/identity.js';
import type { Journal } from '../journal.js';
import type { Ports } from '../ports.js';
import { frameworkProblems } from './check-framework.js';
import { findAgreement } from './find-agreement.js';

/** The act is done and in the ledger, or why not: one entry per fault, its path beginning with `input`. */
export type Changed =
  | { readonly kind: 'CHANGED'; readonly reference: string }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

export type Changing = Pick<Ports, 'agreementStore' | 'agreements' | 'registry' | 'signing' | 'standard'>;

/** Who acts, and where it is written down. */
export interface Party {
  readonly identity: Identity;
  readonly journal: Journal;
}

/** The agreement meant. `seen`: number of the last event the caller saw; if something happened since, STALE_VERSION. */
export interface Reference {
  readonly reference: string;
  readonly seen?: number;
}

export interface NamedAct extends Reference {
  readonly name: string;
  /** the wording on the table is read again: the exchange standard and the registry may have changed since it was written */
  readonly rereads?: boolean;
}

/** Decides about an act. `key`: what a new agreement would be recorded under. */
export type Decide = (history: AgreementHistory | undefined, key: string) => Outcome;

/** How often an act is decided again because of what the caller may not know of. */
const ATTEMPTS_MAX = 5;

/**
 * One act from the history to the ledger.
 *
 * @throws HubError STALE_VERSION if somebody else was faster, with what happened since and what it changed of the wording
 */
export async function change(hub: Changing, by: Party, act: NamedAct, decide: Decide): Promise<Changed> {
  const agency = by.identity.agency ?? '';
  const { name, reference, seen } = act;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { known, isTaken } = await findAgreement(hub, agency, reference);
    // Before the decision: who acts on an old state is told what changed, not that the act no longer fits.
    if (seen !== undefined && known !== undefined && seen !== countOf(known)) throw staleVersion(known, seen);
    const random = hub.signing.sha256(`${by.journal.entry().requestId} ${attempt}`);
    const outcome = decide(known?.history, newKey(reference, isTaken, random));
    if (outcome.kind === 'REFUSED') return refusal(by, act, outcome.problems);
    const problems = act.rereads === true ? await rereadProblems(hub, agency, known, outcome.step) : [];
    if (problems.length > 0) return refusal(by, act, problems);
    const { step } = outcome;
    const shown = known?.shown ?? reference;
    const [event] = step.events;
    by.journal.act(name, { reference: shown, version: event?.version ?? null, textHash: step.text?.hash ?? null });
    if ((await hub.agreementStore.append(step, by.journal.entry())) === 'APPENDED') {
      by.journal.close();
      await hub.agreements.inForce({ refresh: true });
      return { kind: 'CHANGED', reference: shown };
    }
    const now = await findAgreement(hub, agency, reference);
    // What got in between may be another agency's draft, or an agreement of strangers: then nothing changed for this caller.
    if (countOf(now.known) !== countOf(known)) throw staleVersion(now.known, countOf(known));
  }
  throw new HubError('STALE_VERSION');
}

function countOf(known: Known | undefined): number {
  return known?.seen.events.length ?? 0;
}

/** @param since how many events the caller decided on */
function staleVersion(known: Known | undefined, since: number): HubError {
  if (known === undefined) return new HubError('STALE_VERSION');
  const { events } = known.seen;
  const before = events.slice(0, Math.max(0, since));
  const changes = events
    .slice(before.length)
    .map(({ number, kind, agency, at }) => ({ number, kind, agency: agency ?? null, at: at.toISOString() }));
  const difference =
    before.length === 0
      ? []
      : textDifference(negotiationOf({ ...known.seen, events: before }).terms, negotiationOf(known.seen).terms);
  return new HubError('STALE_VERSION', undefined, { changes, difference });
}

async function rereadProblems(
  hub: Changing,
  agency: string,
  known: Known | undefined,
  { events: [event] }: AgreementStep,
): Promise<readonly UserError[]> {
  if (known === undefined || event === undefined) return [];
  const terms = termsOf(textAt(known.history, event).body);
  return (await wordingProblems(hub, agency, terms)).map((problem) => ({
    ...problem,
    path: ['reference', ...problem.path],
  }));
}

/** What the exchange standard and the registry do not allow of terms that were read before. */
export async function wordingProblems(hub: Changing, agency: string, terms: Terms): Promise<readonly UserError[]> {
  const read = await readWording(hub, agency, writeTerms(terms));
  return read.kind === 'REFUSED' ? read.problems : [];
}

/**
 * A document in the form of the agreement file, read against the exchange standard, the registry and the framework it names,
 * as they are now.
 */
export async function readWording(
  hub: Changing,
  agency: string,
  document: unknown,
): Promise<ReturnType<typeof readTerms>> {
  const [agencies, databases] = await Promise.all([hub.registry.agencies(), hub.registry.databases()]);
  const read = readTerms(document, hub.standard, { agencies, databases });
  if (read.kind === 'REFUSED') return read;
  const reading = { standard: hub.standard, agencies, databases };
  const problems = await frameworkProblems(hub.agreements, agency, read.terms, reading);
  return problems.length > 0 ? { kind: 'REFUSED', problems } : read;
}

/** The ledger gets the act and the first code, never what was typed: a reference of a stranger could hold anything. */
export function refusal(
  { journal }: Party,
  { name }: { readonly name: string },
  problems: readonly UserError[],
): Changed {
  journal.act(name);
  journal.fault(problems[0]?.code ?? 'BAD_USER_INPUT');
  return { kind: 'REFUSED', userErrors: problems.map((problem) => ({ ...problem, path: ['input', ...problem.path] })) };
}

/** @throws HubError FORBIDDEN: the gate asked already; this holds for callers that come another way */
export function actorOf(identity: Identity, roles: readonly Role[]): Actor {
  const { agency, person } = identity;
  if (agency === undefined || !identity.roles.some((role) => roles.includes(role))) throw new HubError('FORBIDDEN');
  return { agency, person };
}
