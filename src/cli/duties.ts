import type { CommandContext, RegisterCommand } from './command.js';
import { askHub, type Caller, dataOf, hubUrl, payloadOf } from './hub-client.js';
import { obtainToken } from './token.js';

interface Options {
  readonly as?: string;
  readonly json?: boolean;
  readonly status?: string;
  readonly since?: string;
  readonly statement?: string;
}

interface ListedDuty {
  readonly id: string;
  readonly agreement: string;
  readonly kind: string;
  readonly article: string | null;
  readonly debtor: string;
  readonly creditor: string;
  readonly words: string | null;
  readonly dueAt: string | null;
  readonly status: string;
}

interface ListedNotice {
  readonly kind: string;
  readonly at: string;
  readonly sentence: string;
  readonly dueAt: string | null;
}

const PAGE = 1_000;
const DUTIES = `query ($status: DutyStatus) { duties(first: ${PAGE}, status: $status) {
  nodes { id agreement kind article debtor creditor words owedFrom dueAt status attestation { person statement at } } pageInfo { hasNextPage } } }`;
const NOTICES = `query ($since: DateTime) { notices(first: ${PAGE}, since: $since) {
  nodes { id kind at agreement sentence dueAt renewal } pageInfo { hasNextPage } } }`;
const ATTEST = `mutation ($input: AttestDutyInput!) { attestDuty(input: $input) {
  duty { id status } userErrors { path code message } } }`;

const AS = ['--as <agency>', 'demo mode: act as this agency'] as const;
const JSON_OPTION = ['--json', 'print the answer as JSON'] as const;

/** `besa duties`, `besa attest`, `besa notices`: what is owed under agreements, and what there is to know about them. */
export const registerDuties: RegisterCommand = (program, context) => {
  program
    .command('duties')
    .description('what your agency owes, or is owed, under its agreements')
    .option('--status <word>', 'open, overdue or attested')
    .option(...AS)
    .option(...JSON_OPTION)
    .action((options: Options) => duties(context, options));
  program
    .command('attest')
    .description('say that a duty of your agency is done: once, and for good')
    .argument('<duty>', 'its id, as `besa duties` prints it')
    .requiredOption('--statement <text>', 'what was done; the other side reads it')
    .option(...AS)
    .action((duty: string, options: Options) => attest(context, duty, options));
  program
    .command('notices')
    .description('what your agency is to be told about its agreements, newest first')
    .option('--since <instant>', 'nothing older, such as 2026-01-01T00:00:00Z')
    .option(...AS)
    .option(...JSON_OPTION)
    .action((options: Options) => notices(context, options));
};

async function callerOf(context: CommandContext, { as: agency }: Options): Promise<Caller> {
  const roles = ['POLICY_OFFICER'] as const;
  const token = await obtainToken(context, { roles, ...(agency === undefined ? {} : { agency }) });
  return { url: hubUrl(context.config()), token };
}

async function duties(context: CommandContext, options: Options): Promise<void> {
  const variables = { status: options.status?.toUpperCase() ?? null };
  const page = dataOf(await askHub(await callerOf(context, options), DUTIES, variables)).duties;
  printPage(context, page as Page<ListedDuty>, options, dutyLine, 'nothing is owed');
}

async function notices(context: CommandContext, options: Options): Promise<void> {
  const variables = { since: options.since ?? null };
  const page = dataOf(await askHub(await callerOf(context, options), NOTICES, variables)).notices;
  printPage(context, page as Page<ListedNotice>, options, noticeLine, 'there is nothing to tell');
}

async function attest(context: CommandContext, duty: string, options: Options): Promise<void> {
  const input = { duty, statement: options.statement ?? '' };
  payloadOf(await askHub(await callerOf(context, options), ATTEST, { input }), 'attestDuty');
  context.terminal.note(`✔ ${duty} is attested`);
}

interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}

function printPage<T>(
  { terminal }: CommandContext,
  { nodes, pageInfo }: Page<T>,
  { json }: Options,
  lineOf: (node: T) => string,
  none: string,
): void {
  if (json === true) {
    terminal.print(JSON.stringify(nodes, null, 2));
  } else {
    for (const node of nodes) terminal.print(lineOf(node));
    if (nodes.length === 0) terminal.note(none);
  }
  if (pageInfo.hasNextPage) terminal.note(`only the first ${PAGE} are shown`);
}

function dutyLine({ id, status, debtor, creditor, words, kind, dueAt }: ListedDuty): string {
  const what = words ?? `${kind.toLowerCase()} what was received`;
  const due = dueAt === null ? '' : `, due ${dueAt}`;
  return `${status.padEnd(8)}  ${debtor} owes ${creditor}: ${what}${due}\n          ${id}`;
}

function noticeLine({ at, kind, sentence, dueAt }: ListedNotice): string {
  return `${at}  ${kind.padEnd(21)}  ${sentence}${dueAt === null ? '' : ` (${dueAt})`}`;
}
