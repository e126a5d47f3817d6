import { hash } from 'node:crypto';
import { decodeJwt, type JWTHeaderParameters, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { HubError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import { CLOCK_SKEW_MAX_SECONDS, type Claims, readClaims, TOKEN_LIFETIME_MAX_SECONDS } from './claims.js';
import type { IsKnownAgency } from './known-agencies.js';

/** Whose tokens are accepted. The demo issuer is one more of these, in demo mode only. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
}

export interface IdentifyOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly isKnownAgency: IsKnownAgency;
  /** milliseconds since 1970 */
  readonly now?: () => number;
}

/** Turns an `Authorization` header into who asks. @throws HubError UNAUTHENTICATED, with one text whatever the fault */
export type Identify = (authorization: string | undefined) => Promise<Identity>;

const ALGORITHMS = ['EdDSA', 'ES256', 'RS256'];
const TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);
// Headers that offer a key, or a place to fetch one: keys come from the trusted issuer alone.
const KEY_OFFERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit'] as const;
const BEARER = /^Bearer +([A-Za-z0-9_-]{2,2048}\.[A-Za-z0-9_-]{2,6144}\.[A-Za-z0-9_-]{1,1024}) *$/i;
const TOKENS_REMEMBERED_MAX = 10_000;

const isHeaderAccepted = (header: JWTHeaderParameters): boolean =>
  typeof header.typ === 'string' &&
  TYPES.has(header.typ.toLowerCase()) &&
  KEY_OFFERS.every((name) => (header as Readonly<Record<string, unknown>>)[name] === undefined);

/** Verified claims, or undefined. Every fault of the token ends here, without a word which. */
async function verify(token: string, issuers: readonly TrustedIssuer[], now: number): Promise<Claims | undefined> {
  try {
    // Unverified yet: it only chooses whose keys and audience the token must satisfy.
    const { iss } = decodeJwt(token);
    const trusted = issuers.find((candidate) => candidate.issuer === iss);
    if (trusted === undefined) return undefined;
    const { payload, protectedHeader } = await jwtVerify(token, trusted.keys, {
      algorithms: ALGORITHMS,
      issuer: trusted.issuer,
      audience: trusted.audience,
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: CLOCK_SKEW_MAX_SECONDS,
      // Also refuses an `iat` in the future, which the library lets through without it.
      maxTokenAge: TOKEN_LIFETIME_MAX_SECONDS,
      currentDate: new Date(now),
    });
    return isHeaderAccepted(protectedHeader) ? readClaims(payload) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The one way from a credential to an identity. Verified tokens are remembered under their SHA-256 (never the token
 * itself), bounded in number, and their end is checked again each time.
 */
export function createIdentify(options: IdentifyOptions): Identify {
  const now = options.now ?? Date.now;
  const verified = new LRUCache<string, Claims>({ max: TOKENS_REMEMBERED_MAX });
  const refuse = (): never => {
    throw new HubError('UNAUTHENTICATED');
  };

  return async (authorization) => {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) return refuse();
    const digest = hash('sha256', token, 'base64');
    const remembered = verified.get(digest);
    const claims = remembered ?? (await verify(token, options.issuers, now()));
    if (claims === undefined || claims.notAfter * 1000 <= now()) return refuse();
    if (remembered === undefined) verified.set(digest, claims);
    const { identity } = claims;
    if (identity.agency !== undefined && !(await options.isKnownAgency(identity.agency))) return refuse();
    return identity;
  };
}
