import { existsSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { IMPORT_FORMATS, type ImportFormat, type ImportResult, problemText } from '../domain/import.js';
import { type CommandContext, CommandFailure, type RegisterCommand, type Terminal } from './command.js';
import { findCaller } from './import-caller.js';
import { writeRejects } from './import-rejects.js';
import { type Refusal, uploadFile } from './import-upload.js';
import { ProgressBar } from './progress-bar.js';

interface ImportOptions {
  readonly database: string;
  readonly format?: string;
  readonly map?: readonly string[];
  readonly skipInvalid?: boolean;
  readonly rejects?: string;
  readonly as?: string;
  readonly dryRun?: boolean;
}

const FORMAT_OF_EXTENSION: Readonly<Record<string, ImportFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

/** `besa import FILE --database CODE`: a file of records into a shared database of one's own agency. */
export const registerImport: RegisterCommand = (program, context) => {
  program
    .command('import')
    .description('load a file of records into a shared database: all of it or, if a row is wrong, nothing')
    .argument('<file>', 'CSV with a header, or NDJSON; UTF-8')
    .requiredOption('--database <code>', 'the shared database')
    .option('--format <format>', `${IMPORT_FORMATS.join(' or ')}; otherwise by the name of the file`)
    .option(
      '--map <pairs>',
      'column=field,… for columns with other names (snake_case matches by itself); column= leaves one out',
      collected,
    )
    .option('--skip-invalid', 'leave out rows that are wrong instead of refusing the file')
    .option('--rejects <file>', 'write the rows left out to this file, to be mended and imported')
    .option('--dry-run', 'do everything but keep it')
    .option('--as <agency>', 'demo mode: as the steward of this agency instead of the owner')
    .action((file: string, options: ImportOptions, _command: Command) => importFile(context, file, options));
};

const collected = (pairs: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...pairs.split(','),
];

async function importFile(context: CommandContext, file: string, options: ImportOptions): Promise<void> {
  const total = sizeOf(file);
  const format = formatOf(file, options.format);
  const map = mapOf(options.map ?? []);
  refuseRejects(options);
  const caller = await findCaller(context, {
    database: options.database,
    ...(options.as === undefined ? {} : { as: options.as }),
  });
  const progress = progressOf(context.terminal, file, total);
  const answer = await uploadFile({
    ...caller,
    file,
    database: options.database,
    format,
    map,
    skipInvalid: options.skipInvalid ?? false,
    dryRun: options.dryRun ?? false,
    onSent: progress.sent,
    onStoring: () => progress.bar.stage(`storing ${basename(file)}`),
  }).finally(() => progress.bar.clear());
  if (answer.kind === 'refused') throw failureOf(file, answer.refusal);
  report(context.terminal, file, answer.result);
  if (options.rejects === undefined || answer.result.rejected === 0) return;
  await writeRejects({ source: file, target: options.rejects, format, lines: answer.result.rejectedLines });
  context.terminal.note(`the rows left out stand in \`${options.rejects}\``);
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true) return found.size;
  throw new CommandFailure(`there is no file \`${file}\``);
}

function formatOf(file: string, given: string | undefined): ImportFormat {
  const format =
    given === undefined
      ? FORMAT_OF_EXTENSION[extname(file).toLowerCase()]
      : IMPORT_FORMATS.find((one) => one === given);
  if (format !== undefined) return format;
  const what =
    given === undefined ? `the name of \`${file}\` does not tell its format` : `there is no format \`${given}\``;
  throw new CommandFailure(what, [`add ${IMPORT_FORMATS.map((one) => `\`--format ${one}\``).join(' or ')}`]);
}

/** A field's name has no `=`, a column's may: the last one divides. */
function mapOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=');
      if (at < 1)
        throw new CommandFailure(`\`${pair}\` is not \`column=field\``, ['write `--map column=field,unusedColumn=`']);
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

/** Before anything is sent: afterwards nobody could be told that the rejected rows have nowhere to go. */
function refuseRejects({ rejects, skipInvalid }: ImportOptions): void {
  if (rejects === undefined) return;
  if (skipInvalid !== true)
    throw new CommandFailure('`--rejects` is for `--skip-invalid`: otherwise no row is left out');
  if (existsSync(rejects)) throw new CommandFailure(`\`${rejects}\` exists already; it is not overwritten`);
}

function progressOf({ interactive, color, note }: Terminal, file: string, total: number) {
  let lines = 0;
  const bar = new ProgressBar({
    title: `importing ${basename(file)}`,
    total,
    count: () => `${grouped(lines)} lines`,
    write: (text) => (interactive ? process.stderr.write(text) : note(text.trimEnd())),
    interactive,
    color,
    width: () => process.stderr.columns ?? 80,
  });
  const sent = (so: { readonly bytes: number; readonly lines: number }): void => {
    lines = so.lines;
    bar.update(so.bytes);
  };
  return { bar, sent };
}

function report(terminal: Terminal, file: string, result: ImportResult): void {
  const rows = (['read', 'inserted', 'updated', 'unchanged', 'rejected'] as const).map(
    (name) => [name, grouped(result[name])] as const,
  );
  const width = Math.max(...rows.map(([, count]) => count.length));
  terminal.print(`${result.database}${result.dryRun ? '  (dry run: nothing was kept)' : ''}`);
  for (const [name, count] of rows) terminal.print(`  ${name.padEnd(10)} ${count.padStart(width)}`);
  for (const line of problemLines(file, result)) terminal.note(line);
}

function failureOf(file: string, refusal: Refusal): CommandFailure {
  return new CommandFailure(refusal.message, problemLines(file, refusal));
}

function problemLines(file: string, told: Pick<Refusal, 'problems' | 'problemsTotal'>): readonly string[] {
  const lines = told.problems.map((problem) => `${file}: ${problemText(problem)}`);
  const unlisted = told.problemsTotal - told.problems.length;
  return unlisted > 0 ? [...lines, `and ${grouped(unlisted)} more`] : lines;
}

/** `34273` → `34,273` */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
