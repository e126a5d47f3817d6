import type { Command } from 'commander';
import { QUALITY_OUTCOMES, QUALITY_REASONS, QUALITY_STATUSES } from '../domain/evidence.js';
import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { askHub, type Caller, dataOf, hubUrl, payloadOf } from './hub-client.js';
import { obtainToken } from './token.js';

interface ActOptions {
  readonly database: string;
  readonly key?: string;
  readonly id?: string;
  readonly changes?: string;
  readonly reason: string;
  readonly note?: string;
  readonly dueWithin?: string;
  readonly as?: string;
}

interface NoticesOptions {
  readonly issued?: boolean;
  readonly status?: string;
  readonly as?: string;
  readonly json?: boolean;
}

interface AttestOptions {
  readonly outcome: string;
  readonly statement: string;
  readonly as?: string;
}

interface ListedNotice {
  readonly id: string;
  readonly database: string;
  readonly owner: string;
  readonly recipient: string;
  readonly kind: string;
  readonly reason: string;
  readonly dueAt: string;
  readonly status: string;
  readonly recordCount: number;
}

const PAGE = 1_000;
const NOTICE = 'id database owner recipient kind reason issuedAt dueAt status recordCount';
const NOTICES = `query ($role: QualityNoticeRole!, $status: QualityStatus) { qualityNotices(role: $role, status: $status, first: ${PAGE}) {
  nodes { ${NOTICE} attestation { person statement outcome at } records { nodes { ids { purpose id } versions currentVersion fields agreements } } }
  pageInfo { hasNextPage } } }`;
const ATTEST = `mutation ($input: AttestQualityNoticeInput!) { attestQualityNotice(input: $input) {
  notice { id status } userErrors { path code message } } }`;
const ACTS = { correct: 'Correct', dispute: 'Dispute', erase: 'Erase' } as const;
const words = (all: readonly string[]): string => all.map((word) => word.toLowerCase()).join(', ');

const AS = ['--as <agency>', 'demo mode: act as this agency'] as const;

/** `besa record …`: acts of a steward on a record's quality, and what became of them at those who received it. */
export const registerRecord: RegisterCommand = (program, context) => {
  const record = program
    .command('record')
    .description('correct, dispute and erase records, and follow what recipients did');
  act(
    record,
    context,
    'correct',
    'give a record other values; whoever received what they replace is told',
  ).requiredOption(
    '--changes <json>',
    'fields that get another value, such as \'{"nationality":"SYR"}\'; null takes one away',
  );
  act(record, context, 'dispute', 'mark a record as disputed; whoever received it is told');
  act(record, context, 'erase', 'erase a record in all its versions, for good; whoever received it is told');
  record
    .command('notices')
    .description('what your agency is told of records it received, newest first')
    .option('--issued', 'of records of your own that others received')
    .option('--status <word>', words(QUALITY_STATUSES))
    .option(...AS)
    .option('--json', 'print the answer as JSON')
    .action((options: NoticesOptions) => notices(context, options));
  record
    .command('attest')
    .description('say what your agency did about a notice: once, and for good')
    .argument('<notice>', 'its id, as `besa record notices` prints it')
    .requiredOption('--outcome <word>', words(QUALITY_OUTCOMES))
    .requiredOption('--statement <text>', 'what was done; the owner of the record reads it')
    .option(...AS)
    .action((notice: string, options: AttestOptions) => attest(context, notice, options));
};

function act(group: Command, context: CommandContext, name: keyof typeof ACTS, description: string): Command {
  return group
    .command(name)
    .description(description)
    .requiredOption('--database <code>', 'a shared database of your agency')
    .option('--key <json>', 'the key of the record, such as \'{"number":"A-1"}\'')
    .option('--id <id>', 'or its id, as it was served to your agency')
    .requiredOption('--reason <word>', words(QUALITY_REASONS))
    .option('--note <text>', 'for your agency alone: no notice carries it, and it goes when the record is erased')
    .option('--due-within <duration>', 'how long recipients have to say what they did, such as P30D')
    .option(...AS)
    .action((options: ActOptions) => change(context, name, options));
}

async function callerOf(context: CommandContext, agency: string | undefined): Promise<Caller> {
  const token = await obtainToken(context, { roles: ['STEWARD'], ...(agency === undefined ? {} : { agency }) });
  return { url: hubUrl(context.config()), token };
}

async function change(context: CommandContext, name: keyof typeof ACTS, options: ActOptions): Promise<void> {
  const { database, key, id, changes, reason, note, dueWithin, as } = options;
  if ((key === undefined) === (id === undefined)) {
    throw new CommandFailure('which record?', ['name it with `--key` or with `--id`']);
  }
  const input = {
    database,
    reason: wordOf(reason, QUALITY_REASONS, '--reason'),
    ...(key === undefined ? {} : { key: jsonOf(key, '--key') }),
    ...(id === undefined ? {} : { id }),
    ...(changes === undefined ? {} : { changes: jsonOf(changes, '--changes') }),
    ...(note === undefined ? {} : { note }),
    ...(dueWithin === undefined ? {} : { dueWithin }),
  };
  const mutation = `${name}Record`;
  const query = `mutation ($input: ${ACTS[name]}RecordInput!) { ${mutation}(input: $input) {
    record { id version status } notices { ${NOTICE} } userErrors { path code message } } }`;
  const payload = payloadOf(await askHub(await callerOf(context, as), query, { input }), mutation);
  const record = payload.record as { readonly id: string; readonly version: number; readonly status: string };
  const told = payload.notices as readonly ListedNotice[] | null;
  context.terminal.note(`✔ ${record.status.toLowerCase()}: version ${record.version}, id ${record.id}`);
  for (const { recipient, dueAt } of told ?? [])
    context.terminal.note(`  ${recipient} is told, and owes an answer by ${dueAt}`);
  if (told === null) context.terminal.note('  who received it is told within minutes: `besa record notices --issued`');
  if (told?.length === 0) context.terminal.note('  nobody had received it');
}

async function notices(context: CommandContext, { issued, status, as, json }: NoticesOptions): Promise<void> {
  const variables = {
    role: issued === true ? 'ISSUED' : 'RECEIVED',
    status: status === undefined ? null : wordOf(status, QUALITY_STATUSES, '--status'),
  };
  const page = dataOf(await askHub(await callerOf(context, as), NOTICES, variables)).qualityNotices as {
    readonly nodes: readonly ListedNotice[];
    readonly pageInfo: { readonly hasNextPage: boolean };
  };
  const { terminal } = context;
  if (json === true) {
    terminal.print(JSON.stringify(page.nodes, null, 2));
  } else {
    for (const node of page.nodes) terminal.print(noticeLine(node));
    if (page.nodes.length === 0) terminal.note('there is no notice');
  }
  if (page.pageInfo.hasNextPage) terminal.note(`only the newest ${PAGE} are shown`);
}

function noticeLine({
  id,
  status,
  recipient,
  owner,
  kind,
  reason,
  database,
  recordCount,
  dueAt,
}: ListedNotice): string {
  const what = `${recordCount === 1 ? '1 record' : `${recordCount} records`} of ${database}`;
  return `${status.padEnd(8)}  ${owner} to ${recipient}: ${kind} (${reason}), ${what}, due ${dueAt}\n          ${id}`;
}

async function attest(
  context: CommandContext,
  notice: string,
  { outcome, statement, as }: AttestOptions,
): Promise<void> {
  const input = { notice, statement, outcome: wordOf(outcome, QUALITY_OUTCOMES, '--outcome') };
  payloadOf(await askHub(await callerOf(context, as), ATTEST, { input }), 'attestQualityNotice');
  context.terminal.note(`✔ ${notice} is attested`);
}

/** @throws CommandFailure; what was given is not quoted: it may be a person's */
function jsonOf(text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailure(`\`${option}\` is no JSON`, ['in a shell, put it between single quotes']);
  }
}

/** @throws CommandFailure */
function wordOf<Word extends string>(given: string, known: readonly Word[], option: string): Word {
  const word = known.find((one) => one === given.trim().toUpperCase());
  if (word !== undefined) return word;
  throw new CommandFailure(`\`${option} ${given}\` is none of the words it knows`, [`one of ${words(known)}`]);
}
