import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CommandContext, CommandFailure } from '../../src/cli/command.js';
import { registerImport } from '../../src/cli/import.js';
import { programFor } from '../../src/cli/program.js';
import { csv, HEADER, type ImportHub, row, startImportHub } from './import-hub.js';

let hub: ImportHub;
let folder: string;
beforeAll(async () => {
  hub = await startImportHub();
  folder = mkdtempSync(join(tmpdir(), 'besa-import-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await hub.close();
});

const printed: string[] = [];
const noted: string[] = [];

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const unused = (): Promise<never> => Promise.reject(new Error('an import speaks to the hub alone'));

/** Runs `besa import …`; what it prints is in `printed` and `noted`. */
async function besaImport(
  path: string,
  options: readonly string[] = [],
  token = 'steward',
  url?: string,
): Promise<void> {
  printed.length = 0;
  noted.length = 0;
  const context: CommandContext = {
    config: () => ({
      environment: 'test',
      dataFolder: folder,
      recordsFolder: folder,
      timeZone: 'UTC',
      signingEnvironment: 'test',
      demo: 'off',
      client: { url: url ?? `http://127.0.0.1:${hub.port}`, token },
    }),
    openDatabase: unused,
    withLedger: unused,
    archiveLedger: unused,
    withEvidence: unused,
    withLedgerViews: unused,
    withRecordTables: unused,
    withAgreements: unused,
    servedSchema: unused,
    terminal: {
      print: (line) => printed.push(line),
      note: (line) => noted.push(line),
      interactive: false,
      color: false,
    },
  };
  const program = programFor(context, [registerImport]);
  await program.parseAsync(['node', 'besa', 'import', path, '--database', 'AA-INSPECTIONS', ...options]);
}

/** @returns message and mends of the failure */
async function failure(...run: Parameters<typeof besaImport>): Promise<string> {
  const error = await besaImport(...run).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CommandFailure)) throw error ?? new Error('the import was not refused');
  return [error.message, ...error.mends].join('\n');
}

test('what cannot be sent is told before anything is', async () => {
  const path = file('rows.csv', csv(row(1)));
  expect(await failure(join(folder, 'none.csv'))).toMatch(/there is no file/);
  expect(await failure(file('rows.dat', ''))).toMatch(
    /does not tell its format\nadd `--format csv` or `--format ndjson`/,
  );
  expect(await failure(path, ['--format', 'xlsx'])).toMatch(/there is no format `xlsx`/);
  expect(await failure(path, ['--map', 'remarks'])).toMatch(/`remarks` is not `column=field`/);
  expect(await failure(path, ['--rejects', 'x.csv'])).toMatch(/`--rejects` is for `--skip-invalid`/);
  expect(await failure(path, ['--skip-invalid', '--rejects', path])).toMatch(/exists already/);
  expect(await hub.records()).toHaveLength(0);
});

test('a hub that cannot be reached is told with what to do', async () => {
  expect(await failure(file('rows.csv', csv(row(1))), [], 'steward', 'http://127.0.0.1:9')).toMatch(
    /cannot be reached or broke off \(ECONNREFUSED\)[^\n]*\nstart it with `npm start`/,
  );
});

test('a refusal by role names no row', async () => {
  expect(await failure(file('rows.csv', csv(row(1))), [], 'analyst')).toBe('only a steward imports records');
});

test('a broken line is told by file, line and column, and nothing is stored', async () => {
  const rows = Array.from({ length: 20_000 }, (_, number) => row(number));
  rows[7] = row(7).replace('XKX', 'xk');
  const told = await failure(file('broken.csv', csv(...rows)));
  expect(told).toMatch(/^1 of 20000 rows are invalid; nothing was imported\n/);
  expect(told).toMatch(/broken\.csv: line 9, column `flag`: text, expected three capital letters/);
  expect(await hub.records()).toHaveLength(0);
});

test('a refusal in the middle ends the upload', async () => {
  const spoilt = Buffer.concat([Buffer.from(`${HEADER}\n\xff\n`, 'latin1'), Buffer.alloc(60_000_000, `${row(1)}\n`)]);
  expect(await failure(file('spoilt.csv', spoilt))).toMatch(/spoilt\.csv: line 2: text that is not UTF-8/);
  expect(await hub.connections()).toBe(0);
});

test('a dry run prints the counts and keeps nothing; the import then prints the same', async () => {
  const path = file('rows.csv', csv(...Array.from({ length: 1_200 }, (_, number) => row(number))));
  await besaImport(path, ['--dry-run']);
  const counts = [
    '  read       1,200',
    '  inserted   1,200',
    '  updated        0',
    '  unchanged      0',
    '  rejected       0',
  ];
  expect(printed).toEqual(['AA-INSPECTIONS  (dry run: nothing was kept)', ...counts]);
  expect(await hub.records()).toHaveLength(0);
  await besaImport(path);
  expect(printed).toEqual(['AA-INSPECTIONS', ...counts]);
});

test('rows left out stand in the reject file as they came, and can be mended there and imported', async () => {
  const bad = [row(5001).replace('XKX', 'xk'), row(5003, '"two\r\n""lines"""').replace('2023', '23')];
  const path = file(
    'mixed.csv',
    Buffer.from(`\ufeff${HEADER}\r\n${row(5000, '"a\nb"')}\r\n${bad[0]}\r\n\r\n${row(5002)}\r\n${bad[1]}`),
  );
  const rejects = join(folder, 'rejects.csv');
  await besaImport(path, ['--skip-invalid', '--rejects', rejects]);
  expect(printed.slice(1)).toEqual([
    '  read       4',
    '  inserted   2',
    '  updated    0',
    '  unchanged  0',
    '  rejected   2',
  ]);
  expect(noted).toEqual([
    expect.stringMatching(/mixed\.csv: line 4, column `flag`/),
    expect.stringMatching(/mixed\.csv: line 7, column `inspected_at`/),
    `the rows left out stand in \`${rejects}\``,
  ]);
  const written = readFileSync(rejects, 'utf8');
  expect(written).toBe(`\ufeff${HEADER}\r\n${bad[0]}\r\n${bad[1]}\n`);
  await besaImport(file('mended.csv', written.replace('xk', 'XKX').replace(',23-', ',2023-')));
  expect(printed[2]).toBe('  inserted   2');
});

test('columns with other names are mapped, and NDJSON is known by its name', async () => {
  const mapped = file('mapped.csv', 'no;when;note\nM-1;2023-01-01T00:00:00Z;x\n');
  await besaImport(mapped, ['--map', 'no=reportNumber,when=inspectedAt', '--map', 'note=']);
  expect(printed[2]).toBe('  inserted   1');
  const lines = file(
    'rows.ndjson',
    '{"reportNumber":"J-1","inspectedAt":"2023-01-01T00:00:00Z"}\n{"reportNumber":"J-2"}',
  );
  await besaImport(lines, ['--skip-invalid', '--rejects', join(folder, 'rejects.ndjson')]);
  expect(readFileSync(join(folder, 'rejects.ndjson'), 'utf8')).toBe('{"reportNumber":"J-2"}\n');
});
