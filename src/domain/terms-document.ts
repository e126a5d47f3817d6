import type { JsonValue } from '../support/canonical-json.js';

/** The terms of an agreement in the form of the agreement file: what people write and read, and what is canonicalised and signed. */
export type TermsDocument = { readonly [key: string]: JsonValue };
