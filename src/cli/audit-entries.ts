import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { linesIn, writeFileLines } from './file-lines.js';
import { askHub, type Caller, dataOf, hubUrl } from './hub-client.js';
import { ProgressBar } from './progress-bar.js';
import { obtainToken } from './token.js';

const FORMATS = ['ndjson', 'csv'];
/** Filters, by the name of their parameter. */
const FILTERS = {
  agency: ['--agency <code>', 'asked by this agency'],
  person: ['--person <name>', 'asked by this client or person'],
  purpose: ['--purpose <name>', 'asked for this purpose'],
  justification: ['--justification <text>', 'asked with exactly this justification'],
  action: ['--action <name>', 'such as READ, or the name of an operation'],
  outcome: ['--outcome <word>', 'ANSWERED, REFUSED or FAILED'],
  database: ['--database <code>', 'this database was asked'],
  recordType: ['--record-type <name>', 'records of this type were asked for'],
  perspective: ['--perspective <word>', 'OWN: the agency asked; OWNER: its databases were asked'],
  from: ['--from <instant>', 'then or later, such as 2026-01-01T00:00:00Z'],
  until: ['--until <instant>', 'earlier than then'],
} as const;

type Filters = { readonly [Name in keyof typeof FILTERS]?: string };
interface EntriesOptions extends Filters {
  readonly out: string;
  readonly format: string;
  readonly as?: string;
}
interface RecordOptions {
  readonly database: string;
  readonly key?: unknown;
  readonly id?: string;
  readonly as?: string;
  readonly json?: boolean;
}

const AS = ['--as <agency>', 'demo mode: act as an auditor of this agency'] as const;

/**
 * `besa audit entries`, `besa audit record`: what an agency's auditor reads of the ledger, and who received one of its records.
 * `besa audit reindex`: makes anew what both are read from.
 */
export const registerAuditEntries: RegisterCommand = (program, context) => {
  const group =
    program.commands.find((command) => command.name() === 'audit') ??
    program.command('audit').description('the ledger of this hub');
  const entries = group
    .command('entries')
    .description('write what your agency may read of the ledger to a file, with its proof')
    .requiredOption('--out <FILE>', 'where to; a name that ends in .gz is compressed')
    .option('--format <word>', 'ndjson, with proofs, or csv, for people', formatOf, 'ndjson');
  for (const [flags, description] of Object.values(FILTERS)) entries.option(flags, description);
  entries.option(...AS).action((options: EntriesOptions) => writeEntries(context, options));
  group
    .command('record')
    .description('who received a record of your agency, when, for what and under which clause')
    .requiredOption('--database <code>', 'one of your own')
    .option('--key <JSON>', 'its key, one value for each of its fields; of an erased record too', jsonOf)
    .option('--id <id>', 'as an answer or the ledger gave it to your agency')
    .option(...AS)
    .option('--json', 'print the answer as JSON')
    .action((options: RecordOptions) => tellRecord(context, options));
  group
    .command('reindex')
    .description('make the index anew that agencies read the ledger by; works without a hub, beside a running one too')
    .action(() => reindex(context));
};

async function callerOf(context: CommandContext, agency: string | undefined): Promise<Caller> {
  const token = await obtainToken(context, { roles: ['AUDITOR'], ...(agency === undefined ? {} : { agency }) });
  return { url: hubUrl(context.config()), token };
}

async function writeEntries(context: CommandContext, { out, format, as, ...filters }: EntriesOptions): Promise<void> {
  const { url, token } = await callerOf(context, as);
  const address = new URL(`/ledger/v1/entries.${format}`, url);
  for (const [name, value] of Object.entries(filters)) address.searchParams.set(name, value);
  const response = await fetch(address, { headers: { authorization: `Bearer ${token}` }, redirect: 'error' }).catch(
    () => {
      throw new CommandFailure(`the hub at ${url} does not answer`, ['is it running? `npm start`']);
    },
  );
  if (!response.ok || response.body === null) throw new CommandFailure(await refusalOf(response));
  const path = resolve(out);
  try {
    await writeFileLines(path, linesIn(response.body as unknown as AsyncIterable<Uint8Array>));
  } catch (error) {
    throw new CommandFailure(`the file was not written: ${error instanceof Error ? error.message : 'unknown fault'}`, [
      'nothing of it is left; run it again',
    ]);
  }
  context.terminal.print(path);
  if (format === 'ndjson') context.terminal.note(`check it anywhere: besa audit verify --export ${path}`);
}

async function refusalOf(response: Response): Promise<string> {
  try {
    const { errors } = (await response.json()) as {
      readonly errors: readonly [{ readonly message: string; readonly extensions: { readonly code: string } }];
    };
    return `${errors[0].message} [${errors[0].extensions.code}]`;
  } catch {
    return `what answers is no hub (HTTP ${response.status})`;
  }
}

interface Disclosure {
  readonly sequence: number;
  readonly at: string;
  readonly agency: string;
  readonly person: string | null;
  readonly purpose: string | null;
  readonly justification: string | null;
  readonly action: string;
  readonly version: number;
  readonly fields: readonly string[];
  readonly basis: readonly { readonly agreement: string; readonly version: number; readonly article: string }[];
}

const DISCLOSURES = `query ($database: String!, $id: ID, $key: JSON, $after: String) {
  recordDisclosures(database: $database, id: $id, key: $key, first: 1000, after: $after) {
    nodes { sequence at agency person purpose justification action version fields basis { agreement version article } }
    pageInfo { hasNextPage endCursor } } }`;

async function tellRecord(context: CommandContext, { database, key, id, as, json }: RecordOptions): Promise<void> {
  if ((key === undefined) === (id === undefined)) throw new CommandFailure('name the record by `--key` or by `--id`');
  const caller = await callerOf(context, as);
  const all: Disclosure[] = [];
  for (let after: string | null = null; ; ) {
    const answered = dataOf(await askHub(caller, DISCLOSURES, { database, id: id ?? null, key: key ?? null, after }));
    const page = answered.recordDisclosures as {
      readonly nodes: readonly Disclosure[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
    all.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  if (json === true) return context.terminal.print(JSON.stringify(all, null, 2));
  for (const disclosure of all) context.terminal.print(disclosureLine(disclosure));
  context.terminal.note(timesOf(all.length));
}

function timesOf(count: number): string {
  if (count === 0) return 'nobody received it';
  return count === 1 ? 'received once' : `received ${count} times`;
}

function disclosureLine({
  sequence,
  at,
  agency,
  person,
  purpose,
  justification,
  action,
  version,
  fields,
  basis,
}: Disclosure) {
  const why = justification === null ? (purpose ?? '') : `${purpose ?? ''} (${justification})`;
  const clauses = basis.map((clause) => `${clause.agreement} v${clause.version} art. ${clause.article}`).join('; ');
  const who = person === null ? agency : `${agency}, ${person}`;
  return `${at}  entry ${sequence}  ${who}: ${action} of version ${version} for ${why}
          ${clauses === '' ? 'its own record' : `under ${clauses}`}; ${fields.join(', ')}`;
}

async function reindex({ withLedgerViews, terminal }: CommandContext): Promise<void> {
  const reached = await withLedgerViews(async (views, size) => {
    const bar = new ProgressBar({
      title: 'Indexing',
      total: size,
      count: (done) => `${done.toLocaleString('en')} of ${size.toLocaleString('en')} entries`,
      write: (text) => process.stderr.write(text),
      interactive: terminal.interactive,
      color: terminal.color,
      width: () => process.stderr.columns,
    });
    await views.reset();
    const indexed = await views.index(undefined, (done) => bar.update(done));
    bar.clear();
    return indexed;
  });
  terminal.print(`the index of the ledger reaches entry ${reached.toLocaleString('en')}`);
}

function formatOf(text: string): string {
  if (!FORMATS.includes(text)) throw new InvalidArgumentError('it is ndjson or csv');
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('it is JSON');
  }
}
