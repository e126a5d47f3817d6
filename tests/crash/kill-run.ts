/** Kills a hub, or its PostgreSQL, again and again at random moments under load, and looks each time at what is left. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../audit/tampering.js';
import { postmasterPid } from '../start/process.js';
import { CrashHub, register } from './crash-hub.js';
import { BATCH_ROWS, CrashLoad, type Doing } from './crash-load.js';

export interface KillPlan {
  readonly hubKills: number;
  readonly postgresKills: number;
  readonly seed: number;
  readonly say: (text: string) => void;
}

export interface KillReport {
  /** requests whose answer arrived */
  readonly answered: number;
  /** of these, ids that stand in no entry: must be none */
  readonly missing: readonly string[];
  /** answers that should never have been given: must be none */
  readonly wrong: readonly string[];
  /** batches of which some rows are there and some not, or answered ones of which any is missing: must be none */
  readonly halves: readonly string[];
  readonly batches: number;
  /** what `besa audit verify` ended with and said */
  readonly verified: { readonly code: unknown; readonly said: string };
  /** from each kill to the next answer with data, in milliseconds */
  readonly hubBackMs: readonly number[];
  readonly postgresBackMs: readonly number[];
  /** what the last hub wrote to its log */
  readonly log: string;
  /** entries, and the last sequence: equal, for there are no gaps */
  readonly entries: { readonly count: number; readonly last: number };
}

/** How long after something was seen on its way the kill comes, at most. */
const AIM_MS_MAX = 120;
const POSTGRES_KILLS = ['BACKEND', 'POSTMASTER', 'IMMEDIATE'] as const;

export async function killRun({ hubKills, postgresKills, seed, say }: KillPlan): Promise<KillReport> {
  const random = randomFrom(seed);
  const hub = new CrashHub();
  await hub.start();
  await register(hub);
  const load = new CrashLoad(hub);
  const halves: string[] = [];
  const hubBackMs: number[] = [];
  const postgresBackMs: number[] = [];
  for (let kill = 1; kill <= hubKills; kill += 1) {
    load.begin();
    await aimed(load, kill % 2 === 0 ? 'READ' : 'IMPORT', random);
    const begunMs = performance.now();
    await hub.kill();
    await load.end();
    await hub.start();
    hubBackMs.push(await answers(load, begunMs));
    halves.push(...(await halfBatches(hub, load)));
    say(`hub, kill ${kill} of ${hubKills}: back after ${Math.round(hubBackMs.at(-1) ?? 0)} ms`);
  }
  load.begin();
  for (let kill = 1; kill <= postgresKills; kill += 1) {
    await load.nextAnswer();
    await aimed(load, kill % 2 === 0 ? 'READ' : 'IMPORT', random);
    const kind = POSTGRES_KILLS[kill % POSTGRES_KILLS.length] ?? 'BACKEND';
    const begunMs = performance.now();
    await killPostgres(hub, kind, random);
    postgresBackMs.push(await backAfter(hub, load, begunMs));
    say(
      `PostgreSQL (${kind}), kill ${kill} of ${postgresKills}: back after ${Math.round(postgresBackMs.at(-1) ?? 0)} ms`,
    );
  }
  await load.end();
  halves.push(...(await halfBatches(hub, load)));
  const report = {
    answered: load.owed.length,
    missing: await withoutEntry(hub, load.owed),
    wrong: [...load.wrong],
    halves,
    batches: load.batches.length,
    verified: await hub.verify(),
    hubBackMs,
    postgresBackMs,
    log: hub.output,
    entries: await entriesOf(hub),
  };
  await hub.stop();
  return report;
}

/** Waits until it is on its way, and then a random moment. */
async function aimed(load: CrashLoad, what: Doing, random: () => number): Promise<void> {
  await load.nextAnswer();
  await load.isDoing(what);
  await new Promise((done) => setTimeout(done, random() * AIM_MS_MAX));
}

/** Loads until there is an answer with data; milliseconds since the kill. */
async function answers(load: CrashLoad, begunMs: number): Promise<number> {
  load.begin();
  await load.nextAnswer();
  const backMs = performance.now() - begunMs;
  await load.end();
  return backMs;
}

/** Until reads and imports are answered again, by whatever serves then. */
async function backAfter(hub: CrashHub, load: CrashLoad, begunMs: number): Promise<number> {
  for (;;) {
    await load.nextAnswer();
    const backMs = performance.now() - begunMs;
    const ready = await hub.get('/readyz').catch(() => undefined);
    if (ready?.status === 200) return backMs;
  }
}

async function killPostgres(hub: CrashHub, kind: (typeof POSTGRES_KILLS)[number], random: () => number): Promise<void> {
  const postmaster = postmasterPid(hub.folder);
  if (kind === 'POSTMASTER') process.kill(postmaster, 'SIGKILL');
  if (kind === 'IMMEDIATE') process.kill(postmaster, 'SIGQUIT');
  if (kind !== 'BACKEND') return;
  const children = readFileSync(join('/proc', `${postmaster}`, 'task', `${postmaster}`, 'children'), 'utf8')
    .trim()
    .split(' ');
  const backends = children.filter((pid) => / 127\.0\.0\.1/.test(titleOf(pid)));
  const chosen = backends[Math.floor(random() * backends.length)];
  if (chosen !== undefined) process.kill(Number(chosen), 'SIGKILL');
}

/** A backend says in its title for whom it works. */
function titleOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
  } catch {
    return '';
  }
}

/** Batches that are neither whole nor absent, answered ones that are not whole, and rows that are there twice. */
async function halfBatches(hub: CrashHub, load: CrashLoad): Promise<readonly string[]> {
  const rows = await hub.sql<{ batch: number; rows: number; keys: number }>(
    `select substring(national_reference from 'B(\\d+)-')::int as batch, count(*)::int as rows,
       count(distinct national_reference)::int as keys from records.border_crossing group by 1`,
  );
  const found = new Map(rows.map(({ batch, rows: count, keys }) => [batch, { count, keys }]));
  return load.batches.flatMap(({ number, isAnswered }) => {
    const { count, keys } = found.get(number) ?? { count: 0, keys: 0 };
    const isWhole = count === BATCH_ROWS && keys === BATCH_ROWS;
    return isWhole || (count === 0 && !isAnswered) ? [] : [`batch ${number}: ${count} rows, answered: ${isAnswered}`];
  });
}

async function withoutEntry(hub: CrashHub, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await hub.sql<{ id: string }>(
    `select id from unnest($1::uuid[]) id where not exists (select from besa.ledger_entry e where e.request_id = id)`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

async function entriesOf(hub: CrashHub): Promise<KillReport['entries']> {
  const [row] = await hub.sql<{ count: number; last: number }>(
    'select count(*)::int as count, max(sequence)::int as last from besa.ledger_entry',
  );
  return row ?? { count: 0, last: 0 };
}
