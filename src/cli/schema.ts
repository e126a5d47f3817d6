import { writeFile } from 'node:fs/promises';
import { standardRefusals } from '../hub/agreements/standard-guard.js';
import { DIRECTIVES_SDL } from '../records/directives.js';
import type { RecordTablePlan } from '../records/record-table-plan.js';
import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { demandStandard, demandStandardFiles, standardApplied } from './records-folder.js';

/** Where the served API stands in the repository. */
const SERVED_SCHEMA_FILE = 'schema/besa.graphql';

/** `besa schema check | apply | print`: the record types as files, as tables and as API; works without a hub. */
export const registerSchema: RegisterCommand = (program, context) => {
  const group = program.command('schema').description('record types: their files, tables and API');
  group
    .command('check')
    .description('read the files of the record types and list every problem with file, line and column')
    .argument('[folder]', 'another folder than `BESA_RECORDS`')
    .action((folder?: string) => check(context, folder));
  group
    .command('apply')
    .description('make or extend the tables of the record types; restart the hub afterwards')
    .option('--plan', 'show the statements, run none')
    .action(({ plan = false }: { readonly plan?: boolean }) => apply(context, plan));
  group
    .command('print')
    .description('print the served API as GraphQL schema language')
    .option('--directives', 'print the directives that record types are written with instead')
    .option('--write', `write it to ${SERVED_SCHEMA_FILE} instead`)
    .action((options: PrintOptions) => print(context, options));
};

async function check({ config, terminal }: CommandContext, folder = config().recordsFolder): Promise<void> {
  const { recordTypes, purposes } = await demandStandard(folder);
  for (const { name, plural, fields } of recordTypes) terminal.print(`${name} (${plural}): ${fields.length} fields`);
  terminal.print(`purposes: ${purposes.map(({ name }) => name).join(', ')}`);
}

async function apply(context: CommandContext, isPlan: boolean): Promise<void> {
  const { config, terminal, withRecordTables } = context;
  const { recordsFolder, timeZone } = config();
  const { standard, files } = await demandStandardFiles(recordsFolder);
  const before = standardApplied(await withRecordTables((tables) => tables.applied()));
  const touched = await context.withAgreements(before ?? standard, (agreements) =>
    standardRefusals(agreements, before, standard),
  );
  if (touched.length > 0) {
    throw new CommandFailure('the exchange standard would change what was agreed: nothing was applied', touched);
  }
  const plan = await withRecordTables((tables) =>
    isPlan ? tables.plan(standard, timeZone) : tables.apply(standard, timeZone, files),
  );
  if (plan.refusals.length > 0) throw new CommandFailure('the tables stay as they are', plan.refusals);
  for (const statement of plan.statements) terminal.print(`${statement};`);
  for (const line of summary(plan, isPlan)) terminal.note(line);
}

function summary({ changes, kept }: RecordTablePlan, isPlan: boolean): readonly string[] {
  const notes = kept.map((name) => `· ${name}: no file any more; its records are kept and not served`);
  if (changes.length === 0) return [...notes, '✔ nothing to do: the tables are as the files say'];
  const done = isPlan ? '· nothing was run (`--plan`)' : '✔ done; restart the hub to serve it';
  return [...changes.map((change) => `· ${change}`), ...notes, done];
}

interface PrintOptions {
  readonly directives?: boolean;
  readonly write?: boolean;
}

async function print(context: CommandContext, { directives = false, write = false }: PrintOptions): Promise<void> {
  const { config, terminal, servedSchema } = context;
  if (directives) {
    terminal.print(DIRECTIVES_SDL.trimEnd());
    return;
  }
  const text = await servedSchema(await demandStandard(config().recordsFolder));
  if (!write) {
    terminal.print(text.trimEnd());
    return;
  }
  await writeFile(SERVED_SCHEMA_FILE, text);
  terminal.note(`✔ ${SERVED_SCHEMA_FILE} written`);
}
