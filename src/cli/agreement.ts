import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import type { Role } from '../domain/identity.js';
import { agreementLines, type ShownAgreement, verdictLines } from './agreement-text.js';
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

/** `besa agreement draft | offer | accept | reject | sign | suspend | resume | terminate | show | verify`. */
export const registerAgreement: RegisterCommand = (program, context) => {
  const group = program.command('agreement').description("an agreement's life: from the draft to its end");
  const act = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .argument('<reference>', 'such as AGR-2024-002')
      .option(...AS);
  group
    .command('draft')
    .description('draft an agreement, or a new wording of the own draft, from its file')
    .argument('<file>', 'YAML or JSON')
    .option(...AS)
    .action((file: string, options: AgreementOptions) => draft(context, file, options));
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
  act('sign', "sign the accepted wording; the last party's signature puts it into force")
    .option('--key <file>', "the signatory's Ed25519 key, PKCS #8 in PEM; it never leaves this machine")
    .action((reference: string, options: AgreementOptions) => sign(context, reference, options));
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
  act('show', 'show an agreement: wording, signatures, history and status')
    .option('--json', 'print it as JSON')
    .action((reference: string, options: AgreementOptions) => show(context, reference, options));
  act('verify', 'check the bytes and signatures of every version in force, here and not in the hub').action(
    (reference: string, options: AgreementOptions) => verify(context, reference, options),
  );
};

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
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandFailure(`\`${file}\` cannot be read`);
  });
  const input = documentOf(file, text);
  await change(context, 'draftAgreement', ['POLICY_OFFICER'], input, options);
}

/** YAML holds JSON, so one reader does for both. Dates stay text: a day has no time zone. */
function documentOf(file: string, text: string): unknown {
  try {
    return parse(text, { schema: 'core' });
  } catch (error) {
    throw new CommandFailure(
      `\`${file}\` is no YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`,
    );
  }
}

async function change(
  context: CommandContext,
  mutation: string,
  roles: readonly Role[],
  input: unknown,
  options: AgreementOptions,
): Promise<void> {
  const caller = await callerOf(context, roles, options);
  const type = `${INPUT_OF[mutation] ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`}Input`;
  const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) {
    agreement { reference status negotiation { version state } } userErrors { path code message } } }`;
  const payload = payloadOf(await askHub(caller, document, { input }), mutation);
  const { reference, status, negotiation } = payload.agreement as ShownAgreement;
  const stage = negotiation == null ? '' : `, version ${negotiation.version} ${negotiation.state}`;
  context.terminal.note(`✔ ${reference}: ${status ?? 'nothing in force'}${stage}`);
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
  versions { version status text hash finalisedAt document signatures { agency publicKey signature signedAt } }
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

async function verify(context: CommandContext, reference: string, options: AgreementOptions): Promise<void> {
  const agreement = await fetched(await callerOf(context, ['POLICY_OFFICER'], options), reference);
  const { lines, faults } = verdictLines(agreement);
  for (const line of lines) context.terminal.print(line);
  if (faults.length > 0) throw new CommandFailure(`\`${reference}\` does not verify`, faults);
}
