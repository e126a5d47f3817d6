/** What recipients owe owners under their agreements: listed from facts and the clock, attested by who owes it. */
import { dutiesOf } from '../../agreements/duties.js';
import type { Duty, DutyStatus } from '../../domain/duty.js';
import { HubError, type UserError } from '../../domain/errors.js';
import type { Identity, Role } from '../../domain/identity.js';
import { CALENDAR } from '../calendar.js';
import type { Party } from '../change-agreement.js';
import type { Ports } from '../ports.js';
import { type OwnAgreement, ownAgreements } from './own-agreements.js';

const ATTESTERS: readonly Role[] = ['POLICY_OFFICER', 'STEWARD'];
const STATEMENT_LENGTH_MAX = 2_000;

/** A duty as its debtor or creditor sees it. */
export interface ShownDuty extends Omit<Duty, 'key' | 'reference'> {
  /** stable and unique for the caller */
  readonly id: string;
  readonly agreement: string;
}

type Showing = Pick<Ports, 'agreementStore' | 'agreements'>;

/** What the caller's agency owes or is owed, in the order of its becoming owed; `status` absent = all. */
export async function listDuties(
  hub: Showing,
  { agency }: Identity,
  status?: DutyStatus,
): Promise<readonly ShownDuty[]> {
  if (agency === undefined) throw new HubError('FORBIDDEN');
  const { agreements, now } = await ownAgreements(hub, agency);
  return agreements
    .flatMap((own) => dutiesFor(agency, own, now).map((duty) => shownDuty(own, duty)))
    .filter((duty) => status === undefined || duty.status === status)
    .sort((a, b) => a.owedFrom.getTime() - b.owedFrom.getTime() || (a.id < b.id ? -1 : 1));
}

/** The duties of one agreement that are owed by or to an agency: others', even of parties to the same agreement, are not its business. */
export function dutiesFor(agency: string, own: OwnAgreement, now: Date): readonly Duty[] {
  const facts = { versions: own.versions, acts: own.seen.acts, attestations: own.attestations };
  return dutiesOf(facts, now, CALENDAR).filter(({ debtor, creditor }) => debtor === agency || creditor === agency);
}

function shownDuty({ shown }: OwnAgreement, { key, reference: _key, ...duty }: Duty): ShownDuty {
  return { id: `${shown}/${key}`, agreement: shown, ...duty };
}

export type Attested =
  | { readonly kind: 'ATTESTED'; readonly duty: ShownDuty }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

/** Says that a duty is done: by the agency that owes it, once, in its own words. A fact with its ledger entry. */
export async function attestDuty(
  hub: Showing,
  { identity, journal }: Party,
  { duty: id, statement }: { readonly duty: string; readonly statement: string },
): Promise<Attested> {
  const { agency, person, roles } = identity;
  if (agency === undefined || !roles.some((role) => ATTESTERS.includes(role))) throw new HubError('FORBIDDEN');
  const refused = (path: string, code: string, message: string): Attested => {
    journal.act('attestDuty');
    journal.fault(code);
    return { kind: 'REFUSED', userErrors: [{ path: ['input', path], code, message }] };
  };
  const said = statement.trim();
  if (said === '' || statement.length > STATEMENT_LENGTH_MAX || /[\p{Cc}\p{Cs}]/u.test(said.replaceAll('\n', ' '))) {
    return refused('statement', 'INVALID', `say what was done, in 1 to ${STATEMENT_LENGTH_MAX} characters`);
  }
  const { agreements, now } = await ownAgreements(hub, agency);
  const owed = agreements.flatMap((own) => dutiesFor(agency, own, now).map((duty) => ({ own, duty })));
  const found = owed.find(({ own, duty }) => shownDuty(own, duty).id === id && duty.debtor === agency);
  if (found === undefined) return refused('duty', 'DUTY_UNKNOWN', 'your agency owes no duty of this id');
  const { own, duty } = found;
  const done = 'this duty is attested already; an attestation is never changed';
  if (duty.attestation !== null) return refused('duty', 'ALREADY_DONE', done);
  journal.act('attestDuty', { reference: own.shown, duty: duty.key });
  const attestation = { reference: own.reference, key: duty.key, agency, person, statement: said };
  if (!(await hub.agreementStore.attest(attestation, journal.entry()))) return refused('duty', 'ALREADY_DONE', done);
  journal.close();
  return { kind: 'ATTESTED', duty: (await listDuties(hub, identity)).find((one) => one.id === id) as ShownDuty };
}
