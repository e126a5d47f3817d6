/**
 * The journey of a permission: draft → offer → acceptance → signatures → in force, and one side's acts afterwards. Each act
 * is facts that are added together with its ledger entry, in one transaction; the next query finds the new version by itself.
 */
import { type ActInput, resume, suspend, terminate } from '../agreements/act.js';
import { amend, finalisedTerms, signVersion } from '../agreements/amend.js';
import { counter } from '../agreements/counter.js';
import { draft } from '../agreements/draft.js';
import { accept, offer, reject, withdraw } from '../agreements/negotiate.js';
import type { Actor, Outcome } from '../agreements/outcome.js';
import { TRANSITIONS } from '../agreements/transitions.js';
import type { AgreementSet } from '../domain/agreement.js';
import type { AgreementHistory } from '../domain/agreement-history.js';
import type { UserError } from '../domain/errors.js';
import type { Role } from '../domain/identity.js';
import { currentVersion } from '../policy/in-force.js';
import { afterNotice } from '../policy/notice.js';
import {
  actorOf,
  type Changed,
  type Changing,
  change,
  type Party,
  type Reference,
  readWording,
  refusal,
} from './agreements/agreement-act.js';
import { comparisonRules } from './agreements/agreement-difference.js';
import type { InForce } from './ports.js';

export type { Changed, Party, Reference } from './agreements/agreement-act.js';

const SIGNATORIES: readonly Role[] = ['SIGNATORY'];

/** Drafts an agreement, or a new wording of one's own draft, from a document in the form of the agreement file. */
export async function draftAgreement(hub: Changing, by: Party, document: unknown): Promise<Changed> {
  const actor = actorOf(by.identity, TRANSITIONS.DRAFT.roles);
  const named = namedDocument(document);
  const read = await readWording(hub, actor.agency, named.document);
  if (read.kind === 'REFUSED') return refusal(by, { name: 'draftAgreement' }, read.problems);
  const { terms } = read;
  const act = { name: 'draftAgreement', reference: named.reference ?? terms.reference };
  return change(hub, by, act, (history, key) => draft(actor, terms, history, hub.signing, key));
}

/**
 * Drafts the next version of a finalised agreement, from the complete document in the form of the agreement file. What only
 * narrows, its author may sign alone once it is offered.
 *
 * @param input `document` of the same reference and parties
 */
export async function amendAgreement(
  hub: Changing,
  by: Party,
  input: { readonly document: unknown; readonly seen?: number },
): Promise<Changed> {
  const name = 'amendAgreement';
  const actor = actorOf(by.identity, TRANSITIONS.DRAFT.roles);
  const named = namedDocument(input.document);
  const read = await readWording(hub, actor.agency, named.document);
  if (read.kind === 'REFUSED') return refusal(by, { name }, read.problems.map(inDocument));
  const { terms } = read;
  const { now } = await hub.agreements.inForce({ refresh: true });
  const act = { name, reference: named.reference ?? terms.reference, ...seenOf(input) };
  return change(hub, by, act, (history) => amend(actor, terms, history, hub.signing, now));
}

const inDocument = (problem: UserError): UserError => ({ ...problem, path: ['document', ...problem.path] });

/** Sends the own draft to the other parties. */
export async function offerAgreement(hub: Changing, by: Party, input: Reference): Promise<Changed> {
  const actor = actorOf(by.identity, TRANSITIONS.OFFER.roles);
  return change(hub, by, { name: 'offerAgreement', ...input, rereads: true }, (history) => offer(actor, history));
}

/**
 * Answers the wording on the table with another complete one.
 *
 * @param input `document` in the form of the agreement file, of the same reference and parties
 */
export async function counterAgreement(
  hub: Changing,
  by: Party,
  input: { readonly document: unknown; readonly seen?: number },
): Promise<Changed> {
  const name = 'counterAgreement';
  const actor = actorOf(by.identity, TRANSITIONS.COUNTER.roles);
  const named = namedDocument(input.document);
  const read = await readWording(hub, actor.agency, named.document);
  if (read.kind === 'REFUSED') {
    return refusal(
      by,
      { name },
      read.problems.map((one) => ({ ...one, path: ['document', ...one.path] })),
    );
  }
  const { terms } = read;
  const act = { name, reference: named.reference ?? terms.reference, ...seenOf(input) };
  return change(hub, by, act, (history) => counter(actor, terms, history, hub.signing));
}

/** Agrees to the wording on the table. */
export async function acceptAgreement(hub: Changing, by: Party, input: Reference): Promise<Changed> {
  const actor = actorOf(by.identity, TRANSITIONS.ACCEPT.roles);
  return change(hub, by, { name: 'acceptAgreement', ...input, rereads: true }, (history) => accept(actor, history));
}

/** Takes back what the own agency wrote, a draft or the wording on the table, and ends the talks about this version. */
export async function withdrawAgreement(
  hub: Changing,
  by: Party,
  input: Reference & { readonly reason?: string },
): Promise<Changed> {
  const actor = actorOf(by.identity, TRANSITIONS.WITHDRAW.roles);
  return change(hub, by, { name: 'withdrawAgreement', ...input }, (history) => withdraw(actor, history, input.reason));
}

/** Ends the talks about the version on the table. */
export async function rejectAgreement(
  hub: Changing,
  by: Party,
  input: Reference & { readonly reason: string },
): Promise<Changed> {
  const actor = actorOf(by.identity, TRANSITIONS.REJECT.roles);
  return change(hub, by, { name: 'rejectAgreement', ...input }, (history) => reject(actor, history, input.reason));
}

/**
 * Signs the accepted wording; with the last party's signature the version is finalised in the same transaction. An offered
 * wording that only narrows what its author gives or receives is finalised by the author's signature alone.
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
  const [agencies, { now, databases }] = await Promise.all([
    hub.registry.agencies(),
    hub.agreements.inForce({ refresh: true }),
  ]);
  const { acceptsDemoKeys } = hub.signing;
  const verify = hub.signing.verify.bind(hub.signing);
  const rules = comparisonRules({ standard: hub.standard, agencies, databases });
  return change(hub, by, { name: 'signAgreement', ...input, rereads: true }, (history) =>
    signVersion(actor, history, input.signature, { keys, acceptsDemoKeys, verify, now, ...rules }),
  );
}

/** Stops what the agreement permits, wholly or one direction or article, until the same side resumes. */
export function suspendAgreement(hub: Changing, by: Party, input: Reference & ActInput): Promise<Changed> {
  return interrupt(hub, by, 'suspendAgreement', input, (actor, history, given, { now }) =>
    suspend(actor, history, given, now),
  );
}

/** Lifts what the own side suspended. */
export function resumeAgreement(hub: Changing, by: Party, input: Reference & ActInput): Promise<Changed> {
  return interrupt(hub, by, 'resumeAgreement', input, (actor, history, given, { now }) =>
    resume(actor, history, given, now),
  );
}

/** Ends a finalised agreement for good, after the notice that the version in force names. */
export function terminateAgreement(
  hub: Changing,
  by: Party,
  input: Reference & Pick<ActInput, 'reason' | 'effectiveAt'>,
): Promise<Changed> {
  return interrupt(hub, by, 'terminateAgreement', input, (actor, history, given, { set, now }) =>
    terminate(actor, history, given, now, terminationNoticeEnd(set, history, now)),
  );
}

async function interrupt(
  hub: Changing,
  by: Party,
  name: string,
  input: Reference & ActInput,
  act: (actor: Actor, history: AgreementHistory | undefined, input: ActInput, at: InForce) => Outcome,
): Promise<Changed> {
  const actor = actorOf(by.identity, SIGNATORIES);
  // The database's clock decides what is past; it is asked now, for an estimate could refuse an instant that is still to come.
  const inForce = await hub.agreements.inForce({ refresh: true });
  return change(hub, by, { name, ...input }, (history) => act(actor, history, input, inForce));
}

/** When an agreement ends if notice is given now. Of one that cannot be believed, the newest wording tells the notice. */
function terminationNoticeEnd(set: AgreementSet, history: AgreementHistory | undefined, now: Date): Date | undefined {
  if (history === undefined) return undefined;
  const versions = set.versions.filter(({ terms }) => terms.reference === history.reference);
  const terms = currentVersion(versions, now)?.terms ?? finalisedTerms(history);
  return terms === undefined ? undefined : afterNotice(now, terms.terminationNotice, terms.timeZone);
}

const NAME_WITH_SUFFIX = /^([A-Z0-9-]{1,64})~[0-9a-f]{1,64}$/;

/**
 * The agreement a document is about, where its reference has the suffix that tells two of one reference apart: the wording
 * itself holds the plain reference.
 */
function namedDocument(document: unknown): { readonly document: unknown; readonly reference?: string } {
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, 'reference')) return { document };
  const { reference } = document as { readonly reference: unknown };
  const plain = typeof reference === 'string' ? NAME_WITH_SUFFIX.exec(reference)?.[1] : undefined;
  if (plain === undefined || typeof reference !== 'string') return { document };
  return { document: { ...document, reference: plain }, reference };
}

const seenOf = ({ seen }: { readonly seen?: number }): { readonly seen?: number } =>
  seen === undefined ? {} : { seen };
