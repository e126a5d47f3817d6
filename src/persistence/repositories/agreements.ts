import type { AgreementAct, AgreementSet } from '../../domain/agreement.js';
import type { Doubt, FinalisedVersion, StoredAgreement, Verified } from '../../domain/agreement-history.js';
import type { SharedDatabase } from '../../domain/registry.js';
import type { AgreementSource, AgreementVerifier, InForce } from '../../hub/ports.js';
import {
  AgreementActRow,
  AgreementSignatureRow,
  AgreementTextRow,
  AgreementVersionRow,
  SignatoryKeyEndRow,
  SignatoryKeyRow,
} from '../entities/agreements.js';
import { AgencyRow, SharedDatabaseRow } from '../entities/registry.js';
import type { Orm, OrmManager } from '../orm.js';
import { actFromRow, finalisedFromRow, keysFromRows, signatureFromRow, textFromRow } from './agreement-rows.js';

export interface AgreementSourceOptions {
  readonly orm: Orm;
  readonly verifier: AgreementVerifier;
  /** milliseconds that only ever go up */
  readonly monotonicMs: () => number;
  /** told of each version that cannot be believed, once for each time the set is loaded with it */
  readonly onDoubt: (doubt: Doubt) => void;
}

interface Loaded {
  readonly set: AgreementSet;
  readonly databases: readonly SharedDatabase[];
  /** verified agreements by reference, for the next load: facts are only added, so these need not be read again */
  readonly agreements: ReadonlyMap<string, Verified>;
  /** the database clock's instant and our own clock's reading at the same moment, in milliseconds */
  readonly databaseMs: number;
  readonly monotonicMs: number;
}

interface Version {
  readonly version: string;
  readonly nowMs: number;
}

/** The agreement set in PostgreSQL, kept between calls and loaded again only where something was added. */
export class AgreementRepository implements AgreementSource {
  readonly #options: AgreementSourceOptions;
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;
  #next: Promise<Loaded> | undefined;

  constructor(options: AgreementSourceOptions) {
    this.#options = options;
  }

  async inForce(options: { readonly refresh?: boolean } = {}): Promise<InForce> {
    const known = options.refresh === true ? undefined : this.#loaded;
    const loaded = known ?? (await this.#refresh());
    // Asked just now, the database's own instant: an estimate could run ahead of it, and decide for what is still to come.
    const elapsedMs = known === undefined ? 0 : this.#options.monotonicMs() - known.monotonicMs;
    const now = new Date(loaded.databaseMs + elapsedMs);
    return { set: loaded.set, databases: loaded.databases, now };
  }

  /**
   * One load at a time. Whoever asks while one is under way waits for the next: the one under way may have looked before the
   * change that the caller was told of.
   */
  #refresh(): Promise<Loaded> {
    if (this.#loading === undefined) return this.#start();
    this.#next ??= this.#loading.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<Loaded> {
    this.#next = undefined;
    const loading = this.#load().finally(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
    return loading;
  }

  async #load(): Promise<Loaded> {
    const { orm, monotonicMs } = this.#options;
    const sentMs = monotonicMs();
    const loaded = await orm.em.fork().transactional(
      async (manager) => {
        const [row] = await manager.execute<Version[]>(
          'select version::text as version, (extract(epoch from besa.besa_instant()) * 1000)::float8 as "nowMs" from besa.agreement_set',
        );
        if (row === undefined) throw new Error('the agreement set has lost its version');
        // The instant belongs to a moment between asking and hearing.
        const clock = { databaseMs: row.nowMs, monotonicMs: (sentMs + monotonicMs()) / 2 };
        const known = this.#loaded;
        if (known !== undefined && known.set.version === row.version) return { ...known, ...clock };
        return { ...(await this.#read(manager, row.version)), ...clock };
      },
      { isolationLevel: 'repeatable read', readOnly: true },
    );
    this.#loaded = loaded;
    return loaded;
  }

  async #read(manager: OrmManager, version: string): Promise<Omit<Loaded, 'databaseMs' | 'monotonicMs'>> {
    const { verifier, onDoubt } = this.#options;
    const databases = await databasesFrom(manager);
    const agreements = await this.#verified(manager);
    const doubts = [...agreements.values()].flatMap((agreement) => agreement.doubts);
    doubts.forEach(onDoubt);
    const verified = [...agreements.values()].flatMap((agreement) => agreement.versions);
    const versions = verifier.withoutDoubtful(verified, doubts);
    const acts: readonly AgreementAct[] = (await manager.findAll(AgreementActRow, { orderBy: { id: 'asc' } })).map(
      actFromRow,
    );
    return { set: { version, versions, acts }, databases, agreements };
  }

  /** What was verified before stays so; new versions of an agreement, and doubtful ones, are read with all of their facts. */
  async #verified(manager: OrmManager): Promise<ReadonlyMap<string, Verified>> {
    const finalised = groups(await finalisedFrom(manager));
    const counts = await finalisationsFrom(manager);
    const references = [...new Set([...finalised.keys(), ...counts.keys()])].sort();
    const isKnown = (reference: string): boolean => {
      const known = this.#loaded?.agreements.get(reference);
      const count = counts.get(reference) ?? 0;
      const isWhole = finalised.get(reference)?.length === count;
      return known !== undefined && known.doubts.length === 0 && isWhole && known.versions.length === count;
    };
    const unknown = references.filter((reference) => !isKnown(reference));
    const read = unknown.length === 0 ? [] : await this.#readAgreements(manager, unknown, finalised, counts);
    const fresh = new Map(read);
    return new Map(
      references.map((reference) => [
        reference,
        fresh.get(reference) ?? this.#loaded?.agreements.get(reference) ?? { versions: [], doubts: [] },
      ]),
    );
  }

  async #readAgreements(
    manager: OrmManager,
    references: readonly string[],
    finalised: ReadonlyMap<string, readonly FinalisedVersion[]>,
    counts: ReadonlyMap<string, number>,
  ): Promise<readonly (readonly [string, Verified])[]> {
    const where = { reference: { $in: [...references] } };
    const texts = groups((await manager.find(AgreementTextRow, where)).map(textFromRow));
    const signatures = groups((await manager.find(AgreementSignatureRow, where)).map(signatureFromRow));
    const keys = keysFromRows(await manager.findAll(SignatoryKeyRow), await manager.findAll(SignatoryKeyEndRow));
    const agencies = (await manager.findAll(AgencyRow)).map(({ code, name, partner }) => ({ code, name, partner }));
    return references.map((reference) => {
      const stored: StoredAgreement = {
        reference,
        finalised: finalised.get(reference) ?? [],
        finalisations: counts.get(reference) ?? 0,
        texts: texts.get(reference) ?? [],
        signatures: signatures.get(reference) ?? [],
      };
      return [reference, this.#options.verifier.verify(stored, { keys, agencies })] as const;
    });
  }
}

async function databasesFrom(manager: OrmManager): Promise<readonly SharedDatabase[]> {
  const rows = await manager.findAll(SharedDatabaseRow, { orderBy: { code: 'asc' } });
  return rows.map(({ id, code, name, owner, recordType, hosting }) => ({ id, code, name, owner, recordType, hosting }));
}

async function finalisedFrom(manager: OrmManager): Promise<readonly FinalisedVersion[]> {
  const rows = await manager.findAll(AgreementVersionRow, { orderBy: { reference: 'asc', version: 'asc' } });
  return rows.map(finalisedFromRow);
}

/** How many versions each agreement's own history says were finalised: a version that was removed is missed here. */
async function finalisationsFrom(manager: OrmManager): Promise<ReadonlyMap<string, number>> {
  const rows = await manager.execute<{ reference: string; count: number }[]>(
    "select reference, count(*)::int as count from besa.agreement_event where kind = 'FINALIZE' group by reference",
  );
  return new Map(rows.map(({ reference, count }) => [reference, count]));
}

function groups<T extends { readonly reference: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const byReference = new Map<string, T[]>();
  for (const row of rows) {
    const group = byReference.get(row.reference);
    if (group === undefined) byReference.set(row.reference, [row]);
    else group.push(row);
  }
  return byReference;
}
