/** What a party may see of its agreements: words, signatures, history and status. To everybody else they do not exist. */
import { type Negotiation, negotiationOf } from '../agreements/negotiation.js';
import { isVisibleTo } from '../agreements/outcome.js';
import { readSignedText, termsOf } from '../agreements/signed-text.js';
import { type TermsDocument, writeTerms } from '../agreements/write-terms.js';
import type { AgreementAct, AgreementStatus, AgreementVersion, NegotiationState, Terms } from '../domain/agreement.js';
import type { AgreementEvent, AgreementHistory, AgreementSignature } from '../domain/agreement-history.js';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import { currentVersion, statusAt } from '../policy/in-force.js';
import type { InForce, Ports } from './ports.js';

type Showing = Pick<Ports, 'agreementStore' | 'agreements'>;

export interface VersionView {
  readonly version: number;
  readonly terms: Terms;
  /** the terms in the form of the agreement file */
  readonly document: TermsDocument;
  /** what was signed, byte for byte (UTF-8) */
  readonly text: string;
  readonly hash: string;
  readonly finalisedAt: Date;
  /** null: its bytes or signatures do not verify, so it counts for nothing */
  readonly status: AgreementStatus | null;
  readonly signatures: readonly AgreementSignature[];
}

export interface NegotiationView {
  readonly version: number;
  readonly revision: number;
  readonly state: NegotiationState;
  readonly drafter: string;
  readonly accepted: readonly string[];
  readonly signed: readonly string[];
  /** the wording on the table: what a signatory signs, byte for byte (UTF-8) */
  readonly text: string;
  readonly hash: string;
  readonly document: TermsDocument;
}

export interface AgreementView {
  readonly reference: string;
  readonly title: string;
  readonly parties: readonly string[];
  /** of the version that counts at the instant; null before anything was finalised, or if it does not verify */
  readonly status: AgreementStatus | null;
  /** absent while another party is drafting and nothing was finalised */
  readonly negotiation: NegotiationView | null;
  /** finalised ones, oldest first */
  readonly versions: readonly VersionView[];
  readonly acts: readonly AgreementAct[];
  readonly events: readonly AgreementEvent[];
}

/** The agreements the caller's agency may see, ordered by reference. `at` absent = now, by the database's clock. */
export async function listAgreements(hub: Showing, identity: Identity, at?: Date): Promise<readonly AgreementView[]> {
  const agency = agencyOf(identity);
  const histories = await hub.agreementStore.historiesOf(agency);
  const inForce = await newest(hub);
  return histories.flatMap((history) => viewOf(agency, history, inForce, at ?? inForce.now) ?? []);
}

/** One agreement, or undefined if it does not exist for the caller's agency. */
export async function showAgreement(
  hub: Showing,
  identity: Identity,
  reference: string,
  at?: Date,
): Promise<AgreementView | undefined> {
  const agency = agencyOf(identity);
  const history = await hub.agreementStore.history(reference);
  if (history === undefined) return undefined;
  const inForce = await newest(hub);
  return viewOf(agency, history, inForce, at ?? inForce.now);
}

/** Read after the history: a version that the set does not know yet would look like one that does not verify. */
function newest({ agreements }: Showing): Promise<InForce> {
  return agreements.inForce({ refresh: true });
}

function agencyOf({ agency }: Identity): string {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  return agency;
}

function viewOf(agency: string, history: AgreementHistory, inForce: InForce, at: Date): AgreementView | undefined {
  // Words that somebody changed in the database are shown to nobody; the operator is told when the set is loaded.
  if (history.texts.some((text) => readSignedText(text.body) === undefined)) return undefined;
  const negotiation = negotiationOf(history);
  const mayNegotiate = isVisibleTo(agency, negotiation);
  const verified = inForce.set.versions.filter((version) => version.terms.reference === history.reference);
  const versions = history.finalised.map((finalised) => versionView(history, finalised, verified, at));
  const agreed = versions.at(-1)?.terms;
  const mayRead = agreed?.parties.includes(agency) === true;
  if (!mayNegotiate && !mayRead) return undefined;
  const { title, parties } = agreed ?? negotiation.terms;
  const current = currentVersion(verified, at);
  return {
    reference: history.reference,
    title,
    parties,
    status: current === undefined ? null : statusOf(current, verified, history, at),
    negotiation: mayNegotiate ? negotiationView(negotiation) : null,
    versions,
    acts: history.acts,
    // Another party's draft is not sent yet: that it exists is nobody's business.
    events: mayNegotiate ? history.events : history.events.filter((event) => event.version !== negotiation.version),
  };
}

function versionView(
  history: AgreementHistory,
  { version, revision, finalisedAt }: AgreementHistory['finalised'][number],
  verified: readonly AgreementVersion[],
  at: Date,
): VersionView {
  const text = history.texts.find((one) => one.version === version && one.revision === revision);
  if (text === undefined) throw new HubError('INTERNAL');
  const terms = termsOf(text.body);
  const counted = verified.find((one) => one.version === version);
  return {
    version,
    terms,
    document: writeTerms(terms),
    text: text.body,
    hash: text.hash,
    finalisedAt,
    status: counted === undefined ? null : statusOf(counted, verified, history, at),
    signatures: history.signatures.filter((one) => one.version === version && one.revision === revision),
  };
}

function statusOf(
  version: AgreementVersion,
  versions: readonly AgreementVersion[],
  { acts }: AgreementHistory,
  at: Date,
): AgreementStatus {
  return statusAt(version, acts, versions, at);
}

function negotiationView({ version, text, state, drafter, accepted, signed, terms }: Negotiation): NegotiationView {
  const { revision, body, hash } = text;
  return { version, revision, state, drafter, accepted, signed, text: body, hash, document: writeTerms(terms) };
}
