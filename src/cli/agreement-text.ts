import { createHash, createPublicKey, verify } from 'node:crypto';
import { stringify } from 'yaml';

/** An agreement as the hub shows it to a party. */
export interface ShownAgreement {
  readonly reference: string;
  readonly title: string;
  readonly parties: readonly string[];
  readonly status: string | null;
  readonly negotiation: {
    readonly version: number;
    readonly revision: number;
    readonly state: string;
    readonly drafter: string;
    readonly accepted: readonly string[];
    readonly signed: readonly string[];
    readonly text: string;
    readonly document: unknown;
  } | null;
  /** absent or null: there is no version before the one on the table */
  readonly difference?: readonly { readonly effect: string; readonly sentence: string }[] | null;
  readonly mayEnterAlone?: readonly string[];
  readonly versions: readonly ShownVersion[];
  readonly acts: readonly {
    readonly kind: string;
    readonly by: string;
    readonly effectiveAt: string;
    readonly assigner: string | null;
    readonly article: string | null;
  }[];
  readonly events: readonly {
    readonly number: number;
    readonly kind: string;
    readonly version: number;
    readonly agency: string | null;
    readonly person: string;
    readonly reason: string | null;
    readonly at: string;
  }[];
}

interface ShownVersion {
  readonly version: number;
  readonly status: string | null;
  readonly text: string;
  readonly hash: string;
  readonly finalisedAt: string;
  /** from when it counts, if it does */
  readonly beginsAt?: string | null;
  /** the party that entered it alone */
  readonly tightenedBy?: string | null;
  readonly document: unknown;
  readonly signatures: readonly {
    readonly agency: string;
    readonly publicKey: string | null;
    readonly signature: string;
  }[];
}

const list = (codes: readonly string[]): string => (codes.length === 0 ? 'nobody' : codes.join(', '));

function begun({ beginsAt, tightenedBy }: ShownVersion): string {
  return tightenedBy == null ? '' : ` as a tightening by ${tightenedBy} alone, counts from ${beginsAt ?? 'never'}`;
}

/** An agreement for people: head, wording that counts, talks, history. */
export function agreementLines(agreement: ShownAgreement): readonly string[] {
  const { reference, title, parties, status, negotiation, versions, acts, events } = agreement;
  const wording = versions.at(-1)?.document ?? negotiation?.document;
  return [
    `${reference}  ${title}`,
    `parties: ${parties.join(', ')}`,
    `status: ${status ?? 'nothing in force'}`,
    // What was finalised stands among the versions already.
    ...(negotiation === null || negotiation.state === 'FINALIZED'
      ? []
      : [
          `on the table: version ${negotiation.version}, wording ${negotiation.revision}, ${negotiation.state}; drafted by ${negotiation.drafter}, accepted by ${list(negotiation.accepted)}, signed by ${list(negotiation.signed)}`,
        ]),
    ...versions.map(
      (version) =>
        `version ${version.version}: ${version.status ?? 'DOES NOT VERIFY'}, finalised ${version.finalisedAt}${begun(version)}, SHA-256 ${version.hash}, signed by ${list(version.signatures.map(({ agency }) => agency))}`,
    ),
    ...acts.map(({ kind, by, effectiveAt, assigner, article }) => {
      const scope = [assigner === null ? '' : ` from ${assigner}`, article === null ? '' : ` article ${article}`].join(
        '',
      );
      return `${kind}${scope} by ${by}, from ${effectiveAt}`;
    }),
    '',
    'history:',
    ...events.map(({ number, kind, version, agency, person, reason, at }) => {
      const who = agency === null ? 'the hub' : `${agency} (${person})`;
      return `  ${number}. ${at}  ${kind} version ${version} by ${who}${reason === null ? '' : `: ${reason}`}`;
    }),
    ...(wording === undefined ? [] : ['', stringify(wording).trimEnd()]),
  ];
}

/** What the wording on the table changes against the version before it, in sentences, and who may enter it alone. */
export function differenceLines({ difference, mayEnterAlone = [] }: ShownAgreement): readonly string[] {
  if (difference == null) return [];
  if (difference.length === 0) return ['the wording on the table changes nothing of the version before it'];
  const alone =
    mayEnterAlone.length === 0
      ? 'all parties must sign it'
      : `it only narrows: once it is offered, its author can enter it by its signature alone (${mayEnterAlone.join(' or ')})`;
  return ['the wording on the table:', ...difference.map(({ effect, sentence }) => `  ${effect}  ${sentence}`), alone];
}

export interface Verdict {
  readonly lines: readonly string[];
  /** empty: every version verifies */
  readonly faults: readonly string[];
}

/** Hash and signatures of every finalised version, computed here from the bytes the hub shows. */
export function verdictLines({ versions }: ShownAgreement): Verdict {
  const faults: string[] = [];
  const lines = versions.map((version) => {
    const found = faultsOf(version);
    faults.push(...found);
    const verdict = found.length === 0 ? `✔ version ${version.version}` : `✘ version ${version.version}`;
    return `${verdict}  SHA-256 ${version.hash}  signed by ${list(version.signatures.map(({ agency }) => agency))}`;
  });
  return { lines: lines.length === 0 ? ['no version is finalised yet'] : lines, faults };
}

function faultsOf({ version, text, hash, document, signatures, tightenedBy }: ShownVersion): readonly string[] {
  // Of this version: later ones may have other parties.
  const { parties = [] } = document as { readonly parties?: readonly string[] };
  const bytes = Buffer.from(text, 'utf8');
  // That a version of one signature only narrows is the hub's to verify: it knows the words before and what they stand on.
  const signatories = tightenedBy == null ? parties : [tightenedBy];
  const unsigned = signatories.filter((party) => !signatures.some(({ agency }) => agency === party));
  return [
    ...(createHash('sha256').update(bytes).digest('hex') === hash
      ? []
      : [`version ${version}: the bytes do not have this hash`]),
    ...signatures
      .filter(({ publicKey, signature }) => publicKey === null || !isSignedBy(publicKey, bytes, signature))
      .map(({ agency }) => `version ${version}: the signature of ${agency} does not fit the bytes`),
    ...unsigned.map((party) => `version ${version}: ${party} has not signed`),
  ];
}

/** What stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function isSignedBy(publicKey: string, bytes: Buffer, signature: string): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'hex')]),
      format: 'der',
      type: 'spki',
    });
    return verify(null, bytes, key, Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}
