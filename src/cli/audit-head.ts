import { writeFile } from 'node:fs/promises';
import { type KeptHead, readKeptHead } from '../audit/head-trust.js';
import { fingerprintOf } from '../audit/signed-head.js';
import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { askHub, type Caller, dataOf, hubUrl } from './hub-client.js';
import { obtainToken } from './token.js';

interface Options {
  readonly out: string;
  readonly as?: string;
}

interface ProofOptions extends Options {
  readonly from: string;
  readonly to: string;
}

const ANSWER_MS_MAX = 120_000;
const AS = ['--as <agency>', 'demo mode: act as an auditor of this agency'] as const;
const CONSISTENCY = `query ($from: SafeInt!, $to: SafeInt!) { ledgerConsistency(from: $from, to: $to) { from to hashes } }`;

/**
 * `besa audit head`: the signed head of now, as a file for where nobody of the hub can reach it.
 * `besa audit consistency`: the proof that the ledger of one head grew into the one of another.
 */
export const registerAuditHead: RegisterCommand = (program, context) => {
  const group =
    program.commands.find((command) => command.name() === 'audit') ??
    program.command('audit').description('the ledger of this hub');
  group
    .command('head')
    .description('fetch the signed head of the ledger as it is now: kept elsewhere, it is your witness')
    .requiredOption('--out <FILE>', 'where to; never overwrites')
    .option(...AS)
    .action((options: Options) => keepHead(context, options));
  group
    .command('consistency')
    .description(
      'fetch the proof that the ledger of one size grew into the one of another, for `audit verify --consistency`',
    )
    .requiredOption('--from <size>', 'entries of the older head')
    .requiredOption('--to <size>', 'entries of the newer head')
    .requiredOption('--out <FILE>', 'where to')
    .option(...AS)
    .action((options: ProofOptions) => keepProof(context, options));
};

async function keepProof(context: CommandContext, { from, to, out, as }: ProofOptions): Promise<void> {
  const caller = await callerOf(context, as);
  const answered = await askHub(caller, CONSISTENCY, { from: sizeOf(from), to: sizeOf(to) });
  const proof = dataOf(answered).ledgerConsistency;
  await writeFile(out, `${JSON.stringify(proof)}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(`\`${out}\` cannot be written (${error.code ?? 'error'})`);
  });
  context.terminal.print(out);
}

/** @throws CommandFailure */
function sizeOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CommandFailure(`\`${text}\` is no number of entries`);
}

async function callerOf(context: CommandContext, agency: string | undefined): Promise<Caller> {
  const url = hubUrl(context.config());
  return {
    url,
    token: await obtainToken(context, { roles: ['AUDITOR'], ...(agency === undefined ? {} : { agency }) }),
  };
}

async function keepHead(context: CommandContext, { out, as: agency }: Options): Promise<void> {
  const { url, token } = await callerOf(context, agency);
  const text = await fetched(`${url}/ledger/v1/head.json`, token);
  const { size, publicKey } = headIn(text, url);
  // INVARIANT (a witness stays): the head that was kept before may be the only one that contradicts a changed past.
  await writeFile(out, text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new CommandFailure(`\`${out}\` exists already`, ['give each head a file']);
    throw new CommandFailure(`\`${out}\` cannot be written (${error.code ?? 'error'})`);
  });
  context.terminal.print(
    `${out}: the head of ${size.toLocaleString('en')} entries, signed by the key ${fingerprintOf(publicKey)}`,
  );
}

/** @throws CommandFailure if what came is no head, or its signature does not hold */
function headIn(text: string, url: string): KeptHead {
  try {
    return readKeptHead(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown fault';
    throw new CommandFailure(`what ${url} gave is no signed head: ${why}`, ['nothing was written']);
  }
}

async function fetched(address: string, token: string): Promise<string> {
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  }).catch(() => {
    throw new CommandFailure(`the hub at ${new URL(address).origin} does not answer`, ['is it running? `npm start`']);
  });
  const text = await response.text();
  if (!response.ok) throw new CommandFailure(refusalIn(text) ?? `what answers is no hub (HTTP ${response.status})`);
  return text;
}

function refusalIn(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as {
      readonly errors: readonly [{ readonly message: string; readonly extensions: { readonly code: string } }];
    };
    return `${errors[0].message} [${errors[0].extensions.code}]`;
  } catch {
    return undefined;
  }
}
