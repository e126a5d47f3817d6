// The kill test at length: 200 × kill -9 of the hub, 50 × of PostgreSQL. SEED chooses the moments.
import { spawnSync } from 'node:child_process';

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const env = { HUB_KILLS: '200', POSTGRES_KILLS: '50', ...process.env };
process.exitCode = spawnSync(process.execPath, [...jest, 'tests/crash/kills'], { stdio: 'inherit', env }).status ?? 1;
