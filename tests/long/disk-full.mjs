// A disk that is full, under the ledger's tables and under the write-ahead log of PostgreSQL. Mounts small file systems: needs root.
import { spawnSync } from 'node:child_process';

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const chosen = ['--testMatch', '**/tests/crash/disk-full.long.ts'];
if (process.getuid?.() === 0) {
  process.exitCode = spawnSync(process.execPath, [...jest, ...chosen], { stdio: 'inherit' }).status ?? 1;
} else {
  process.stderr.write('disk-full mounts small file systems: run it as root\n');
  process.exitCode = 1;
}
