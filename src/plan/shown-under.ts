import type { Basis } from '../domain/decision.js';
import type { RecordType } from '../domain/record-type.js';
import { CLEAR, leastRedacted, type Treatment, WITHHELD } from '../domain/treatment.js';
import type { Attached, RowGroup, SourcePlan } from './plan-sources.js';

/** What a row shows and under which clauses, told from its marks. */
export interface ShownUnder {
  readonly treatments: Readonly<Record<string, Treatment>>;
  readonly basis: readonly Basis[];
  /** what those clauses demand of whoever receives the row */
  readonly attached: readonly Attached[];
}

/**
 * The treatments of a row's fields.
 *
 * @param marks one digit per group, then per bar, `1` where it holds on the row; empty where only one answer is possible
 *              (`SourceRows.marks` in `sql/` writes them)
 */
export function shownUnder(source: SourcePlan, marks: string, recordType: RecordType): ShownUnder {
  if (source.isOwned) {
    return {
      treatments: Object.fromEntries(recordType.fields.map(({ name }) => [name, CLEAR])),
      basis: [],
      attached: [],
    };
  }
  const groups = source.groups.filter((_, index) => marks === '' || marks[index] === '1');
  const barred = new Set(
    source.bars.flatMap((bar, index) => (marks[source.groups.length + index] === '1' ? bar.fields : [])),
  );
  const treatments = recordType.fields.map((field): [string, Treatment] => [
    field.name,
    barred.has(field.name) ? WITHHELD : leastOf(groups, field.name, recordType),
  ]);
  return {
    treatments: Object.fromEntries(treatments),
    basis: groups.flatMap(({ basis }) => basis),
    attached: groups.flatMap(({ attached = [] }) => attached),
  };
}

function leastOf(groups: readonly RowGroup[], name: string, recordType: RecordType): Treatment {
  const ladder = recordType.fields.find((field) => field.name === name)?.ladder ?? [];
  return groups
    .map((group) => group.fields[name] ?? WITHHELD)
    .reduce((least, treatment) => leastRedacted(least, treatment, ladder), WITHHELD);
}
