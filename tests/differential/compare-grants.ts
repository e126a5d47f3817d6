// Whether each database answers, and why not: the decision beside what the words say of it.
import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Decision, Grant } from '../../src/domain/decision.js';
import { fieldOf } from '../../src/domain/record-type.js';
import { redaction } from '../../src/domain/treatment.js';
import { type Shown, view } from '../../src/policy/view.js';
import { clausesBetween } from './agreement-meaning.js';
import type { Court, Meant } from './clause-meaning.js';
import { visibleRows, type World } from './oracle.js';
import { type ShownRow, shownRow } from './row-meaning.js';

/** @throws where a database is granted that should not be or the other way round, or the reason is another one */
export function compareGrants({ grants }: Decision, meant: readonly Meant[], world: World): void {
  const codes = grants.map(({ database }) => database.code).join();
  ok(codes === meant.map(({ grant }) => grant.database.code).join(), `databases ${codes}`);
  for (const [index, { grant, failed, reasons }] of meant.entries()) {
    const decided = grants[index] as Grant;
    const place = decided.database.code;
    ok(decided.kind === grant.kind, `${place} is ${decided.kind} and should be ${grant.kind} ${reasons.join()}`);
    if (decided.kind === 'WITHHELD') {
      const { reason, basis } = decided;
      ok(reasons.includes(reason), `${place} is withheld for ${reason} and should be for ${reasons.join()}`);
      ok((reason === 'NO_AGREEMENT') === (basis.length === 0), `${place} names ${basis.length} clauses for ${reason}`);
    }
    if (decided.kind === 'GRANTED') {
      const codesFailed = failed.flatMap((one) => one.codes);
      if (decided.missed !== undefined)
        ok(codesFailed.includes(decided.missed.reason), `${place} misses for ${decided.missed.reason}`);
      else ok(!showsMore({ grant, failed, reasons }, world), `${place} says nothing of a permission that failed`);
    }
  }
}

/** The hub's own reading of clauses row by row, which explains and previews, says of each row what the words say. */
export function compareViews({ grants }: Decision, meant: readonly Meant[], world: World): void {
  const beside = { pseudonym: world.tokenOf, now: new Date(world.now) };
  for (const [index, grant] of grants.entries()) {
    const rows = world.records[grant.database.code] ?? [];
    deepStrictEqual(
      rows.map((row) => plain(view(grant, row, world.recordType, world.timeZone, beside))),
      rows.map((row) => plain(shownRow((meant[index] as Meant).grant, row, world))),
    );
  }
}

function plain(shown: Shown | ShownRow | null): unknown {
  return shown === null ? null : { fields: shown.fields, basis: shown.basis.map((one) => JSON.stringify(one)).sort() };
}

/**
 * Whatever a withheld or partly answered source names as its reason is a clause of its owner towards the asking agency.
 * INVARIANT (a stranger sees nothing): what the owner agreed with anybody else is named to nobody.
 */
export function compareBasis({ grants }: Decision, agency: string, court: Court): void {
  for (const grant of grants) {
    const named = grant.kind === 'WITHHELD' ? grant.basis : grant.kind === 'GRANTED' ? (grant.missed?.basis ?? []) : [];
    const known = clausesBetween(grant.database.owner, agency, court).map(({ version, clause }) =>
      JSON.stringify([version.terms.reference, version.version, clause.article]),
    );
    for (const { agreement, version, article } of named)
      ok(known.includes(JSON.stringify([agreement, version, article])), `${grant.database.code} names ${agreement}`);
  }
}

/** Would the permissions that failed on a constraint have shown a row more, or a field less redacted? */
function showsMore({ grant, failed }: Meant, world: World): boolean {
  if (grant.kind !== 'GRANTED' || failed.length === 0) return false;
  const more: Grant = { ...grant, candidates: [...grant.candidates, ...failed.map(({ candidate }) => candidate)] };
  const before = new Map(visibleRows([grant], world).map((seen) => [seen.row.id, seen.shown]));
  return visibleRows([more], world).some(({ row, shown }) => {
    const known = before.get(row.id);
    return (
      known === undefined ||
      Object.entries(shown.fields).some(([name, { treatment }]) => {
        const { ladder } = fieldOf(world.recordType, name);
        return redaction(treatment, ladder) < redaction(known.fields[name]?.treatment ?? treatment, ladder);
      })
    );
  });
}
