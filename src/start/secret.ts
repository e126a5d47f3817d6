import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { StartError } from '../support/start-error.js';

const SECRET_FILE = 'secret';
const SECRET_BYTES = 32;
const READER_ROLE = 'besa_reader';
/** SQLSTATE of a password that is wrong or missing */
const AUTHENTICATION_FAILED = /^28/;

/** The secret that ids, cursors and the reader's password are derived from: the operator's, else made once and kept. */
export async function openSecret(config: { readonly secret?: string; readonly dataFolder: string }): Promise<Buffer> {
  if (config.secret !== undefined) return Buffer.from(config.secret, 'utf8');
  const file = join(config.dataFolder, SECRET_FILE);
  await mkdir(config.dataFolder, { recursive: true });
  try {
    // Never over another: ids handed out under it would mean nothing any more.
    await writeFile(file, randomBytes(SECRET_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from(await readFile(file, 'utf8'), 'utf8');
}

/**
 * The address of the database for the role that reads records. Its password follows from the hub's secret, so that all
 * processes of one hub know it; it is set only where it is not yet so.
 *
 * @throws StartError if the hub's role may not set it
 */
export async function openReader(databaseUrl: string, secret: Buffer): Promise<string> {
  const url = new URL(databaseUrl);
  url.username = READER_ROLE;
  url.password = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'besa reader v1', 24)).toString('hex');
  if (await canConnect(url.toString())) return url.toString();
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  try {
    await owner.query(`alter role ${READER_ROLE} password ${pg.escapeLiteral(url.password)}`);
  } catch (cause) {
    throw new StartError(
      `the hub's database role may not set the password of \`${READER_ROLE}\``,
      ['give it CREATEROLE, or let an administrator run the first start'],
      { cause },
    );
  } finally {
    await owner.end();
  }
  return url.toString();
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && AUTHENTICATION_FAILED.test(error.code ?? '')) return false;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
