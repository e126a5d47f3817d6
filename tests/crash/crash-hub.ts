/** A whole hub in a process of its own, as `npm start` runs it, with its own PostgreSQL: to be killed and started again. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { Client } from 'pg';
import { runningUrl } from '../../src/persistence/embedded-postgres.js';
import { ROOT } from '../house/sources.js';
import { dataFolder, type HubProcess, spawnProcess, startHub } from '../start/process.js';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'besa-crash';
export const DATABASE = 'QA-CROSSINGS';
/** `QA-P:STEWARD` as in other tests; an operator has no agency */
export type Caller = string;

/** What is known of one answer: from its first byte on it has left the hub. */
export interface Told {
  readonly status: number;
  readonly requestId: string;
  readonly retryAfter: string | null;
  readonly text: string;
}

export class CrashHub {
  readonly folder = dataFolder();
  #process: HubProcess | undefined;
  #url = '';
  readonly #tokens = new Map<Caller, string>();
  readonly #key = generateKeyPairSync('ed25519');

  get pid(): number {
    return this.#process?.child.pid ?? 0;
  }

  /** everything the running process has written */
  get output(): string {
    return this.#process?.output() ?? '';
  }

  /** Folder of the embedded server: its files, log and process number. */
  get clusterFolder(): string {
    return join(this.folder, 'postgres');
  }

  /** Resolves once it answers. @throws with its own words if it does not start */
  async start(): Promise<void> {
    const jwks = join(this.folder, 'jwks.json');
    const key = { ...(await exportJWK(this.#key.publicKey)), kid: 'crash', alg: 'EdDSA' };
    writeFileSync(jwks, JSON.stringify({ keys: [key] }));
    const issuer = { BESA_ISSUER: ISSUER, BESA_AUDIENCE: AUDIENCE, BESA_JWKS: jwks };
    this.#process = startHub({ BESA_DATA: this.folder, LOG_LEVEL: 'error', ...issuer });
    await this.#process.says('/readyz\n');
    this.#url = (JSON.parse(readFileSync(join(this.folder, 'hub.json'), 'utf8')) as { url: string }).url;
  }

  /** `kill -9`, and the wait for its end. */
  async kill(): Promise<void> {
    this.#process?.child.kill('SIGKILL');
    await this.#process?.ended;
  }

  /** Told to stop, as by Ctrl+C. @returns its exit code */
  async stop(): Promise<unknown> {
    this.#process?.child.kill('SIGINT');
    return this.#process?.ended;
  }

  async ask(query: string, as: Caller, variables: object = {}): Promise<Told> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await this.#token(as)}` };
    return told(
      await fetch(`${this.#url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) }),
    );
  }

  async import(csv: string, as: Caller): Promise<Told> {
    const headers = { 'content-type': 'text/csv', authorization: `Bearer ${await this.#token(as)}` };
    return told(await fetch(`${this.#url}/imports/v1/${DATABASE}`, { method: 'POST', headers, body: csv }));
  }

  async get(path: string): Promise<Told> {
    return told(await fetch(`${this.#url}${path}`));
  }

  /** Runs a statement beside the hub, as its own role. */
  async sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const client = new Client({ connectionString: runningUrl(this.clusterFolder) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** `besa audit verify`. @returns its exit code and words */
  async verify(): Promise<{ readonly code: unknown; readonly said: string }> {
    const command = join(ROOT, 'dist', 'src', 'cli', 'main.js');
    const environment = { PATH: process.env.PATH ?? '', BESA_DATA: this.folder };
    const verifying = spawnProcess([command, 'audit', 'verify'], environment);
    return { code: await verifying.ended, said: verifying.output() };
  }

  async #token(as: Caller): Promise<string> {
    const known = this.#tokens.get(as);
    if (known !== undefined) return known;
    const [agency = '', roles = ''] = as.split(':');
    const issuedAt = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({
      ...(agency === '' ? {} : { besa_agency: agency }),
      besa_roles: roles.toLowerCase().split(','),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'crash' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject('crash')
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 11 * 3600)
      .sign(this.#key.privateKey);
    this.#tokens.set(as, token);
    return token;
  }
}

async function told(response: Response): Promise<Told> {
  const requestId = response.headers.get('x-request-id') ?? '';
  // A body that is cut off has left all the same, as far as it came.
  const text = await response.text().catch(() => '');
  return { status: response.status, requestId, retryAfter: response.headers.get('retry-after'), text };
}

/** Two partners, an agency each, and a database of the first. */
export async function register(hub: CrashHub): Promise<void> {
  const run = async (as: Caller, mutation: string, input: object): Promise<void> => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code message } } }`;
    const { text } = await hub.ask(query, as, { input });
    if (!text.includes('"userErrors":[]')) throw new Error(`${mutation}: ${text}`);
  };
  for (const code of ['QA', 'QB']) {
    await run(':OPERATOR', 'registerPartner', { code, name: code });
    await run(':OPERATOR', 'registerAgency', { code: `${code}-P`, name: `police of ${code}`, partner: code });
  }
  const database = { code: DATABASE, name: 'crossings', recordType: 'BorderCrossing' };
  await run('QA-P:STEWARD', 'registerSharedDatabase', database);
}
