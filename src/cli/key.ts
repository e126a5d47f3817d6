import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { Role } from '../domain/identity.js';
import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { askHub, type Caller, dataOf, hubUrl, payloadOf } from './hub-client.js';
import { publicKeyOf } from './sign-text.js';
import { demoToken, obtainToken } from './token.js';

interface KeyOptions {
  readonly as?: string;
  readonly agency?: string;
  readonly operator?: boolean;
  readonly reason?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly json?: boolean;
}

const AS = ['--as <agency>', 'demo mode: act as this agency'] as const;
const OPERATOR = ['--operator', 'demo mode: act as the operator of the hub'] as const;
const KEY = ['<key>', '64 hexadecimal digits, or the file of the private or public key'] as const;
const PRIVATE_TO_ITS_OWNER = 0o600;

/** `besa key generate | register | confirm | revoke | list`: signatory keys. A private key never leaves the machine it was made on. */
export const registerKey: RegisterCommand = (program, context) => {
  const group = program
    .command('key')
    .description("signatories' keys: one person registers, another one of the agency confirms");
  group
    .command('generate')
    .description('make an Ed25519 key here; prints its public half')
    .requiredOption('--out <file>', 'where the private key goes (PKCS #8, PEM); never overwrites')
    .action(({ out }: { readonly out: string }) => generate(context, out));
  group
    .command('register')
    .description("propose the public key of an agency's signatory; it signs nothing until it is confirmed")
    .argument(...KEY)
    .option('--agency <code>', 'whose key it is; omitted = the agency of `--as`')
    .option('--valid-from <instant>', 'omitted = from now on')
    .option('--valid-until <instant>', 'omitted = until it is revoked')
    .option(...AS)
    .option(...OPERATOR)
    .action((key: string, options: KeyOptions) => register(context, key, options));
  group
    .command('confirm')
    .description('confirm a key of the own agency that another person registered')
    .argument(...KEY)
    .option(...AS)
    .action(async (key: string, options: KeyOptions) =>
      change(context, 'confirmSignatoryKey', ['SIGNATORY'], { publicKey: await publicKeyFrom(key) }, options),
    );
  group
    .command('revoke')
    .description('end a key; what was signed with it before stays signed')
    .argument(...KEY)
    .requiredOption('--reason <text>', 'why')
    .option(...AS)
    .option(...OPERATOR)
    .action(async (key: string, options: KeyOptions) => {
      const input = { publicKey: await publicKeyFrom(key), reason: options.reason };
      return change(context, 'revokeSignatoryKey', ['SIGNATORY'], input, options);
    });
  group
    .command('list')
    .description('list the keys of the own agency, or of one that signed something with it')
    .option('--agency <code>', 'omitted = the own')
    .option(...AS)
    .option(...OPERATOR)
    .option('--json', 'print them as JSON')
    .action((options: KeyOptions) => list(context, options));
};

async function generate({ terminal }: CommandContext, file: string): Promise<void> {
  const { privateKey }: { readonly privateKey: KeyObject } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  // `wx`: a key that is overwritten is lost, and what it alone could sign with it.
  await writeFile(file, pem, { mode: PRIVATE_TO_ITS_OWNER, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new CommandFailure(`\`${file}\` exists already`, ['name another file']);
    throw new CommandFailure(`\`${file}\` cannot be written (${error.code ?? 'error'})`);
  });
  terminal.print(publicKeyOf(pem));
  terminal.note(
    `✔ ${file}: keep it where only its signatory can read it; the line above is the public key to register`,
  );
}

async function register(context: CommandContext, key: string, options: KeyOptions): Promise<void> {
  const agency = options.agency ?? options.as;
  if (agency === undefined) throw new CommandFailure('whose key is it?', ['name the agency with `--agency`']);
  const { validFrom = null, validUntil = null } = options;
  const input = { agency, publicKey: await publicKeyFrom(key), validFrom, validUntil };
  await change(context, 'registerSignatoryKey', ['POLICY_OFFICER'], input, options);
}

async function change(
  context: CommandContext,
  mutation: string,
  roles: readonly Role[],
  input: Readonly<Record<string, unknown>>,
  options: KeyOptions,
): Promise<void> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { agency { code } userErrors { path code message } } }`;
  const payload = payloadOf(await askHub(await callerOf(context, roles, options), document, { input }), mutation);
  const { code } = payload.agency as { readonly code: string };
  const next =
    mutation === 'registerSignatoryKey' ? '; another person of the agency confirms it with `besa key confirm`' : '';
  context.terminal.note(`✔ ${code}: ${DONE[mutation] ?? 'done'}${next}`);
}

const DONE: Readonly<Record<string, string>> = {
  registerSignatoryKey: 'the key is registered and signs nothing yet',
  confirmSignatoryKey: 'the key is confirmed and counts from now on',
  revokeSignatoryKey: 'the key is revoked',
};

interface ShownKey {
  readonly publicKey: string;
  readonly validFrom: string;
  readonly validUntil: string | null;
  readonly confirmedAt: string | null;
  readonly endedAt: string | null;
  readonly endReason: string | null;
}

async function list(context: CommandContext, options: KeyOptions): Promise<void> {
  const caller = await callerOf(context, ['POLICY_OFFICER'], options);
  const document = `query ($agency: String) { signatoryKeys(agency: $agency) {
    publicKey validFrom validUntil confirmedAt endedAt endReason } }`;
  const { signatoryKeys } = dataOf(await askHub(caller, document, { agency: options.agency ?? null }));
  const keys = signatoryKeys as readonly ShownKey[];
  if (options.json === true) context.terminal.print(JSON.stringify(keys, null, 2));
  else for (const key of keys) context.terminal.print(keyLine(key));
  if (keys.length === 0) context.terminal.note('no key that you may see');
}

function keyLine({ publicKey, validFrom, validUntil, confirmedAt, endedAt, endReason }: ShownKey): string {
  const state = [
    confirmedAt === null ? 'NOT CONFIRMED' : `confirmed ${confirmedAt}`,
    `from ${validFrom}`,
    ...(validUntil === null ? [] : [`until ${validUntil}`]),
    ...(endedAt === null ? [] : [`REVOKED ${endedAt}${endReason === null ? '' : `: ${endReason}`}`]),
  ];
  return `${publicKey}  ${state.join(', ')}`;
}

async function callerOf(
  context: CommandContext,
  roles: readonly Role[],
  { as: agency, operator = false }: KeyOptions,
): Promise<Caller> {
  const token = operator
    ? await demoToken(context, { roles: ['OPERATOR'] })
    : await obtainToken(context, { roles, ...(agency === undefined ? {} : { agency }) });
  return { url: hubUrl(context.config()), token };
}

/** The key as digits, or out of a file; of a private key only the public half goes any further. */
async function publicKeyFrom(key: string): Promise<string> {
  if (/^[0-9a-f]{64}$/i.test(key)) return key.toLowerCase();
  const pem = await readFile(key, 'utf8').catch(() => {
    throw new CommandFailure(`\`${key}\` is neither a public key nor a file that can be read`, [
      'a public key is 64 hexadecimal digits; `besa key generate` prints one',
    ]);
  });
  try {
    return publicKeyOf(pem);
  } catch {
    throw new CommandFailure(`\`${key}\` holds no Ed25519 key`, ['make one with `besa key generate`']);
  }
}
