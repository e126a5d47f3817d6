import { randomUUID } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HubError } from '../domain/errors.js';
import type { LedgerKey, SignedHead } from '../domain/evidence.js';
import type { LedgerEntry } from '../domain/ledger.js';
import { type CommandContext, CommandFailure, type Evidence, type RegisterCommand } from './command.js';

interface RotateOptions {
  readonly out?: string;
  readonly key?: string;
}

const PRIVATE_TO_ITS_OWNER = 0o600;
const REASON_CHARACTERS_MAX = 2_000;

/** `besa audit rotate-key | accept-loss`: what the operator does about the ledger's key and its heads; without a hub, beside one too. */
export const registerAuditKey: RegisterCommand = (program, context) => {
  const group = groupOf(program);
  group
    .command('rotate-key')
    .description('introduce the next key for heads of the ledger, signed by the present one; works without a hub')
    .option('--out <file>', 'make the key here, and put it there (PKCS #8, PEM); never overwrites')
    .option('--key <file>', 'take this private key')
    .action((options: RotateOptions) => rotate(context, options));
  group
    .command('accept-loss')
    .description(
      'go on with a ledger that a witnessed head contradicts, and write that down in it; works without a hub',
    )
    .requiredOption('--reason <text>', 'what was lost, and why')
    .action(({ reason }: { readonly reason: string }) => acceptLoss(context, reason));
};

function groupOf(program: Command): Command {
  const found = program.commands.find((command) => command.name() === 'audit');
  return found ?? program.command('audit').description('the ledger of this hub');
}

async function rotate({ withEvidence, terminal }: CommandContext, { key, out }: RotateOptions): Promise<void> {
  if ((key === undefined) === (out === undefined))
    throw new CommandFailure('which key is it to be?', ['name a new file with `--out`, or a private key with `--key`']);
  const introduced = await withEvidence(async ({ newKeyPem, rotate: introduce }) => {
    const pem = key === undefined ? await made(out ?? '', newKeyPem()) : await readKey(key);
    return introduce(pem, rotationEntry);
  }).catch(asFailure);
  const file = out ?? key ?? '';
  terminal.print(introduced.fingerprint);
  terminal.note(`✔ the ledger's next key is introduced; the one before it signs nothing from now on`);
  terminal.note(
    `  · give \`${file}\` to every process of this hub: \`BESA_LEDGER_KEY_FILE\`, or \`ledger-key.pem\` in \`BESA_DATA\``,
  );
  terminal.note('  · then restart them: until then they answer, and sign no head');
}

/** Durable before the key is introduced: an introduced key that is lost could not introduce the next one. */
async function made(path: string, pem: string): Promise<string> {
  const file = await open(path, 'wx', PRIVATE_TO_ITS_OWNER).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new CommandFailure(`\`${path}\` exists already`, ['name another file']);
    throw new CommandFailure(`\`${path}\` cannot be written (${error.code ?? 'error'})`);
  });
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
  return pem;
}

async function readKey(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(`\`${path}\` cannot be read (${error.code ?? 'error'})`);
  });
}

async function acceptLoss({ withEvidence, terminal }: CommandContext, reason: string): Promise<void> {
  if (reason.trim() === '' || reason.length > REASON_CHARACTERS_MAX)
    throw new CommandFailure(`a reason has 1 to ${REASON_CHARACTERS_MAX} characters`);
  const found = await withEvidence(async ({ ledger, safekeeping, treeHeads, witnesses }) => {
    const { contradictions, treeSize } = await witnesses.look();
    const lost = contradictions[0] ?? (await lostHead({ safekeeping, treeHeads }));
    if (lost === undefined)
      throw new CommandFailure('there is no loss to accept: the ledger grew out of every head in safekeeping');
    const { at, root, size } = lost;
    const told = {
      ledgerSize: treeSize,
      reason,
      witnessedAt: at.toISOString(),
      witnessedRoot: root,
      witnessedSize: size,
    };
    // The entry first: heads are set aside only once it is on record that they were.
    await ledger.append(systemEntry('acceptLoss', { heads: contradictions.length, ...told }));
    await safekeeping.supersede(contradictions.map(({ file }) => file));
    await treeHeads.sign();
    return { ...told, heads: contradictions.length };
  }).catch(asFailure);
  terminal.print(
    found.heads === 0
      ? `accepted: the ledger goes on at ${found.ledgerSize}, and what safekeeping held is lost`
      : `accepted: the ledger goes on at ${found.ledgerSize}, a head of ${found.witnessedSize} entries was witnessed`,
  );
  terminal.note(`✔ written down in the ledger; ${aside(found.heads)}`);
  terminal.note('  · tell the agencies: heads they kept go on saying that entries are missing, and they are right');
}

/** The newest head signed, where safekeeping has none any more: then nobody but the agencies can tell what the ledger was. */
async function lostHead({
  safekeeping,
  treeHeads,
}: Pick<Evidence, 'safekeeping' | 'treeHeads'>): Promise<SignedHead | undefined> {
  return (await safekeeping.newestHead()) === undefined ? treeHeads.latest() : undefined;
}

function aside(heads: number): string {
  if (heads === 0) return 'safekeeping begins anew with the head of now';
  return `${heads === 1 ? 'the head is' : `${heads} heads are`} in \`superseded\` of the safekeeping folder`;
}

/** What the hub refuses is no fault of the command. */
function asFailure(error: unknown): never {
  if (error instanceof HubError) throw new CommandFailure(error.message);
  throw error;
}

/** What the hub itself enters, for its operator. */
function systemEntry(action: string, subject: LedgerEntry['subject']): LedgerEntry {
  return {
    requestId: randomUUID(),
    agency: null,
    person: 'besa',
    roles: [],
    purpose: null,
    regime: null,
    justification: null,
    action,
    operation: { name: null, hash: null },
    outcome: 'ANSWERED',
    errorCode: null,
    asks: [],
    subject,
    durationMs: 0,
  };
}

const rotationEntry = ({ fingerprint, publicKey }: LedgerKey): LedgerEntry =>
  systemEntry('rotateLedgerKey', { key: fingerprint, publicKey });
