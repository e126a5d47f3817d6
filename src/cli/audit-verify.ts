import { readFile, stat } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { readConsistency } from '../audit/compare-witnesses.js';
import { headTrust, readKeptHead } from '../audit/head-trust.js';
import {
  type ConsistencyProof,
  type LedgerChunk,
  type LedgerReading,
  type Verdict,
  verify,
  type Witness,
} from '../audit/verify.js';
import { verifyExport } from '../audit/verify-export.js';
import { type CommandContext, CommandFailure, type RegisterCommand, type Terminal } from './command.js';
import { type CheckedFile, comparedHeads } from './compared-heads.js';
import { fileLines } from './file-lines.js';
import { ProgressBar } from './progress-bar.js';

interface Options {
  readonly export: readonly string[];
  readonly archive: readonly string[];
  readonly head: readonly string[];
  readonly witness: readonly Witness[];
  readonly consistency: readonly string[];
  readonly key: readonly string[];
}

/** What somebody kept elsewhere. */
interface Kept {
  readonly witnesses: readonly Witness[];
  readonly consistency: readonly ConsistencyProof[];
  /** fingerprints or public keys, hex */
  readonly trusted: readonly string[];
}

/**
 * `besa audit verify`: recomputes every entry's leaf and every head of the ledger from what is stored, or from a file alone;
 * works without a hub. Prints size and root, which anybody may keep and hand back as `--witness`; exit code 1 and the first bad
 * sequence otherwise.
 */
export const registerAudit: RegisterCommand = (program, context) => {
  const group = program.command('audit').description('the ledger of this hub');
  group
    .command('verify')
    .description('recompute the ledger from its entries; works without a hub, beside a running one too')
    .option('--export <FILE>', 'check this file instead of the database; several: parts in their order', added, [])
    .option('--archive <FILE>', 'check this file too, and that it is of this ledger; may be given again', added, [])
    .option('--head <FILE>', 'a signed head that was kept elsewhere; may be given again', added, [])
    .option('--witness <SIZE:ROOT>', 'what an earlier run printed, kept elsewhere; may be given again', addWitness, [])
    .option('--consistency <FILE>', 'of an export: what `ledgerConsistency` answered; may be given again', added, [])
    .option('--key <FINGERPRINT>', 'of a key of the hub, kept elsewhere; may be given again', addKey, [])
    .action(async (options: Options) => {
      const kept = await keptElsewhere(options);
      const lines =
        options.export.length > 0 ? await ofFiles(options, kept, context) : await ofDatabase(options, kept, context);
      for (const line of lines) context.terminal.print(line);
    });
};

async function ofDatabase(
  { archive, consistency }: Options,
  kept: Kept,
  { withLedger, terminal }: CommandContext,
): Promise<readonly string[]> {
  if (consistency.length > 0)
    throw new CommandFailure('`--consistency` goes with `--export`', [
      'the database is compared with every head without it',
    ]);
  const files = await checkedFiles(archive, kept, terminal);
  // What stands in a file that holds together is known of the tree at both its ends.
  const ends = files.flatMap(({ verdict }) =>
    verdict.of === 'LEDGER' ? [verdict.before, { size: verdict.ledger.size, root: verdict.ledger.root }] : [],
  );
  return withLedger(async (reading) => {
    const trust = headTrust(reading.keys, { trusted: kept.trusted });
    const bar = entriesBar(reading.size, terminal);
    const { size, isArchived } = reading;
    const options = { size, isArchived, doubtOf: trust.doubtOf };
    const verdict = await verify(counted(reading, bar), [...kept.witnesses, ...ends], options);
    bar.clear();
    return reportOfLedger(
      verdict,
      kept,
      trust.keys.map(({ fingerprint }) => fingerprint),
      'the ledger',
    );
  });
}

async function ofFiles(
  { export: paths }: Options,
  kept: Kept,
  { terminal }: CommandContext,
): Promise<readonly string[]> {
  const files = await checkedFiles(paths, kept, terminal);
  const reports = files.flatMap(({ path, verdict }, place) => {
    if (verdict.of === 'VIEW')
      return [
        `the view of ${verdict.viewer} is intact: ${entries(verdict.entries)}, proved in a ledger of ${verdict.size.toLocaleString('en')}`,
        ...NOT_ALL,
        ...trustLines(verdict.keys, kept),
      ];
    const before = files[place - 1]?.verdict;
    if (
      before?.of === 'LEDGER' &&
      (before.ledger.size !== verdict.before.size || before.ledger.root !== verdict.before.root)
    ) {
      throw new CommandFailure(`${path} does not begin where ${files[place - 1]?.path} ends`, [
        'give the files in the order of their entries; otherwise one of them is of another ledger',
      ]);
    }
    const from = verdict.from === 1 ? '' : ` from entry ${verdict.from} on`;
    return reportOfLedger(verdict.ledger, kept, verdict.keys, `the export${from}`);
  });
  return [...reports, ...comparedHeads(files, kept.witnesses)];
}

/** What no view can prove by itself. */
const NOT_ALL = [
  'what is there is genuine, and nothing was taken out on the way; whether the hub left anything out, no view can tell:',
  'compare its sequences with the views of the agencies that asked, or with the full export (docs/evidence.md)',
];

async function checkedFiles(paths: readonly string[], kept: Kept, terminal: Terminal): Promise<readonly CheckedFile[]> {
  const checked: CheckedFile[] = [];
  for (const [place, path] of paths.entries()) {
    // A head of more entries than this part has says nothing of it, unless it is the last one.
    const isLast = place === paths.length - 1;
    checked.push({ path, verdict: await checkedFile(path, kept, isLast, terminal) });
  }
  return checked;
}

async function checkedFile(
  path: string,
  { witnesses, consistency, trusted }: Kept,
  isLast: boolean,
  terminal: Terminal,
): Promise<CheckedFile['verdict']> {
  const { size } = await stat(path).catch(() => {
    throw new CommandFailure(`there is no file ${path}`);
  });
  let done = 0;
  const bar = progressBar(size, terminal, () => entries(done));
  try {
    const verdict = await verifyExport(
      fileLines(path, (bytes) => bar.update(bytes)),
      {
        witnesses,
        consistency,
        trusted,
        goesOn: !isLast,
        onProgress: (count) => {
          done = count;
        },
      },
    );
    if (verdict.kind === 'BROKEN') throw failureOf(verdict, `the export ${path}`);
    return verdict;
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`${path} cannot be checked: ${error instanceof Error ? error.message : 'unknown fault'}`);
  } finally {
    bar.clear();
  }
}

async function keptElsewhere({ head, witness, key, consistency }: Options): Promise<Kept> {
  const heads = await Promise.all(head.map(keptHead));
  const proofs = await Promise.all(consistency.map(keptProof));
  return {
    witnesses: [...witness, ...heads.map(({ size, root }) => ({ size, root }))],
    consistency: proofs,
    trusted: [...key, ...heads.map(({ publicKey }) => publicKey)],
  };
}

async function keptHead(path: string) {
  try {
    return readKeptHead(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CommandFailure(`${path} is no signed head: ${error instanceof Error ? error.message : 'unknown fault'}`, [
      'a head is a file as `GET /ledger/v1/head.json` gives it',
    ]);
  }
}

async function keptProof(path: string): Promise<ConsistencyProof> {
  try {
    return readConsistency(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CommandFailure(`${path} is no proof: ${error instanceof Error ? error.message : 'unknown fault'}`);
  }
}

/** @throws CommandFailure that names the first bad entry */
function reportOfLedger(verdict: Verdict, kept: Kept, keys: readonly string[], what: string): readonly string[] {
  if (verdict.kind === 'BROKEN') throw failureOf(verdict, what);
  const { size, root, archived, signedSize } = verdict;
  if (kept.trusted.length > 0 && signedSize === 0 && size > 0) {
    throw new CommandFailure(`${what} has no head signed by a key that was given: nothing of it is vouched for`, [
      'check without `--key` and `--head`, or against a `--witness` only',
    ]);
  }
  const signed =
    signedSize > 0 ? [`signed up to entry ${signedSize.toLocaleString('en')}`, ...trustLines(keys, kept)] : [];
  const away = archived > 0 ? [`${entries(archived)} in archives: leaves checked here, texts with \`--archive\``] : [];
  return [`${what} is intact: ${entries(size)}`, `witness ${size}:${root}`, ...signed, ...away];
}

function trustLines(keys: readonly string[], { trusted }: Kept): readonly string[] {
  if (trusted.length > 0) return [];
  return [`by the key ${keys.join(', ')}, taken as it stands there: give what you keep as \`--key\` or \`--head\``];
}

function failureOf(verdict: Extract<Verdict, { readonly kind: 'BROKEN' }>, what: string): CommandFailure {
  const { fault, position, until, explanation } = verdict;
  const where = position === until ? `entry ${position}` : `entry ${position}, or one up to ${until}`;
  return new CommandFailure(`${what} is broken: ${where}: ${fault}: ${explanation}`, [
    'compare with a backup or with what the agencies keep; nothing before the entry named is in doubt',
  ]);
}

const added = (text: string, before: readonly string[]): readonly string[] => [...before, text];

function addWitness(text: string, before: readonly Witness[]): readonly Witness[] {
  const [, size, root] = /^([1-9]\d*):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (size === undefined || root === undefined)
    throw new InvalidArgumentError('it is `SIZE:ROOT`, as an earlier run printed it');
  return [...before, { size: Number(size), root: root.toLowerCase() }];
}

function addKey(text: string, before: readonly string[]): readonly string[] {
  if (!/^([0-9a-f]{32}|[0-9a-f]{64})$/i.test(text))
    throw new InvalidArgumentError('it is a fingerprint of 32 hexadecimal digits, or a public key of 64');
  return [...before, text.toLowerCase()];
}

const entriesBar = (total: number, terminal: Terminal): ProgressBar =>
  progressBar(total, terminal, (done) => `${done.toLocaleString('en')} of ${entries(total)}`);

function progressBar(total: number, terminal: Terminal, count: (done: number) => string): ProgressBar {
  return new ProgressBar({
    title: 'Verifying',
    total,
    count,
    write: (text) => process.stderr.write(text),
    interactive: terminal.interactive,
    color: terminal.color,
    width: () => process.stderr.columns,
  });
}

async function* counted({ chunks }: LedgerReading, bar: ProgressBar): AsyncGenerator<LedgerChunk> {
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
