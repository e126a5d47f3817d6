import { createHmac, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { exportJWK } from 'jose';
import { HubError } from '../../src/domain/errors.js';
import { assemble, door, forge, goodClaims, ISSUER, keys, NOW } from './forge.js';

const { identify } = await door();
const good = await forge();
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');

const hmac = (header: object, payload: object, secret: string | Buffer): string => {
  const text = assemble(header, payload).slice(0, -1);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
const signed = (header: object, payload: string): string => {
  const text = assemble(header, payload).slice(0, -1);
  return `${text}.${sign(null, Buffer.from(text), keys.ed25519.privateKey).toString('base64url')}`;
};
const pem = keys.rs256.publicKey.export({ type: 'spki', format: 'pem' });
const flip = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

const HEADERS: Readonly<Record<string, string | undefined>> = {
  'no header': undefined,
  'an empty header': '',
  'the scheme alone': 'Bearer',
  'the scheme and a space': 'Bearer ',
  'no scheme': good,
  'the scheme Basic': `Basic ${Buffer.from('a:b').toString('base64')}`,
  'the scheme Token': `Token ${good}`,
  'the scheme twice': `Bearer Bearer ${good}`,
  'two tokens': `Bearer ${good}, Bearer ${good}`,
  'a token and more words': `Bearer ${good} and more`,
  'a quoted token': `Bearer "${good}"`,
  'a line break inside': `Bearer ${goodHeader}\n.${goodPayload}.${goodSignature}`,
  'a NUL at the end': `Bearer ${good}\u0000`,
};

const TOKENS: Readonly<Record<string, string | Promise<string>>> = {
  'one word': 'abc',
  'two parts': `${goodHeader}.${goodPayload}`,
  'four parts': `${good}.abc`,
  'five parts, as an encrypted token': `${good}.abc.def`,
  'an empty signature': `${goodHeader}.${goodPayload}.`,
  'ten thousand characters': `${goodHeader}.${'A'.repeat(10_000)}.${goodSignature}`,
  'a header that is no JSON': assemble('{', goodClaims(), goodSignature),
  'a payload that is no JSON': signed({ alg: 'EdDSA', kid: 'ed', typ: 'JWT' }, '{"sub":'),
  'a payload that is a list': signed({ alg: 'EdDSA', kid: 'ed', typ: 'JWT' }, '[]'),
  'a payload that is a text': signed({ alg: 'EdDSA', kid: 'ed', typ: 'JWT' }, '"sub"'),
  'alg none': assemble({ alg: 'none', typ: 'JWT' }, goodClaims()),
  'alg none and a signature': assemble({ alg: 'none', typ: 'JWT' }, goodClaims(), goodSignature),
  'alg None': assemble({ alg: 'None', typ: 'JWT' }, goodClaims(), goodSignature),
  'no alg': assemble({ typ: 'JWT', kid: 'ed' }, goodClaims(), goodSignature),
  'alg as a list': assemble({ alg: ['EdDSA'], typ: 'JWT', kid: 'ed' }, goodClaims(), goodSignature),
  'HS256 with the public key as secret': hmac({ alg: 'HS256', typ: 'JWT', kid: 'rsa' }, goodClaims(), pem),
  'HS256 with an empty secret': hmac({ alg: 'HS256', typ: 'JWT', kid: 'ed' }, goodClaims(), ''),
  'a changed header': `${flip(goodHeader, 8)}.${goodPayload}.${goodSignature}`,
  'a changed payload': `${goodHeader}.${flip(goodPayload, 20)}.${goodSignature}`,
  'a changed signature': `${goodHeader}.${goodPayload}.${flip(goodSignature, 10)}`,
  'a cut signature': `${goodHeader}.${goodPayload}.${goodSignature.slice(0, -4)}`,
  'the signature of another token': forge({ sub: 'other' }).then(
    (other) => `${goodHeader}.${goodPayload}.${other.split('.')[2]}`,
  ),
  'the key of a stranger': forge({}, {}, keys.stranger.privateKey),
  'the key of a stranger under a kid of his own': forge({}, { kid: 'mine' }, keys.stranger.privateKey),
  'an unknown kid': forge({}, { kid: 'none' }),
  'ES256 under the kid of another kind of key': forge({}, { alg: 'ES256', kid: 'ed' }, keys.es256.privateKey),
  'ES256 with the key of a stranger': forge({}, { alg: 'ES256', kid: 'ec' }, keys.strangerEc.privateKey),
  ES384: forge({}, { alg: 'ES384', kid: 'ec' }, keys.p384.privateKey),
  PS256: forge({}, { alg: 'PS256', kid: 'rsa' }, keys.rs256.privateKey),
  RS512: forge({}, { alg: 'RS512', kid: 'rsa' }, keys.rs256.privateKey),
  'a key of its own in the header': exportJWK(keys.stranger.publicKey).then((jwk) =>
    forge({}, { jwk }, keys.stranger.privateKey),
  ),
  'a key of its own, rightly signed': exportJWK(keys.ed25519.publicKey).then((jwk) => forge({}, { jwk })),
  'a place to fetch keys from (jku)': forge({}, { jku: 'https://stranger.example/keys' }),
  'a place to fetch keys from (x5u)': forge({}, { x5u: 'https://stranger.example/keys' }),
  'a certificate of its own': forge({}, { x5c: ['MIIB'] }),
  'a kid that is a path': forge({}, { kid: '../../../etc/passwd' }),
  'an unknown critical header': signed(
    { alg: 'EdDSA', kid: 'ed', typ: 'JWT', crit: ['x'], x: 1 },
    JSON.stringify(goodClaims()),
  ),
  'an unencoded payload': signed(
    { alg: 'EdDSA', kid: 'ed', typ: 'JWT', crit: ['b64'], b64: false },
    JSON.stringify(goodClaims()),
  ),
  'no type': forge({}, { typ: undefined as unknown as string }),
  'the type of a refresh token': forge({}, { typ: 'Refresh' }),
  'the type of an identity token': forge({}, { typ: 'id+jwt' }),
  'the type of a logout token': forge({}, { typ: 'logout+jwt' }),
  'a type that is no text': signed({ alg: 'EdDSA', kid: 'ed', typ: 1 }, JSON.stringify(goodClaims())),
};

const CLAIMS: Readonly<Record<string, Record<string, unknown>>> = {
  'no issuer': { iss: undefined },
  'another issuer': { iss: 'https://stranger.example' },
  'the issuer with a slash': { iss: `${ISSUER}/` },
  'the issuer in a list': { iss: [ISSUER] },
  'no audience': { aud: undefined },
  'another audience': { aud: 'other-hub' },
  'an empty list of audiences': { aud: [] },
  'no expiry': { exp: undefined },
  'an expiry that has passed': { exp: NOW - 61, iat: NOW - 3600 },
  'an expiry in ten years': { exp: NOW + 315_360_000 },
  'an expiry in milliseconds': { exp: (NOW + 3600) * 1000 },
  'an expiry as text': { exp: String(NOW + 3600) },
  'an expiry before its issue': { exp: NOW - 70, iat: NOW - 10 },
  'a life of more than twelve hours': { iat: NOW - 10, exp: NOW - 10 + 43_201 },
  'no time of issue': { iat: undefined },
  'issued in the future': { iat: NOW + 61, exp: NOW + 3600 },
  'issued more than twelve hours ago': { iat: NOW - 43_300, exp: NOW + 10 },
  'a time of issue as text': { iat: String(NOW - 60) },
  'not valid yet': { nbf: NOW + 61 },
  'nbf as text': { nbf: String(NOW) },
  'no subject': { sub: undefined },
  'an empty subject': { sub: '' },
  'a subject of blanks': { sub: '   ' },
  'a number as subject': { sub: 7 },
  'a list as subject': { sub: ['desk-7'] },
  'an object as subject': { sub: { toString: 'x' } },
  'a subject with NUL': { sub: 'desk\u0000' },
  'a subject with a line break': { sub: 'desk\n7' },
  'a subject with an escape sequence': { sub: 'desk\u001b[31m' },
  'a subject that turns the reading direction': { sub: 'desk\u202e7' },
  'a subject of 201 characters': { sub: 'a'.repeat(201) },
  'the subject __proto__': { sub: '__proto__' },
  'no agency': { besa_agency: undefined },
  'an empty agency': { besa_agency: '' },
  'an agency that is not registered': { besa_agency: 'ZZ-BP' },
  'an agency in small letters': { besa_agency: 'al-bmp' },
  'an agency with a blank': { besa_agency: 'AL-BMP ' },
  'agencies in a list': { besa_agency: ['AL-BMP'] },
  'every agency': { besa_agency: '*' },
  'no roles': { besa_roles: undefined },
  'an empty list of roles': { besa_roles: [] },
  'a role outside a list': { besa_roles: 'analyst' },
  'an unknown role': { besa_roles: ['administrator'] },
  'a known and an unknown role': { besa_roles: ['analyst', 'administrator'] },
  'a role in mixed case': { besa_roles: ['Analyst'] },
  'a role that is no text': { besa_roles: [['analyst']] },
  'a hundred roles': { besa_roles: Array.from({ length: 100 }, () => 'analyst') },
  'an operator with an agency': { besa_roles: ['operator'] },
  'an operator with another role': { besa_roles: ['operator', 'analyst'], besa_agency: undefined },
  'a token bound to a key': { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } },
};

async function refusal(authorization: string | undefined): Promise<unknown> {
  const error: unknown = await identify(authorization).then(
    () => 'accepted',
    (thrown: unknown) => thrown,
  );
  return error instanceof HubError ? { code: error.code, message: error.message, details: error.details } : error;
}

const THE_REFUSAL = { code: 'UNAUTHENTICATED', message: 'no valid token', details: {} };

describe('every bad credential is refused alike', () => {
  test.each(Object.entries(HEADERS))('header: %s', async (_name, header) => {
    expect(await refusal(header)).toEqual(THE_REFUSAL);
  });
  test.each(Object.entries(TOKENS))('token: %s', async (_name, token) => {
    expect(await refusal(`Bearer ${await token}`)).toEqual(THE_REFUSAL);
  });
  test.each(Object.entries(CLAIMS))('claims: %s', async (_name, claims) => {
    expect(await refusal(`Bearer ${await forge(claims)}`)).toEqual(THE_REFUSAL);
  });
  test('the list is not shorter than ninety', () => {
    expect(Object.keys({ ...HEADERS, ...TOKENS, ...CLAIMS }).length).toBeGreaterThan(90);
  });
});
