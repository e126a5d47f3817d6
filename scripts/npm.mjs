// npm as the launcher uses it. No dependencies.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** What stops the launcher: one sentence, then what can be done about it. */
export class StartFailure extends Error {
  constructor(message, mends = []) {
    super(message);
    this.name = 'StartFailure';
    this.mends = mends;
  }
}

/**
 * Runs npm; its output goes to standard error, so that a command's own output stays clean.
 * `node`: the Node that npm itself runs on.
 */
export function runNpm(args, { cwd, node = process.execPath }) {
  const own = process.env.npm_execpath;
  const viaNode = own !== undefined && /npm-cli\.[cm]?js$/.test(own);
  const [program, first] = viaNode ? [node, [own]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const result = spawnSync(program, [...first, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && !viaNode,
  });
  if (result.error !== undefined) {
    throw new StartFailure(`npm cannot be run: ${result.error.message}`, ['install npm 9 or newer beside Node']);
  }
  if (result.signal !== null) throw new StartFailure(`npm was ended by ${result.signal}`);
  if (result.status !== 0) {
    throw new StartFailure(`\`npm ${args[0]}\` failed with exit code ${result.status}; its own message stands above`, [
      'check the network, or the registry npm is set to (`npm config get registry`), and start again',
    ]);
  }
}
