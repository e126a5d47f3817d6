import { describe, expect, test } from '@jest/globals';
import { missingOptional, platformEntry } from '../../scripts/lockfile.mjs';
import { readSource } from './sources.js';

const lock = JSON.parse(readSource('package-lock.json')) as Parameters<typeof missingOptional>[0];

describe('package-lock.json', () => {
  test('a platform package that npm left out is noticed', () => {
    const packages = { '': {}, 'node_modules/a': { optionalDependencies: { 'a-linux-x64-musl': '1.2.3' }, dev: true } };
    const missing = missingOptional({ packages });
    expect(missing).toEqual([{ name: 'a-linux-x64-musl', version: '1.2.3', dev: true }]);
    expect(missing.map(platformEntry)).toEqual([
      { version: '1.2.3', cpu: ['x64'], dev: true, optional: true, os: ['linux'], libc: ['musl'] },
    ]);
  });

  test('a package whose name tells no platform is not guessed', () => {
    expect(platformEntry({ name: 'fsevents', version: '1.2.3', dev: false })).toBeUndefined();
  });

  test('is whole: without every platform’s packages `npm ci` refuses it (mend: node scripts/lockfile.mjs)', () => {
    expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
    expect(missingOptional(lock)).toEqual([]);
  });

  test('every dependency is pinned exactly', () => {
    const manifest = JSON.parse(readSource('package.json')) as Record<string, Record<string, string>>;
    const ranges = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {}).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    );
    expect(ranges).toEqual([]);
  });
});
