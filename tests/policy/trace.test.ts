// Whoever reads the trace alone must come to the decision: random agreements, interpreted twice.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTIONS, type Action } from '../../src/domain/action.js';
import type { AgreementAct, AgreementSet, AgreementVersion } from '../../src/domain/agreement.js';
import type { Ask } from '../../src/domain/ask.js';
import type { Clause } from '../../src/domain/clause.js';
import type { Grant } from '../../src/domain/decision.js';
import { firstReason, REASON_CODES, type ReasonCode } from '../../src/domain/reasons.js';
import { type DecisionFacts, decide, standingsOf } from '../../src/policy/decide.js';
import { statusAt } from '../../src/policy/in-force.js';
import { statusCause } from '../../src/policy/status-cause.js';
import { type TraceStep, traceOf } from '../../src/policy/trace.js';
import { REGISTRY, SIGHTING, STANDARD } from '../agreements/small-world.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const PARTIES = ['AA-P', 'AA-Q', 'BB-P'];
const code = fc.constantFrom('AA-P', 'BB-P', 'AA');
const purposes = fc.uniqueArray(fc.constantFrom('PATROL', 'INQUIRY'), { minLength: 1, maxLength: 2 });
const rows = fc.constantFrom(
  undefined,
  { kind: 'compare', field: 'section', op: 'eq', value: 'A' } as const,
  // A condition on a field that the standard no longer has.
  { kind: 'compare', field: 'gone', op: 'eq', value: 'A' } as const,
);
const scope = fc.constantFrom(
  { kind: 'RecordType', recordType: 'Sighting' } as const,
  { kind: 'RecordType', recordType: 'Sighting' } as const,
  { kind: 'RecordType', recordType: 'Other' } as const,
  { kind: 'Database', database: 'AA-SIGHTINGS' } as const,
);

const clause: fc.Arbitrary<Clause> = fc
  .record({
    kind: fc.constantFrom('PERMISSION', 'PERMISSION', 'PERMISSION', 'PROHIBITION'),
    assigner: code,
    assignee: code,
    mutual: fc.boolean(),
    scope,
    action: fc.constantFrom(...ACTIONS),
    purposes,
    rows,
    justification: fc.constantFrom(undefined, undefined, 'REQUIRED' as const, { pattern: 'AA-99' }),
    hours: fc.constantFrom(undefined, undefined, '20:00-06:00'),
    regime: fc.constantFrom(undefined, undefined, 'LED'),
    fields: fc.constantFrom(undefined, ['section']),
  })
  .filter(({ assigner, assignee }) => assigner !== assignee)
  .map(({ kind, rows: condition, justification, hours, regime, fields, ...common }): Clause => {
    const shared = { article: '', ...common, ...(condition === undefined ? {} : { rows: condition }) };
    if (kind === 'PROHIBITION') return { ...shared, kind, ...(fields === undefined ? {} : { fields }) };
    const constraints = {
      ...(justification === undefined ? {} : { justification }),
      ...(hours === undefined ? {} : { hours }),
      ...(regime === undefined ? {} : { regime }),
    };
    return { ...shared, kind: 'PERMISSION', fields: { section: { kind: 'CLEAR' } }, constraints };
  });

const DATES = ['2020-01-01', '2026-11-23', '2026-12-01', '2034-01-01'];
const version = fc
  .record({
    reference: fc.constantFrom('AGR-1', 'AGR-2', 'AGR-3'),
    dates: fc.uniqueArray(fc.constantFrom(0, 0, 0, 1, 2, 3, 3, 3), { minLength: 2, maxLength: 2 }),
    framework: fc.constantFrom(undefined, undefined, undefined, 'AGR-1', 'AGR-9'),
    clauses: fc.array(clause, { minLength: 1, maxLength: 4 }),
  })
  .map(({ reference, dates, framework, clauses }): AgreementVersion => {
    const [from = '', until = ''] = [...dates].sort((a, b) => a - b).map((at) => DATES[at] ?? '');
    return {
      terms: {
        reference,
        title: '',
        parties: PARTIES,
        legalBasis: '',
        timeZone: 'UTC',
        from,
        until,
        ...(framework === undefined || framework === reference ? {} : { framework }),
        clauses: clauses.map((one, at) => ({ ...one, article: String(at + 1) })),
      },
      version: 1,
      hash: '',
      partnerOf: { 'AA-P': 'AA', 'AA-Q': 'AA', 'BB-P': 'BB' },
      from: new Date(from),
      until: new Date(until),
      finalisedAt: new Date('2020-01-01'),
    };
  });

const act: fc.Arbitrary<AgreementAct> = fc
  .record({
    kind: fc.constantFrom('SUSPEND', 'SUSPEND', 'RESUME', 'TERMINATE'),
    reference: fc.constantFrom('AGR-1', 'AGR-2', 'AGR-3'),
    by: fc.constantFrom('AA-P', 'BB-P'),
    effectiveAt: fc.constantFrom(new Date('2025-01-01'), new Date('2030-01-01')),
    assigner: fc.constantFrom(undefined, 'AA-P'),
    article: fc.constantFrom(undefined, '1'),
  })
  .map(({ kind, assigner, article, ...rest }): AgreementAct => {
    if (kind === 'TERMINATE') return { ...rest, kind };
    const limited = { ...(assigner === undefined ? {} : { assigner }), ...(article === undefined ? {} : { article }) };
    return { ...rest, kind: kind === 'RESUME' ? 'RESUME' : 'SUSPEND', ...limited };
  });

const world = fc
  .record({ versions: fc.array(version, { maxLength: 4 }), acts: fc.array(act, { maxLength: 2 }) })
  .map(({ versions, acts }): AgreementSet => {
    const numbered = versions.map((one, index) => ({ ...one, version: index + 1 }));
    return { version: '1', versions: numbered, acts };
  });

const ask = fc.record({
  agency: fc.constantFrom('BB-P', 'BB-P', 'AA-P', 'CC-P'),
  action: fc.constantFrom<Action>('READ', 'READ', 'AGGREGATE', 'MATCH', 'EXPORT'),
  purpose: fc.constantFrom('PATROL', 'INQUIRY'),
  justification: fc.constantFrom('', 'case', 'case KP-12'),
});

/** What the steps alone say the decision is. */
function readFrom(steps: readonly TraceStep[]): { readonly outcome: string; readonly clauses: readonly string[] } {
  if (steps[0]?.outcome === 'HOLDS') return { outcome: 'OWNED', clauses: [] };
  const named = (step: TraceStep): string => JSON.stringify(step.clause);
  const counting = steps.filter(({ step, outcome }) => step === 'CLAUSE' && outcome === 'HOLDS').map(named);
  if (counting.length > 0) return { outcome: 'GRANTED', clauses: counting };
  const clauses = clausesIn(steps);
  const holds = (of: readonly TraceStep[], ...kinds: readonly string[]): boolean =>
    kinds.every((kind) => of.find(({ step }) => step === kind)?.outcome === 'HOLDS');
  const status = (of: readonly TraceStep[]) => of.find(({ step }) => step === 'STATUS')?.outcome;
  const permitting = clauses.filter((of) => holds(of, 'SCOPE', 'ACTION', 'PURPOSE'));
  const failed = permitting.filter((of) => status(of) === 'IN_FORCE').map(failureIn);
  if (failed.length > 0) return { outcome: firstReason(failed), clauses: [] };
  for (const missed of ['SUSPENDED', 'NOT_YET_IN_FORCE', 'EXPIRED', 'TERMINATED']) {
    if (permitting.some((of) => status(of) === missed)) return { outcome: missed, clauses: [] };
  }
  const inForce = clauses.filter((of) => status(of) === 'IN_FORCE');
  const covering = inForce.filter((of) => holds(of, 'SCOPE'));
  if (covering.some((of) => holds(of, 'ACTION'))) return { outcome: 'PURPOSE_NOT_PERMITTED', clauses: [] };
  if (covering.length > 0) return { outcome: 'ACTION_NOT_PERMITTED', clauses: [] };
  const coversAny = clauses.some((of) => holds(of, 'SCOPE'));
  return { outcome: !coversAny && inForce.length > 0 ? 'RECORD_TYPE_NOT_SHARED' : 'NO_AGREEMENT', clauses: [] };
}

/** The steps of each clause: from its SCOPE to its CLAUSE. */
function clausesIn(steps: readonly TraceStep[]): readonly (readonly TraceStep[])[] {
  const found: TraceStep[][] = [];
  for (const step of steps) {
    if (step.clause === null || step.step === 'PROHIBITION') continue;
    if (step.step === 'SCOPE') found.push([]);
    found.at(-1)?.push(step);
  }
  return found;
}

function failureIn(steps: readonly TraceStep[]): ReasonCode {
  const codes = steps
    .filter(({ step, outcome }) => step === 'CONSTRAINT' && outcome === 'FAILS')
    .flatMap(({ sentence }) => REASON_CODES.filter((reason) => sentence.endsWith(reason)));
  return firstReason(codes);
}

function decidedAs(grant: Grant): ReturnType<typeof readFrom> {
  if (grant.kind === 'OWNED') return { outcome: 'OWNED', clauses: [] };
  if (grant.kind === 'WITHHELD') return { outcome: grant.reason, clauses: [] };
  return { outcome: 'GRANTED', clauses: grant.candidates.map(({ basis }) => JSON.stringify(basis)) };
}

test('the steps of a trace alone lead to the decision, in random worlds', () => {
  const seen = new Map<string, number>();
  const property = fc.property(world, ask, (set, asked) => {
    const facts: DecisionFacts = {
      set,
      databases: REGISTRY.databases,
      recordType: SIGHTING,
      standard: STANDARD,
      now: NOW,
    };
    const question: Ask = { ...asked, recordType: 'Sighting' };
    for (const grant of decide(question, facts).grants) {
      const steps = traceOf(grant, standingsOf(question, facts, grant.database), () => '');
      const { outcome, clauses } = readFrom(steps);
      const decided = decidedAs(grant);
      expect({ outcome, clauses: [...clauses].sort() }).toEqual({ ...decided, clauses: [...decided.clauses].sort() });
      const binding = steps.filter(({ step, outcome: what }) => step === 'PROHIBITION' && what === 'BINDS');
      if (grant.kind === 'GRANTED')
        expect(binding.map((step) => step.clause)).toEqual(grant.bars.map((bar) => bar.basis));
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
  });
  fc.assert(property, { seed: 20261123, numRuns: 4_000 });
  // Worth something only if random worlds are decided in every way.
  for (const outcome of [
    'GRANTED',
    'OWNED',
    'SUSPENDED',
    'NOT_YET_IN_FORCE',
    'EXPIRED',
    'TERMINATED',
    'PURPOSE_NOT_PERMITTED',
    'ACTION_NOT_PERMITTED',
    'JUSTIFICATION_MISSING',
    'OUTSIDE_TIME_WINDOW',
    'OWNER_APPROVAL_REQUIRED',
    'RECORD_TYPE_NOT_SHARED',
    'NO_AGREEMENT',
  ]) {
    expect([outcome, (seen.get(outcome) ?? 0) >= 10]).toEqual([outcome, true]);
  }
});

test('where a status comes from: the version that has it, and acts only where acts brought it about', () => {
  const seen = new Map<string, number>();
  const property = fc.property(world, fc.constantFrom('BB-P', 'AA-P'), (set, agency) => {
    const facts: DecisionFacts = {
      set,
      databases: REGISTRY.databases,
      recordType: SIGHTING,
      standard: STANDARD,
      now: NOW,
    };
    const question: Ask = { agency, action: 'READ', purpose: 'PATROL', recordType: 'Sighting' };
    for (const database of REGISTRY.databases) {
      for (const { right, status } of standingsOf(question, facts, database).permissions) {
        const direction = { assigner: right.assigner, article: right.clause.article };
        const cause = statusCause(set, right.version, NOW, direction);
        if (cause === undefined) {
          expect(status).toBe('NOT_YET_IN_FORCE');
          continue;
        }
        const { reference } = cause.version.terms;
        const isOwn = reference === right.version.terms.reference;
        const versions = set.versions.filter(({ terms }) => terms.reference === reference);
        const handedOn = isOwn ? direction : { assigner: right.assigner };
        expect(statusAt(cause.version, set.acts, versions, NOW, handedOn)).toBe(status);
        const kinds = new Set(cause.acts.map(({ kind }) => kind));
        const wanted = status === 'SUSPENDED' ? ['SUSPEND'] : status === 'TERMINATED' ? ['TERMINATE'] : [];
        expect([...kinds]).toEqual(wanted);
        seen.set(`${status} ${isOwn}`, (seen.get(`${status} ${isOwn}`) ?? 0) + 1);
      }
    }
  });
  fc.assert(property, { seed: 20261123, numRuns: 8_000 });
  for (const way of ['SUSPENDED true', 'SUSPENDED false', 'TERMINATED true', 'TERMINATED false', 'EXPIRED false']) {
    expect([way, (seen.get(way) ?? 0) >= 5]).toEqual([way, true]);
  }
});
