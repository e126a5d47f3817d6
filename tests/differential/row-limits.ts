// How many rows one answer may have at most: the words of `rowsMax`, with what they leave open.
import type { Candidate, Grant } from '../../src/domain/decision.js';
import type { RecordType } from '../../src/domain/record-type.js';
import { redaction, WITHHELD } from '../../src/domain/treatment.js';

/**
 * The smallest limit of all candidates, and the smallest of those that no candidate without a limit plainly contains. Where a
 * contained one is hard to see its limit may be taken all the same: that only narrows.
 */
export function limitBounds(grants: readonly Grant[], recordType: RecordType): { least: number; most: number } {
  const candidates = grants.map((grant) => (grant.kind === 'GRANTED' ? grant.candidates : []));
  const smallest = (limited: readonly Candidate[]): number =>
    Math.min(...limited.map(({ rowsMax = Number.POSITIVE_INFINITY }) => rowsMax));
  const bound = candidates.flatMap((ofOne) =>
    ofOne.filter((limited) => !ofOne.some((wide) => wide.rowsMax === undefined && contains(wide, limited, recordType))),
  );
  return { least: smallest(candidates.flat()), most: smallest(bound) };
}

function contains(wide: Candidate, narrow: Candidate, { fields }: RecordType): boolean {
  const categories = wide.dataSubjectCategories;
  return (
    (wide.rows === undefined || JSON.stringify(wide.rows) === JSON.stringify(narrow.rows)) &&
    (wide.recordAgeMax === undefined || isShorter(narrow.recordAgeMax, wide.recordAgeMax)) &&
    (categories === undefined || (narrow.dataSubjectCategories?.every((one) => categories.includes(one)) ?? false)) &&
    narrow.handlingCodes.every((code) => wide.handlingCodes.includes(code)) &&
    fields.every(
      ({ name, ladder }) =>
        redaction(wide.fields[name] ?? WITHHELD, ladder) <= redaction(narrow.fields[name] ?? WITHHELD, ladder),
    )
  );
}

/** In days, roughly: no two ages of the suite are nearer to each other than months are uneven. */
function isShorter(age: string | undefined, than: string): boolean {
  return age !== undefined && days(age) <= days(than);
}

function days(age: string): number {
  const count = (unit: string): number => Number(new RegExp(`(\\d+)${unit}`).exec(age)?.[1] ?? 0);
  return count('Y') * 366 + count('M') * 31 + count('D');
}
