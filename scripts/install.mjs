// Installs what the lockfile says, once per lockfile. No dependencies.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './npm.mjs';

const STAMP = '.besa-installed';

/** @returns true if it installed, false if node_modules/ was current */
export function installIfChanged(root, node, say) {
  const stamp = join(root, 'node_modules', STAMP);
  const wanted = lockfileDigest(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === wanted) return false;
  say('installing the packages of package-lock.json');
  // No package's install script is needed, and none gets to run.
  runNpm(['ci', '--ignore-scripts', '--include=dev', '--include=optional'], { cwd: root, node });
  writeFileSync(stamp, `${wanted}\n`);
  return true;
}

/** The lockfile's content and the platform: a checkout shared between two machines installs anew for each. */
export function lockfileDigest(root, platform = `${process.platform}-${process.arch}`) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(platform)
    .digest('hex');
}
