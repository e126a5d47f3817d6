import type { Basis, Grant } from '../domain/decision.js';
import type { ReasonCode } from '../domain/reasons.js';
import { basisOf } from './candidate.js';
import type { Standings } from './decide.js';

/** What one step of an explanation is about. */
export const TRACE_STEPS = [
  'OWNERSHIP',
  'SCOPE',
  'STATUS',
  'ACTION',
  'PURPOSE',
  'CONSTRAINT',
  'CLAUSE',
  'PROHIBITION',
  'FIELDS',
  'TOUCHED',
  'OUTCOME',
] as const;
export type TraceStepKind = (typeof TRACE_STEPS)[number];

/** One step on the way to an answer, in the order taken. */
export interface TraceStep {
  readonly step: TraceStepKind;
  /** the clause looked at; null: the step is about the database as a whole */
  readonly clause: Basis | null;
  /** HOLDS or FAILS; of a status the status, of a prohibition BINDS, of the outcome the outcome */
  readonly outcome: string;
  readonly sentence: string;
}

/** What the parties did to bring a status about, in words; empty where they did nothing. */
export type StatusStory = (standing: Standings['permissions'][number]) => string;

/** clauses told one by one for one database; the others are told by their number */
const CLAUSES_MAX = 50;

/**
 * The steps from the clauses of a database's owner to its grant: of each permission what it covers, its status, action,
 * purpose and constraints, and whether it counts; of each prohibition whether it binds.
 *
 * Only clauses towards the agency that asks are in `standings`, so only such are told.
 *
 * @param grant what was decided: `CLAUSE` steps that hold are its candidates (which keeps few of many equal ones),
 *              prohibitions that bind its bars
 */
export function traceOf(grant: Grant, standings: Standings, storyOf: StatusStory): readonly TraceStep[] {
  const { database } = grant;
  if (grant.kind === 'OWNED') {
    return [{ step: 'OWNERSHIP', clause: null, outcome: 'HOLDS', sentence: `\`${database.code}\` is your own` }];
  }
  const told = toldOf(standings);
  const owned = `\`${database.code}\` belongs to ${database.owner}: only what its clauses towards you permit is answered`;
  return [
    { step: 'OWNERSHIP', clause: null, outcome: 'FAILS', sentence: owned },
    ...told.flatMap((standing) => clauseSteps(standing, database.code, storyOf)),
    ...restSteps(standings.permissions.length, told.length, database.owner),
    ...(grant.kind === 'GRANTED' ? prohibitionSteps(standings) : []),
  ];
}

/** The permissions that a trace tells one by one, in its order. */
export function toldOf({ permissions }: Standings): Standings['permissions'] {
  return [...permissions].sort((a, b) => distance(a) - distance(b)).slice(0, CLAUSES_MAX);
}

/** Nearer clauses first: what a reader wants to know is why the nearest does or does not hold. Equally near ones keep their order. */
function distance(standing: Standings['permissions'][number]): number {
  const { coversDatabase, permitsAction, permitsPurpose, status } = standing;
  return (
    (coversDatabase ? 0 : 8) + (permitsAction ? 0 : 4) + (permitsPurpose ? 0 : 2) + (status === 'IN_FORCE' ? 0 : 1)
  );
}

function restSteps(all: number, told: number, owner: string): readonly TraceStep[] {
  if (all === 0) {
    const sentence = `no clause of ${owner} towards you is known`;
    return [{ step: 'CLAUSE', clause: null, outcome: 'FAILS', sentence }];
  }
  if (all === told) return [];
  const sentence = `${all - told} more clauses of ${owner} towards you are further from what you ask`;
  return [{ step: 'CLAUSE', clause: null, outcome: 'FAILS', sentence }];
}

function clauseSteps(
  standing: Standings['permissions'][number],
  database: string,
  storyOf: StatusStory,
): readonly TraceStep[] {
  const { right, status, coversDatabase, permitsAction, permitsPurpose, checked } = standing;
  const { clause } = right;
  const basis = basisOf(right);
  const step = (kind: TraceStepKind, holds: boolean, sentence: string): TraceStep => ({
    step: kind,
    clause: basis,
    outcome: holds ? 'HOLDS' : 'FAILS',
    sentence,
  });
  const scope = clause.scope.kind === 'Database' ? clause.scope.database : `${clause.scope.recordType} records`;
  const isOver = status !== 'IN_FORCE';
  const fails = !coversDatabase || !permitsAction || !permitsPurpose || isOver;
  const failed = checked.filter((one) => one.failed !== null);
  return [
    step('SCOPE', coversDatabase, `it covers ${scope}${coversDatabase ? '' : `, and not \`${database}\``}`),
    { step: 'STATUS', clause: basis, outcome: status, sentence: statusSentence(status, storyOf(standing)) },
    step('ACTION', permitsAction, `it permits ${clause.action}`),
    step('PURPOSE', permitsPurpose, `it permits ${clause.purposes.join(', ')}`),
    ...checked.map(({ kind, failed: code }) => step('CONSTRAINT', code === null, constraintSentence(kind, code))),
    step('CLAUSE', !fails && failed.length === 0, fails || failed.length > 0 ? 'it does not count' : 'it counts'),
  ];
}

function statusSentence(status: string, story: string): string {
  return `its agreement is ${status}${story === '' ? '' : `: ${story}`}`;
}

function constraintSentence(kind: string, failed: ReasonCode | null): string {
  return failed === null ? `its condition \`${kind}\` holds` : `its condition \`${kind}\` does not hold: ${failed}`;
}

function prohibitionSteps({ prohibitions }: Standings): readonly TraceStep[] {
  return prohibitions.map(({ right, bar }) => {
    const common = { step: 'PROHIBITION', clause: basisOf(right) } as const;
    if (bar === null) return { ...common, outcome: 'FAILS', sentence: 'it does not bind what you ask' };
    const where = bar.rows === undefined ? 'every record' : 'records on which its condition is true or unknown';
    const what = bar.fields === undefined ? `hides ${where}` : `withholds ${bar.fields.join(', ')} on ${where}`;
    return { ...common, outcome: 'BINDS', sentence: `it ${what}` };
  });
}
