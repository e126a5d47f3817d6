// The launcher: `npm start`, `npm test` and the others, right after a clone, with only Node 18 or newer and npm.
// It installs what the lockfile says, fetches a newer Node if the host's is too old, compiles what changed, and runs.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfChanged } from './build.mjs';
import { installIfChanged } from './install.mjs';
import { ensureNode } from './node-runtime.mjs';
import { StartFailure } from './npm.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
// What stands in the environment wins over `.env`. Only named if it is there: Node would remark on a missing one every time.
const NODE_OPTIONS = ['--enable-source-maps', ...(existsSync(join(ROOT, '.env')) ? ['--env-file=.env'] : [])];

const COMMANDS = {
  start: (args) => [step(undefined, [...NODE_OPTIONS, 'dist/src/main.js', ...args])],
  besa: (args) => [step(undefined, [...NODE_OPTIONS, 'dist/src/cli/main.js', ...args])],
  test: testSteps,
  'test:long': longSteps,
  bench: (args) => [step(undefined, ['bench/run.mjs', ...args])],
};

function step(title, args) {
  return { title, args };
}

/** Given arguments, as in `npm test -- tests/policy`, go to Jest, and nothing else runs. */
function testSteps(args) {
  if (args.length > 0) return [step(undefined, [...JEST, ...args])];
  return [
    step('types', ['node_modules/typescript/bin/tsc', '-p', '.', '--noEmit']),
    step('format and lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']),
    step('tests', JEST),
  ];
}

function longSteps(args) {
  const folder = join(ROOT, 'tests', 'long');
  const all = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.mjs'))
        .sort()
    : [];
  const wanted = all.filter((name) => args.length === 0 || args.some((arg) => name.includes(arg)));
  if (wanted.length === 0)
    throw new StartFailure(
      'no such long test',
      all.map((name) => `there is \`${name}\``),
    );
  return wanted.map((name) => step(`long test ${name}`, [join('tests', 'long', name)]));
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new StartFailure(`no such command: \`${name}\``, [`known: ${Object.keys(COMMANDS).join(', ')}`]);
  }
  const node = ensureNode(ROOT, say);
  installIfChanged(ROOT, node, say);
  // `test` type-checks by itself and shows every problem; here one unfinished file need not stop everything.
  buildIfChanged({ tolerant: name.startsWith('test'), say });
  const failed = [];
  const steps = command(args);
  for (const { title, args: rest } of steps) {
    if (title !== undefined) say(title);
    const code = await runNode(node, rest);
    if (code !== 0 && steps.length === 1) return code;
    if (code !== 0) failed.push(title);
    if (stopping) return code;
  }
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

function say(text) {
  process.stderr.write(`besa: ${text}\n`);
}

let stopping = false;

/** Runs Node on the arguments, hands signals on, and gives its exit code (128 + number after a signal, as shells do). */
function runNode(node, args) {
  const child = spawn(node, args, {
    cwd: ROOT,
    // The channel carries nothing: it closes when this process is killed, and the hub then stops as well.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
  });
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  const handlers = Object.keys(numbers).map((signal) => {
    const handler = () => {
      stopping = true;
      child.kill(signal);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  const watch = watchParent(() => child.kill('SIGTERM'));
  return new Promise((done, fail) => {
    child.once('error', (error) => fail(new StartFailure(`\`${node}\` cannot be run: ${error.message}`)));
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const remove of handlers) remove();
      done(code ?? 128 + (numbers[signal] ?? 9));
    });
  });
}

/** Under npm, npm and its shell stand above us: when one of them is killed, nobody could stop us any more. */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return undefined;
  const parents = lineage();
  return setInterval(() => {
    if (lineage() !== parents) onGone();
  }, 500);
}

function lineage() {
  const parent = process.ppid;
  try {
    // `pid (name) state parent …`; a name may hold spaces and brackets.
    const above = readFileSync(`/proc/${parent}/stat`, 'utf8').replace(/^.*\) \S /s, '');
    return `${parent} ${above.split(' ')[0]}`;
  } catch {
    return String(parent);
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    // A refusal speaks for itself; anything else is our own fault and needs its stack.
    const known = error instanceof StartFailure || error?.name === 'BuildError';
    process.stderr.write(`\n  ✘ ${known ? error.message : error?.stack}\n`);
    for (const mend of error?.mends ?? []) process.stderr.write(`    · ${mend}\n`);
    process.exitCode = 1;
  },
);
