// The differential suite at length, on PostgreSQL: whatever agreements may say, and decisions denser than any agreement makes.
// CASES (100,000), BESA_TEST_SEED; prints the seed, how many cases a second, and how often each kind of demand decided.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../dist/src/persistence/embedded-postgres.js';
import { copySuite, ROOT } from './suite/compiled-suite.mjs';

const CASES = Number(process.env.CASES ?? 100_000);
const SEED = Number(process.env.BESA_TEST_SEED ?? Date.now() % 1_000_000_000);
/** of all cases; the others are agreements */
const PAGES = Math.round(CASES * 0.1);
const TABLES = Math.round(CASES * 0.05);
const AGREEMENTS = CASES - PAGES - TABLES;
/** cases between two lines of progress: whole worlds */
const STEP = 5_000;

const RUNNER = `
import { decisive } from './dist/tests/differential/decisive.js';
import { openDifferential } from './dist/tests/differential/differential-database.js';
import { agreementsOnPostgres, onPostgres } from './dist/tests/differential/on-postgres.js';
import { agreementCase, cellCase, pageCase, runCases, SEED } from './dist/tests/differential/run-cases.js';

const database = await openDifferential(process.env.SERVER);
async function part(name, cases, one, ground) {
  const begunMs = performance.now();
  const shapes = { EMPTY: 0, SOME: 0, TOTAL: 0 };
  for (let done = 0; done < cases; ) {
    const next = Math.min(${STEP}, cases - done);
    const found = await runCases(next, one, ground, SEED + done);
    for (const [shape, count] of Object.entries(found)) shapes[shape] += count;
    done += next;
    // Rolled back worlds stay in the files until then, and slow down whoever looks for the living.
    await database.client.query('rollback');
    await database.client.query('vacuum');
    const perSecond = Math.round(done / ((performance.now() - begunMs) / 1000));
    console.log(name + ': ' + done + ' cases without a difference, ' + perSecond + ' a second, ' + JSON.stringify(shapes));
  }
  if (shapes.SOME < cases / 3) throw new Error('too few answers are neither empty nor total');
}
try {
  await part('pages', ${PAGES}, pageCase, onPostgres(database.client));
  await part('statistics', ${TABLES}, cellCase, onPostgres(database.client));
  await part('agreements', ${AGREEMENTS}, agreementCase, agreementsOnPostgres(database.client));
  console.log('decided by: ' + [...decisive].map(([feature, count]) => feature + ' ' + count).join(', '));
} finally {
  await database.close();
}
`;

const copy = mkdtempSync(join(tmpdir(), 'besa-long-differential-'));
const cluster = await startPostgres({ dataFolder: join(copy, 'cluster'), durable: false });
try {
  console.log(`${CASES.toLocaleString('en')} cases, again with BESA_TEST_SEED=${SEED} CASES=${CASES}`);
  copySuite(copy, RUNNER);
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const env = { ...process.env, SERVER: cluster.url, BESA_TEST_SEED: String(SEED) };
  const run = spawnSync(process.execPath, ['run.mjs'], { cwd: copy, env, stdio: 'inherit' });
  if (run.status !== 0) throw new Error('the suite found a difference, or could not run');
} finally {
  await cluster.stop();
  rmSync(copy, { recursive: true, force: true });
}
