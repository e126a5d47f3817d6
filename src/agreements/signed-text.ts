import type { Terms } from '../domain/agreement.js';
import type { AgreementText, SignedText } from '../domain/agreement-history.js';
import { canonicalJson, type JsonValue } from '../support/canonical-json.js';
import { isMapping, memberOf } from './document.js';
import { parseTerms } from './parse-terms.js';
import { writeTerms } from './write-terms.js';

/** Says what kind of text this is: a signature under it can be taken for none of another kind. */
const DOMAIN = 'besa/agreement/1';

/**
 * The text that is hashed and signed, as canonical JSON (RFC 8785). It holds, besides the terms with parties and validity,
 * the environment, the version and the hash of the version before: a signature is good for this place of this agreement in
 * this hub and for nothing else.
 *
 *     {"domain":"besa/agreement/1","environment":"…","previous":null,"terms":{…},"version":1}
 */
export function writeSignedText({ environment, version, previous, terms }: SignedText): string {
  const document: JsonValue = { domain: DOMAIN, environment, version, previous, terms: writeTerms(terms) };
  return canonicalJson(document);
}

/**
 * What a stored text says, or undefined if it is not, byte for byte, the text that would be written for it: then nothing in
 * it can be relied on. What the terms name is not looked up here: it was when they were drafted.
 */
export function readSignedText(body: string): SignedText | undefined {
  const document = parsedJson(body);
  if (!isMapping(document)) return undefined;
  const [environment, version, previous] = ['environment', 'version', 'previous'].map((key) => memberOf(document, key));
  const parsed = parseTerms(memberOf(document, 'terms'));
  if (parsed.kind === 'REFUSED' || typeof environment !== 'string' || typeof version !== 'number') return undefined;
  if (previous !== null && typeof previous !== 'string') return undefined;
  const text: SignedText = { environment, version, previous, terms: parsed.terms };
  // Two documents with the same meaning must not both be signable, or one could be shown and the other stored.
  return writeSignedText(text) === body ? text : undefined;
}

/** The terms of a text the hub wrote itself. @throws if it is not one: somebody changed the stored text */
export function termsOf(body: string): Terms {
  const text = readSignedText(body);
  if (text === undefined) throw new Error('the stored text of an agreement is not as it was written');
  return text.terms;
}

const termsOfKnown = new WeakMap<AgreementText, Terms | null>();

/** What a stored wording says, read once; undefined if it is not as the hub wrote it. */
export function termsOfText(text: AgreementText): Terms | undefined {
  const known = termsOfKnown.get(text);
  if (known !== undefined) return known ?? undefined;
  const terms = readSignedText(text.body)?.terms;
  termsOfKnown.set(text, terms ?? null);
  return terms;
}

function parsedJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
