import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createLocalJWKSet, exportJWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { createIdentify, type Identify } from '../../src/identity/identify.js';
import { knownAgencies } from '../../src/identity/known-agencies.js';

/** 2026-11-23T12:00:00Z: the clock of these tests, in seconds. */
export const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;
export const ISSUER = 'https://issuer.example';
export const AUDIENCE = 'besa-hub';

export const keys = {
  ed25519: generateKeyPairSync('ed25519'),
  es256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rs256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  stranger: generateKeyPairSync('ed25519'),
  strangerEc: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
} as const;

const publicKey = async (key: KeyObject, kid: string, alg: string) => ({ ...(await exportJWK(key)), kid, alg });

export async function trustedKeys() {
  return createLocalJWKSet({
    keys: [
      await publicKey(keys.ed25519.publicKey, 'ed', 'EdDSA'),
      await publicKey(keys.es256.publicKey, 'ec', 'ES256'),
      await publicKey(keys.rs256.publicKey, 'rsa', 'RS256'),
    ],
  });
}

export const goodClaims = (): Record<string, unknown> => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'desk-7',
  besa_agency: 'AL-BMP',
  besa_roles: ['analyst'],
  iat: NOW - 60,
  exp: NOW + 3600,
});

/** A token as given; claims are merged over good ones, `undefined` removes one. */
export async function forge(
  claims: Readonly<Record<string, unknown>> = {},
  header: Partial<JWTHeaderParameters> & Readonly<Record<string, unknown>> = {},
  key: KeyObject = keys.ed25519.privateKey,
): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...goodClaims(), ...claims })) as Record<string, unknown>;
  return new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid: 'ed', typ: 'at+jwt', ...header }).sign(key);
}

/** Parts put together by hand, for what a library refuses to make. */
export const assemble = (header: unknown, payload: unknown, signature = ''): string =>
  `${[header, payload]
    .map((part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'))
    .join('.')}.${signature}`;

export const AGENCIES = ['AL-BMP', 'ME-BP'].map((code) => ({ code, name: code, partner: code.slice(0, 2) }));

/** The hub's door with these keys and this clock. `clock.now` may be moved, `agencies` may grow. */
export async function door() {
  const clock = { now: NOW };
  const agencies = [...AGENCIES];
  let asked = 0;
  const registry = {
    agencies: async () => {
      asked += 1;
      return [...agencies];
    },
  };
  const identify: Identify = createIdentify({
    issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: await trustedKeys() }],
    isKnownAgency: knownAgencies(registry, () => clock.now * 1000),
    now: () => clock.now * 1000,
  });
  return { identify, clock, agencies, asked: () => asked };
}
