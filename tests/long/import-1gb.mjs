// The test of tests/import/large-file.test.ts with a file of 1 GB: the hub's memory stays as flat as with 50 MB.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    'tests/import/large-file.test.ts',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, BESA_TEST_IMPORT_BYTES: '1000000000' } },
);
process.exitCode = status ?? 1;
