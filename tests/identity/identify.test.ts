import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { exportJWK } from 'jose';
import { DEMO_ISSUER, openDemoIssuer } from '../../src/identity/demo-issuer.js';
import { createIdentify } from '../../src/identity/identify.js';
import { keysFrom } from '../../src/identity/key-source.js';
import { AUDIENCE, door, forge, ISSUER, keys, NOW } from './forge.js';

const scratch = async <T>(run: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'besa-identity-'));
  return run(folder).finally(() => rm(folder, { recursive: true }));
};

describe('a good token', () => {
  test('a token remembered as good is refused once it has expired', async () => {
    const { identify, clock } = await door();
    const token = `Bearer ${await forge({ exp: NOW + 100 })}`;
    await expect(identify(token)).resolves.toMatchObject({ agency: 'AL-BMP' });
    clock.now = NOW + 161;
    await expect(identify(token)).rejects.toThrow('no valid token');
  });

  test('each of the three algorithms is accepted', async () => {
    const { identify } = await door();
    for (const [alg, kid, key] of [
      ['EdDSA', 'ed', keys.ed25519],
      ['ES256', 'ec', keys.es256],
      ['RS256', 'rsa', keys.rs256],
    ] as const) {
      const token = await forge({}, { alg, kid }, key.privateKey);
      expect(await identify(`Bearer ${token}`)).toEqual({ agency: 'AL-BMP', person: 'desk-7', roles: ['ANALYST'] });
    }
  });

  test('roles may be written in lower or upper case, and count once', async () => {
    const { identify } = await door();
    const token = await forge({ besa_roles: ['ANALYST', 'analyst', 'policy_officer'] }, { typ: 'JWT' });
    expect((await identify(`bearer ${token}`)).roles).toEqual(['ANALYST', 'POLICY_OFFICER']);
  });

  test('an operator belongs to no agency', async () => {
    const { identify } = await door();
    const token = await forge({ besa_roles: ['operator'], besa_agency: undefined });
    expect(await identify(`Bearer ${token}`)).toEqual({ person: 'desk-7', roles: ['OPERATOR'] });
  });

  test('the client it was issued to is remembered: `client_id`, else `azp`; one that is no plain name is refused', async () => {
    const { identify } = await door();
    const clientOf = async (claims: Readonly<Record<string, unknown>>): Promise<unknown> =>
      (await identify(`Bearer ${await forge(claims)}`)).client;
    expect(await clientOf({ client_id: 'desk-app', azp: 'portal' })).toBe('desk-app');
    expect(await clientOf({ azp: 'portal' })).toBe('portal');
    for (const client of ['', 7, null, 'a\nb', '__proto__']) {
      await expect(clientOf({ azp: client === null ? {} : client })).rejects.toThrow('no valid token');
    }
  });

  test('clocks may differ by a minute', async () => {
    const { identify } = await door();
    const early = await forge({ iat: NOW + 59, exp: NOW + 3600 });
    const late = await forge({ iat: NOW - 3600, exp: NOW - 59 });
    await expect(identify(`Bearer ${early}`)).resolves.toBeDefined();
    await expect(identify(`Bearer ${late}`)).resolves.toBeDefined();
  });

  test('an agency registered a moment ago is accepted, and known agencies are asked for once a minute', async () => {
    const { identify, agencies, asked, clock } = await door();
    const token = `Bearer ${await forge({ besa_agency: 'BA-BP' })}`;
    await expect(identify(token)).rejects.toThrow('no valid token');
    agencies.push({ code: 'BA-BP', name: 'BA-BP', partner: 'BA' });
    await expect(identify(token)).resolves.toMatchObject({ agency: 'BA-BP' });
    const before = asked();
    await Promise.all(Array.from({ length: 20 }, () => identify(token)));
    expect(asked()).toBe(before);
    clock.now += 61;
    await Promise.all(Array.from({ length: 20 }, () => identify(token)));
    expect(asked()).toBe(before + 1);
  });
});

describe('keys of an issuer', () => {
  test('are not fetched over plain http', async () => {
    await expect(keysFrom('http://issuer.example/keys')).rejects.toThrow('over https');
  });

  test('come from a file, and a file that holds none is refused at once', async () => {
    await scratch(async (folder) => {
      const file = join(folder, 'keys.json');
      await writeFile(file, '{}');
      await expect(keysFrom(file)).rejects.toThrow();
      await writeFile(
        file,
        JSON.stringify({ keys: [{ ...(await exportJWK(keys.ed25519.publicKey)), kid: 'ed', alg: 'EdDSA' }] }),
      );
      const identify = createIdentify({
        issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: await keysFrom(file) }],
        isKnownAgency: async () => true,
        now: () => NOW * 1000,
      });
      await expect(identify(`Bearer ${await forge()}`)).resolves.toMatchObject({ person: 'desk-7' });
    });
  });
});

describe('the demo issuer', () => {
  test('is refused in production', async () => {
    await scratch((folder) =>
      expect(openDemoIssuer(folder, { production: true })).rejects.toThrow('production accepts no demo issuer'),
    );
  });

  test('its tokens are not accepted by a hub that does not trust it', async () => {
    await scratch(async (folder) => {
      const demo = await openDemoIssuer(folder, { production: false });
      const { identify } = await door();
      const token = await demo.issueToken({ agency: 'AL-BMP', person: 'me', roles: ['ANALYST'] }, 60);
      await expect(identify(`Bearer ${token}`)).rejects.toThrow('no valid token');
    });
  });

  test('keeps one private key per data folder, readable by its owner alone', async () => {
    await scratch(async (folder) => {
      const [first, second] = await Promise.all([1, 2].map(() => openDemoIssuer(folder, { production: false })));
      const identify = createIdentify({ issuers: [first!.trusted], isKnownAgency: async () => true });
      const token = await second!.issueToken({ agency: 'AL-BMP', person: 'me', roles: ['POLICY_OFFICER'] }, 1_000_000);
      expect(await identify(`Bearer ${token}`)).toEqual({ agency: 'AL-BMP', person: 'me', roles: ['POLICY_OFFICER'] });
      const file = join(folder, 'demo-issuer.json');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('d');
      expect(first!.trusted.issuer).toBe(DEMO_ISSUER);
    });
  });
});
