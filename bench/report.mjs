// Ratios of one run, printed, and after a whole run written to docs/benchmarks.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { FEW, MANY } from './growth.mjs';
import { QUESTIONS } from './questions.mjs';
import { BENCH } from './stand.mjs';

const MUST = { page: 0.3, record: 0.2 };
const AIM = { page: 0.5, record: 0.35 };

export async function report(run) {
  const text = [
    heading(run),
    ...Object.keys(QUESTIONS).map((question) => questionTable(run.results, question)),
    ...(run.growth === undefined ? [] : [growthTable(run.growth, run.options)]),
    ledgerTable(run.ledger),
    LIMITS,
  ].join('\n\n');
  console.log(text);
  if (run.isWhole) writeFileSync(join(BENCH, '..', 'docs', 'benchmarks.md'), `${text}\n`);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const decimals = (number, digits = 2) => (Number.isFinite(number) ? number.toFixed(digits) : '–');

/** Ratios are taken inside a round and then their median: what slows a whole round slows both sides of it. */
function ratio(results, system, base) {
  const perRound = [...new Set(results.map(({ round }) => round))].map((round) => {
    const of = (name) =>
      results.find((result) => result.round === round && result.system === name)?.perSecond ?? Number.NaN;
    return of(system) / of(base);
  });
  const known = perRound.filter(Number.isFinite);
  if (known.length === 0) return '–';
  return `${decimals(median(known))} [${decimals(Math.min(...known))}–${decimals(Math.max(...known))}]`;
}

function heading({ plan, cluster, options }) {
  const rows = Number(options.rows);
  const { dependencies } = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8'));
  return `# Benchmarks

Written by \`npm run bench\`; read \`bench/README.md\` for what stands behind each column. **Only ratios inside one run count**: \`×\` is the
median over ${plan.rounds} interleaved rounds of ${plan.milliseconds / 1000} s, with the least and the greatest of the rounds; absolute numbers are there to recompute them.

${rows.toLocaleString('en')} records in six owners' databases, five of them readable. Hub: agreements, row-level security and ledger on, fsync on.
Node ${process.versions.node}, PostgreSQL ${cluster.version}, pg ${dependencies.pg}, PostGraphile ${dependencies.postgraphile} with connection filter ${dependencies['postgraphile-plugin-connection-filter']}; ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}.
Load average at the end ${decimals(loadavg()[0], 1)}; the stand itself makes about 3, more means that others used the machine.`;
}

function questionTable(results, question) {
  const rows = [...new Set(results.map(({ connections }) => connections))].flatMap((connections) => {
    const part = results.filter((result) => result.question === question && result.connections === connections);
    return [...new Set(results.map(({ system }) => system))].map((system) => line(part, system, connections));
  });
  const head = ['connections', 'system', '× L', '× PostGraphile', '× tuned', 'requests/s', 'p50 ms', 'p99 ms', 'MB'];
  return `## ${QUESTIONS[question]}

Must ≥ ${MUST[question]} L, aim ≥ ${AIM[question]} L, both at 16 connections.

${table(head, rows)}`;
}

function line(part, system, connections) {
  const own = part.filter((result) => result.system === system);
  const typical = (pick, digits) => decimals(median(own.map(pick)), digits);
  return [
    connections,
    system,
    ratio(part, system, 'L'),
    ratio(part, system, 'PostGraphile'),
    ratio(part, system, 'PostGraphile, tuned'),
    typical(({ perSecond }) => perSecond, 0),
    typical(({ p50Ms }) => p50Ms),
    typical(({ p99Ms }) => p99Ms, 1),
    typical(({ megabytes }) => megabytes ?? Number.NaN, 0),
  ];
}

function growthTable(results, { clauses }) {
  const rows = [...new Set(results.map(({ connections }) => connections))].flatMap((connections) => {
    const part = results.filter((result) => result.connections === connections);
    const base = part.filter(({ system }) => system === FEW);
    return [FEW, MANY].map((system) => {
      const own = part.filter((result) => result.system === system);
      const ratios = own.map(({ round, p50Ms }) => p50Ms / base.find((one) => one.round === round).p50Ms);
      const typical = (pick, digits) => decimals(median(own.map(pick)), digits);
      return [
        connections,
        system === FEW ? 'about ten' : Number(clauses).toLocaleString('en'),
        `${decimals(median(ratios))} [${decimals(Math.min(...ratios))}–${decimals(Math.max(...ratios))}]`,
        typical(({ perSecond }) => perSecond, 0),
        typical(({ p50Ms }) => p50Ms),
        typical(({ p99Ms }) => p99Ms, 1),
      ];
    });
  });
  return `## Growth in clauses

The page, asked by an agency with few clauses and by one with many, half of which serve it. Must ≤ 1.2 × the latency, aim ≤ 1.05 ×.

${table(['connections', 'clauses of the agency', '× latency', 'requests/s', 'p50 ms', 'p99 ms'], rows)}`;
}

/** `results`: as `measureLedger` gives them. */
export function ledgerTable(results) {
  const rows = [...new Set(results.map(({ connections }) => connections))].flatMap((connections) => {
    const part = results.filter((result) => result.connections === connections);
    return [...new Set(results.map(({ system }) => system))].map((system) => {
      const own = part.filter((result) => result.system === system);
      const typical = (pick, digits) => decimals(median(own.map(pick)), digits);
      return [
        connections,
        system,
        ratio(part, system, 'bare inserts'),
        typical(({ perSecond }) => perSecond, 0),
        typical(({ p50Ms }) => p50Ms),
        typical(({ p99Ms }) => p99Ms, 1),
      ];
    });
  });
  return `## The ledger by itself

Must ≥ 0.5 of bare inserts grouped the same way, from one process and from four at once (4 × 4); the milliseconds are what a
request waits for its entry: beside those of the bare inserts, what the ledger adds.

${table(['waiting requests', 'system', '× bare', 'entries/s', 'p50 ms', 'p99 ms'], rows)}`;
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const LIMITS = `Read with care: the load generator shares a core with PostgreSQL, so ratios say more than rates; differences below 1.25 × are ties.`;
