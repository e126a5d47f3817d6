/** Random agreements and acts, and what they let an agency read at an instant: a plain loop over the words, no SQL. */
import fc from 'fast-check';
import { startOfLocalDay } from '../../src/policy/local-time.js';

export const PURPOSES = ['P', 'Q'] as const;
export const ACTIONS_ASKED = ['MATCH', 'AGGREGATE', 'READ', 'EXPORT'] as const;
type Action = (typeof ACTIONS_ASKED)[number];

export interface WorldClause {
  readonly article: string;
  readonly kind: 'PERMISSION' | 'PROHIBITION';
  readonly assigner: string;
  readonly assignee: string;
  readonly mutual: boolean;
  readonly scope: { readonly recordType: string } | { readonly database: string };
  readonly action: Action;
  readonly purposes: readonly string[];
}

export interface WorldVersion {
  readonly agreement: number;
  readonly timeZone: string;
  readonly from: string;
  readonly until: string;
  readonly framework: number | null;
  readonly clauses: readonly WorldClause[];
}

/** What happens, one after the other; `pauseMs` of the database clock pass before each. */
export type Change = { readonly pauseMs: number } & (
  | { readonly kind: 'FINALIZE'; readonly version: WorldVersion }
  | { readonly kind: 'DATABASE'; readonly code: string; readonly owner: string; readonly recordType: string }
  | {
      readonly kind: 'SUSPEND' | 'RESUME' | 'TERMINATE';
      readonly agreement: number;
      readonly by: string;
      readonly delayMs: number;
      readonly assigner: string | null;
      readonly article: string | null;
    }
);

export interface World {
  readonly agencies: readonly { readonly code: string; readonly partner: string }[];
  readonly changes: readonly Change[];
}

export const START_MS = Date.parse('2018-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
const AGENCIES = [
  { code: 'A-1', partner: 'A' },
  { code: 'A-2', partner: 'A' },
  { code: 'B-1', partner: 'B' },
  { code: 'C-1', partner: 'C' },
];
/** the parties of each agreement stay the same */
export const PARTIES = [
  ['A-1', 'A-2', 'B-1'],
  ['A-1', 'B-1', 'C-1'],
] as const;

// Days whose midnight was skipped or came twice somewhere are among them.
const DAYS = [
  '2018-03-25',
  '2018-11-03',
  '2018-11-04',
  '2018-11-05',
  '2019-03-31',
  '2019-11-03',
  '2020-04-24',
  '2021-01-01',
  '2030-06-01',
];
const ZONES = ['Europe/Tirane', 'America/Sao_Paulo', 'America/Havana', 'UTC'];

const clause = (agreement: number): fc.Arbitrary<WorldClause> => {
  const parties = PARTIES[agreement] ?? PARTIES[0];
  const named = fc.constantFrom(...parties, ...new Set(parties.map((party) => party.slice(0, 1))));
  return fc
    .record({
      kind: fc.constantFrom(
        'PERMISSION' as const,
        'PERMISSION' as const,
        'PERMISSION' as const,
        'PROHIBITION' as const,
      ),
      assigner: named,
      assignee: named,
      mutual: fc.boolean(),
      scope: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('R', 'R', 'S').map((recordType) => ({ recordType })) },
        { weight: 1, arbitrary: fc.constantFrom('DB-0', 'DB-1', 'DB-2').map((database) => ({ database })) },
      ),
      action: fc.constantFrom(...ACTIONS_ASKED),
      purposes: fc.uniqueArray(fc.constantFrom(...PURPOSES), { minLength: 1, maxLength: 2 }),
    })
    .filter((one) => one.assigner !== one.assignee)
    .map((one) => ({ ...one, article: '', mutual: one.mutual && 'recordType' in one.scope }));
};

const version = (agreement: number): fc.Arbitrary<WorldVersion> =>
  fc
    .record({
      agreement: fc.constant(agreement),
      timeZone: fc.constantFrom(...ZONES),
      days: fc.oneof(
        { weight: 2, arbitrary: fc.constant(['2018-03-25', '2030-06-01']) },
        { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 2, maxLength: 2 }) },
      ),
      framework: fc.constantFrom(...Array<null>(9).fill(null), 0, 1, 9),
      clauses: fc.array(clause(agreement), { minLength: 1, maxLength: 4 }),
    })
    .map(({ days, clauses, ...rest }) => {
      const [from = '', until = ''] = [...days].sort();
      return { ...rest, from, until, clauses: clauses.map((one, index) => ({ ...one, article: String(index + 1) })) };
    });

const pauseMs = fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 60 * DAY_MS }));
const act = fc.constantFrom(0, 1).chain((agreement) =>
  fc.record({
    // Terminating is for good, so it is rare: otherwise most worlds would have nothing to read.
    kind: fc
      .nat(11)
      .map((n) => (n === 0 ? ('TERMINATE' as const) : n < 7 ? ('SUSPEND' as const) : ('RESUME' as const))),
    agreement: fc.constant(agreement),
    by: fc.constantFrom(...(PARTIES[agreement] ?? [])),
    delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 * DAY_MS })),
    assigner: fc.constantFrom(null, null, 'A', 'A-1', 'B-1', 'B'),
    article: fc.constantFrom(null, null, '1', '2'),
    pauseMs,
  }),
);
const finalise = fc.record({
  kind: fc.constant('FINALIZE' as const),
  version: fc.constantFrom(0, 1).chain(version),
  pauseMs,
});
const database = fc.record({
  kind: fc.constant('DATABASE' as const),
  owner: fc.constantFrom(...AGENCIES.map(({ code }) => code)),
  recordType: fc.constantFrom('R', 'S'),
  code: fc.constant(''),
  pauseMs,
});

/** What stands at the beginning; others come later. */
const SHARED: readonly Change[] = ['A-1', 'B-1', 'C-1'].map((owner) => ({
  kind: 'DATABASE',
  owner,
  recordType: 'R',
  code: '',
  pauseMs: 0,
}));

export const world: fc.Arbitrary<World> = fc
  .tuple(finalise, fc.array(fc.oneof(database, finalise, act, act), { minLength: 2, maxLength: 8 }))
  .map(([first, others]) => ({ agencies: AGENCIES, changes: possible([...SHARED, first, ...others]) }));

/** Only what could happen: databases have codes of their own, and nobody acts on what was never finalised. */
function possible(changes: readonly Change[]): readonly Change[] {
  const finalised = new Set<number>();
  const terminated = new Set<number>();
  let databases = 0;
  return changes.flatMap((change): readonly Change[] => {
    if (change.kind === 'DATABASE') return [{ ...change, code: `DB-${databases++}` }];
    if (change.kind === 'FINALIZE') {
      // After one side's notice nothing wider is agreed any more: what was random here would mostly be refused.
      if (terminated.has(change.version.agreement)) return [];
      finalised.add(change.version.agreement);
      return [change];
    }
    if (!finalised.has(change.agreement)) return [];
    if (change.kind === 'TERMINATE') terminated.add(change.agreement);
    return [change];
  });
}

const known = new WeakMap<World, readonly number[]>();

/** The instant of each change, in milliseconds. */
export function timesOf(given: World): readonly number[] {
  const times = known.get(given) ?? running(given.changes.map((change) => change.pauseMs));
  known.set(given, times);
  return times;
}

function running(pauses: readonly number[]): readonly number[] {
  let now = START_MS;
  return pauses.map((pause) => {
    now += pause;
    return now;
  });
}

interface Question {
  readonly agency: string;
  readonly purpose: string;
  readonly action: Action;
}

/** Codes of the databases of others that the agency may read. All changes of the world have happened. */
export function readableBy(given: World, asked: Question, instant: number): string[] {
  const found = new Set<string>();
  for (const [index, change] of given.changes.entries()) {
    if (change.kind !== 'FINALIZE' || !isInForce(given, index, instant)) continue;
    const { clauses, agreement, framework } = change.version;
    for (const one of clauses) {
      if (one.kind !== 'PERMISSION' || !one.purposes.includes(asked.purpose) || !includes(one.action, asked.action))
        continue;
      const directions = [[one.assigner, one.assignee], ...(one.mutual ? [[one.assignee, one.assigner]] : [])];
      for (const [from = '', to = ''] of directions) {
        if (!named(agreement, to).includes(asked.agency)) continue;
        for (const owner of named(agreement, from).filter((code) => code !== asked.agency)) {
          if (isSuspended(given, agreement, instant, owner, one.article)) continue;
          if (framework !== null && !frameworkHolds(given, framework, instant, owner, [agreement])) continue;
          for (const made of given.changes) {
            if (made.kind !== 'DATABASE' || made.owner !== owner) continue;
            if ('recordType' in one.scope ? made.recordType === one.scope.recordType : made.code === one.scope.database)
              found.add(made.code);
          }
        }
      }
    }
  }
  return [...found];
}

function includes(right: Action, asked: Action): boolean {
  if (right === asked || right === 'EXPORT') return true;
  return right === 'READ' && asked !== 'EXPORT';
}

function named(agreement: number, code: string): readonly string[] {
  return (PARTIES[agreement] ?? []).filter((party) => party === code || party.slice(0, 1) === code);
}

function beginOf(given: World, index: number): number {
  const change = given.changes[index];
  if (change?.kind !== 'FINALIZE') throw new Error('no version');
  return Math.max(startOfLocalDay(change.version.from, change.version.timeZone), timesOf(given)[index] ?? 0);
}

function isInForce(given: World, index: number, instant: number): boolean {
  const change = given.changes[index];
  if (change?.kind !== 'FINALIZE') return false;
  const { agreement, until, timeZone } = change.version;
  if (instant < beginOf(given, index) || instant >= startOfLocalDay(until, timeZone)) return false;
  return !given.changes.some((other, at) => {
    if (other.kind === 'TERMINATE' && other.agreement === agreement) return effectiveAt(given, at) <= instant;
    return (
      other.kind === 'FINALIZE' && at > index && other.version.agreement === agreement && beginOf(given, at) <= instant
    );
  });
}

function effectiveAt(given: World, index: number): number {
  const change = given.changes[index];
  return (timesOf(given)[index] ?? 0) + (change !== undefined && 'delayMs' in change ? change.delayMs : 0);
}

function isSuspended(given: World, agreement: number, instant: number, owner: string, article: string | null): boolean {
  const last = new Map<string, { readonly kind: string; readonly at: number }>();
  for (const [index, change] of given.changes.entries()) {
    if (change.kind !== 'SUSPEND' && change.kind !== 'RESUME') continue;
    const at = effectiveAt(given, index);
    if (change.agreement !== agreement || at > instant) continue;
    if (change.assigner !== null && change.assigner !== owner && change.assigner !== owner.slice(0, 1)) continue;
    if (change.article !== null && change.article !== article) continue;
    if ((last.get(change.by)?.at ?? 0) <= at) last.set(change.by, { kind: change.kind, at });
  }
  return [...last.values()].some((one) => one.kind === 'SUSPEND');
}

function frameworkHolds(
  given: World,
  framework: number,
  instant: number,
  owner: string,
  below: readonly number[],
): boolean {
  if (below.includes(framework) || isSuspended(given, framework, instant, owner, null)) return false;
  return given.changes.some((change, index) => {
    if (change.kind !== 'FINALIZE' || change.version.agreement !== framework || !isInForce(given, index, instant))
      return false;
    const above = change.version.framework;
    return above === null || frameworkHolds(given, above, instant, owner, [...below, framework]);
  });
}
