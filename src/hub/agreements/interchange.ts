/** An agreement for other systems, for readers and for the paper file: pure renderings of what its parties may see anyway. */
import type { AgreedVersion } from '../../agreements/interchange/agreed-version.js';
import { dataspaceAgreements } from '../../agreements/interchange/dataspace-protocol.js';
import { odrlAgreement } from '../../agreements/interchange/odrl.js';
import type { Phrases } from '../../agreements/interchange/phrases.js';
import {
  ALBANIAN_SHEET,
  ENGLISH_SHEET,
  printHtml,
  type SheetPhrases,
} from '../../agreements/interchange/print-html.js';
import { summaryOf, summaryText } from '../../agreements/interchange/summary.js';
import { ALBANIAN } from '../../agreements/interchange/summary-albanian.js';
import { ENGLISH } from '../../agreements/interchange/summary-english.js';
import { readSignedText } from '../../agreements/signed-text.js';
import type { AgreementSignature } from '../../domain/agreement-history.js';
import { HubError } from '../../domain/errors.js';
import { startOfLocalDay } from '../../policy/local-time.js';
import type { Ports } from '../ports.js';

export const SUMMARY_LANGUAGES = ['ENGLISH', 'ALBANIAN'] as const;
export type SummaryLanguage = (typeof SUMMARY_LANGUAGES)[number];

const LANGUAGES: Readonly<Record<SummaryLanguage, { readonly phrases: Phrases; readonly sheet: SheetPhrases }>> = {
  ENGLISH: { phrases: ENGLISH, sheet: ENGLISH_SHEET },
  ALBANIAN: { phrases: ALBANIAN, sheet: ALBANIAN_SHEET },
};

/** A wording as its parties were shown it; `finalisedAt` null = on the table. */
export interface ShownWording {
  readonly text: string;
  readonly hash: string;
  readonly finalisedAt: Date | null;
  readonly signatures: readonly AgreementSignature[];
}

export type Rendering =
  | { readonly format: 'ODRL' }
  | { readonly format: 'DATASPACE_PROTOCOL' }
  | { readonly format: 'SUMMARY' | 'HTML'; readonly language: SummaryLanguage };

/**
 * Renders a wording the caller was shown.
 *
 * @returns JSON for `ODRL` (one document) and `DATASPACE_PROTOCOL` (a list of messages), text for the others
 */
export async function renderAgreement(
  hub: Pick<Ports, 'agreementStore' | 'registry' | 'standard'>,
  wording: ShownWording,
  rendering: Rendering,
): Promise<unknown> {
  const version = await agreedVersion(hub, wording);
  if (rendering.format === 'ODRL') return odrlAgreement(version);
  if (rendering.format === 'DATASPACE_PROTOCOL') return dataspaceAgreements(version);
  const { phrases, sheet } = LANGUAGES[rendering.language];
  const summary = summaryOf(version, hub.standard, phrases);
  return rendering.format === 'SUMMARY' ? summaryText(summary) : printHtml(version, summary, phrases, sheet);
}

async function agreedVersion(
  { agreementStore, registry }: Pick<Ports, 'agreementStore' | 'registry'>,
  { text, hash, finalisedAt, signatures }: ShownWording,
): Promise<AgreedVersion> {
  const said = readSignedText(text);
  if (said === undefined) throw new HubError('INTERNAL');
  const { terms, version, previous } = said;
  const [agencies, keys] = await Promise.all([registry.agencies(), agreementStore.keysOf(terms.parties)]);
  return {
    terms,
    version,
    hash,
    previous,
    from: new Date(startOfLocalDay(terms.from, terms.timeZone)),
    until: new Date(startOfLocalDay(terms.until, terms.timeZone)),
    finalisedAt,
    signatures: signatures.map(({ agency, signature, signedAt, keyId }) => ({
      agency,
      signature,
      signedAt,
      publicKey: keys.find(({ id }) => id === keyId)?.publicKey ?? null,
    })),
    agencies: agencies.filter(({ code }) => terms.parties.includes(code)),
  };
}
