/** Who must be told of an act on records, worked out from what the ledger says they received. */
import { directedClauses, directedPermissions } from '../../agreements/directed-clauses.js';
import type { AgreementVersion } from '../../domain/agreement.js';
import { plainReference } from '../../domain/agreement-reference.js';
import type { Prohibition } from '../../domain/clause.js';
import type { Basis } from '../../domain/decision.js';
import type { NoticeRecord } from '../../domain/evidence.js';
import type { NoticeDraft, Received, ReceivedOfAct } from '../../domain/quality-act.js';
import type { RecordType } from '../../domain/record-type.js';
import { type FieldTreatments, treatmentsOf } from '../../policy/candidate.js';
import { fieldsForbidden } from '../../policy/constraints/sensitivity.js';
import { ENVELOPE_INPUTS } from '../../records/envelope-inputs.js';

export interface NoticeGrounds {
  /** undefined: the exchange standard has it no more */
  readonly recordType: RecordType | undefined;
  /** every finalised version there is */
  readonly versions: readonly AgreementVersion[];
}

/**
 * One notice for each agency that received what is different now, by agency. Of a correction: who may have been shown a field
 * that changed; a change of the envelope concerns whoever received the record. Of a dispute or an erasure: everybody who did.
 *
 * INVARIANT (withheld stays withheld): names only fields the recipient was shown for certain, or it would learn from the notice
 * that a value it may not see is another one now. In doubt it is told, and no field is named.
 */
export function noticeDrafts(act: ReceivedOfAct, grounds: NoticeGrounds): readonly NoticeDraft[] {
  const shown = new ShownFields(act.owner, grounds);
  const byRecipient = new Map<string, Map<string, Gathered>>();
  for (const received of act.received) {
    const replaced = act.replaced.get(received.recordId);
    if (received.agency === act.owner || replaced === undefined || received.version > replaced) continue;
    const fields = concernedFields(act, shown.of(received));
    if (fields === null) continue;
    const records = byRecipient.get(received.agency) ?? new Map<string, Gathered>();
    byRecipient.set(received.agency, records);
    const gathered = records.get(received.recordId) ?? new Gathered();
    records.set(received.recordId, gathered);
    gathered.add(received, fields);
  }
  const currentOf = (recordId: string): number | null =>
    act.kind === 'ERASED' ? null : (act.replaced.get(recordId) ?? 0) + 1;
  return sortedEntries(byRecipient).map(([recipient, records]) => ({
    recipient,
    records: sortedEntries(records).map(([recordId, gathered]) => gathered.record(recordId, currentOf(recordId))),
  }));
}

/** What one recipient received of one record, over all its answers. */
class Gathered {
  readonly #versions = new Set<number>();
  readonly #purposes = new Set<string>();
  readonly #fields = new Set<string>();
  readonly #agreements = new Set<string>();

  add({ version, purpose, basis }: Received, fields: readonly string[]): void {
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

interface Shown {
  /** names of the selected fields that this record may have shown */
  readonly perhaps: readonly string[];
  /** those of them that it showed, under whichever of the clauses it was answered */
  readonly certain: readonly string[];
}

/** Names of what an answer showed and the act concerns; null: the act concerns nothing of it. */
function concernedFields({ kind, changed }: ReceivedOfAct, { perhaps, certain }: Shown): readonly string[] | null {
  if (kind !== 'CORRECTED') return certain;
  const envelope = changed.filter((name) => ENVELOPE_INPUTS.some((input) => input.name === name));
  const isConcerned = envelope.length > 0 || perhaps.some((field) => changed.includes(field));
  return isConcerned ? [...certain.filter((field) => changed.includes(field)), ...envelope] : null;
}

/** What answers showed, by the clauses behind them: the ledger has these by database, not by record, and by plain references. */
class ShownFields {
  readonly #treatments = new Map<string, FieldTreatments | undefined>();
  readonly #forbidden = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly owner: string,
    private readonly grounds: NoticeGrounds,
  ) {}

  of({ agency, basis, fields }: Received): Shown {
    const treatments = basis.map((one) => this.#treatmentsOf(agency, one));
    const known = treatments.filter((one) => one !== undefined);
    if (known.length === 0 || known.length < treatments.length) return { perhaps: fields, certain: [] };
    const shows = (of: FieldTreatments, field: string): boolean =>
      of[field] !== undefined && of[field].kind !== 'WITHHELD';
    const forbidden = this.#forbiddenTo(agency);
    return {
      perhaps: fields.filter((field) => known.some((of) => shows(of, field))),
      certain: fields.filter((field) => !forbidden.has(field) && known.every((of) => shows(of, field))),
    };
  }

  /** undefined: the clause is not known any more, or two agreements of these parties have one name */
  #treatmentsOf(agency: string, basis: Basis): FieldTreatments | undefined {
    const key = JSON.stringify([agency, basis.agreement, basis.version, basis.article]);
    if (!this.#treatments.has(key)) this.#treatments.set(key, this.#lookUp(agency, basis));
    return this.#treatments.get(key);
  }

  #lookUp(agency: string, { agreement, version, article }: Basis): FieldTreatments | undefined {
    const { recordType } = this.grounds;
    const clauses = this.#versionsWith(agency)
      .filter((one) => one.version === version && plainReference(one.terms.reference) === plainReference(agreement))
      .flatMap((one) => directedPermissions(one))
      .filter(
        ({ clause, assigner, assignee }) =>
          clause.article === article && assigner === this.owner && assignee === agency,
      );
    const [found, ...others] = clauses;
    if (found === undefined || others.length > 0 || recordType === undefined) return undefined;
    return treatmentsOf(found.clause.fields, recordType);
  }

  /** Fields that some prohibition withholds, or withheld, from the agency on some rows: whether on this one, nobody knows any more. */
  #forbiddenTo(agency: string): ReadonlySet<string> {
    const known = this.#forbidden.get(agency);
    if (known !== undefined) return known;
    const { recordType } = this.grounds;
    const names = this.#versionsWith(agency).flatMap((version) => {
      const agencies = version.terms.parties.map((code) => ({
        code,
        name: code,
        partner: version.partnerOf[code] ?? '',
      }));
      return directedClauses({ terms: version.terms, agencies }).flatMap(({ clause, assigner, assignee }) =>
        clause.kind === 'PROHIBITION' && assigner === this.owner && assignee === agency && recordType !== undefined
          ? (fieldsForbidden(clause satisfies Prohibition, recordType) ?? [])
          : [],
      );
    });
    const forbidden = new Set(names);
    this.#forbidden.set(agency, forbidden);
    return forbidden;
  }

  #versionsWith(agency: string): readonly AgreementVersion[] {
    return this.grounds.versions.filter(
      ({ terms: { parties } }) => parties.includes(agency) && parties.includes(this.owner),
    );
  }
}
