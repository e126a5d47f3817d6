import { type Known, knownTo } from '../../agreements/reference.js';
import { plainReference } from '../../domain/agreement-reference.js';
import type { Ports } from '../ports.js';

/** What stands under a reference, as one agency may know it. */
export interface Found {
  /** the agreement meant; undefined: to this agency there is none */
  readonly known: Known | undefined;
  /** whether anybody's agreement has the plain reference; never told to the caller */
  readonly isTaken: boolean;
}

const NAME = /^[A-Z0-9-]{1,64}(~[0-9a-f]{1,64})?$/;

/**
 * The agreement an agency means by a reference: looked for among those it may know, so that the answer is the same whether
 * strangers have an agreement of this reference or not.
 */
export async function findAgreement(
  { agreementStore }: Pick<Ports, 'agreementStore'>,
  agency: string,
  reference: string,
): Promise<Found> {
  // What is no name of any agreement is not looked for: it may hold what no text of the database can.
  if (!NAME.test(reference)) return { known: undefined, isTaken: false };
  const histories = await agreementStore.historiesUnder(plainReference(reference));
  const known = knownTo(agency, histories).find(({ shown }) => shown === reference);
  return { known, isTaken: histories.length > 0 };
}
