import { commitmentTo, type ShownFields } from '../../audit/commitment.js';
import type { CommitmentOpening } from '../../domain/evidence.js';
import type { Field } from '../../domain/record-type.js';
import type { SourcePlan } from '../../plan/plan-sources.js';
import type { JsonValue } from '../../support/canonical-json.js';
import type { CellFormat, DisclosedRow } from '../disclosed-row.js';
import type { Ports } from '../ports.js';
import { servedExactInstant, servedPeriodStart } from '../served-instant.js';

/** May a row of these sources be shown under a clause that demands evidence of its values? */
export function demandsEvidence(sources: readonly SourcePlan[]): boolean {
  return sources.some(({ groups }) =>
    groups.some(({ attached = [] }) => attached.some(({ evidence }) => evidence !== undefined)),
  );
}

/**
 * Commitments to what each row shows, and what opens them: for rows that a clause with `evidence` shows, whatever other clauses
 * show them too. Equal rows have different commitments: each has a salt of its own.
 *
 * @param select the fields of the rows' cells, in their order
 */
export function commitmentsTo(
  hub: Pick<Ports, 'openings' | 'timeZone'>,
  select: readonly Field[],
  rows: readonly DisclosedRow[],
): ReadonlyMap<DisclosedRow, CommitmentOpening> {
  const made = new Map<DisclosedRow, CommitmentOpening>();
  for (const row of rows) {
    if (!row.disclosure.isCommitted) continue;
    const salt = hub.openings.newSalt();
    const commitment = commitmentTo(shownFields(row, select, hub.timeZone), salt);
    made.set(row, { databaseId: row.database.id, recordId: row.id, commitment, salt });
  }
  return made;
}

/** The fields of a row as the answer has them: the same values, whatever each is called there and in whatever order. */
export function shownFields(
  { cells, disclosure }: DisclosedRow,
  select: readonly Field[],
  timeZone: string,
): ShownFields {
  const shown = select.flatMap(({ name }, index): readonly (readonly [string, JsonValue])[] => {
    const format = disclosure.formats[index] ?? 'none';
    return format === 'none' ? [] : [[name, servedValue(cells[index] ?? null, format, timeZone)]];
  });
  return Object.fromEntries(shown);
}

function servedValue(cell: string | null, format: Exclude<CellFormat, 'none'>, timeZone: string): JsonValue {
  if (cell === null) return null;
  switch (format) {
    case 'text':
      return cell;
    case 'number':
    case 'json':
      return JSON.parse(cell) as JsonValue;
    case 'boolean':
      return cell.startsWith('t');
    case 'instant':
      return servedExactInstant(cell);
    case 'periodStart':
      return servedPeriodStart(cell, timeZone);
  }
}
