import type { CommandContext, RegisterCommand } from './command.js';
import { CommandFailure } from './command.js';
import { askHub, type Caller, dataOf, hubUrl, payloadOf } from './hub-client.js';
import { type ListedNotice, readStream } from './inbox-follow.js';
import { obtainToken } from './token.js';

interface Options {
  readonly as?: string;
  readonly json?: boolean;
  readonly unread?: boolean;
  readonly kinds?: string;
  readonly follow?: boolean;
  readonly after?: string;
  readonly count?: string;
  readonly read?: string;
}

interface Inbox {
  readonly nodes: readonly (ListedNotice & { readonly isRead: boolean })[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}

const PAGE = 200;
const INBOX = `query ($unread: Boolean, $kinds: [NoticeKind!]) { inbox(first: ${PAGE}, unread: $unread, kinds: $kinds) {
  nodes { id kind at dueAt agreement sentence subject postedAt isRead } pageInfo { hasNextPage } } }`;
const MARK = `mutation ($input: MarkInboxReadInput!) { markInboxRead(input: $input) {
  inbox { readUpTo unread } userErrors { path code message } } }`;

/** `besa inbox`: what an agency was told; `--follow` goes on telling as it comes. */
export const registerInbox: RegisterCommand = (program, context) => {
  program
    .command('inbox')
    .description('what your agency was told, newest first; with --follow also what it is told from now on')
    .option('--unread', 'only what nobody has said to have read')
    .option('--kinds <words>', 'only these kinds, such as suspended,quality_notice')
    .option('--follow', 'go on, oldest first, until Ctrl+C')
    .option('--after <id>', 'with --follow: begin behind this notice, 0 for all; else behind what was read')
    .option('--count <number>', 'with --follow: end after so many notices')
    .option('--read <id>', 'say that your agency has read its inbox up to this notice')
    .option('--as <agency>', 'demo mode: act as this agency')
    .option('--json', 'print JSON; with --follow one notice a line')
    .action((options: Options) => inbox(context, options));
};

async function inbox(context: CommandContext, options: Options): Promise<void> {
  demandFitting(options);
  if (options.read !== undefined) return markRead(context, options, options.read);
  if (options.follow === true) return follow(context, options);
  return list(context, options);
}

/** @throws CommandFailure */
function demandFitting({ follow: isFollowing, after, count, unread, kinds, read }: Options): void {
  if (isFollowing !== true && (after !== undefined || count !== undefined)) {
    throw new CommandFailure('`--after` and `--count` go with `--follow`');
  }
  if (isFollowing === true && (unread === true || kinds !== undefined || read !== undefined)) {
    throw new CommandFailure('`--follow` tells everything as it comes', [
      'leave out `--unread`, `--kinds` and `--read`',
    ]);
  }
  if (count !== undefined && !/^[1-9]\d{0,8}$/.test(count))
    throw new CommandFailure(`\`--count ${count}\` is no number`);
}

async function callerOf(context: CommandContext, agency: string | undefined): Promise<Caller> {
  // Whoever marks must be one of those who act on notices; they may all read.
  const token = await obtainToken(context, { roles: ['POLICY_OFFICER'], ...(agency === undefined ? {} : { agency }) });
  return { url: hubUrl(context.config()), token };
}

async function list(context: CommandContext, { as: agency, unread, kinds, json }: Options): Promise<void> {
  const { terminal } = context;
  const variables = { unread: unread ?? null, kinds: kinds?.toUpperCase().split(',') ?? null };
  const answered = await askHub(await callerOf(context, agency), INBOX, variables);
  const { nodes, pageInfo } = dataOf(answered).inbox as Inbox;
  if (json === true) terminal.print(JSON.stringify(nodes, null, 2));
  else for (const notice of nodes) terminal.print(`${notice.isRead ? ' ' : '•'} ${lineOf(notice)}`);
  if (json !== true && nodes.length === 0) terminal.note('there is nothing to tell');
  if (pageInfo.hasNextPage) terminal.note(`only the newest ${PAGE} are shown`);
}

async function markRead(context: CommandContext, { as: agency }: Options, upTo: string): Promise<void> {
  const answered = await askHub(await callerOf(context, agency), MARK, { input: { upTo } });
  const { readUpTo, unread } = payloadOf(answered, 'markInboxRead').inbox as { readUpTo: string; unread: number };
  context.terminal.note(`✔ read up to ${readUpTo}; ${unread} unread`);
}

async function follow(context: CommandContext, { as: agency, after, count, json }: Options): Promise<void> {
  const { terminal } = context;
  const total = count === undefined ? Number.POSITIVE_INFINITY : Number(count);
  let told = 0;
  const notices = readStream({
    caller: () => callerOf(context, agency),
    note: terminal.note,
    ...(after === undefined ? {} : { after }),
  });
  for await (const notice of notices) {
    terminal.print(json === true ? JSON.stringify(notice) : lineOf(notice));
    told += 1;
    if (told >= total) return;
  }
}

function lineOf({ id, at, kind, sentence, dueAt }: ListedNotice): string {
  const due = dueAt === null ? '' : ` (${dueAt})`;
  return `${id.padStart(5)}  ${at}  ${kind.padEnd(21)}  ${sentence}${due}`;
}
