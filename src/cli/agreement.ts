import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Role } from '../domain/identity.js';
import { registerAgreementDiff } from './agreement-diff.js';
import { registerAgreementExport } from './agreement-export.js';
import { readDocument } from './agreement-file.js';
import { registerAgreementSimulate } from './agreement-simulate.js';
import { agreementLines, differenceLines, type ShownAgreement } from './agreement-text.js';
import { verifyAtRest, verifyWithHub } from './agreement-verify.js';
import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { askHub, type Caller, dataOf, hubUrl, payloadOf } from './hub-client.js';
import { signText } from './sign-text.js';
import { obtainToken } from './token.js';

interface AgreementOptions {
  readonly as?: string;
  readonly reason?: string;
  readonly effectiveAt?: string;
  readonly assigner?: string;
  readonly article?: string;
  readonly key?: string;
  readonly json?: boolean;
}

const AS = ['--as <agency>', 'demo mode: act as this agency, with its demo identity and key'] as const;
const REASON = ['--reason <text>', 'why; the other parties read it'] as const;

/** `besa agreement draft | amend | offer | counter | accept | reject | withdraw | sign | suspend | resume | terminate | show | verify`. */
export const registerAgreement: RegisterCommand = (program, context) => {
  const group = program.command('agreement').description("an agreement's life: from the draft to its end");
  registerAgreementExport(group, context);
  registerAgreementDiff(group, context);
  registerAgreementSimulate(group, context);
  const act: CommandOnOne = (name, description) =>
    group
      .command(name)
      .description(description)
      .argument('<reference>', 'such as AGR-2024-002')
      .option(...AS);
  registerWordings(group, context);
  registerTalks(act, context);
  registerInterruptions(act, context);
  act('show', 'show an agreement: wording, signatures, history and status')
    .option('--json', 'print it as JSON')
    .action((reference: string, options: AgreementOptions) => show(context, reference, options));
  group
    .command('verify')
    .description('check bytes and signatures: what the hub believes, and of one agreement here, not in the hub')
    .argument('[reference]', 'such as AGR-2024-002; omitted = all')
    .option('--offline', "read the hub's database, without a hub; all agreements in it")
    .option(...AS)
    .action((reference: string | undefined, options: AgreementOptions & { readonly offline?: boolean }) =>
      options.offline === true ? verifyAtRest(context, reference) : verify(context, reference, options),
    );
};

/** Makes a command about one agreement. */
type CommandOnOne = (name: string, description: string) => Command;

function registerWordings(group: Command, context: CommandContext): void {
  group
    .command('draft')
    .description('draft an agreement, or a new wording of the own draft, from its file')
    .argument('<file>', 'YAML or JSON')
    .option(...AS)
    .action((file: string, options: AgreementOptions) => draft(context, file, options));
  group
    .command('amend')
    .description('draft the next version of a finalised agreement from its file, and say what it changes for whom')
    .argument('<file>', 'YAML or JSON: the complete wording, of the same reference and parties')
    .option(...AS)
    .action((file: string, options: AgreementOptions) => amend(context, file, options));
  group
    .command('counter')
    .description('answer the wording on the table with another complete one, from its file')
    .argument('<file>', 'YAML or JSON, of the same reference and parties')
    .option(...AS)
    .action(async (file: string, options: AgreementOptions) => {
      const input = { document: await readDocument(file) };
      await change(context, 'counterAgreement', ['POLICY_OFFICER'], input, options);
    });
}

function registerTalks(act: CommandOnOne, context: CommandContext): void {
  act('offer', 'send the own draft to the other parties').action((reference: string, options: AgreementOptions) =>
    change(context, 'offerAgreement', ['POLICY_OFFICER'], { reference }, options),
  );
  act('accept', 'agree to the wording on the table').action((reference: string, options: AgreementOptions) =>
    change(context, 'acceptAgreement', ['POLICY_OFFICER'], { reference }, options),
  );
  act('reject', 'end the talks about the version on the table')
    .requiredOption(...REASON)
    .action((reference: string, options: AgreementOptions) =>
      change(context, 'rejectAgreement', ['POLICY_OFFICER'], { reference, reason: options.reason }, options),
    );
  act('withdraw', 'take back the own draft, or the own wording on the table')
    .option(...REASON)
    .action((reference: string, options: AgreementOptions) =>
      change(context, 'withdrawAgreement', ['POLICY_OFFICER'], { reference, reason: options.reason ?? null }, options),
    );
  act('sign', "sign the accepted wording; the last party's signature puts it into force")
    .option('--key <file>', "the signatory's Ed25519 key, PKCS #8 in PEM; it never leaves this machine")
    .action((reference: string, options: AgreementOptions) => sign(context, reference, options));
}

function registerInterruptions(act: CommandOnOne, context: CommandContext): void {
  for (const [name, description] of [
    ['suspend', 'stop what an agreement permits, until the same side resumes it'],
    ['resume', 'lift what the own side suspended'],
  ] as const) {
    act(name, description)
      .requiredOption(...REASON)
      .option('--effective-at <instant>', 'from when; omitted = at once')
      .option('--assigner <code>', 'one direction only: from this agency or partner')
      .option('--article <number>', 'one article only')
      .action((reference: string, options: AgreementOptions) =>
        change(context, `${name}Agreement`, ['SIGNATORY'], interruptionOf(reference, options), options),
      );
  }
  act('terminate', 'end an agreement for good')
    .requiredOption(...REASON)
    .option('--effective-at <instant>', 'from when; omitted = at once')
    .action((reference: string, options: AgreementOptions) => {
      const { assigner: _every, article: _all, ...input } = interruptionOf(reference, options);
      return change(context, 'terminateAgreement', ['SIGNATORY'], input, options);
    });
}

const interruptionOf = (reference: string, { reason, effectiveAt, assigner, article }: AgreementOptions) => ({
  reference,
  reason,
  effectiveAt: effectiveAt ?? null,
  assigner: assigner ?? null,
  article: article ?? null,
});

async function callerOf(
  context: CommandContext,
  roles: readonly Role[],
  { as: agency }: AgreementOptions,
): Promise<Caller> {
  const token = await obtainToken(context, { roles, ...(agency === undefined ? {} : { agency }) });
  return { url: hubUrl(context.config()), token };
}

async function draft(context: CommandContext, file: string, options: AgreementOptions): Promise<void> {
  await change(context, 'draftAgreement', ['POLICY_OFFICER'], await readDocument(file), options);
}

async function amend(context: CommandContext, file: string, options: AgreementOptions): Promise<void> {
  const input = { document: await readDocument(file) };
  const reference = await changed(context, 'amendAgreement', ['POLICY_OFFICER'], input, options);
  const agreement = await fetched(await callerOf(context, ['POLICY_OFFICER'], options), reference);
  for (const line of differenceLines(agreement)) context.terminal.print(line);
}

async function change(...act: Parameters<typeof changed>): Promise<void> {
  await changed(...act);
}

/** @returns the reference of the agreement */
async function changed(
  context: CommandContext,
  mutation: string,
  roles: readonly Role[],
  input: unknown,
  options: AgreementOptions,
): Promise<string> {
  const caller = await callerOf(context, roles, options);
  const type = `${INPUT_OF[mutation] ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`}Input`;
  const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) {
    agreement { reference status negotiation { version state } } userErrors { path code message } } }`;
  const payload = payloadOf(await askHub(caller, document, { input }), mutation);
  const { reference, status, negotiation } = payload.agreement as ShownAgreement;
  const stage = negotiation == null ? '' : `, version ${negotiation.version} ${negotiation.state}`;
  context.terminal.note(`✔ ${reference}: ${status ?? 'nothing in force'}${stage}`);
  return reference;
}

const INPUT_OF: Readonly<Record<string, string>> = {
  offerAgreement: 'AgreementReference',
  acceptAgreement: 'AgreementReference',
  suspendAgreement: 'InterruptAgreement',
  resumeAgreement: 'InterruptAgreement',
};

const SHOWN = `query ($reference: String!) { agreement(reference: $reference) {
  reference title parties status
  negotiation { version revision state drafter accepted signed text hash document }
  difference { effect sentence } mayEnterAlone
  versions { version status text hash finalisedAt beginsAt tightenedBy document signatures { agency publicKey signature signedAt } }
  acts { kind by effectiveAt assigner article }
  events { number kind version revision agency person reason at } } }`;

async function fetched(caller: Caller, reference: string): Promise<ShownAgreement> {
  const { agreement } = dataOf(await askHub(caller, SHOWN, { reference }));
  if (agreement == null) throw new CommandFailure(`there is no agreement \`${reference}\` of yours`);
  return agreement as ShownAgreement;
}

/** What is signed is read from the hub once and its signature sent back: a wording changed in between does not verify. */
async function sign(context: CommandContext, reference: string, options: AgreementOptions): Promise<void> {
  const caller = await callerOf(context, ['SIGNATORY'], options);
  const { negotiation, events } = await fetched(caller, reference);
  if (negotiation == null) throw new CommandFailure(`no wording of \`${reference}\` is on the table`);
  const signature = await signatureOf(context, negotiation.text, options);
  const seen = events.at(-1)?.number ?? null;
  await change(context, 'signAgreement', ['SIGNATORY'], { reference, signature, seen }, options);
}

async function signatureOf(
  { demo }: CommandContext,
  text: string,
  { as: agency, key }: AgreementOptions,
): Promise<string> {
  if (key !== undefined) {
    const pem = await readFile(key, 'utf8').catch(() => {
      throw new CommandFailure(`\`${key}\` cannot be read`);
    });
    return signText(pem, text);
  }
  if (agency === undefined || demo === undefined) {
    throw new CommandFailure('with which key?', ['name its file with `--key`, or an agency of the demo with `--as`']);
  }
  return demo.sign(agency, text);
}

async function show(context: CommandContext, reference: string, options: AgreementOptions): Promise<void> {
  const agreement = await fetched(await callerOf(context, ['POLICY_OFFICER'], options), reference);
  const lines = options.json === true ? [JSON.stringify(agreement, null, 2)] : agreementLines(agreement);
  for (const line of lines) context.terminal.print(line);
}

function verify(context: CommandContext, reference: string | undefined, options: AgreementOptions): Promise<void> {
  const door = { caller: () => callerOf(context, ['POLICY_OFFICER'], options), agreement: fetched };
  return verifyWithHub(context, door, reference);
}
