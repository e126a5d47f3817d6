import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Identity } from '../domain/identity.js';
import { TOKEN_LIFETIME_MAX_SECONDS } from './claims.js';
import type { TrustedIssuer } from './identify.js';

/** Issues tokens on this machine for trying the hub out. Whoever reads its key file is everybody: production refuses it. */
export interface DemoIssuer {
  readonly trusted: TrustedIssuer;
  /** @param lifetimeSeconds cut to what the hub accepts */
  issueToken(identity: Identity, lifetimeSeconds: number): Promise<string>;
}

export const DEMO_ISSUER = 'https://demo.besa.invalid';
export const DEMO_AUDIENCE = 'besa';
const KEY_FILE = 'demo-issuer.json';

async function readOrMakeKey(dataFolder: string): Promise<JWK> {
  const file = join(dataFolder, KEY_FILE);
  const read = async (): Promise<JWK> => JSON.parse(await readFile(file, 'utf8'));
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const key: JWK = { ...(await exportJWK(privateKey)), alg: 'EdDSA', kid: `demo-${randomUUID()}` };
  await mkdir(dataFolder, { recursive: true });
  // Written whole, and never over another: the command line and a starting hub may meet here.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(key), { mode: 0o600, flag: 'wx' });
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
  return read();
}

/**
 * The demo issuer of a data folder; its Ed25519 key is made on first use and kept there, readable by its owner only.
 * @throws in production
 */
export async function openDemoIssuer(
  dataFolder: string,
  options: { readonly production: boolean },
): Promise<DemoIssuer> {
  if (options.production)
    throw new Error('production accepts no demo issuer: set `BESA_ISSUER`, `BESA_AUDIENCE` and `BESA_JWKS`');
  const secret = await readOrMakeKey(dataFolder);
  const { d: _private, ...shown } = secret;
  const key = await importJWK(secret, 'EdDSA');
  return {
    trusted: { issuer: DEMO_ISSUER, audience: DEMO_AUDIENCE, keys: createLocalJWKSet({ keys: [shown] }) },
    async issueToken(identity, lifetimeSeconds) {
      const issuedAt = Math.floor(Date.now() / 1000);
      const claims = {
        ...(identity.agency === undefined ? {} : { besa_agency: identity.agency }),
        besa_roles: identity.roles.map((role) => role.toLowerCase()),
      };
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...(secret.kid === undefined ? {} : { kid: secret.kid }) })
        .setIssuer(DEMO_ISSUER)
        .setAudience(DEMO_AUDIENCE)
        .setSubject(identity.person)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + Math.min(lifetimeSeconds, TOKEN_LIFETIME_MAX_SECONDS))
        .sign(key);
    },
  };
}
