import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import type { CommandContext } from '../../src/cli/command.js';
import { programFor } from '../../src/cli/program.js';
import { registerSchema } from '../../src/cli/schema.js';
import { withRecordTables } from '../../src/persistence/record-tables.js';
import { graphqlSdl } from '../../src/records/graphql-sdl.js';
import { signingOf, withAgreements } from '../../src/start/agreements-at-rest.js';
import { freshDatabase, type TestDatabase } from '../postgres.js';
import { PURPOSES, VISIT } from './sample-standard.js';

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'besa-records-'));
  database = await freshDatabase();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

interface Output {
  readonly printed: readonly string[];
  readonly noted: readonly string[];
}

/** @throws CommandFailure where the command would end with exit code 1 */
async function besa(...words: readonly string[]): Promise<Output> {
  const printed: string[] = [];
  const noted: string[] = [];
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const context: CommandContext = {
    config: () => ({
      environment: 'test',
      dataFolder: folder,
      recordsFolder: folder,
      timeZone: 'Europe/Tirane',
      signingEnvironment: 'test',
      demo: 'off',
      client: {},
    }),
    openDatabase: unused,
    withLedger: unused,
    archiveLedger: unused,
    withEvidence: unused,
    withLedgerViews: unused,
    withRecordTables: (work) => withRecordTables(database.url, work),
    withAgreements: (standard, work) => {
      const signing = signingOf({ signingEnvironment: 'test', demo: 'off' });
      return withAgreements(database.url, { signing, standard }, work);
    },
    servedSchema: async (standard) => graphqlSdl(standard),
    terminal: {
      print: (line) => printed.push(line),
      note: (line) => noted.push(line),
      interactive: false,
      color: false,
    },
  };
  await programFor(context, [registerSchema]).parseAsync(['schema', ...words], { from: 'user' });
  return { printed, noted };
}

describe('besa schema', () => {
  test('check refuses a folder that is not there, and an empty one', async () => {
    await expect(besa('check', join(folder, 'none'))).rejects.toMatchObject({
      name: 'CommandFailure',
      mends: [expect.stringContaining('the folder cannot be read')],
    });
    await expect(besa('check')).rejects.toMatchObject({
      mends: [expect.stringContaining('no file holds a record type'), expect.anything()],
    });
  });

  test('check lists every problem of every file with its place', async () => {
    await writeFile(join(folder, 'purposes.graphql'), PURPOSES);
    await writeFile(join(folder, 'visit.graphql'), VISIT.replace('(is: REFERENCE)', '(is: REFERENC)'));
    await writeFile(join(folder, 'latin.graphql'), Buffer.from('"""caf\xe9"""', 'latin1'));
    await expect(besa('check')).rejects.toMatchObject({
      message: `2 problems in \`${folder}\``,
      mends: [
        `${join(folder, 'latin.graphql')}:1:1 the file cannot be read as UTF-8 text: save it as UTF-8`,
        expect.stringMatching(/visit\.graphql:4:41 unknown word `REFERENC` \(did you mean `REFERENCE`\?\)/),
      ],
    });
    await rm(join(folder, 'latin.graphql'));
  });

  test('check says what sound files hold', async () => {
    await writeFile(join(folder, 'visit.graphql'), VISIT);
    expect((await besa('check')).printed).toEqual(['Visit (visits): 12 fields', 'purposes: CONTROL']);
  });

  test('apply shows its statements and runs them, with --plan only the one', async () => {
    const plan = await besa('apply', '--plan');
    expect(plan.noted).toEqual(['· Visit: a new table with 12 fields', '· nothing was run (`--plan`)']);
    const applied = await besa('apply');
    expect(applied.printed).toEqual(plan.printed);
    expect(applied.printed[0]).toMatch(/^create table records\."visit" \(/);
    expect((await besa('apply')).noted).toEqual(['✔ nothing to do: the tables are as the files say']);
  });

  test('apply refuses what would lose values', async () => {
    await writeFile(join(folder, 'visit.graphql'), VISIT.replace(/ {2}berth.*\n/, ''));
    await expect(besa('apply')).rejects.toMatchObject({
      message: 'the tables stay as they are',
      mends: ['`Visit.berth` is gone from the file, and its values would be lost: put it back'],
    });
    await writeFile(join(folder, 'visit.graphql'), VISIT);
  });

  test('print shows the served API, and with --directives what files are written with', async () => {
    expect((await besa('print')).printed.join('\n')).toContain('type Visit {');
    const directives = (await besa('print', '--directives')).printed.join('\n');
    const schema = buildSchema(`${directives}\ntype Query { a: Int }`);
    for (const name of ['record', 'key', 'sensitivity', 'occurredAt', 'measure', 'match', 'ladder', 'regime']) {
      expect(schema.getDirective(name)?.description).toBeTruthy();
    }
  });
});
