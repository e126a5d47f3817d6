import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTIONS } from '../../../src/domain/action.js';
import type { AgreementSet, AgreementVersion } from '../../../src/domain/agreement.js';
import type { Ask } from '../../../src/domain/ask.js';
import type { Basis, Grant } from '../../../src/domain/decision.js';
import { fieldOf, type RecordRow } from '../../../src/domain/record-type.js';
import { redaction, WITHHELD } from '../../../src/domain/treatment.js';
import { decide } from '../../../src/policy/decide.js';
import { differenceOf } from '../../../src/policy/difference.js';
import { view } from '../../../src/policy/view.js';
import { rowFrom, versionFrom } from '../notation.js';
import { CROSSING, DATABASES, STANDARD, TIME_ZONE } from '../world.js';
import { change, row, wording } from './random-wording.js';

const SEED = 20_261_123;
const RUNS = 1_500;
const FACTS = { standard: STANDARD, databases: DATABASES };
const INSTANTS = ['2024-03-01T10:00:00Z', '2024-07-01T09:00:00Z', '2024-07-01T21:30:00Z', '2029-09-01T10:00:00Z'];
/** Another agreement, by which everything is shown: what the prohibitions of the first do is seen through it. */
const OPEN = versionFrom('OPEN', {
  parties: ['AL-BMP', 'AL-MOI', 'ME-BP'],
  clauses: [
    {
      article: '1',
      assigner: 'AL',
      assignee: 'ME-BP',
      mutual: true,
      action: 'EXPORT',
      purposes: ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'],
      handlingCodes: ['H2'],
      fields: { detectedAt: 'CLEAR', nationality: 'CLEAR', borderSection: 'CLEAR', personsCount: 'CLEAR' },
    },
  ],
});
const JUSTIFICATIONS = [undefined, 'because', 'case KX-17'];

const ASKS: readonly { readonly ask: Ask; readonly now: Date }[] = ['AL-BMP', 'AL-MOI', 'ME-BP'].flatMap((agency) =>
  ACTIONS.flatMap((action) =>
    ['BORDER_SURVEILLANCE', 'RISK_ANALYSIS'].flatMap((purpose) =>
      JUSTIFICATIONS.flatMap((justification) =>
        INSTANTS.map((instant) => ({
          ask: {
            agency,
            action,
            purpose,
            recordType: CROSSING.name,
            ...(justification === undefined ? {} : { justification }),
          },
          now: new Date(instant),
        })),
      ),
    ),
  ),
);

/** What the second of two versions lets somebody have that the first did not; undefined if nothing is found. */
function widening({ before, after, rows, asked }: Amendment): string | undefined {
  // One set for all asks: what is derived from it is kept with it.
  const sets = [[before], [after], [before, OPEN], [after, OPEN]].map(
    (versions): AgreementSet => ({ version: versions.map(({ hash }) => hash).join(), versions, acts: [] }),
  );
  for (const { ask, now } of asked.map((index) => ASKS[index]!)) {
    const facts = { databases: DATABASES, recordType: CROSSING, standard: STANDARD, now };
    const [was, is, barred, bars] = sets.map((set) => decide(ask, { ...facts, set }).grants);
    if (was === undefined || is === undefined || barred === undefined || bars === undefined) continue;
    for (const index of is.keys()) {
      const found =
        wideningOf(was[index]!, is[index]!, rows, now) ??
        evidenceLost(was[index]!, is[index]!, rows, now) ??
        laxity(was[index]!, is[index]!, ask) ??
        wideningOf(barred[index]!, bars[index]!, rows, now);
      if (found !== undefined) return `${ask.agency} ${ask.action} ${ask.purpose} ${now.toISOString()}: ${found}`;
    }
  }
  return undefined;
}

function wideningOf(was: Grant, is: Grant, rows: readonly RecordRow[], now: Date): string | undefined {
  if (is.kind !== 'GRANTED') return undefined;
  if (was.kind !== 'GRANTED') return `${is.database.code} is granted`;
  const beside = { pseudonym: (value: string) => `psn_${value}`, now };
  for (const one of rows) {
    const [old, shown] = [was, is].map((grant) => view(grant, one, CROSSING, TIME_ZONE, beside));
    if (shown === null || shown === undefined) continue;
    if (old === null || old === undefined) return `row ${JSON.stringify(one.values)} is visible`;
    for (const [name, { treatment }] of Object.entries(shown.fields)) {
      const { ladder } = fieldOf(CROSSING, name);
      const before = old.fields[name]?.treatment ?? WITHHELD;
      if (redaction(treatment, ladder) < redaction(before, ladder)) return `${name} is shown less redacted`;
    }
  }
  return undefined;
}

/** A row that is still seen, and of which nothing is kept any more. What another agreement shows is that one's affair. */
function evidenceLost(was: Grant, is: Grant, rows: readonly RecordRow[], now: Date): string | undefined {
  if (was.kind !== 'GRANTED' || is.kind !== 'GRANTED') return undefined;
  const isLost = rows.some((one) => {
    const [old, shown] = [was, is].map((grant) => view(grant, one, CROSSING, TIME_ZONE, { pseudonym: String, now }));
    return old && shown && hasEvidence(was, old.basis) && !hasEvidence(is, shown.basis);
  });
  return isLost ? 'no evidence is kept of a row any more' : undefined;
}

/** Is a commitment kept of a row that these clauses show? */
function hasEvidence({ candidates }: Extract<Grant, { kind: 'GRANTED' }>, basis: readonly Basis[]): boolean {
  const keys = basis.map((one) => JSON.stringify(one));
  return candidates.some((one) => one.evidence !== undefined && keys.includes(JSON.stringify(one.basis)));
}

/** What the strictest of all candidates decides: the smallest cell, whether absent groups are told, the length of an answer. */
function laxity(was: Grant, is: Grant, { action }: Ask): string | undefined {
  if (was.kind !== 'GRANTED' || is.kind !== 'GRANTED') return undefined;
  if (action !== 'AGGREGATE') return undefined;
  const strictest = (grant: typeof was) => Math.max(0, ...grant.candidates.map(({ countMin = 0 }) => countMin));
  const suppresses = (grant: typeof was) => grant.candidates.some(({ zeroPolicy }) => zeroPolicy === 'SUPPRESS');
  if (strictest(is) < strictest(was)) return 'smaller cells are told';
  return suppresses(was) && !suppresses(is) ? 'absent groups are told' : undefined;
}

interface Amendment {
  readonly before: AgreementVersion;
  readonly after: AgreementVersion;
  readonly rows: readonly RecordRow[];
  /** indexes of ASKS */
  readonly asked: readonly number[];
}

const amendment: fc.Arbitrary<Amendment> = fc
  .tuple(
    wording,
    fc.array(change, { minLength: 1, maxLength: 2 }),
    fc.array(row, { minLength: 8, maxLength: 8 }),
    fc.array(fc.nat({ max: ASKS.length - 1 }), { minLength: 10, maxLength: 10 }),
  )
  .map(([note, changes, rows, asked]) => ({
    asked,
    before: versionFrom('AGR-1', note),
    after: versionFrom(
      'AGR-1',
      changes.reduce((altered, alter) => alter(altered), note),
    ),
    rows: rows.map(rowFrom),
  }));

describe('a difference that is called narrower', () => {
  test('lets nobody see a row, field or cell that was not seen before', () => {
    const counts = { narrower: 0, wider: 0, all: 0 };
    fc.assert(
      fc.property(amendment, (drawn) => {
        const { isNarrower, changes } = differenceOf(drawn.before, drawn.after, FACTS);
        if (changes.length > 0) counts.all += 1;
        if (changes.some(({ effect }) => effect === 'WIDER')) counts.wider += 1;
        if (!isNarrower) return;
        counts.narrower += 1;
        expect(widening(drawn)).toBeUndefined();
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // A comparison that called everything wider would pass: a third must be of each kind.
    expect(counts.narrower / counts.all).toBeGreaterThan(1 / 3);
    expect(counts.wider / counts.all).toBeGreaterThan(1 / 3);
  });

  test('is measured by asks that do find widenings: some of what is called wider shows more to somebody', () => {
    let real = 0;
    let wider = 0;
    fc.assert(
      fc.property(amendment, (drawn) => {
        if (!differenceOf(drawn.before, drawn.after, FACTS).changes.some(({ effect }) => effect === 'WIDER')) return;
        wider += 1;
        if (widening(drawn) !== undefined) real += 1;
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(real / wider).toBeGreaterThan(1 / 20);
  });
});
