import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

const RELOAD_MS_MIN = 10_000;
const FETCH_MS_MAX = 3_000;

/**
 * Public keys of an issuer from `BESA_JWKS`: an https URL or a file. Both are read again when a token names a key that is
 * not known yet, at most every ten seconds, so that an issuer may change keys without a restart.
 *
 * @throws if the place is neither https nor a readable key set
 */
export async function keysFrom(place: string): Promise<JWTVerifyGetKey> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place) && !place.startsWith('file://')) {
    const url = new URL(place);
    // Keys fetched over plain http would let anybody on the way be the issuer.
    if (url.protocol !== 'https:')
      throw new Error(`keys of an issuer are read from a file or over https, not from \`${place}\``);
    return createRemoteJWKSet(url, { timeoutDuration: FETCH_MS_MAX, cooldownDuration: RELOAD_MS_MIN });
  }
  return keysFromFile(place.startsWith('file://') ? new URL(place) : place);
}

async function keysFromFile(file: string | URL): Promise<JWTVerifyGetKey> {
  const load = async (): Promise<JWTVerifyGetKey> => createLocalJWKSet(JSON.parse(await readFile(file, 'utf8')));
  let keys = await load();
  let loadedAt = Date.now();
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() - loadedAt < RELOAD_MS_MIN) throw error;
      loadedAt = Date.now();
      keys = await load();
      return keys(header, token);
    }
  };
}
