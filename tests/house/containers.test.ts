import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/start/settings.js';
import { ROOT, readSource } from './sources.js';

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly build?: { readonly context: string; readonly target: string };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
  readonly privileged?: boolean;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const compose = parse(readSource('docker-compose.yml')) as Compose;
const services = Object.entries(compose.services);
const { database, hub } = compose.services;

/** Instructions in order, continuation lines joined: `['RUN', 'npm ci …']`. */
const instructions = readSource('Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1).trim()] as const);

function valuesOf(instruction: string): readonly string[] {
  return instructions.filter(([name]) => name === instruction).map(([, value]) => value);
}

/** Instructions of the last stage, the one that is shipped. */
const shipped = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));

describe('docker-compose.yml', () => {
  test('no container runs as root, with capabilities, or on a file system it can write to', () => {
    expect(services.map(([name]) => name).toSorted()).toEqual(['database', 'hub']);
    for (const [name, service] of services) {
      expect({ name, user: service.user }).not.toEqual({ name, user: expect.stringMatching(/^(root|0)(:|$)/) });
      expect({ name, ...service }).toMatchObject({ user: expect.any(String), read_only: true, cap_drop: ['ALL'] });
      expect(service.security_opt).toContain('no-new-privileges:true');
      expect(service.privileged).toBeUndefined();
    }
  });

  test('the database is reached by the hub alone, and the hub from this machine alone', () => {
    expect(database?.ports).toBeUndefined();
    expect(database?.networks).toEqual(['inside']);
    expect(compose.networks.inside?.internal).toBe(true);
    expect(hub?.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });

  test('no secret stands in the file', () => {
    const wanted = new Set(services.flatMap(([, service]) => service.secrets ?? []));
    expect([...wanted].toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
    const values = services.flatMap(([, service]) => Object.entries(service.environment ?? {}));
    for (const [name, value] of values) {
      if (/PASSWORD|SECRET|URL|TOKEN/.test(name)) expect(value).toMatch(/^\/run\/secrets\//);
    }
  });

  test('both are watched, the hub waits for a healthy database and has time to drain', () => {
    for (const [, service] of services) {
      // A bare `a ? b : c` is a mapping in YAML, and the check would never have run.
      for (const word of service.healthcheck?.test ?? []) expect(typeof word).toBe('string');
    }
    expect(hub?.healthcheck?.test.join(' ')).toContain('/readyz');
    expect(database?.healthcheck?.test.join(' ')).toContain('pg_isready');
    expect(hub?.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(Number.parseInt(hub?.stop_grace_period ?? '0', 10)).toBeGreaterThan(30);
  });

  test('every variable of the hub is a setting', () => {
    const known = new Set<string>(
      SETTINGS.flatMap(({ name, fromFile }) => (fromFile ? [name, `${name}_FILE`] : [name])),
    );
    expect(Object.keys(hub?.environment ?? {}).filter((name) => !known.has(name))).toEqual([]);
  });

  test('the image it builds is a stage of the Dockerfile, and its version that of the package', () => {
    const { version } = JSON.parse(readSource('package.json')) as { version: string };
    expect(hub?.image).toBe(`besa:${version}`);
    expect(valuesOf('FROM').map((value) => value.split(' AS ')[1])).toContain(hub?.build?.target);
  });
});

describe('Dockerfile', () => {
  test('the shipped stage runs as an ordinary user, is production unless told otherwise, and is watched', () => {
    expect(shipped.filter(([name]) => name === 'USER').map(([, value]) => value)).toEqual(['node']);
    expect(shipped.find(([name]) => name === 'ENV')?.[1]).toContain('NODE_ENV=production');
    expect(shipped.find(([name]) => name === 'HEALTHCHECK')?.[1]).toContain('/readyz');
    expect(shipped.find(([name]) => name === 'ENTRYPOINT')?.[1]).toContain('"dist/src/main.js"');
  });

  test('no package script runs, and no development package is shipped', () => {
    const installs = valuesOf('RUN').filter((value) => value.includes('npm '));
    expect(installs).toHaveLength(2);
    for (const install of installs) expect(install).toContain('--ignore-scripts');
    expect(installs.at(-1)).toContain('--omit=dev');
    expect(shipped.some(([name, value]) => name === 'RUN' && value.includes('npm'))).toBe(false);
  });

  test('everything it copies from here exists, and nothing secret is sent to the builder', () => {
    const ignored = readSource('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.besa', '.env', '.git', 'node_modules']));
    const copied = valuesOf('COPY')
      .filter((value) => !value.startsWith('--from='))
      .flatMap((value) => value.split(/\s+/).slice(0, -1));
    expect(copied).toEqual(expect.arrayContaining(['package-lock.json', 'src', 'schema']));
    for (const path of copied) {
      expect({ path, ignored: ignored.includes(path.replace('./', '')) }).toEqual({ path, ignored: false });
      expect({ path, exists: existsSync(join(ROOT, path)) }).toEqual({ path, exists: true });
    }
  });

  test('its Node is the one the launcher wants', () => {
    for (const from of valuesOf('FROM')) expect(from).toMatch(/^node:24-/);
  });

  test('the documentation says that it was not built', () => {
    expect(readSource('docs/operations.md').replaceAll('\n', ' ')).toContain(
      'No image could be built where this was written',
    );
  });
});
