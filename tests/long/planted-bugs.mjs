// Shows that the differential suite can fail: each of these bugs, planted into a copy of the built hub, must be found.
// Patches are of the source, so that they read as the mistakes they are; one that no longer applies fails the test too.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = 4_000;
const TABLES = 2_000;

const BUGS = [
  {
    bug: 'a prohibition with fields does not apply where it is unknown',
    file: 'src/sql/source-rows.ts',
    from: 'isNotFalse(rawPredicate(bar.rows, recordType))',
    to: 'isTrue(rawPredicate(bar.rows, recordType))',
  },
  {
    bug: 'a prohibition of whole rows does not apply where it is unknown',
    file: 'src/sql/source-rows.ts',
    from: "{ kind: 'not', of: isNotFalse(rawPredicate(rows, recordType)) }",
    to: "{ kind: 'not', of: isTrue(rawPredicate(rows, recordType)) }",
  },
  {
    bug: 'fields of one clause are shown on rows of another',
    file: 'src/sql/source-rows.ts',
    from: 'anyOf(groups.map((index) => this.groups[index] as Expression))',
    to: 'TRUE',
  },
  {
    bug: 'records with handling code H2 or H3 are visible to all',
    file: 'src/sql/source-rows.ts',
    from: 'if (group.codesBlocked.length === 0) return rows;',
    to: 'return rows;',
  },
  {
    bug: 'withdrawn and erased records are visible',
    file: 'src/sql/source-rows.ts',
    from: '...hidden, status]',
    to: '...hidden]',
  },
  {
    bug: 'clauses with different conditions are merged',
    file: 'src/plan/plan-sources.ts',
    from: 'JSON.stringify([group.rows ?? null, group.codesBlocked])',
    to: 'JSON.stringify([group.codesBlocked])',
  },
  {
    bug: 'a masked field may be filtered and sorted by',
    file: 'src/plan/plan-sources.ts',
    from: 'return field.ladder.length;',
    to: 'return field.ladder.length + 1;',
  },
  {
    bug: 'sorting by a field does not count as touching it',
    file: 'src/plan/plan-read.ts',
    from: '[...filtered, ...ask.orderBy.map(({ field }) => field)]',
    to: '[...filtered]',
  },
  {
    bug: '`notIn` is true of a null',
    file: 'src/sql/predicate.ts',
    from: "{ kind: 'not', of: { kind: 'oneOf', operand: shown, elements: list(value).map(bound) } }",
    to: "{ kind: 'not', of: { kind: 'isTrue', of: { kind: 'oneOf', operand: shown, elements: list(value).map(bound) } } }",
  },
  {
    bug: 'the next page begins with the last row of the one before',
    file: 'src/sql/order.ts',
    from: "op: isBackward ? '<' : '>',\n    left: column('id'),",
    to: "op: isBackward ? '<=' : '>=',\n    left: column('id'),",
  },
  {
    bug: 'nulls are lost behind a cursor',
    file: 'src/sql/order.ts',
    from: 'isNullable ? anyOf([condition, isNull]) : condition',
    to: 'condition',
  },
  {
    bug: 'a dimension takes rows that show its field one step coarser',
    file: 'src/plan/plan-aggregate.ts',
    from: ': 1 + dimension.field.ladder.findIndex(',
    to: ': 2 + dimension.field.ladder.findIndex(',
  },
  {
    bug: 'the loosest minimum of several clauses counts',
    file: 'src/plan/plan-aggregate.ts',
    from: 'Math.max(...minima)',
    to: 'Math.min(...minima)',
  },
  {
    bug: 'a record that may be read by a coarser step counts as known',
    file: 'src/sql/compile-aggregate.ts',
    from: 'return isTrue(allOf([read.visible, ...isFineEnough]));',
    to: 'return isTrue(read.visible);',
  },
];

const RUNNER = `
import { cellCase, pageCase, runInMemory } from './dist/tests/differential/run-cases.js';
try {
  await runInMemory(${PAGES}, pageCase);
  await runInMemory(${TABLES}, cellCase);
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

function built(source, name) {
  const options = { parser: { syntax: 'typescript' }, target: 'es2023' };
  return transformSync(source, { filename: name, swcrc: false, jsc: options, module: { type: 'es6' } }).code;
}

/** The suite itself is no part of the build: it is compiled beside the copy, as it stands now. */
function compileSuite(copy) {
  const folder = join('tests', 'differential');
  const target = join(copy, 'dist', folder);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(join(ROOT, folder)).filter((file) => /(?<!\.test)\.ts$/.test(file))) {
    const source = readFileSync(join(ROOT, folder, name), 'utf8');
    writeFileSync(join(target, name.replace(/\.ts$/, '.js')), built(source, name));
  }
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
  cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
  compileSuite(copy);
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(copy, 'run.mjs'), RUNNER);
  const sound = verdict(copy);
  if (sound !== 'NO DIFFERENCE') throw new Error(`without any planted bug: ${sound}`);
  const missed = BUGS.map((bug) => find(copy, bug)).filter((problem) => problem !== null);
  if (missed.length > 0) throw new Error(`planted bugs missed:\n${missed.join('\n')}`);
  console.log(`${BUGS.length} planted bugs: each found`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
