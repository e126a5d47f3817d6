// Compiles the sources into dist/ when they changed. No dependencies: it runs before and after the install.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ['src', 'migrations', 'examples'];
const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Every TypeScript file under the folder, sorted, as paths. */
export function typeScriptFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : typeScriptFiles(path);
      return path.endsWith('.ts') ? [path] : [];
    })
    .sort();
}

/** One text for everything the compiled output follows from. */
export function sourceDigest(root = ROOT) {
  const hash = createHash('sha256');
  const files = [
    ...CONFIGURATION.map((name) => join(root, name)),
    ...SOURCES.flatMap((name) => typeScriptFiles(join(root, name))),
  ];
  for (const file of files) {
    if (!existsSync(file)) continue;
    const content = readFileSync(file);
    hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param options `tolerant`: keep going although a file does not type-check (its output is written all the same)
 * @returns true if it compiled, false if dist/ was current
 */
export function buildIfChanged({ root = ROOT, tolerant = false, say = () => {} } = {}) {
  const stamp = join(root, 'dist', '.stamp');
  const digest = sourceDigest(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return false;
  return alone(root, () => {
    say('compiling the sources');
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const result = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], {
      encoding: 'utf8',
    });
    if (result.status !== 0 && !tolerant)
      throw new BuildError(`the sources do not compile:\n${result.stdout}${result.stderr}`);
    writeFileSync(stamp, digest);
    return true;
  });
}

export class BuildError extends Error {
  name = 'BuildError';
}

// Two commands started together must not read each other's half-written files.
function alone(root, work) {
  const lock = join(root, 'dist', '.lock');
  mkdirSync(dirname(lock), { recursive: true });
  const deadline = Date.now() + 120_000;
  while (!tryMake(lock)) {
    const heldSeconds = existsSync(lock) ? (Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs) / 1000 : 0;
    if (heldSeconds > 60 || Date.now() > deadline) rmSync(lock, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryMake(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
