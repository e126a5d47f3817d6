// Keeps package-lock.json whole: `node scripts/lockfile.mjs` after a dependency changed. No dependencies.
// A registry that mirrors only some platforms makes npm leave the others out of the lockfile, and `npm ci` then refuses it
// everywhere. The missing ones are written in by name and version; npm fetches them only on the platform they are for.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json');
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** Optional dependencies of locked packages that the lockfile does not hold, as `[name, version, dev]`. */
export function missingOptional(lock) {
  const found = new Map();
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const held = placesToLook(path, name).some((place) => lock.packages[place] !== undefined);
      if (!held) found.set(name, { name, version, dev: entry.dev === true });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where Node would find a dependency of the package at `path`: beside it, then ever further out. */
function placesToLook(path, name) {
  const places = [];
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    places.push(`${at === '' ? '' : `${at}/`}node_modules/${name}`);
    if (at === '') return places;
  }
}

/** The lock entry of a platform's package; undefined if its name does not tell the platform, or its version is a range. */
export function platformEntry({ name, version, dev }) {
  const words = name.split('/').at(-1).split('-');
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return undefined;
  const libc = words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {};
  return { version, cpu: [cpu], ...(dev ? { dev: true } : {}), optional: true, os: [os], ...libc };
}

function main() {
  const lock = JSON.parse(readFileSync(FILE, 'utf8'));
  const missing = missingOptional(lock);
  for (const dependency of missing) {
    const entry = platformEntry(dependency);
    if (entry === undefined)
      throw new Error(`\`${dependency.name}\` is missing and is for no platform this script knows`);
    lock.packages[`node_modules/${dependency.name}`] = entry;
  }
  const [root, ...rest] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
  if (missing.length > 0) writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  process.stderr.write(`besa: ${missing.length} packages of other platforms written into the lockfile\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
