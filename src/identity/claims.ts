import { type Identity, ROLES, type Role } from '../domain/identity.js';
import { REGISTRY_CODE } from '../domain/registry.js';

/** The longest life of a token that is accepted, from `iat` to `exp`, in seconds. */
export const TOKEN_LIFETIME_MAX_SECONDS = 12 * 60 * 60;
/** How far the clock of an issuer may be off, in seconds. */
export const CLOCK_SKEW_MAX_SECONDS = 60;

/** What a checked token says, before its agency was looked up. `notAfter`: seconds since 1970; later it is no longer accepted. */
export interface Claims {
  readonly identity: Identity;
  readonly notAfter: number;
}

// Letters, marks, digits, punctuation, symbols and the plain space: no control, format (bidi), private-use or unassigned
// character, so that a name can never reshape a line of a log or of the ledger's listing.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,200}$/u;
// Harmless as values; refused all the same, because a later map keyed by person would not be harmless.
const NAMES_OF_OBJECTS = new Set(['__proto__', 'prototype', 'constructor']);

const isSubject = (value: unknown): value is string =>
  typeof value === 'string' && PRINTABLE.test(value) && value.trim() === value && !NAMES_OF_OBJECTS.has(value);

const INVALID = Symbol('invalid');

/** To whom the token was issued, where it says so. `azp` counts only without `client_id`, which is the access token's own word. */
function clientOf({ client_id, azp }: Readonly<Record<string, unknown>>): string | undefined | typeof INVALID {
  const client = client_id ?? azp;
  if (client === undefined) return undefined;
  return isSubject(client) ? client : INVALID;
}

/** Roles as a token may write them: all lower case or all upper case, each of the catalogue. */
function rolesOf(value: unknown): readonly Role[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > ROLES.length) return undefined;
  const roles = value.map((name: unknown) => ROLES.find((role) => name === role || name === role.toLowerCase()));
  return roles.every((role) => role !== undefined) ? [...new Set(roles)] : undefined;
}

/**
 * What a token's payload says, or undefined if any claim has the wrong type or shape. The signature, issuer, audience
 * and the clock were checked before; a library checks presence and instants, never types, so types are checked here.
 */
export function readClaims(payload: Readonly<Record<string, unknown>>): Claims | undefined {
  const { sub, besa_agency: agency, besa_roles, iat, exp, cnf } = payload;
  if (typeof iat !== 'number' || typeof exp !== 'number' || !Number.isFinite(iat) || !Number.isFinite(exp))
    return undefined;
  // An `exp` in milliseconds or in ten years passes every check of "not yet expired".
  if (exp <= iat || exp - iat > TOKEN_LIFETIME_MAX_SECONDS) return undefined;
  // A token bound to a key (RFC 7800) demands a proof nobody here asks for: accepting it as a bearer token would unbind it.
  if (cnf !== undefined) return undefined;
  const roles = rolesOf(besa_roles);
  const client = clientOf(payload);
  if (roles === undefined || !isSubject(sub) || client === INVALID) return undefined;
  const person = { person: sub, roles, ...(client === undefined ? {} : { client }) };
  const notAfter = exp + CLOCK_SKEW_MAX_SECONDS;
  if (roles.includes('OPERATOR')) {
    // INVARIANT (an operator reads nothing): the role stands alone and belongs to no agency.
    return roles.length === 1 && agency === undefined ? { identity: person, notAfter } : undefined;
  }
  if (typeof agency !== 'string' || !REGISTRY_CODE.test(agency)) return undefined;
  return { identity: { agency, ...person }, notAfter };
}
