/** Who must be told of an act on records, worked out from what the ledger says they received. */
import { directedPermissions } from '../agreements/directed-clauses.js';
import type { AgreementVersion } from '../domain/agreement.js';
import { shownReference } from '../domain/agreement-reference.js';
import type { NoticeRecord, QualityKind, Receipt } from '../domain/evidence.js';
import type { NoticeDraft } from '../domain/quality-act.js';
import type { RecordType } from '../domain/record-type.js';
import { treatmentsOf } from '../policy/candidate.js';

export interface NoticeGrounds {
  readonly kind: QualityKind;
  readonly owner: string;
  readonly recordType: RecordType;
  /** names of the fields and of the envelope inputs that a correction changes */
  readonly changed: { readonly fields: readonly string[]; readonly envelope: readonly string[] };
  /** raw id → the version that takes the place of those received; null: erased */
  readonly currentVersions: ReadonlyMap<string, number | null>;
  /** every finalised version there is */
  readonly versions: readonly AgreementVersion[];
}

/**
 * One notice for each agency that received what is different now, by agency. Of a correction: who was shown a field that
 * changed; a change of the envelope concerns whoever received the record. Of a dispute or an erasure: everybody who did.
 *
 * INVARIANT (withheld stays withheld): names only fields the recipient was shown, or it would learn from the notice that a value
 * it may not see is another one now.
 */
export function noticeDrafts(receipts: readonly Receipt[], grounds: NoticeGrounds): readonly NoticeDraft[] {
  const byRecipient = new Map<string, Map<string, Gathered>>();
  for (const receipt of receipts) {
    const currentVersion = grounds.currentVersions.get(receipt.recordId);
    if (receipt.agency === grounds.owner || currentVersion === undefined) continue;
    if (currentVersion !== null && receipt.version >= currentVersion) continue;
    const fields = concernedFields(receipt, grounds);
    if (fields === null) continue;
    const records = byRecipient.get(receipt.agency) ?? new Map<string, Gathered>();
    byRecipient.set(receipt.agency, records);
    const gathered = records.get(receipt.recordId) ?? new Gathered();
    records.set(receipt.recordId, gathered);
    gathered.add(receipt, fields);
  }
  return sortedEntries(byRecipient).map(([recipient, records]) => ({
    recipient,
    records: sortedEntries(records).map(([recordId, gathered]) =>
      gathered.record(recordId, grounds.currentVersions.get(recordId) ?? null),
    ),
  }));
}

/** What one recipient received of one record, over all its receipts. */
class Gathered {
  readonly #versions = new Set<number>();
  readonly #purposes = new Set<string>();
  readonly #fields = new Set<string>();
  readonly #agreements = new Set<string>();

  add({ version, purpose, basis }: Receipt, fields: readonly string[]): void {
    this.#versions.add(version);
    if (purpose !== null) this.#purposes.add(purpose);
    for (const field of fields) this.#fields.add(field);
    for (const { agreement } of basis) this.#agreements.add(agreement);
  }

  record(recordId: string, currentVersion: number | null): NoticeRecord {
    return {
      recordId,
      versions: [...this.#versions].sort((a, b) => a - b),
      currentVersion,
      purposes: [...this.#purposes].sort(),
      fields: [...this.#fields].sort(),
      agreements: [...this.#agreements].sort(),
    };
  }
}

const sortedEntries = <T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** Names of what a receipt shows and the act concerns; null: the act concerns nothing of it. */
function concernedFields(receipt: Receipt, grounds: NoticeGrounds): readonly string[] | null {
  const { kind, changed } = grounds;
  const shown = shownFields(receipt, grounds);
  if (kind !== 'CORRECTED') return shown;
  const concerned = [...shown.filter((field) => changed.fields.includes(field)), ...changed.envelope];
  return concerned.length === 0 ? null : concerned;
}

/** The selected fields that a clause behind the receipt shows in some form. A clause that is not known any more hides nothing. */
function shownFields(receipt: Receipt, { owner, recordType, versions }: NoticeGrounds): readonly string[] {
  const clauses = receipt.basis.map(({ agreement, version, article }) => {
    const found = versions.find(
      (candidate) =>
        candidate.version === version &&
        candidate.terms.parties.includes(receipt.agency) &&
        shownReference(candidate, receipt.agency) === agreement,
    );
    return found === undefined
      ? undefined
      : directedPermissions(found).find(
          ({ clause, assigner, assignee }) =>
            clause.article === article && assigner === owner && assignee === receipt.agency,
        )?.clause;
  });
  if (clauses.some((clause) => clause === undefined)) return receipt.fields;
  const treatments = clauses.flatMap((clause) =>
    clause === undefined ? [] : [treatmentsOf(clause.fields, recordType)],
  );
  return receipt.fields.filter((field) =>
    treatments.some((of) => of[field] !== undefined && of[field]?.kind !== 'WITHHELD'),
  );
}
