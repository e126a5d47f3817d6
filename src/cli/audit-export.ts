import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { ledgerExport } from '../audit/export-format.js';
import { EMPTY_TREE } from '../audit/merkle-tree.js';
import type { LedgerReading } from '../audit/verify.js';
import { CommandFailure, type RegisterCommand, type Terminal } from './command.js';
import { writeFileLines } from './file-lines.js';
import { ProgressBar } from './progress-bar.js';

interface Options {
  readonly out: string;
  readonly from: number;
}

/**
 * `besa audit export`: the whole ledger as a file that `besa audit verify --export` checks without the database. For the operator's
 * safekeeping, not for agencies: it holds the entries of all of them.
 */
export const registerAuditExport: RegisterCommand = (program, { config, withLedger, terminal }) => {
  const group =
    program.commands.find((command) => command.name() === 'audit') ??
    program.command('audit').description('the ledger of this hub');
  group
    .command('export')
    .description('write the whole ledger to a file; works without a hub, beside a running one too')
    .requiredOption('--out <FILE>', 'where to; a name that ends in .gz is compressed')
    .option('--from <SEQUENCE>', 'begin with this entry', sequenceFrom, 1)
    .action(async ({ out, from }: Options) => {
      const path = resolve(out);
      const { signingEnvironment: environment } = config();
      const size = await withLedger((reading) => exportTo(path, { reading, from, environment, terminal }));
      terminal.print(`${(size - from + 1).toLocaleString('en')} entries are in ${path}`);
      terminal.print(`check it anywhere: besa audit verify --export ${path}`);
    });
};

interface Export {
  readonly reading: LedgerReading;
  readonly from: number;
  readonly environment: string;
  readonly terminal: Terminal;
}

/** @returns entries of the ledger */
async function exportTo(path: string, { reading, from, environment, terminal }: Export): Promise<number> {
  const { size, keys } = reading;
  if (from > size + 1) throw new CommandFailure(`the ledger has no entry ${from}: its last one is ${size}`);
  const bar = new ProgressBar({
    title: 'Exporting',
    total: size - from + 1,
    count: (done) => `${done.toLocaleString('en')} of ${(size - from + 1).toLocaleString('en')} entries`,
    write: (text) => process.stderr.write(text),
    interactive: terminal.interactive,
    color: terminal.color,
    width: () => process.stderr.columns,
  });
  try {
    const { begin, chunks } =
      from === 1 ? { begin: EMPTY_TREE, chunks: reading.chunks } : await reading.behind(from - 1);
    await writeFileLines(path, counted(ledgerExport({ environment, from, size, keys, begin, chunks }), bar));
  } catch (error) {
    throw new CommandFailure(`the export was not written: ${error instanceof Error ? error.message : 'unknown fault'}`);
  } finally {
    bar.clear();
  }
  return size;
}

async function* counted(lines: AsyncIterable<string>, bar: ProgressBar): AsyncGenerator<string> {
  let done = 0;
  for await (const line of lines) {
    yield line;
    done += 1;
    if (done % 1_000 === 0) bar.update(done);
  }
}

function sequenceFrom(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('it is the sequence of an entry, from 1');
  return Number(text);
}
