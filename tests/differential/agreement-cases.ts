// Whole cases, from agreements to answer: what the hub decides, plans and compiles beside what the words mean.
import { deepStrictEqual, ok } from 'node:assert/strict';
import type { AggregateAsk, Ask, ReadAsk } from '../../src/domain/ask.js';
import type { Decision } from '../../src/domain/decision.js';
import { accountIdOf } from '../../src/domain/quota.js';
import { type DecidingPorts, decided } from '../../src/hub/decided.js';
import type { Choices } from './choices.js';
import { type Court, lockable, type Meant, meantGrants } from './clause-meaning.js';
import { compareCells, comparePages, compareRecord, type Executor, type Shape } from './compare.js';
import { compareBasis, compareGrants, compareViews } from './compare-grants.js';
import { weigh } from './decisive.js';
import { randomAggregateAsk, randomReadAsk, tokensOf } from './generate.js';
import { countCells, readPage, visibleRows, type World } from './oracle.js';
import type { AgreementWorld } from './random-agreements.js';
import { MASKS, PURPOSES } from './random-clauses.js';
import { behindToken, tokenFor } from './tokens.js';

/** Executes statements, and knows which databases the second lock alone opens; where there is none, it cannot tell. */
export interface LockedExecutor extends Executor {
  opened?(ask: Ask, world: World): Promise<readonly number[]>;
}

/** One ask of one agency at one instant: a page, a table of counts, or a decision alone where there is no door yet. */
export async function agreementCase(choices: Choices, given: AgreementWorld, executor: LockedExecutor): Promise<Shape> {
  const { ask, at, world } = randomMoment(choices, given);
  const hub = new Hub(given, at);
  const exhausted = randomlyExhausted(choices, hub.decide(ask));
  const decision = hub.decide(ask, { exhausted: new Set(exhausted.keys()) });
  const court: Court = { ...given, at, purposes: PURPOSES, exhausted: new Set(exhausted.values()) };
  const meant = meantGrants(ask, court);
  await checkLock(executor, { ask, court, meant, world });
  compareBasis(decision, ask.agency, court);
  if (!isRead(ask) && !isAggregate(ask)) return compareUnbuilt(decision, meant);
  compareGrants(decision, meant, world);
  compareViews(decision, meant, world);
  checkValidity(choices, decision, { ask, court, given });
  weigh({ ask, court, world }, given);
  const ruling = { decision, meant: meant.map(({ grant }) => grant) };
  if (isRead(ask)) {
    const [database, rows] = choices.one(Object.entries(given.records));
    if (choices.once(3) && decision.grants.some((grant) => grant.database.code === database))
      await compareRecord(ask, ruling, world, executor, { database, id: choices.one(rows).id });
    return comparePages(ask, ruling, world, executor, choices.below(60));
  }
  const readable = PURPOSES.map(({ name: purpose }) => {
    const readAsk = { ...ask, purpose, action: 'READ' } as const;
    return {
      decision: hub.decide(readAsk, { anyJustification: true }),
      meant: meantGrants(readAsk, { ...court, exhausted: NONE, isAnyJustified: true }).map(({ grant }) => grant),
    };
  });
  return compareCells(ask, ruling, readable, world, executor);
}

const NONE: ReadonlySet<string> = new Set();

/** No door leads to a match or an export yet: the decision may deny what the words grant, never the other way round. */
function compareUnbuilt({ grants }: Decision, meant: readonly Meant[]): Shape {
  const isMeant = (code: string): boolean =>
    meant.some(({ grant }) => grant.database.code === code && grant.kind !== 'WITHHELD');
  for (const { kind, database } of grants)
    ok(kind === 'WITHHELD' || isMeant(database.code), `${database.code} is granted`);
  return meant.some(({ grant }) => grant.kind === 'GRANTED') ? 'SOME' : 'EMPTY';
}

function isRead(ask: Ask): ask is ReadAsk {
  return ask.action === 'READ';
}

function isAggregate(ask: Ask): ask is AggregateAsk {
  return ask.action === 'AGGREGATE';
}

type Facts = Parameters<typeof decided>[2];

/** The hub's decisions over a world at an instant: as it keeps them, so that asks of a world meet those of the ones before. */
class Hub {
  constructor(
    private readonly world: AgreementWorld,
    private readonly at: number,
  ) {}

  decide(ask: Ask, more: Pick<Facts, 'exhausted' | 'anyJustification'> = {}): Decision {
    const { set, databases, recordType, timeZone } = this.world;
    const ports = { standard: { recordTypes: [recordType], purposes: PURPOSES }, timeZone, pseudonyms: PSEUDONYMS };
    return decided(ports, ask, { set, databases, now: new Date(this.at), ...more });
  }
}

const PSEUDONYMS: DecidingPorts['pseudonyms'] = {
  rotation: 'year',
  seal: ({ agency }, value) => tokenFor(agency, value),
  open: ({ agency }, token) => behindToken(agency, token),
};

interface Moment {
  readonly ask: Ask;
  readonly at: number;
  readonly world: World;
}

const DRAWS_MAX = 10;

/** Mostly one at which others show the agency something: where nothing is shown there is little to compare. */
function randomMoment(choices: Choices, given: AgreementWorld): Moment {
  const draws = choices.once(5) ? 1 : DRAWS_MAX;
  for (let draw = 1; ; draw += 1) {
    const agency = choices.one(given.agencies);
    const at = randomInstant(choices, given);
    const world: World = { ...given, now: at, ...tokensOf(agency) };
    const ask = randomAsk(choices, given, agency);
    if (draw >= draws || isShownSomething(ask, world, given)) return { ask, at, world };
  }
}

function isShownSomething(ask: Ask, world: World, given: AgreementWorld): boolean {
  const court: Court = { ...given, at: world.now, purposes: PURPOSES, exhausted: NONE };
  const others = meantGrants(ask, court).flatMap(({ grant }) => (grant.kind === 'GRANTED' ? [grant] : []));
  if (others.length === 0) return false;
  if (isAggregate(ask)) return countCells(ask, others, [], world).length > 0;
  const visible = visibleRows(others, world);
  return isRead(ask) ? readPage(ask, visible, world).rows.length > 0 : visible.length > 0;
}

const DAY_MS = 86_400_000;
const YEAR_FROM = Date.parse('2023-11-01T00:00:00Z');

/** Mostly where something begins or ends, or a millisecond beside it. */
function randomInstant(choices: Choices, { instants }: AgreementWorld): number {
  if (instants.length === 0 || choices.once(3)) return YEAR_FROM + choices.below(420) * DAY_MS + choices.below(DAY_MS);
  return choices.one(choices.one(instants)) + choices.one([-1, 0, 0, 1]);
}

const TALK = ['because', 'file', ' '];

function randomJustification(choices: Choices): string | undefined {
  if (choices.once(3)) return undefined;
  if (choices.once(6)) return choices.one(['', '  ', 'x'.repeat(501), 'because']);
  const fitting = choices
    .one(MASKS)
    .replaceAll('\\A', 'Å')
    .replaceAll('A', 'K')
    .replaceAll('9', '4')
    .replaceAll('Å', 'A');
  const beside = (): string => choices.one(['', ' ', '(', '.', ' ', '1', 'x', 'é']);
  return `${choices.one(TALK)}${beside()}${fitting}${beside()}`;
}

function randomAsk(choices: Choices, { recordType, databases }: AgreementWorld, agency: string): Ask {
  const justification = randomJustification(choices);
  const ofType = databases.filter((database) => database.recordType === recordType.name).map(({ code }) => code);
  const common = {
    purpose: choices.one(PURPOSES).name,
    ...(justification !== undefined && { justification }),
    ...(choices.once(6) && { databases: choices.some(ofType, 1, 3) }),
  };
  const kind = choices.below(10);
  if (kind < 6) return { ...randomReadAsk(choices, recordType, agency), ...common };
  if (kind < 9) return { ...randomAggregateAsk(choices, recordType, agency), ...common };
  return { agency, action: choices.one(['MATCH', 'EXPORT'] as const), recordType: recordType.name, ...common };
}

/** Some of the accounts that would be charged hold too little: id → what the oracle calls it. */
function randomlyExhausted(choices: Choices, { grants }: Decision): ReadonlyMap<string, string> {
  const accounts = grants.flatMap((grant) =>
    grant.kind === 'GRANTED' ? grant.candidates.flatMap(({ quota }) => quota ?? []) : [],
  );
  const found = accounts.filter(() => choices.once(2));
  return new Map(
    found.map((account): [string, string] => [accountIdOf(account), account.key.split('|').slice(0, 3).join(' ')]),
  );
}

interface Ruled {
  readonly ask: Ask;
  readonly court: Court;
}

/** INVARIANT: a decision says from when until when it holds, and between these instants the words grant the same. */
function checkValidity(
  choices: Choices,
  decision: Decision,
  { ask, court, given }: Ruled & { given: AgreementWorld },
): void {
  const [from, until] = [decision.validFrom?.getTime() ?? -Infinity, decision.validUntil?.getTime() ?? Infinity];
  ok(from <= court.at && court.at < until, 'a decision holds at its own instant');
  const within = given.instants
    .flat()
    .flatMap((at) => [at - 1, at])
    .filter((at) => from <= at && at < until);
  if (within.length === 0) return;
  const other = choices.one(within);
  deepStrictEqual(
    { at: other, grants: meantGrants(ask, { ...court, at: other }) },
    { at: other, grants: meantGrants(ask, court) },
  );
}

interface Locked extends Ruled {
  readonly meant: readonly Meant[];
  readonly world: World;
}

/** Without any filter of the hub: the lock opens what a clause in force opens, and so whatever the decision grants. */
async function checkLock(executor: LockedExecutor, { ask, court, meant, world }: Locked): Promise<void> {
  if (executor.opened === undefined) return;
  const hasRows = (code: string): boolean => (world.records[code]?.length ?? 0) > 0;
  const opened = await executor.opened(ask, world);
  const wanted = lockable(ask, court).filter(({ code }) => hasRows(code));
  deepStrictEqual({ opened: [...opened].sort(byNumber) }, { opened: wanted.map(({ id }) => id).sort(byNumber) });
  for (const { grant } of meant) {
    if (grant.kind === 'WITHHELD' || !hasRows(grant.database.code)) continue;
    ok(opened.includes(grant.database.id), `the lock is shut on ${grant.database.code}, which is granted`);
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}
