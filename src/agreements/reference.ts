import type { AgreementHistory } from '../domain/agreement-history.js';
import { plainReference, REFERENCE_SUFFIX_MARK } from '../domain/agreement-reference.js';
import { seenBy } from './seen-by.js';

const SUFFIX_LENGTH = 12;
const SHOWN_SUFFIX_LENGTH = 8;

/** One agreement as an agency knows it. */
export interface Known {
  /** everything recorded, for acts: their numbers count what others keep to themselves too */
  readonly history: AgreementHistory;
  /** what the agency may know of it */
  readonly seen: AgreementHistory;
  /** what it is called towards this agency, now and for ever */
  readonly shown: string;
}

/**
 * The agreements an agency may know, each with its name towards it: the first one of a reference that became visible to it
 * has the plain reference, later ones have the beginning of their first wording's hash behind it. So a name never changes,
 * and depends on nothing that the agency does not see.
 *
 * @param histories of any agencies; those the agency may not know are left out. Order: by the name
 */
export function knownTo(agency: string, histories: readonly AgreementHistory[]): readonly Known[] {
  const visible = histories
    .flatMap((history) => {
      const seen = seenBy(agency, history);
      return seen === undefined ? [] : [{ history, seen }];
    })
    .sort((a, b) => since(a.seen) - since(b.seen) || compare(a.history.reference, b.history.reference));
  const taken = new Set<string>();
  return visible
    .map(({ history, seen }) => {
      const plain = plainReference(history.reference);
      const shown = taken.has(plain) ? `${plain}${REFERENCE_SUFFIX_MARK}${firstHash(seen)}` : plain;
      taken.add(plain);
      return { history, seen, shown };
    })
    .sort((a, b) => compare(a.shown, b.shown));
}

/**
 * The key of a new agreement: its reference, or the reference with a suffix where somebody else's agreement has it. The
 * drafter is not told, for that would tell it that the other agreement exists.
 *
 * @param random hexadecimal digits nobody can foresee, 12 or more
 */
export function newKey(reference: string, isTaken: boolean, random: string): string {
  return isTaken ? `${reference}${REFERENCE_SUFFIX_MARK}${random.slice(0, SUFFIX_LENGTH)}` : reference;
}

/** When an agency first knew of the agreement, in milliseconds since 1970. */
function since({ events }: AgreementHistory): number {
  return events[0]?.at.getTime() ?? 0;
}

function firstHash({ events, texts }: AgreementHistory): string {
  const [first] = events;
  const text = texts.find((one) => one.version === first?.version && one.revision === first.revision);
  return (text?.hash ?? '').slice(0, SHOWN_SUFFIX_LENGTH);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
