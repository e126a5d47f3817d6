import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { withSettings } from '../../scripts/docs.mjs';
import { configReport } from '../../src/cli/config-check.js';
import { checkConfig, type Environment, readConfig } from '../../src/config.js';
import { envExample, SETTINGS, settingsTable } from '../../src/start/settings.js';
import { StartError } from '../../src/support/start-error.js';
import { readSource } from '../house/sources.js';

const folder = mkdtempSync(join(tmpdir(), 'besa-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'never-shown-0123456789-never-shown';
const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  BESA_SECRET: SECRET,
  BESA_ISSUER: 'https://login.example',
  BESA_AUDIENCE: 'besa',
  BESA_JWKS: '/etc/besa/keys.json',
  BESA_ENVIRONMENT: 'tirana-2024',
  BESA_LEDGER_KEY: '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n',
};

function problemsOf(environment: Environment): readonly string[] {
  return checkConfig(environment).problems.map(({ name, has, wants }) => `${name} ${has}; it wants ${wants}`);
}

describe('a broken configuration', () => {
  test('is refused with every problem at once: the name, what it has, what it wants', () => {
    const environment = {
      PORT: '70000',
      HOST: 'a b',
      BESA_TIMEZONE: 'Europe/Tirana',
      BESA_DEMO: 'yes',
      LOG_LEVEL: 'loud',
    };
    expect(() => readConfig(environment)).toThrow(new StartError('the configuration has 5 problems'));
    expect(problemsOf(environment)).toEqual([
      'PORT has `70000`; it wants a whole number from 0 to 65535 (0: any free port)',
      'HOST has `a b`; it wants an address or a host name, such as `127.0.0.1` or `0.0.0.0`',
      'LOG_LEVEL has `loud`; it wants `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`',
      'BESA_TIMEZONE has `Europe/Tirana`; it wants an IANA time zone, such as `Europe/Tirane`',
      'BESA_DEMO has `yes`; it wants `small`, `large` or `off`',
    ]);
  });

  test.each([
    ['PORT', ['-1', '4e3', '0x10', ' 4000', '4000.0', '65536', 'http']],
    ['BESA_TIMEZONE', ['+02:00', 'Tirane', 'Europe/', '']],
    ['DATABASE_URL', ['localhost:5432', 'mysql://u@h/d', 'postgres://h/d', 'postgres://u@h', 'postgres://u@h/']],
    ['BESA_JWKS', ['http://login.example/keys', 'ftp://x/keys']],
    ['BESA_URL', ['127.0.0.1:4000', 'ftp://x']],
    ['BESA_SECRET', ['short']],
    ['BESA_LEDGER_KEY', ['short', '-----BEGIN PUBLIC KEY-----\nYQ==\n-----END PUBLIC KEY-----']],
    ['BESA_PSEUDONYM_ROTATION', ['day', 'YEAR', 'never']],
  ])('%s is not guessed', (name, values) => {
    for (const value of values.filter((text) => text !== '')) {
      const named = checkConfig({ [name]: value }).problems.filter((problem) => problem.name === name);
      expect({ value, problems: named.length }).toEqual({ value, problems: 1 });
    }
  });

  test('never shows a secret, in a problem or in the report', () => {
    const environment = { BESA_SECRET: 'hunter2', DATABASE_URL: 'mysql://u:hunter2@h/d', BESA_TOKEN: 'hunter2' };
    expect(problemsOf(environment)).toHaveLength(2);
    expect([...problemsOf(environment), ...configReport(environment)].join('\n')).not.toContain('hunter2');
    expect(problemsOf(environment)[1]).toMatch(/^BESA_SECRET has a value of 7 characters;/);
  });

  test('a mistyped name is noticed, a name of somebody else is left alone', () => {
    for (const name of ['BESA_TIMEZON', 'BESA_TIMEZONES', 'BESA_TIMZEONE', 'BESA_DEMQ', 'BESA_SECRET_FIL']) {
      expect(problemsOf({ [name]: 'x' })).toHaveLength(1);
    }
    expect(
      problemsOf({ BESA_SERVICE_HOST: '10.0.0.1', BESA_PORT_4000_TCP: 'tcp://10.0.0.1:4000', OTHER: 'x' }),
    ).toEqual([]);
  });

  test('a folder of record types that is not there is refused', () => {
    expect(problemsOf({ BESA_RECORDS: join(folder, 'none') })).toEqual([
      `BESA_RECORDS has \`${join(folder, 'none')}\`; it wants an existing folder of record types (\`*.graphql\`)`,
    ]);
  });
});

describe('production', () => {
  test('refuses the demo world', () => {
    expect(problemsOf({ ...PRODUCTION, BESA_DEMO: 'small' })).toContain(
      'BESA_DEMO has `small`; it wants `off` when NODE_ENV is `production`',
    );
  });

  test('demands an issuer, a name in signed texts, a secret and a key for the ledger', () => {
    const missing = checkConfig({ NODE_ENV: 'production' }).problems.map(({ name }) => name);
    expect(missing).toEqual([
      'BESA_ISSUER',
      'BESA_AUDIENCE',
      'BESA_JWKS',
      'BESA_ENVIRONMENT',
      'BESA_SECRET',
      'BESA_LEDGER_KEY',
    ]);
  });

  test('starts without the demo world by itself', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({
      environment: 'production',
      demo: 'off',
      issuer: { audience: 'besa' },
    });
  });
});

describe('the name of the hub in signed texts', () => {
  test('is no name of a demo outside the demo, and no other name in it', () => {
    const named = (environment: Environment): readonly string[] =>
      problemsOf(environment).map((line) => line.split(' ')[0] ?? '');
    for (const name of ['demo', 'demo-tirana']) {
      expect(named({ BESA_DEMO: 'off', BESA_ENVIRONMENT: name })).toEqual(['BESA_ENVIRONMENT']);
      expect(readConfig({ BESA_ENVIRONMENT: name }).signingEnvironment).toBe(name);
    }
    expect(named({ BESA_ENVIRONMENT: 'tirana-2024' })).toEqual(['BESA_ENVIRONMENT']);
    for (const name of ['Tirana', 'a b', '-a', 'a_b'])
      expect(named({ BESA_ENVIRONMENT: name })).toContain('BESA_ENVIRONMENT');
  });

  test('is what was signed under before it could be set, where it is not', () => {
    expect(readConfig({}).signingEnvironment).toBe('demo');
    expect(readConfig({ BESA_DEMO: 'off', NODE_ENV: 'test' }).signingEnvironment).toBe('test');
    expect(readConfig(PRODUCTION).signingEnvironment).toBe('tirana-2024');
  });
});

describe('an issuer', () => {
  test('is given whole or not at all', () => {
    expect(problemsOf({ BESA_ISSUER: 'https://login.example' }).map((line) => line.split(' ')[0])).toEqual([
      'BESA_AUDIENCE',
      'BESA_JWKS',
    ]);
    expect(readConfig({}).issuer).toBeUndefined();
  });
});

describe('a secret in a file', () => {
  test('is refused beside the same secret in the environment', () => {
    writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
    expect(problemsOf({ BESA_SECRET: SECRET, BESA_SECRET_FILE: join(folder, 'secret') })).toEqual([
      'BESA_SECRET_FILE stands beside BESA_SECRET; it wants only one of the two to be set',
    ]);
  });

  test('is refused if the file cannot be read', () => {
    expect(problemsOf({ BESA_SECRET_FILE: join(folder, 'none') })).toEqual([
      `BESA_SECRET_FILE has \`${join(folder, 'none')}\` (ENOENT); it wants a file this process can read`,
    ]);
  });

  test('is read without the line end', () => {
    const found = readConfig({ BESA_SECRET_FILE: join(folder, 'secret') });
    expect(found.secret).toBe(SECRET);
    expect(found.settings.find(({ setting }) => setting.name === 'BESA_SECRET')?.from).toBe('file');
  });
});

describe('a good configuration', () => {
  test('has the documented defaults, and an empty value is none', () => {
    const { settings, ...config } = readConfig({ PORT: '', DATABASE_URL: '', NO_COLOR: '1' });
    expect(config).toEqual({
      environment: 'development',
      host: '127.0.0.1',
      port: 4000,
      dataFolder: join(process.cwd(), '.besa'),
      recordsFolder: join(process.cwd(), 'schema/records'),
      timeZone: 'Europe/Tirane',
      demo: 'small',
      signingEnvironment: 'demo',
      safekeepingFolder: join(process.cwd(), '.besa/safekeeping'),
      trustedProxies: [],
      pseudonymRotation: 'year',
      logLevel: 'info',
      client: {},
      color: false,
    });
    expect(settings).toHaveLength(SETTINGS.length);
  });

  test('says of every setting where its value comes from', () => {
    const report = configReport({ PORT: '5000', BESA_SECRET_FILE: join(folder, 'secret') });
    expect(report).toHaveLength(SETTINGS.length);
    expect(report[0]).toMatch(/^PORT +5000 +environment$/);
    expect(report.find((line) => line.startsWith('HOST'))).toMatch(/127\.0\.0\.1 +default$/);
    expect(report.find((line) => line.startsWith('DATABASE_URL'))).toMatch(/– +unset$/);
    expect(report.find((line) => line.startsWith('BESA_SECRET'))).toMatch(/\*\*\* \(34 characters\) +file$/);
  });

  test('only src/config.ts reads the environment', async () => {
    const { sourceFiles } = await import('../house/sources.js');
    const readers = sourceFiles(['src', 'migrations', 'examples']).filter((file) =>
      /process\.env\b/.test(readSource(file).replace(/^\s*(\/?\*|\/\/).*$/gm, '')),
    );
    expect(readers).toEqual(['src/config.ts']);
  });
});

describe('the documentation of the settings', () => {
  test('is the table of the code (mend: node scripts/docs.mjs)', () => {
    const page = readSource('docs/operations.md');
    expect(page).toBe(withSettings(page, settingsTable()));
  });

  test('.env.example is made from it too (mend: node scripts/docs.mjs)', () => {
    expect(readSource('.env.example')).toBe(envExample());
  });
});
