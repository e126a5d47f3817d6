import { HubError, type UserError } from '../domain/errors.js';
import type { Identity, Role } from '../domain/identity.js';
import type { LedgerEntry } from '../domain/ledger.js';
import {
  type Agency,
  HOSTINGS,
  type Hosting,
  type Partner,
  REGISTRY_CODE,
  type SharedDatabase,
  type Technology,
} from '../domain/registry.js';
import type { Journal } from './journal.js';
import type { Ports } from './ports.js';

/** A registration, or why not: one entry per fault of the input. */
export type Registered<T> =
  | { readonly kind: 'REGISTERED'; readonly value: T }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

type Registering = Pick<Ports, 'registry' | 'standard'>;

/** Who registers, and where it is written down. */
export interface Registrar {
  readonly identity: Identity;
  readonly journal: Journal;
}

const NAME_LENGTH_MAX = 200;
const TEXT_LENGTH_MAX = 2_000;
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Cn}\p{Co}\u202a-\u202e\u2066-\u2069]/u;
const MATURITY_MAX = 9;

/** @throws HubError FORBIDDEN: the gate asked already; this holds for callers that come another way */
function demandRole(identity: Identity, roles: readonly Role[]): void {
  if (!identity.roles.some((role) => roles.includes(role))) throw new HubError('FORBIDDEN');
}

/** The caller's agency, which owns what is registered. @throws HubError FORBIDDEN */
function ownerOf(identity: Identity, roles: readonly Role[]): string {
  demandRole(identity, roles);
  if (identity.agency === undefined) throw new HubError('FORBIDDEN');
  return identity.agency;
}

const fault = (field: string, code: string, message: string): UserError => ({ path: ['input', field], code, message });

function codeFaults(code: string): readonly UserError[] {
  if (REGISTRY_CODE.test(code)) return [];
  return [
    fault(
      'code',
      'CODE_INVALID',
      'a code is two to eight capital letters, then parts of capital letters and digits after a hyphen',
    ),
  ];
}

function textFaults(field: string, text: string, lengthMax: number): readonly UserError[] {
  if (text.trim() === '') return [fault(field, 'TEXT_MISSING', `\`${field}\` is not empty`)];
  if (text.length > lengthMax)
    return [fault(field, 'TEXT_TOO_LONG', `\`${field}\` has at most ${lengthMax} characters`)];
  if (UNPRINTABLE.test(text)) return [fault(field, 'TEXT_UNPRINTABLE', `\`${field}\` holds no control characters`)];
  return [];
}

const taken = (code: string): UserError => fault('code', 'CODE_TAKEN', `\`${code}\` is registered already`);

/** Adds what has no faults, and tells the journal either way. */
async function register<T extends { readonly code: string }>(
  act: { readonly name: string; readonly journal: Journal },
  value: T,
  faults: readonly UserError[],
  add: (value: T, entry: LedgerEntry) => Promise<boolean>,
): Promise<Registered<T>> {
  // A code that is no code could hold anything: the ledger gets only well-formed ones.
  act.journal.act(act.name, REGISTRY_CODE.test(value.code) ? { code: value.code } : {});
  const isAdded = faults.length === 0 && (await add(value, act.journal.entry()));
  if (isAdded) {
    // INVARIANT (audit before answer): the entry was part of the transaction, so nothing is registered without it.
    act.journal.close();
    return { kind: 'REGISTERED', value };
  }
  const [first, ...others] = faults.length > 0 ? faults : [taken(value.code)];
  if (first === undefined) throw new Error('a refusal without a fault');
  const userErrors = [first, ...others];
  act.journal.fault(first.code);
  return { kind: 'REFUSED', userErrors };
}

/** Registers a partner. Operators only. */
export async function registerPartner(hub: Registering, by: Registrar, partner: Partner): Promise<Registered<Partner>> {
  demandRole(by.identity, ['OPERATOR']);
  const agencies = await hub.registry.agencies();
  const faults = [
    ...codeFaults(partner.code),
    ...textFaults('name', partner.name, NAME_LENGTH_MAX),
    ...(partner.footnote === null ? [] : textFaults('footnote', partner.footnote, TEXT_LENGTH_MAX)),
    // A clause names agencies and partners by the same kind of code: one code for both would make it speak of either.
    ...(agencies.some((agency) => agency.code === partner.code) ? [taken(partner.code)] : []),
  ];
  return register({ name: 'registerPartner', journal: by.journal }, partner, faults, (value, entry) =>
    hub.registry.addPartner(value, entry),
  );
}

/** Registers an agency of a partner. Operators only. */
export async function registerAgency(hub: Registering, by: Registrar, agency: Agency): Promise<Registered<Agency>> {
  demandRole(by.identity, ['OPERATOR']);
  const partners = await hub.registry.partners();
  const isKnown = partners.some((partner) => partner.code === agency.partner);
  const faults = [
    ...codeFaults(agency.code),
    ...textFaults('name', agency.name, NAME_LENGTH_MAX),
    ...(isKnown ? [] : [fault('partner', 'PARTNER_UNKNOWN', 'no partner of this code is registered')]),
    ...(partners.some((partner) => partner.code === agency.code) ? [taken(agency.code)] : []),
  ];
  return register({ name: 'registerAgency', journal: by.journal }, agency, faults, (value, entry) =>
    hub.registry.addAgency(value, entry),
  );
}

/** What the owner says of a shared database; the owner itself comes from the caller's identity, never from the input. */
export interface DatabaseInput {
  readonly code: string;
  readonly name: string;
  readonly recordType: string;
  readonly hosting: Hosting;
}

/** Registers a shared database of the caller's own agency. Its stewards only. */
export async function registerSharedDatabase(
  hub: Registering,
  by: Registrar,
  { code, name, recordType, hosting }: DatabaseInput,
): Promise<Registered<Omit<SharedDatabase, 'id'>>> {
  const owner = ownerOf(by.identity, ['STEWARD']);
  const isKnown = hub.standard.recordTypes.some((known) => known.name === recordType);
  const faults = [
    ...codeFaults(code),
    ...textFaults('name', name, NAME_LENGTH_MAX),
    ...(isKnown
      ? []
      : [fault('recordType', 'RECORD_TYPE_UNKNOWN', 'the exchange standard has no record type of this name')]),
    ...(HOSTINGS.includes(hosting) ? [] : [fault('hosting', 'HOSTING_UNKNOWN', 'hosting is `HOSTED` or `FEDERATED`')]),
  ];
  const database = { code, name, owner, recordType, hosting };
  return register({ name: 'registerSharedDatabase', journal: by.journal }, database, faults, (value, entry) =>
    hub.registry.addDatabase(value, entry),
  );
}

/** Registers a technology of the caller's own agency. Its stewards and policy officers. */
export async function registerTechnology(
  hub: Registering,
  by: Registrar,
  { code, name, kind, description, maturity }: Omit<Technology, 'owner'>,
): Promise<Registered<Technology>> {
  const owner = ownerOf(by.identity, ['STEWARD', 'POLICY_OFFICER']);
  const isLevel = Number.isInteger(maturity) && maturity >= 1 && maturity <= MATURITY_MAX;
  const faults = [
    ...codeFaults(code),
    ...textFaults('name', name, NAME_LENGTH_MAX),
    ...textFaults('kind', kind, NAME_LENGTH_MAX),
    ...textFaults('description', description, TEXT_LENGTH_MAX),
    ...(isLevel
      ? []
      : [fault('maturity', 'MATURITY_INVALID', `\`maturity\` is a whole number from 1 to ${MATURITY_MAX}`)]),
  ];
  const technology = { code, name, owner, kind, description, maturity };
  return register({ name: 'registerTechnology', journal: by.journal }, technology, faults, (value, entry) =>
    hub.registry.addTechnology(value, entry),
  );
}
