import type { Command } from 'commander';
import { changeSentence, documentDifference } from '../hub/agreements/show-negotiation.js';
import { type CommandContext, CommandFailure } from './command.js';
import { askHub, dataOf, hubUrl } from './hub-client.js';
import { obtainToken } from './token.js';

type Document = Parameters<typeof documentDifference>[0];

interface DiffOptions {
  readonly as?: string;
  readonly from?: string;
  readonly to?: string;
}

interface Compared {
  readonly negotiation: {
    readonly version: number;
    readonly state: string;
    readonly round: number;
    readonly document: Document;
    readonly rounds: readonly { readonly round: number; readonly document: Document }[];
  };
  readonly versions: readonly { readonly version: number; readonly document: Document }[];
}

interface Wording {
  readonly name: string;
  readonly document: Document;
}

const QUERY = `query ($reference: String!) { agreement(reference: $reference) {
  versions { version document } negotiation { version state round document rounds { round document } } } }`;

/** `besa agreement diff`: what one wording changed of another, place by place. */
export function registerAgreementDiff(group: Command, context: CommandContext): void {
  group
    .command('diff')
    .description('what the wording on the table, or a version, changes of the one before')
    .argument('<reference>', 'such as AGR-2024-002')
    .option('--from <version>', 'a finalised version; omitted = the wording before')
    .option('--to <version>', 'a finalised version; omitted = what is on the table, else the newest version')
    .option('--as <agency>', 'demo mode: act as this agency')
    .action((reference: string, options: DiffOptions) => diff(context, reference, options));
}

async function diff(context: CommandContext, reference: string, options: DiffOptions): Promise<void> {
  const { as: agency } = options;
  const token = await obtainToken(context, { roles: ['POLICY_OFFICER'], ...(agency === undefined ? {} : { agency }) });
  const data = dataOf(await askHub({ url: hubUrl(context.config()), token }, QUERY, { reference }));
  const agreement = data.agreement as Compared | null;
  if (agreement == null) throw new CommandFailure(`there is no agreement \`${reference}\` of yours`);
  const { before, after } = chosen(reference, agreement, options);
  const changes = documentDifference(before.document, after.document);
  context.terminal.print(`${reference}: ${before.name} → ${after.name}`);
  if (changes.length === 0) context.terminal.print('nothing changed');
  for (const change of changes) context.terminal.print(changeSentence(change));
}

function chosen(
  reference: string,
  agreement: Compared,
  { from, to }: DiffOptions,
): { readonly before: Wording; readonly after: Wording } {
  const { versions, negotiation } = agreement;
  const finalised = versions.map(({ version, document }) => ({ version, name: `version ${version}`, document }));
  const named = (number: string): Wording => {
    const found = finalised.find(({ version }) => String(version) === number);
    if (found === undefined) throw new CommandFailure(`\`${reference}\` has no finalised version ${number}`);
    return found;
  };
  const after = to === undefined ? (onTheTable(negotiation) ?? finalised.at(-1)) : named(to);
  const before = from === undefined ? wordingBefore(agreement, after) : named(from);
  if (after === undefined || before === undefined) {
    throw new CommandFailure(`\`${reference}\` has only one wording so far`, ['there is nothing to compare it with']);
  }
  return { before, after };
}

function onTheTable({ version, state, round, document }: Compared['negotiation']): Wording | undefined {
  if (state === 'FINALIZED' || state === 'TERMINATED') return undefined;
  return { name: round === 0 ? `draft of version ${version}` : `version ${version}, round ${round}`, document };
}

/** The round before, else the version before. */
function wordingBefore({ versions, negotiation }: Compared, after: Wording | undefined): Wording | undefined {
  const { version, round, rounds } = negotiation;
  const isOnTable = after !== undefined && after.document === negotiation.document;
  const earlier = isOnTable ? rounds.find((one) => one.round === round - 1) : undefined;
  if (earlier !== undefined) return { name: `version ${version}, round ${earlier.round}`, document: earlier.document };
  const index = isOnTable ? versions.length : versions.findIndex(({ document }) => document === after?.document);
  const last = versions[index - 1];
  return last === undefined ? undefined : { name: `version ${last.version}`, document: last.document };
}
