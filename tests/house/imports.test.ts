import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { COMPOSITION, ENTRIES, MAY_IMPORT } from '../../scripts/house.mjs';
import { ROOT, sourceFiles } from './sources.js';

interface Verdict {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

/** A planted tree: a few files under src/ that break one rule each, checked by the same configuration. */
const planted = mkdtempSync(join(tmpdir(), 'besa-house-'));
afterAll(() => rmSync(planted, { recursive: true, force: true }));

function cruise(root: string, folders: readonly string[]): Verdict {
  const program = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
  const args = [program, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 64_000_000 });
  if (result.stdout === '') throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Verdict;
}

function plant(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(planted, path)), { recursive: true });
    writeFileSync(join(planted, path), text);
  }
  for (const name of ['scripts/house.mjs', '.dependency-cruiser.mjs', 'package.json']) {
    mkdirSync(dirname(join(planted, name)), { recursive: true });
    copyFileSync(join(ROOT, name), join(planted, name));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(planted, 'node_modules'));
}

describe('imports', () => {
  test('a planted violation of every kind is found', () => {
    plant({
      'src/domain/a.ts': "import type { B } from '../persistence/b.js';\nexport type A = B;\n",
      'src/persistence/b.ts': "import { query } from '../hub/query.js';\nexport type B = typeof query;\n",
      'src/hub/query.ts': 'export const query = 1;\n',
      'src/policy/reads.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
      'src/sql/library.ts': "import pg from 'pg';\nexport const client = pg;\n",
      'src/plan/mistyped.ts': "import { nothing } from '../domain/nothing.js';\nexport const x = nothing;\n",
      'src/api/one.ts': "import { two } from './two.js';\nexport const one = () => two;\n",
      'src/api/two.ts': "import { one } from './one.js';\nexport const two = () => one;\n",
      'src/support/alone.ts': 'export const alone = 1;\n',
      'src/shortcuts/new.ts': "import { query } from '../hub/query.js';\nexport const again = query;\n",
      'src/http/root.ts': "import { main } from '../main.js';\nexport const x = main;\n",
      'src/main.ts': 'export const main = 1;\n',
      'migrations/index.ts': "import { alone } from '../src/api/two.js';\nexport const x = alone;\n",
    });
    const found = cruise(planted, ['src', 'migrations']).summary.violations.map(
      ({ rule, from }) => `${rule.name}: ${from}`,
    );
    expect(found).toEqual(
      expect.arrayContaining([
        'imports-of-domain: src/domain/a.ts',
        'adapters-see-ports: src/persistence/b.ts',
        'purity-of-policy: src/policy/reads.ts',
        'purity-of-sql: src/sql/library.ts',
        'every-import-resolves: src/plan/mistyped.ts',
        'no-cycles: src/api/one.ts',
        'no-orphans: src/support/alone.ts',
        'every-folder-has-a-row: src/shortcuts/new.ts',
        'entries-are-imported-by-nobody: src/http/root.ts',
        'migrations-stand-alone: migrations/index.ts',
      ]),
    );
  });

  test('the sources obey the table, and every file of them was read', () => {
    const { modules, summary } = cruise(ROOT, ['src', 'migrations', 'examples']);
    const read = modules.map(({ source }) => source).filter((source) => source.startsWith('src/'));
    expect(read.length).toBeGreaterThan(100);
    expect(read.sort()).toEqual(sourceFiles(['src']));
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  test('every folder of src/ has a row in the table', () => {
    const folders = new Set(
      sourceFiles(['src'])
        .filter((file) => !ENTRIES.includes(file) && file !== 'src/config.ts')
        .map((file) => file.split('/')[1]),
    );
    expect(
      [...folders].filter(
        (folder) => !(folder !== undefined && (folder in MAY_IMPORT || COMPOSITION.includes(folder))),
      ),
    ).toEqual([]);
  });
});
