// Shows that the differential suite can fail: each of these bugs, planted into a copy of the built hub, must be found.
// `BUG=quota` plants only those whose name or file has the word. Patches are of the source, so that they read as the mistakes they are; one that no longer applies fails the test too.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUGS } from './suite/bugs.mjs';
import { built, copySuite, ROOT } from './suite/compiled-suite.mjs';

/** ten thousand cases in all */
const PAGES = 3_000;
const TABLES = 2_000;
const AGREEMENTS = 5_000;

const RUNNER = `
import * as suite from './dist/tests/differential/run-cases.js';
try {
  await suite.runCases(${PAGES}, suite.pageCase, suite.inMemory);
  await suite.runCases(${TABLES}, suite.cellCase, suite.inMemory);
  await suite.runCases(${AGREEMENTS}, suite.agreementCase, suite.agreementsInMemory);
  console.log('NO DIFFERENCE');
} catch (error) {
  console.log(/^case \\d+/.exec(error.message)?.[0] ?? String(error));
}
`;

/** What the suite says of the copy: the first case that differs, or that none does. */
function verdict(copy) {
  const run = spawnSync(process.execPath, ['run.mjs'], { cwd: copy, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the suite did not run: ${run.stderr}`);
  return run.stdout.trim();
}

function find(copy, { bug, file, from, to }) {
  const source = readFileSync(join(ROOT, file), 'utf8');
  if (source.split(from).length !== 2) return `${bug}: the patch no longer applies once to ${file}`;
  const target = join(copy, 'dist', file.replace(/\.ts$/, '.js'));
  const sound = readFileSync(target);
  writeFileSync(
    target,
    built(
      source.replace(from, () => to),
      file,
    ),
  );
  const found = verdict(copy);
  writeFileSync(target, sound);
  const isFound = found.startsWith('case ');
  console.log(`${isFound ? 'found' : 'MISSED'}: ${bug} (${found})`);
  return isFound ? null : `${bug}: ${found}`;
}

const copy = mkdtempSync(join(tmpdir(), 'besa-planted-bugs-'));
try {
  copySuite(copy, RUNNER);
  const sound = verdict(copy);
  if (sound !== 'NO DIFFERENCE') throw new Error(`without any planted bug: ${sound}`);
  const wanted = BUGS.filter(({ bug, file }) => `${bug} ${file}`.includes(process.env.BUG ?? ''));
  const missed = wanted.map((bug) => find(copy, bug)).filter((problem) => problem !== null);
  if (missed.length > 0) throw new Error(`planted bugs missed:\n${missed.join('\n')}`);
  console.log(`${wanted.length} planted bugs: each found`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
