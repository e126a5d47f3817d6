import { InvalidArgumentError } from 'commander';
import { type LedgerChunk, type Verdict, verify, type Witness } from '../audit/verify.js';
import { CommandFailure, type RegisterCommand } from './command.js';
import { ProgressBar } from './progress-bar.js';

/**
 * `besa audit verify`: recomputes every entry's leaf and every head of the ledger from what is stored; works without a hub.
 * Prints size and root, which anybody may keep and hand back as `--witness`; exit code 1 and the first bad sequence otherwise.
 */
export const registerAudit: RegisterCommand = (program, { withLedger, terminal }) => {
  const group = program.command('audit').description('the ledger of this hub');
  group
    .command('verify')
    .description('recompute the ledger from its entries; works without a hub, beside a running one too')
    .option('--witness <SIZE:ROOT>', 'what an earlier run printed, kept elsewhere; may be given again', addWitness, [])
    .action(async ({ witness }: { readonly witness: readonly Witness[] }) => {
      const verdict = await withLedger(async ({ size, chunks }) => {
        const bar = progressBar(size, terminal);
        const result = await verify(
          counted(chunks, bar),
          witness.toSorted((a, b) => a.size - b.size),
        );
        bar.clear();
        return result;
      });
      for (const line of report(verdict)) terminal.print(line);
    });
};

/** @throws CommandFailure that names the first bad entry */
function report(verdict: Verdict): readonly string[] {
  if (verdict.kind === 'INTACT') {
    return [`the ledger is intact: ${entries(verdict.size)}`, `witness ${verdict.size}:${verdict.root}`];
  }
  const { fault, position, until, explanation } = verdict;
  const where = position === until ? `entry ${position}` : `entry ${position}, or one up to ${until}`;
  throw new CommandFailure(`the ledger is broken: ${where}: ${fault}: ${explanation}`, [
    'compare with a backup or with what the agencies keep; nothing before the entry named is in doubt',
  ]);
}

function addWitness(text: string, before: readonly Witness[]): readonly Witness[] {
  const [, size, root] = /^([1-9]\d*):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (size === undefined || root === undefined)
    throw new InvalidArgumentError('it is `SIZE:ROOT`, as an earlier run printed it');
  return [...before, { size: Number(size), root: root.toLowerCase() }];
}

function progressBar(total: number, terminal: { readonly interactive: boolean; readonly color: boolean }): ProgressBar {
  return new ProgressBar({
    title: 'Verifying',
    total,
    count: (done) => `${done.toLocaleString('en')} of ${entries(total)}`,
    write: (text) => process.stderr.write(text),
    interactive: terminal.interactive,
    color: terminal.color,
    width: () => process.stderr.columns,
  });
}

async function* counted(chunks: AsyncIterable<LedgerChunk>, bar: ProgressBar): AsyncGenerator<LedgerChunk> {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    done += chunk.rows.length;
    bar.update(done);
  }
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count.toLocaleString('en')} entries`;
}
