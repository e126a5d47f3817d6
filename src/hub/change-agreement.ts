/**
 * The journey of a permission: draft → offer → acceptance → signatures → in force, and one side's acts afterwards. Each act
 * is facts that are added together with its ledger entry, in one transaction; the next query finds the new version by itself.
 */
import { type ActInput, resume, suspend, terminate } from '../agreements/act.js';
import { draft } from '../agreements/draft.js';
import { accept, offer, reject } from '../agreements/negotiate.js';
import type { Actor, Outcome } from '../agreements/outcome.js';
import { readTerms } from '../agreements/read-terms.js';
import { sign } from '../agreements/sign.js';
import type { AgreementHistory } from '../domain/agreement-history.js';
import { HubError, type UserError } from '../domain/errors.js';
import type { Identity, Role } from '../domain/identity.js';
import type { Journal } from './journal.js';
import type { Ports } from './ports.js';

/** The act is done and in the ledger, or why not: one entry per fault, its path beginning with `input`. */
export type Changed =
  | { readonly kind: 'CHANGED'; readonly reference: string }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

type Changing = Pick<Ports, 'agreementStore' | 'agreements' | 'registry' | 'signing' | 'standard'>;

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

const NEGOTIATORS: readonly Role[] = ['POLICY_OFFICER'];
const SIGNATORIES: readonly Role[] = ['SIGNATORY'];

/** Drafts an agreement, or a new wording of one's own draft, from a document in the form of the agreement file. */
export async function draftAgreement(hub: Changing, by: Party, document: unknown): Promise<Changed> {
  const actor = actorOf(by.identity, NEGOTIATORS);
  const [agencies, databases] = await Promise.all([hub.registry.agencies(), hub.registry.databases()]);
  const read = readTerms(document, hub.standard, { agencies, databases });
  if (read.kind === 'REFUSED') return refusal(by, { name: 'draftAgreement' }, read.problems);
  const { terms } = read;
  const act = { name: 'draftAgreement', reference: terms.reference };
  return change(hub, by, act, (history) => draft(actor, terms, history, hub.signing));
}

/** Sends the own draft to the other parties. */
export async function offerAgreement(hub: Changing, by: Party, input: Reference): Promise<Changed> {
  const actor = actorOf(by.identity, NEGOTIATORS);
  return change(hub, by, { name: 'offerAgreement', ...input }, (history) => offer(actor, history));
}

/** Agrees to the wording on the table. */
export async function acceptAgreement(hub: Changing, by: Party, input: Reference): Promise<Changed> {
  const actor = actorOf(by.identity, NEGOTIATORS);
  return change(hub, by, { name: 'acceptAgreement', ...input }, (history) => accept(actor, history));
}

/** Ends the talks about the version on the table. */
export async function rejectAgreement(
  hub: Changing,
  by: Party,
  input: Reference & { readonly reason: string },
): Promise<Changed> {
  const actor = actorOf(by.identity, [...NEGOTIATORS, ...SIGNATORIES]);
  return change(hub, by, { name: 'rejectAgreement', ...input }, (history) => reject(actor, history, input.reason));
}

/**
 * Signs the accepted wording; with the last party's signature the version is finalised in the same transaction.
 *
 * @param input `signature`: Ed25519 over the UTF-8 bytes of the wording's `body`, 128 lower-case hexadecimal digits
 */
export async function signAgreement(
  hub: Changing,
  by: Party,
  input: Reference & { readonly signature: string },
): Promise<Changed> {
  const actor = actorOf(by.identity, SIGNATORIES);
  const keys = await hub.agreementStore.keysOf([actor.agency]);
  const { acceptsDemoKeys } = hub.signing;
  const verify = hub.signing.verify.bind(hub.signing);
  return change(hub, by, { name: 'signAgreement', ...input }, (history) =>
    sign(actor, history, input.signature, { keys, acceptsDemoKeys, verify }),
  );
}

/** Stops what the agreement permits, wholly or one direction or article, until the same side resumes. */
export function suspendAgreement(hub: Changing, by: Party, input: Reference & ActInput): Promise<Changed> {
  return interrupt(hub, by, 'suspendAgreement', input, suspend);
}

/** Lifts what the own side suspended. */
export function resumeAgreement(hub: Changing, by: Party, input: Reference & ActInput): Promise<Changed> {
  return interrupt(hub, by, 'resumeAgreement', input, resume);
}

/** Ends a finalised agreement for good. */
export function terminateAgreement(
  hub: Changing,
  by: Party,
  input: Reference & Pick<ActInput, 'reason' | 'effectiveAt'>,
): Promise<Changed> {
  return interrupt(hub, by, 'terminateAgreement', input, terminate);
}

async function interrupt(
  hub: Changing,
  by: Party,
  name: string,
  input: Reference & ActInput,
  act: (actor: Actor, history: AgreementHistory | undefined, input: ActInput, now: Date) => Outcome,
): Promise<Changed> {
  const actor = actorOf(by.identity, SIGNATORIES);
  // The database's clock decides what is past; it is asked now, for an estimate could refuse an instant that is still to come.
  const { now } = await hub.agreements.inForce({ refresh: true });
  return change(hub, by, { name, ...input }, (history) => act(actor, history, input, now));
}

interface NamedAct extends Reference {
  readonly name: string;
}

/** One act from the history to the ledger. @throws HubError STALE_VERSION if somebody else was faster */
async function change(
  hub: Changing,
  by: Party,
  { name, reference, seen }: NamedAct,
  decide: (history: AgreementHistory | undefined) => Outcome,
): Promise<Changed> {
  const history = await hub.agreementStore.history(reference);
  const outcome = decide(history);
  if (outcome.kind === 'REFUSED') return refusal(by, { name }, outcome.problems);
  const { step } = outcome;
  // Only after the decision: to whoever may not see the agreement, how far it has come is told no more than that it exists.
  if (seen !== undefined && seen !== step.number - 1) throw new HubError('STALE_VERSION');
  const [event] = step.events;
  by.journal.act(name, { reference, version: event?.version ?? null, textHash: step.text?.hash ?? null });
  const result = await hub.agreementStore.append(step, by.journal.entry());
  if (result === 'STALE') throw new HubError('STALE_VERSION');
  by.journal.close();
  await hub.agreements.inForce({ refresh: true });
  return { kind: 'CHANGED', reference };
}

/** The ledger gets the act and the first code, never what was typed: a reference of a stranger could hold anything. */
function refusal({ journal }: Party, { name }: { readonly name: string }, problems: readonly UserError[]): Changed {
  journal.act(name);
  journal.fault(problems[0]?.code ?? 'BAD_USER_INPUT');
  return { kind: 'REFUSED', userErrors: problems.map((problem) => ({ ...problem, path: ['input', ...problem.path] })) };
}

/** @throws HubError FORBIDDEN: the gate asked already; this holds for callers that come another way */
function actorOf(identity: Identity, roles: readonly Role[]): Actor {
  const { agency, person } = identity;
  if (agency === undefined || !identity.roles.some((role) => roles.includes(role))) throw new HubError('FORBIDDEN');
  return { agency, person };
}

/**
 * Registers the public key of an agency's signatory. By the hub's operator, who signs nothing: whose key it is was
 * established outside.
 *
 * @param input `publicKey`: the 32 bytes of an Ed25519 key, 64 lower-case hexadecimal digits
 */
export async function registerSignatoryKey(
  hub: Changing,
  { identity, journal }: Party,
  input: { readonly agency: string; readonly publicKey: string; readonly isDemo: boolean },
): Promise<Changed> {
  if (!identity.roles.includes('OPERATOR')) throw new HubError('FORBIDDEN');
  const by: Party = { identity, journal };
  const name = 'registerSignatoryKey';
  const fault = (path: string, code: string, message: string): Changed =>
    refusal(by, { name }, [{ path: [path], code, message }]);
  const agencies = await hub.registry.agencies();
  if (!agencies.some((agency) => agency.code === input.agency)) {
    return fault('agency', 'AGENCY_UNKNOWN', 'no agency of this code is registered');
  }
  if (!/^[0-9a-f]{64}$/.test(input.publicKey)) {
    return fault('publicKey', 'KEY_INVALID', 'expected an Ed25519 public key as 64 lower-case hexadecimal digits');
  }
  if (input.isDemo && !hub.signing.acceptsDemoKeys) {
    return fault('publicKey', 'KEY_IS_DEMO', 'keys of the demo world are refused outside the demo');
  }
  journal.act(name, { agency: input.agency, publicKey: input.publicKey });
  const isAdded = await hub.agreementStore.addKey(input, identity.person, journal.entry());
  if (!isAdded) return fault('publicKey', 'KEY_TAKEN', 'this key is registered already');
  journal.close();
  return { kind: 'CHANGED', reference: input.agency };
}
