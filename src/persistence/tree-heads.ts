import type { KeyObject } from 'node:crypto';
import { DatabaseError, Pool, type PoolClient, type QueryResultRow } from 'pg';
import { partsOf } from '../audit/entry.js';
import { rootOf } from '../audit/merkle-tree.js';
import { exportText, headFileText, headText, keysFileText, readHead, verifyHead } from '../audit/signed-head.js';
import { HubError } from '../domain/errors.js';
import type { ExportSeal, LedgerKey, SignedHead } from '../domain/evidence.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { Safekeeping, Signing, TreeHeads } from '../hub/ports.js';
import { appendStatement } from './ledger.js';
import {
  insertKey,
  instantOf,
  introducedBy,
  type KnownKeys,
  knownKeys,
  LedgerSigner,
  settledKeys,
} from './ledger-keys.js';
import { isOutage, LOCK_WAIT_MAX, STANDSTILL_MAX, unavailable } from './outage.js';
import { SharedTurns } from './shared-turns.js';

export interface TreeHeadsOptions {
  /** of the hub's own role */
  readonly url: string;
  /** private, Ed25519 */
  readonly key: KeyObject;
  readonly signing: Pick<Signing, 'environment' | 'verify'>;
  readonly safekeeping: Safekeeping;
  /** told the name or code of what went wrong with safekeeping; undefined once it went well again */
  readonly onKeepingFault?: (cause: string | undefined) => void;
  /** how often heads are signed at most; as often as anybody asks if absent */
  readonly headEveryMs?: number;
}

const CONNECTIONS_MAX = 2;
const CONNECT_MS_MAX = 3_000;
const STATEMENT_MS_MAX = 8_000;
const SETTINGS = `-c lock_timeout=${LOCK_WAIT_MAX} -c idle_in_transaction_session_timeout=${STANDSTILL_MAX} -c statement_timeout=${STATEMENT_MS_MAX} -c synchronous_commit=on`;
const HEAD_COLUMNS = `h.size::float8 as size, encode(h.root, 'hex') as root, h.at, h.key, h.text, h.signature from besa.signed_head h`;

/** Signed heads of the ledger in PostgreSQL, the newest of them in safekeeping too. */
export class PostgresTreeHeads implements TreeHeads {
  readonly #pool: Pool;
  readonly #signer: LedgerSigner;
  readonly #options: TreeHeadsOptions;
  readonly #signings: SharedTurns<SignedHead>;

  /** @throws TypeError if the key is no private Ed25519 key */
  constructor(options: TreeHeadsOptions) {
    this.#options = options;
    this.#signer = new LedgerSigner(options.key);
    this.#signings = new SharedTurns(() => this.#sign(), options.headEveryMs ?? 0);
    this.#pool = new Pool({
      connectionString: options.url,
      max: CONNECTIONS_MAX,
      application_name: 'besa-heads',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      options: SETTINGS,
    });
    // A connection lost while idle is no event: the next call makes another.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  sign(): Promise<SignedHead> {
    return this.#signings.next();
  }

  #sign(): Promise<SignedHead> {
    return this.#underLock(async (client) => {
      const known = await this.#demandNewestKey(client);
      const { size, root } = await newestTree(client);
      await this.#demandGrown(client, size, known.believed);
      const head = (await this.#signed(client, size)) ?? (await this.#insert(client, { size, root }));
      await this.#keep(head, known.believed);
      return head;
    });
  }

  async latest(): Promise<SignedHead | undefined> {
    return (await this.#rows<SignedHead>(`select ${HEAD_COLUMNS} order by h.size desc, h.at desc limit 1`))[0];
  }

  async at(size: number): Promise<SignedHead | undefined> {
    return (
      await this.#rows<SignedHead>(`select ${HEAD_COLUMNS} where h.size = $1 order by h.at desc limit 1`, [size])
    )[0];
  }

  async keys(): Promise<readonly LedgerKey[]> {
    const known = await knownKeys(this.#pool, this.#keyParts).catch((cause: unknown) => {
      throw unavailable(cause);
    });
    return known.believed;
  }

  /** What this process' key is among the keys of the ledger; brings back introductions the database has lost. */
  settle(): Promise<KnownKeys> {
    return this.#underLock(async (client) => {
      const known = await settledKeys(client, this.#keyParts);
      if (known.standing.kind === 'NEWEST') await this.#keepKeys(known.believed);
      return known;
    });
  }

  async signExport(digest: string): Promise<ExportSeal> {
    await this.#underLock((client) => this.#demandNewestKey(client));
    const { fingerprint: key, publicKey } = this.#signer;
    const text = exportText({ digest, environment: this.#options.signing.environment, key });
    return { digest, key, publicKey, text, signature: this.#signer.sign(text) };
  }

  async tree(
    sizes: readonly number[],
  ): Promise<{ readonly size: number; readonly roots: ReadonlyMap<number, string> }> {
    const rows = await this.#rows<{ newest: number; size: number | null; peaks: readonly Uint8Array[] | null }>(
      `select n.size::float8 as newest, h.size::float8 as size, h.peaks
       from (select coalesce(max(m.size), 0) as size from besa.ledger_head m) n
       left join besa.ledger_head h on h.size = any ($1::bigint[])`,
      [[...sizes]],
    );
    const roots = rows.flatMap(({ size, peaks }) =>
      size === null || peaks === null ? [] : [[size, hex(rootOf({ size, hashes: peaks }))] as const],
    );
    return { size: rows[0]?.newest ?? 0, roots: new Map(roots) };
  }

  async leaf(sequence: number, agency: string): Promise<{ readonly at: Date; readonly leaf: string } | undefined> {
    const [row] = await this.#rows<{ at: Date; leaf: string; agency: string | null; body: string | null }>(
      `select e.at, encode(e.leaf, 'hex') as leaf, e.agency, e.body from besa.ledger_entry e where e.sequence = $1`,
      [sequence],
    );
    if (row === undefined || !(row.agency === agency || ownersIn(row.body).has(agency))) return undefined;
    return { at: row.at, leaf: row.leaf };
  }

  /**
   * Introduces the key that takes the place of this one, with its entry in the ledger. From now on this one signs nothing.
   *
   * @returns the new key as it is told
   * @throws HubError SOURCE_UNAVAILABLE, LEDGER_UNAVAILABLE; STALE_VERSION if this key is not the newest any more
   */
  rotate(next: KeyObject, entry: (key: LedgerKey) => LedgerEntry): Promise<LedgerKey> {
    return this.#underLock(async (client) => {
      const known = await this.#demandNewestKey(client);
      const { environment } = this.#options.signing;
      const key = await introducedBy(client, this.#signer, new LedgerSigner(next), environment);
      await insertKey(client, key);
      const { text, values } = appendStatement(entry(key));
      await client.query(text, [...values]).catch(() => {
        throw new HubError('LEDGER_UNAVAILABLE');
      });
      await this.#keepKeys([...known.believed, key]);
      return key;
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  get #keyParts() {
    return { signer: this.#signer, signing: this.#options.signing, safekeeping: this.#options.safekeeping };
  }

  async #demandNewestKey(client: PoolClient): Promise<KnownKeys> {
    const known = await settledKeys(client, this.#keyParts);
    if (known.standing.kind === 'NEWEST') return known;
    throw new HubError(
      'STALE_VERSION',
      'this process has not the newest key of the ledger; its operator gives it the new one',
    );
  }

  /** INVARIANT (no head over another past): where the kept head is not an earlier one of this tree, nothing is signed over it. */
  async #demandGrown(client: PoolClient, size: number, believed: readonly LedgerKey[]): Promise<void> {
    const kept = headIn(await this.#options.safekeeping.newestHead());
    const { environment, verify } = this.#options.signing;
    if (kept === undefined || kept.environment !== environment || !verifyHead(kept, believed, { verify })) return;
    const root = kept.size > size ? undefined : await rootAt(client, kept.size);
    if (root !== kept.root) throw new HubError('LEDGER_CONTRADICTED');
  }

  async #signed(client: PoolClient, size: number): Promise<SignedHead | undefined> {
    const text = `select ${HEAD_COLUMNS} where h.size = $1 and h.key = $2`;
    return (await client.query<SignedHead & QueryResultRow>(text, [size, this.#signer.fingerprint])).rows[0];
  }

  async #insert(
    client: PoolClient,
    { size, root }: { readonly size: number; readonly root: string },
  ): Promise<SignedHead> {
    const { environment } = this.#options.signing;
    const said = { at: await instantOf(client), environment, key: this.#signer.fingerprint, root, size };
    const text = headText(said);
    const head = { size, root, at: said.at, key: said.key, text, signature: this.#signer.sign(text) };
    await client.query(
      `insert into besa.signed_head (size, root, at, key, text, signature) values ($1, decode($2, 'hex'), $3, $4, $5, $6)`,
      [head.size, head.root, head.at, head.key, head.text, head.signature],
    );
    return head;
  }

  /** Under the lock, so that the heads of several processes come in order. A folder that fails is told, and stops nobody. */
  async #keep(head: SignedHead, believed: readonly LedgerKey[]): Promise<void> {
    const key = believed.find(({ fingerprint }) => fingerprint === head.key);
    const text = headFileText({ ...head, publicKey: key?.publicKey ?? this.#signer.publicKey });
    await this.#kept(() => this.#options.safekeeping.keepHead({ size: head.size, root: head.root, text }));
  }

  #keepKeys(keys: readonly LedgerKey[]): Promise<void> {
    const text = keysFileText(this.#options.signing.environment, keys);
    return this.#kept(() => this.#options.safekeeping.keepKeys(text));
  }

  async #kept(keep: () => Promise<void>): Promise<void> {
    const tell = this.#options.onKeepingFault ?? (() => undefined);
    await keep().then(
      () => tell(undefined),
      (error: unknown) => tell((error as { readonly code?: string }).code ?? 'unknown'),
    );
  }

  async #rows<Row extends object>(text: string, values: unknown[] = []): Promise<readonly Row[]> {
    const { rows } = await this.#pool.query<Row & QueryResultRow>(text, values).catch((cause: unknown) => {
      throw unavailable(cause);
    });
    return rows;
  }

  async #underLock<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((cause: unknown) => {
      throw unavailable(cause);
    });
    try {
      await client.query('begin isolation level read committed');
      await client.query('select from besa.signing_lock for update');
      const done = await work(client);
      await client.query('commit');
      client.release();
      return done;
    } catch (error) {
      const isClean = await client.query('rollback').then(
        () => true,
        () => false,
      );
      client.release(!isClean);
      if (!(error instanceof HubError) && (!(error instanceof DatabaseError) || isOutage(error))) {
        throw unavailable(error);
      }
      throw error;
    }
  }
}

async function newestTree(client: PoolClient): Promise<{ readonly size: number; readonly root: string }> {
  const { rows } = await client.query<{ size: number; peaks: readonly Uint8Array[] }>(
    'select h.size::float8 as size, h.peaks from besa.ledger_head h order by h.size desc limit 1',
  );
  const { size, peaks } = rows[0] ?? { size: 0, peaks: [] };
  return { size, root: hex(rootOf({ size, hashes: peaks })) };
}

async function rootAt(client: PoolClient, size: number): Promise<string | undefined> {
  const { rows } = await client.query<{ peaks: readonly Uint8Array[] }>(
    'select h.peaks from besa.ledger_head h where h.size = $1',
    [size],
  );
  const [row] = rows;
  return row === undefined ? undefined : hex(rootOf({ size, hashes: row.peaks }));
}

function headIn(text: string | undefined) {
  try {
    return text === undefined ? undefined : readHead(text);
  } catch {
    return undefined;
  }
}

/** Whose databases an entry names. A body that cannot be read names nobody's. */
function ownersIn(body: string | null): ReadonlySet<string> {
  try {
    const owners = partsOf(body ?? '').flatMap((part) => (part.part === 'DATABASE' ? [part.database.owner] : []));
    return new Set(owners.filter((owner) => owner !== null));
  } catch {
    return new Set();
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
