import type { AgreementAct, AgreementSet, AgreementVersion } from '../../domain/agreement.js';
import type { Doubt, FinalisedVersion, StoredAgreement, Verified } from '../../domain/agreement-history.js';
import type { SharedDatabase } from '../../domain/registry.js';
import type { AgreementSource, AgreementVerifier, InForce } from '../../hub/ports.js';
import {
  AgreementActRow,
  AgreementSignatureRow,
  AgreementTextRow,
  AgreementVersionRow,
  SignatoryKeyConfirmationRow,
  SignatoryKeyEndRow,
  SignatoryKeyRow,
} from '../entities/agreements.js';
import { AgencyRow, SharedDatabaseRow } from '../entities/registry.js';
import type { Orm, OrmManager } from '../orm.js';
import { actFromRow, finalisedFromRow, keysFromRows, signatureFromRow, textFromRow } from './agreement-rows.js';
import { historiesFrom } from './agreement-store.js';

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
  /** over everything that verification read of all agreements */
  readonly mark: string;
  /** verified agreements by reference, for the next load: where the mark is the same, they need not be read again */
  readonly agreements: ReadonlyMap<string, Marked>;
  readonly doubts: readonly Doubt[];
  /** the database clock's instant and our own clock's reading at the same moment, in milliseconds */
  readonly databaseMs: number;
  readonly monotonicMs: number;
}

interface Marked extends Verified {
  /** over everything its verification read */
  readonly mark: string;
}

interface Current {
  readonly version: string;
  readonly mark: string;
  readonly nowMs: number;
}

const CURRENT = `select version::text as version, (extract(epoch from besa.besa_instant()) * 1000)::float8 as "nowMs",
  (select besa.bytes_hash(coalesce(string_agg(e.mark, '' order by e.reference collate "C"), '')) from besa.evidence() e) as mark
  from besa.agreement_set`;

/** Keys of agreements that share their plain reference with another one: one of them has a suffix. */
const CONTESTED = `select distinct t.reference from besa.agreement_text s
  join besa.agreement_text t on besa.plain_reference(t.reference) = besa.plain_reference(s.reference)
  where s.reference like '%~%' order by 1`;

type Names = ReturnType<AgreementVerifier['namesOf']>;

function named(versions: readonly AgreementVersion[], names: Names): readonly AgreementVersion[] {
  return versions.map((version) => {
    const shownAs = names.get(version.terms.reference);
    return shownAs === undefined ? version : { ...version, shownAs };
  });
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
    // While something is doubtful every call looks whether it was mended: nothing else would find out.
    const isSettled = options.refresh !== true && this.#loaded?.doubts.length === 0;
    const known = isSettled ? this.#loaded : undefined;
    const loaded = known ?? (await this.#refresh());
    // Asked just now, the database's own instant: an estimate could run ahead of it, and decide for what is still to come.
    const elapsedMs = known === undefined ? 0 : this.#options.monotonicMs() - known.monotonicMs;
    const now = new Date(loaded.databaseMs + elapsedMs);
    return { set: loaded.set, databases: loaded.databases, now, doubts: loaded.doubts };
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
        const [row] = await manager.execute<Current[]>(CURRENT);
        if (row === undefined) throw new Error('the agreement set has lost its version');
        // The instant belongs to a moment between asking and hearing.
        const clock = { databaseMs: row.nowMs, monotonicMs: (sentMs + monotonicMs()) / 2 };
        const known = this.#loaded;
        if (known !== undefined && known.set.version === row.version && known.mark === row.mark) {
          return { ...known, ...clock };
        }
        return { ...(await this.#read(manager, row)), ...clock };
      },
      { isolationLevel: 'repeatable read', readOnly: true },
    );
    this.#loaded = loaded;
    return loaded;
  }

  async #read(manager: OrmManager, { version, mark }: Current): Promise<Omit<Loaded, 'databaseMs' | 'monotonicMs'>> {
    const { verifier, onDoubt } = this.#options;
    const databases = await databasesFrom(manager);
    const agreements = await this.#verified(manager);
    const { versions: settled, doubts } = verifier.settle([...agreements.values()]);
    doubts.forEach(onDoubt);
    const versions = named(verifier.withoutDoubtful(settled, doubts), await this.#names(manager));
    const acts: readonly AgreementAct[] = (await manager.findAll(AgreementActRow, { orderBy: { id: 'asc' } })).map(
      actFromRow,
    );
    return { set: { version, versions, acts }, databases, mark, agreements, doubts };
  }

  /** Only of references that several agreements have: next to none, so their histories are read whole. */
  async #names(manager: OrmManager): Promise<Names> {
    const contested = await manager.execute<{ reference: string }[]>(CONTESTED);
    if (contested.length === 0) return new Map();
    const references = contested.map(({ reference }) => reference);
    const where = { reference: { $in: references } };
    return this.#options.verifier.namesOf(await historiesFrom(manager, references, where));
  }

  /** What was verified before stays so while its facts are the same; new and doubtful agreements are read with all of theirs. */
  async #verified(manager: OrmManager): Promise<ReadonlyMap<string, Marked>> {
    const marks = await manager.execute<{ reference: string; mark: string }[]>(
      'select reference, mark from besa.evidence() order by reference collate "C"',
    );
    const known = new Map<string, Marked>();
    for (const { reference, mark } of marks) {
      const before = this.#loaded?.agreements.get(reference);
      if (before?.mark === mark && before.doubts.length === 0) known.set(reference, before);
    }
    const unknown = marks.filter(({ reference }) => !known.has(reference));
    const read = unknown.length === 0 ? new Map<string, Verified>() : await this.#readAgreements(manager, unknown);
    return new Map(
      marks.map(({ reference, mark }) => [
        reference,
        known.get(reference) ?? { ...(read.get(reference) ?? { versions: [], doubts: [] }), mark },
      ]),
    );
  }

  async #readAgreements(
    manager: OrmManager,
    unknown: readonly { readonly reference: string }[],
  ): Promise<ReadonlyMap<string, Verified>> {
    const references = unknown.map(({ reference }) => reference);
    const where = { reference: { $in: references } };
    const finalised = groups(await finalisedFrom(manager, references));
    const counts = await finalisationsFrom(manager);
    const discords = await discordsFrom(manager);
    const texts = groups((await manager.find(AgreementTextRow, where)).map(textFromRow));
    const signatures = groups((await manager.find(AgreementSignatureRow, where)).map(signatureFromRow));
    const keys = keysFromRows(
      await manager.findAll(SignatoryKeyRow),
      await manager.findAll(SignatoryKeyConfirmationRow),
      await manager.findAll(SignatoryKeyEndRow),
    );
    const agencies = (await manager.findAll(AgencyRow)).map(({ code, name, partner }) => ({ code, name, partner }));
    const databases = await databasesFrom(manager);
    const verified = references.map((reference) => {
      const stored: StoredAgreement = {
        reference,
        finalised: finalised.get(reference) ?? [],
        finalisations: counts.get(reference) ?? 0,
        texts: texts.get(reference) ?? [],
        signatures: signatures.get(reference) ?? [],
        ...discords.get(reference),
      };
      return [reference, this.#options.verifier.verify(stored, { keys, agencies, databases })] as const;
    });
    return new Map(verified);
  }
}

async function databasesFrom(manager: OrmManager): Promise<readonly SharedDatabase[]> {
  const rows = await manager.findAll(SharedDatabaseRow, { orderBy: { code: 'asc' } });
  return rows.map(({ id, code, name, owner, recordType, hosting }) => ({ id, code, name, owner, recordType, hosting }));
}

async function finalisedFrom(manager: OrmManager, references: readonly string[]): Promise<readonly FinalisedVersion[]> {
  const rows = await manager.find(
    AgreementVersionRow,
    { reference: { $in: [...references] } },
    { orderBy: { reference: 'asc', version: 'asc' } },
  );
  return rows.map(finalisedFromRow);
}

/** How many versions each agreement's own history says were finalised: a version that was removed is missed here. */
async function finalisationsFrom(manager: OrmManager): Promise<ReadonlyMap<string, number>> {
  const rows = await manager.execute<{ reference: string; count: number }[]>(
    "select reference, count(*)::int as count from besa.agreement_event where kind = 'FINALIZE' group by reference",
  );
  return new Map(rows.map(({ reference, count }) => [reference, count]));
}

/** What of each agreement's history its facts do not bear out. */
async function discordsFrom(manager: OrmManager): Promise<ReadonlyMap<string, { readonly discord: string }>> {
  const rows = await manager.execute<{ reference: string; said: string }[]>(
    'select reference, said from besa.discord()',
  );
  return new Map(rows.map(({ reference, said }) => [reference, { discord: said }]));
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
