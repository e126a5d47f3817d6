// Suspensions under load at length: twenty rounds of each kind, with other moments at which a hub is stopped. SEED chooses them.
import { spawnSync } from 'node:child_process';

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const env = { REVOCATION_ROUNDS: '20', ...process.env };
process.exitCode =
  spawnSync(process.execPath, [...jest, 'tests/journeys/revocation'], { stdio: 'inherit', env }).status ?? 1;
