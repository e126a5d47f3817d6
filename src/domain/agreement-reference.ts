import type { AgreementVersion } from './agreement.js';

/** Stands between a reference and what tells apart two agreements of the same reference. No reference holds it. */
export const REFERENCE_SUFFIX_MARK = '~';

/**
 * What people call an agreement, from its key or from a name with a suffix.
 *
 *     AGR-1~3f09ac → AGR-1     AGR-1 → AGR-1
 */
export function plainReference(reference: string): string {
  const mark = reference.indexOf(REFERENCE_SUFFIX_MARK);
  return mark < 0 ? reference : reference.slice(0, mark);
}

/**
 * What a version's agreement is called towards an agency: its plain reference, unless this agency sees another agreement of
 * the same reference. A key never leaves the hub: its suffix would tell that strangers use the reference too.
 */
export function shownReference({ terms, shownAs }: AgreementVersion, agency: string | undefined): string {
  const own = agency === undefined ? undefined : shownAs?.[agency];
  return own ?? plainReference(terms.reference);
}
