/**
 * Signatory keys: one person registers an agency's public key, another one of the agency confirms it, and only then does it
 * count. The private key never reaches the hub. Nothing is changed: a key is registered, confirmed and ended by added facts.
 */
import type { SignatoryKey } from '../../domain/agreement-history.js';
import { HubError, type UserError } from '../../domain/errors.js';
import type { Identity, Role } from '../../domain/identity.js';
import type { Changed, Party } from '../change-agreement.js';
import type { Ports } from '../ports.js';
import { listAgreements } from './show-agreement.js';

type Keeping = Pick<Ports, 'agreementStore' | 'agreements' | 'registry' | 'signing' | 'standard'>;

const PUBLIC_KEY = /^[0-9a-f]{64}$/;
const REASON_LENGTH_MAX = 2_000;
const VOUCHERS: readonly Role[] = ['POLICY_OFFICER', 'SIGNATORY'];

export interface KeyProposal {
  readonly agency: string;
  /** the 32 bytes of an Ed25519 key, 64 lower-case hexadecimal digits */
  readonly publicKey: string;
  readonly isDemo: boolean;
  /** absent = from now on; never earlier */
  readonly validFrom?: Date;
  /** absent = until it is revoked */
  readonly validUntil?: Date;
}

/**
 * Proposes the public key of an agency's signatory: by the hub's operator, who established outside whose key it is, or by a
 * policy officer of the agency. It signs nothing until `confirmSignatoryKey`.
 */
export async function registerSignatoryKey(hub: Keeping, by: Party, input: KeyProposal): Promise<Changed> {
  const name = 'registerSignatoryKey';
  const { roles, agency, person } = by.identity;
  const isOperator = roles.includes('OPERATOR');
  if (!isOperator && (agency === undefined || !roles.includes('POLICY_OFFICER'))) throw new HubError('FORBIDDEN');
  const agencies = await hub.registry.agencies();
  if (!agencies.some(({ code }) => code === input.agency)) {
    return refusal(by, name, 'agency', 'AGENCY_UNKNOWN', 'no agency of this code is registered');
  }
  if (!isOperator && agency !== input.agency) {
    return refusal(by, name, 'agency', 'AGENCY_NOT_YOURS', 'a policy officer registers keys of the own agency only');
  }
  if (!PUBLIC_KEY.test(input.publicKey)) {
    const wanted = 'expected an Ed25519 public key as 64 lower-case hexadecimal digits';
    return refusal(by, name, 'publicKey', 'KEY_INVALID', wanted);
  }
  if (input.isDemo && !hub.signing.acceptsDemoKeys) {
    return refusal(by, name, 'publicKey', 'KEY_IS_DEMO', 'keys of the demo world are refused outside the demo');
  }
  const { now } = await hub.agreements.inForce({ refresh: true });
  const begins = input.validFrom === undefined || input.validFrom < now ? now : input.validFrom;
  if (input.validUntil !== undefined && input.validUntil <= begins) {
    return refusal(by, name, 'validUntil', 'IN_THE_PAST', 'a key ends after it begins, and not before now');
  }
  by.journal.act(name, { agency: input.agency, publicKey: input.publicKey });
  const isAdded = await hub.agreementStore.addKey(input, person, by.journal.entry());
  if (!isAdded) return refusal(by, name, 'publicKey', 'KEY_TAKEN', 'this key is registered already');
  by.journal.close();
  return { kind: 'CHANGED', reference: input.agency };
}

/** Confirms a registered key of the own agency: by another person than the one who registered it. It counts from then on. */
export async function confirmSignatoryKey(
  hub: Keeping,
  by: Party,
  input: { readonly publicKey: string },
): Promise<Changed> {
  const name = 'confirmSignatoryKey';
  const { agency, person } = vouching(by.identity);
  const key = await ownKey(hub, agency, input.publicKey);
  if (key === undefined) return unknownKey(by, name);
  if (key.endedAt !== undefined) {
    return refusal(by, name, 'publicKey', 'KEY_ENDED', 'this key was revoked; register another one');
  }
  if ((await hub.agreementStore.registrarOf(key.id)) === person) {
    const why = 'whoever registered a key cannot confirm it; ask another person of your agency';
    return refusal(by, name, 'publicKey', 'SECOND_PERSON_NEEDED', why);
  }
  by.journal.act(name, { agency, publicKey: key.publicKey });
  const isAdded = await hub.agreementStore.confirmKey(key.id, { person, agency }, by.journal.entry());
  if (!isAdded) return refusal(by, name, 'publicKey', 'ALREADY_DONE', 'this key is confirmed already');
  by.journal.close();
  return { kind: 'CHANGED', reference: agency };
}

/** Ends a key: by its agency's signatory or the operator. What was signed with it before stays signed. */
export async function revokeSignatoryKey(
  hub: Keeping,
  by: Party,
  input: { readonly publicKey: string; readonly reason: string },
): Promise<Changed> {
  const name = 'revokeSignatoryKey';
  const { roles, agency, person } = by.identity;
  const isOperator = roles.includes('OPERATOR');
  if (!isOperator && (agency === undefined || !roles.includes('SIGNATORY'))) throw new HubError('FORBIDDEN');
  const reason = input.reason.trim();
  if (reason === '' || reason.length > REASON_LENGTH_MAX) {
    const wanted = `say why, in at most ${REASON_LENGTH_MAX} characters`;
    return refusal(by, name, 'reason', 'REASON_MISSING', wanted);
  }
  const agencies = isOperator ? (await hub.registry.agencies()).map(({ code }) => code) : [agency ?? ''];
  const key = (await hub.agreementStore.keysOf(agencies)).find(({ publicKey }) => publicKey === input.publicKey);
  if (key === undefined) return unknownKey(by, name);
  by.journal.act(name, { agency: key.agency, publicKey: key.publicKey });
  const isEnded = await hub.agreementStore.endKey(key.id, { person, reason }, by.journal.entry());
  if (!isEnded) return refusal(by, name, 'publicKey', 'ALREADY_DONE', 'this key was revoked already');
  by.journal.close();
  return { kind: 'CHANGED', reference: key.agency };
}

/**
 * Keys as the caller may see them: all of the own agency's; of another agency's those that were confirmed, and only if
 * both signed something together. To everybody else there are none. An operator, who registers them, sees every agency's.
 */
export async function signatoryKeys(
  hub: Keeping,
  identity: Identity,
  agency: string | undefined,
): Promise<readonly SignatoryKey[]> {
  const own = identity.agency;
  const asked = agency ?? own;
  if (asked === undefined) {
    throw new HubError('BAD_USER_INPUT', 'name the agency whose keys are meant', { path: ['agency'] });
  }
  if (asked === own || identity.roles.includes('OPERATOR')) return hub.agreementStore.keysOf([asked]);
  if (own === undefined) throw new HubError('FORBIDDEN');
  const views = await listAgreements(hub, identity);
  const isPartner = views.some(
    ({ parties, versions, negotiation }) =>
      (versions.length > 0 && parties.includes(asked)) || negotiation?.signed.includes(asked) === true,
  );
  if (!isPartner) return [];
  const keys = await hub.agreementStore.keysOf([asked]);
  // Why a key was revoked is its agency's own business; when it ended is everybody's who checks a signature.
  return keys.filter(({ confirmedAt }) => confirmedAt !== undefined).map(({ endReason: _, ...key }) => key);
}

/** @throws HubError FORBIDDEN: the gate asked already; this holds for callers that come another way */
function vouching({ agency, person, roles }: Identity): { readonly agency: string; readonly person: string } {
  if (agency === undefined || !roles.some((role) => VOUCHERS.includes(role))) throw new HubError('FORBIDDEN');
  return { agency, person };
}

async function ownKey(hub: Keeping, agency: string, publicKey: string): Promise<SignatoryKey | undefined> {
  return (await hub.agreementStore.keysOf([agency])).find((key) => key.publicKey === publicKey);
}

// A key of another agency and one that nobody registered are told apart nowhere.
const unknownKey = (by: Party, name: string): Changed =>
  refusal(by, name, 'publicKey', 'KEY_UNKNOWN', 'no such key of your agency is registered');

function refusal({ journal }: Party, name: string, path: string, code: string, message: string): Changed {
  journal.act(name);
  journal.fault(code);
  const userErrors: readonly UserError[] = [{ path: ['input', path], code, message }];
  return { kind: 'REFUSED', userErrors };
}
