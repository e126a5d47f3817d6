/** What a party may see of its agreements: words, signatures, history and status. To everybody else they do not exist. */
import { type Known, knownTo } from '../../agreements/reference.js';
import { readSignedText, termsOf } from '../../agreements/signed-text.js';
import { type TermsDocument, writeTerms } from '../../agreements/write-terms.js';
import type { AgreementAct, AgreementStatus, AgreementVersion, Terms } from '../../domain/agreement.js';
import type { AgreementEvent, AgreementHistory, AgreementSignature } from '../../domain/agreement-history.js';
import type { Change } from '../../domain/difference.js';
import { HubError } from '../../domain/errors.js';
import type { Identity } from '../../domain/identity.js';
import { beginOf, currentVersion, statusAt } from '../../policy/in-force.js';
import type { InForce, Ports } from '../ports.js';
import { compareWordings, type Reading, tighteners } from './agreement-difference.js';
import { findAgreement } from './find-agreement.js';
import { type NegotiationView, negotiationView } from './show-negotiation.js';

type Showing = Pick<Ports, 'agreementStore' | 'agreements' | 'registry' | 'standard'>;

export interface VersionView {
  readonly version: number;
  readonly terms: Terms;
  /** the terms in the form of the agreement file */
  readonly document: TermsDocument;
  /** what was signed, byte for byte (UTF-8) */
  readonly text: string;
  readonly hash: string;
  readonly finalisedAt: Date;
  /** from when it counts: its first day, finalisation, or the end of the notice due; null if it counts for nothing */
  readonly beginsAt: Date | null;
  /** the party that entered it alone, because it only narrows; null = every party signed */
  readonly tightenedBy: string | null;
  /** null: its bytes or signatures do not verify, so it counts for nothing */
  readonly status: AgreementStatus | null;
  readonly signatures: readonly AgreementSignature[];
}

export type { NegotiationView, RoundView } from './show-negotiation.js';

export interface AgreementView {
  readonly reference: string;
  readonly title: string;
  readonly parties: readonly string[];
  /** of the version that counts at the instant; null before anything was finalised, or if it does not verify */
  readonly status: AgreementStatus | null;
  readonly negotiation: NegotiationView | null;
  /** what the wording on the table changes for whom, against the version before it; null if there is none before */
  readonly difference: readonly Change[] | null;
  /** parties of which each may enter that wording by its signature alone, because it only narrows what concerns it */
  readonly mayEnterAlone: readonly string[];
  /** finalised ones, oldest first */
  readonly versions: readonly VersionView[];
  readonly acts: readonly AgreementAct[];
  readonly events: readonly AgreementEvent[];
}

/** The agreements the caller's agency may see, ordered by reference. `at` absent = now, by the database's clock. */
export async function listAgreements(hub: Showing, identity: Identity, at?: Date): Promise<readonly AgreementView[]> {
  const agency = agencyOf(identity);
  const histories = await hub.agreementStore.historiesOf(agency);
  const sight = await newest(hub);
  return knownTo(agency, histories).flatMap((known) => viewOf(known, sight, at ?? sight.inForce.now) ?? []);
}

/** One agreement, or undefined if it does not exist for the caller's agency. */
export async function showAgreement(
  hub: Showing,
  identity: Identity,
  reference: string,
  at?: Date,
): Promise<AgreementView | undefined> {
  const agency = agencyOf(identity);
  const { known } = await findAgreement(hub, agency, reference);
  const sight = await newest(hub);
  return known === undefined ? undefined : viewOf(known, sight, at ?? sight.inForce.now);
}

/** Read after the history: a version that the set does not know yet would look like one that does not verify. */
async function newest({ agreements, registry, standard }: Showing): Promise<Sight> {
  const [inForce, agencies] = await Promise.all([agreements.inForce({ refresh: true }), registry.agencies()]);
  return { inForce, reading: { standard, agencies, databases: inForce.databases } };
}

interface Sight {
  readonly inForce: InForce;
  /** what wordings are compared against */
  readonly reading: Reading;
}

function agencyOf({ agency }: Identity): string {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  return agency;
}

function viewOf({ seen, shown, history }: Known, { inForce, reading }: Sight, at: Date): AgreementView | undefined {
  // Words that somebody changed in the database are shown to nobody; the operator is told when the set is loaded.
  if (history.texts.some((text) => readSignedText(text.body) === undefined)) return undefined;
  const negotiation = negotiationView(seen);
  const verified = inForce.set.versions.filter((version) => version.terms.reference === history.reference);
  const versions = seen.finalised.map((finalised) => versionView(seen, finalised, verified, at));
  const { title, parties } = versions.at(-1)?.terms ?? termsOf(negotiation.text);
  const current = currentVersion(verified, at);
  return {
    reference: shown,
    title,
    parties,
    status: current === undefined ? null : statusOf(current, verified, seen, at),
    negotiation,
    ...differenceView(negotiation, versions, reading),
    versions,
    acts: seen.acts,
    events: seen.events,
  };
}

function differenceView(
  { version, text }: NegotiationView,
  versions: readonly VersionView[],
  reading: Reading,
): Pick<AgreementView, 'difference' | 'mayEnterAlone'> {
  const before = versions.findLast((one) => one.version < version)?.terms;
  if (before === undefined) return { difference: null, mayEnterAlone: [] };
  const difference = compareWordings(reading, before, termsOf(text));
  return { difference: difference.changes, mayEnterAlone: tighteners(reading, before, difference) };
}

function versionView(
  history: AgreementHistory,
  { version, revision, finalisedAt, tightenedBy }: AgreementHistory['finalised'][number],
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
    beginsAt: counted === undefined ? null : new Date(beginOf(counted)),
    tightenedBy: tightenedBy ?? null,
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
