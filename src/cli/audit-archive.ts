import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { ArchivedMonth, ArchiveProgress } from '../hub/ports.js';
import { CommandFailure, type RegisterCommand, type Terminal } from './command.js';
import { ProgressBar } from './progress-bar.js';

interface Options {
  readonly before: string;
  readonly out?: string;
}

const STEPS: Readonly<Record<ArchiveProgress['step'], string>> = {
  WRITING: 'Writing',
  CHECKING: 'Checking',
  REMOVING: 'Removing',
};

/**
 * `besa audit archive`: brings old months of the ledger into files, and what they hold out of the database. Each file is read back
 * and compared with the tree before anything is removed; broken off anywhere, the command is run again.
 */
export const registerAuditArchive: RegisterCommand = (program, { archiveLedger, config, terminal }) => {
  const group =
    program.commands.find((command) => command.name() === 'audit') ??
    program.command('audit').description('the ledger of this hub');
  group
    .command('archive')
    .description('bring months that BESA_LEDGER_KEEP lets go into files; works without a hub, beside a running one too')
    .requiredOption('--before <YYYY-MM>', 'months before this one', monthFrom)
    .option('--out <folder>', 'where the files go; absent: BESA_ARCHIVE')
    .action(async ({ before, out }: Options) => {
      const { ledgerKeptMonths: keptMonths, archiveFolder } = config();
      if (keptMonths === undefined) {
        throw new CommandFailure('entries of the ledger are kept for ever: no rule lets them go', [
          'set `BESA_LEDGER_KEEP` to how long they stay in the database, such as `P5Y`',
        ]);
      }
      const folder = out === undefined ? archiveFolder : resolve(out);
      if (folder === undefined) {
        throw new CommandFailure('nobody says where the files go', ['give `--out`, or set `BESA_ARCHIVE`']);
      }
      const bar = new Bar(terminal);
      const months = await archiveLedger({ before, folder, keptMonths, onProgress: (progress) => bar.show(progress) });
      bar.clear();
      for (const month of months) terminal.print(lineOf(month));
      if (months.length === 0) {
        terminal.print(`nothing to archive: no month before ${before} has entries that ${keptMonths} months let go`);
      }
    });
};

const lineOf = ({ month, first, last, file, sha256 }: ArchivedMonth): string =>
  `${month}  entries ${first} to ${last}  ${file}  sha256 ${sha256}`;

function monthFrom(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('it is a month, such as `2024-01`');
  return text;
}

/** One bar after the other: each step of each month has its own count. */
class Bar {
  readonly #terminal: Terminal;
  #bar: ProgressBar | undefined;
  #title = '';

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show({ month, step, done, total }: ArchiveProgress): void {
    const title = `${STEPS[step]} ${month}`;
    if (title !== this.#title) {
      this.#bar?.clear();
      this.#title = title;
      this.#bar = new ProgressBar({
        title,
        total,
        count: (count) => `${count.toLocaleString('en')} of ${total.toLocaleString('en')} entries`,
        write: (text) => process.stderr.write(text),
        interactive: this.#terminal.interactive,
        color: this.#terminal.color,
        width: () => process.stderr.columns,
      });
    }
    this.#bar?.update(done);
  }

  clear(): void {
    this.#bar?.clear();
  }
}
