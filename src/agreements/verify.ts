import type { AgreementVersion, Terms } from '../domain/agreement.js';
import type {
  AgreementSignature,
  AgreementText,
  Doubt,
  FinalisedVersion,
  SignatoryKey,
  SignedText,
  StoredAgreement,
  Verified,
} from '../domain/agreement-history.js';
import { plainReference } from '../domain/agreement-reference.js';
import type { Agency } from '../domain/registry.js';
import { countsAt } from './key-validity.js';
import { partiesNamed, partnersOf } from './parties.js';
import type { VerifySignature } from './sign.js';
import { readSignedText } from './signed-text.js';

export interface VerificationRules {
  readonly environment: string;
  readonly acceptsDemoKeys: boolean;
  readonly keys: readonly SignatoryKey[];
  readonly agencies: readonly Agency[];
  readonly sha256: (text: string) => string;
  readonly verify: VerifySignature;
  /** the first instant of a local day, in milliseconds since 1970 */
  readonly startOfLocalDay: (day: string, timeZone: string) => number;
  /** absent: no version counts that not every party signed */
  readonly tightening?: TighteningRules;
}

/** What a version is measured by that one party entered alone: how terms are compared is not this folder's to know. */
export interface TighteningRules {
  /** Does the new wording only narrow the old one, in nothing but what the agency gives or receives? */
  readonly mayEnterAlone: (agency: string, before: Terms, after: Terms) => boolean;
  /** when a tightening finalised at this instant begins, after the notice that the version before names; undefined = at once */
  readonly noticeEnd: (before: Terms, finalisedAt: Date) => Date | undefined;
}

/**
 * The versions of one agreement, if every one of them is what its parties signed: bytes fit the hash, the text is canonical
 * and made for this environment, place and predecessor, and each party's signature verifies under a key that was its own
 * and valid then; of a version that one party tightened, that party's, if the words are narrower than those before. One doubtful version makes all of them absent: the version before it must not come back into force.
 */
export function verifyAgreement(stored: StoredAgreement, rules: VerificationRules): Verified {
  const versions: AgreementVersion[] = [];
  const doubts: Doubt[] = [];
  let previous: AgreementText | undefined;
  stored.finalised.forEach((finalised, index) => {
    const text = stored.texts.find((one) => one.version === finalised.version && one.revision === finalised.revision);
    const said = text === undefined ? undefined : readSignedText(text.body);
    const cause = causeOfDoubt(stored, { finalised, text, said, previous, number: index + 1 }, rules);
    if (cause !== undefined || text === undefined || said === undefined) {
      doubts.push({
        reference: stored.reference,
        version: finalised.version,
        cause: cause ?? 'TEXT',
        parties: boundBy(stored),
      });
    } else {
      const before = termsOfPrevious(previous);
      versions.push(versionOf({ finalised, text, before }, underKey(said, stored.reference), rules));
    }
    previous = text;
  });
  if (stored.finalisations !== stored.finalised.length) {
    const version = Math.max(stored.finalisations, stored.finalised.length);
    doubts.push({ reference: stored.reference, version, cause: 'MISSING', parties: boundBy(stored) });
  }
  if (stored.discord !== undefined && doubts.length === 0) {
    // What happened and what counts disagree: an act may be gone that suspended, or an instant moved that something begins at.
    const version = stored.finalised.at(-1)?.version ?? 1;
    doubts.push({ reference: stored.reference, version, cause: 'HISTORY', parties: boundBy(stored) });
  }
  return { versions: doubts.length === 0 ? versions : [], doubts };
}

interface Claim {
  readonly finalised: FinalisedVersion;
  readonly text: AgreementText | undefined;
  readonly said: SignedText | undefined;
  /** the wording finalised before */
  readonly previous: AgreementText | undefined;
  readonly number: number;
}

/** A word for what is wrong, or undefined if nothing is. */
function causeOfDoubt(stored: StoredAgreement, claim: Claim, rules: VerificationRules): string | undefined {
  const { finalised, text, said, previous, number } = claim;
  if (text === undefined || rules.sha256(text.body) !== text.hash) return 'HASH';
  if (said === undefined) return 'TEXT';
  if (said.environment !== rules.environment) return 'ENVIRONMENT';
  if (said.terms.reference !== plainReference(stored.reference)) return 'REFERENCE';
  if (said.version !== finalised.version || finalised.version !== number || said.previous !== (previous?.hash ?? null))
    return 'VERSION';
  if (!said.terms.parties.every((party) => rules.agencies.some((agency) => agency.code === party))) return 'PARTIES';
  const { tightenedBy } = finalised;
  const signatories = tightenedBy === undefined ? said.terms.parties : [tightenedBy];
  const isSigned = signatories.every((party) =>
    stored.signatures.some(
      (signature) =>
        signature.agency === party &&
        signature.version === finalised.version &&
        signature.revision === finalised.revision &&
        rules.keys.some((key) => isSignedWith(key, signature, text.body, rules)),
    ),
  );
  if (!isSigned) return 'SIGNATURE';
  if (tightenedBy === undefined) return undefined;
  // INVARIANT (widening takes both): one party's signature is enough only for what the words themselves show to be narrower.
  const before = termsOfPrevious(previous);
  const isTightening =
    before !== undefined && rules.tightening?.mayEnterAlone(tightenedBy, before, said.terms) === true;
  return isTightening ? undefined : 'WIDENED';
}

function termsOfPrevious(previous: AgreementText | undefined): Terms | undefined {
  return previous === undefined ? undefined : readSignedText(previous.body)?.terms;
}

function isSignedWith(
  key: SignatoryKey,
  signature: AgreementSignature,
  body: string,
  { acceptsDemoKeys, verify }: VerificationRules,
): boolean {
  const isUsable = key.id === signature.keyId && key.agency === signature.agency && (acceptsDemoKeys || !key.isDemo);
  return isUsable && countsAt(key, signature.signedAt) && verify(key.publicKey, body, signature.signature);
}

/** In the set an agreement has its key; the signed words hold the reference without the suffix of the key. */
function underKey(said: SignedText, key: string): SignedText {
  return said.terms.reference === key ? said : { ...said, terms: { ...said.terms, reference: key } };
}

function versionOf(
  {
    finalised: { finalisedAt, version, tightenedBy },
    text: { hash },
    before,
  }: { readonly finalised: FinalisedVersion; readonly text: AgreementText; readonly before: Terms | undefined },
  { terms }: SignedText,
  { agencies, startOfLocalDay, tightening }: VerificationRules,
): AgreementVersion {
  // Computed from the signed words, never read from a column that somebody could have changed.
  const from = new Date(startOfLocalDay(terms.from, terms.timeZone));
  const until = new Date(startOfLocalDay(terms.until, terms.timeZone));
  const isTightened = tightenedBy !== undefined && before !== undefined;
  const noticeEndsAt = isTightened ? tightening?.noticeEnd(before, finalisedAt) : undefined;
  const notice = noticeEndsAt === undefined ? {} : { noticeEndsAt };
  return { terms, version, hash, partnerOf: partnersOf(terms, agencies), from, until, finalisedAt, ...notice };
}

/** Whoever a doubtful agreement names or was signed by: more rather than fewer. */
function boundBy({ texts, signatures }: StoredAgreement): readonly string[] {
  const named = texts.flatMap((text) => readSignedText(text.body)?.terms.parties ?? []);
  return [...new Set([...named, ...signatures.map((signature) => signature.agency)])].sort();
}

/**
 * What may be decided by when some agreements are doubtful. A doubtful agreement may have held a prohibition that nobody can
 * read any more, so between those it may have bound no permission of any agreement counts until it is mended.
 *
 * INVARIANT (doubt narrows): what comes out permits no more than what went in, and prohibits no less.
 */
export function withoutDoubtful(
  versions: readonly AgreementVersion[],
  doubts: readonly Doubt[],
): readonly AgreementVersion[] {
  if (doubts.length === 0) return versions;
  return versions.map((version) => {
    const { terms, partnerOf } = version;
    const agencies = terms.parties.map((code) => ({ code, name: code, partner: partnerOf[code] ?? '' }));
    const clauses = terms.clauses.filter((clause) => {
      if (clause.kind === 'PROHIBITION') return true;
      const from = partiesNamed(clause.assigner, terms.parties, agencies);
      const to = partiesNamed(clause.assignee, terms.parties, agencies);
      return !doubts.some(({ parties }) => meets(from, parties) && meets(to, parties));
    });
    return { ...version, terms: { ...terms, clauses } };
  });
}

function meets(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.includes(one));
}
