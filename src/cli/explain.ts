import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { askHub, dataOf, hubUrl } from './hub-client.js';
import { obtainToken } from './token.js';

interface ExplainOptions {
  readonly type: string;
  readonly purpose: string;
  readonly action: string;
  readonly database?: readonly string[];
  readonly touch?: readonly string[];
  readonly compare?: readonly string[];
  readonly justification?: string;
  readonly at?: string;
  readonly as?: string;
  readonly trace?: boolean;
  readonly json?: boolean;
}

interface ExplainedSource {
  readonly database: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly sentence: string;
  readonly clauses: readonly { readonly agreement: string; readonly version: number; readonly article: string }[];
  readonly fields: readonly {
    readonly field: string;
    readonly treatment: string;
    readonly step: string | null;
    readonly onEveryRow: boolean;
  }[];
  readonly trace: readonly {
    readonly step: string;
    readonly clause: { readonly agreement: string; readonly version: number; readonly article: string } | null;
    readonly outcome: string;
    readonly sentence: string;
  }[];
}

const DOCUMENT = `query Explain($purpose: Purpose!, $type: String!, $action: Action!, $databases: [String!], $touches: [String!], $compares: [String!], $justification: String, $at: DateTime) {
  explainAccess(purpose: $purpose, recordType: $type, action: $action, databases: $databases, touches: $touches, compares: $compares, justification: $justification, at: $at) {
    database outcome reason sentence
    clauses { agreement version article }
    fields { field treatment step onEveryRow }
    trace { step clause { agreement version article } outcome sentence }
  }
}`;

const words = (value: string, before: readonly string[] = []): readonly string[] => [...before, ...value.split(',')];

/** `besa explain`: what each shared database would answer to an ask, under which clause or why not. */
export const registerExplain: RegisterCommand = (program, context) => {
  program
    .command('explain')
    .description('say what each shared database would answer, under which clause or why not')
    .requiredOption('--type <name>', 'the record type')
    .requiredOption('--purpose <name>', 'for what')
    .option('--action <name>', 'match, aggregate, read or export', 'read')
    .option('--database <code>', 'only this one; may be repeated', words)
    .option('--touch <field>', 'a field the query filters, sorts or groups by; may be repeated', words)
    .option('--compare <field>', 'a field the query filters by equality alone; may be repeated', words)
    .option('--justification <text>', 'why')
    .option('--at <instant>', 'as of another instant, such as 2026-01-01T00:00:00Z')
    .option('--as <agency>', 'demo mode: ask as this agency')
    .option('--trace', 'tell the way to each answer, step by step')
    .option('--json', 'print the answer as JSON')
    .action((options: ExplainOptions) => explain(context, options));
};

async function explain(context: CommandContext, options: ExplainOptions): Promise<void> {
  const token = await obtainToken(context, {
    roles: ['ANALYST'],
    ...(options.as === undefined ? {} : { agency: options.as }),
  });
  const answer = await askHub({ url: hubUrl(context.config()), token }, DOCUMENT, {
    purpose: options.purpose,
    type: options.type,
    action: options.action.toUpperCase(),
    databases: options.database ?? null,
    touches: options.touch ?? null,
    compares: options.compare ?? null,
    justification: options.justification ?? null,
    at: options.at ?? null,
  });
  const sources = dataOf(answer).explainAccess as readonly ExplainedSource[];
  if (options.json === true) {
    context.terminal.print(JSON.stringify(sources, null, 2));
    return;
  }
  if (sources.length === 0) throw new CommandFailure('no shared database holds records of this type');
  const linesOf = options.trace === true ? traced : explained;
  for (const line of sources.flatMap(linesOf)) context.terminal.print(line);
}

function explained(source: ExplainedSource): readonly string[] {
  const { database, outcome, reason, sentence, clauses, fields } = source;
  const articles = clauses.map(({ agreement, version, article }) => `${agreement} v${version} art. ${article}`);
  const shown = fields.filter(({ treatment }) => treatment !== 'WITHHELD');
  const withheld = fields.filter(({ treatment }) => treatment === 'WITHHELD');
  return [
    `${database}  ${outcome}${reason === null ? '' : `  ${reason}`}`,
    `  ${sentence}`,
    ...(articles.length === 0 ? [] : [`  clauses: ${articles.join(', ')}`]),
    ...(shown.length === 0 ? [] : [`  shown: ${shown.map(shownText).join(', ')}`]),
    ...(withheld.length === 0 ? [] : [`  withheld: ${withheld.map(({ field }) => field).join(', ')}`]),
  ];
}

/** Each clause once, with its steps below it. */
function traced(source: ExplainedSource): readonly string[] {
  let clauseBefore = '';
  const steps = source.trace.flatMap(({ step, clause, outcome, sentence }) => {
    const named = clause === null ? '' : `${clause.agreement} v${clause.version} art. ${clause.article}`;
    const isNew = named !== '' && named !== clauseBefore;
    clauseBefore = named;
    const indent = named === '' ? '  ' : '    ';
    return [...(isNew ? [`  ${named}`] : []), `${indent}${step.padEnd(11)} ${outcome}  ${sentence}`];
  });
  return [...explained(source), ...steps];
}

function shownText({ field, treatment, step, onEveryRow }: ExplainedSource['fields'][number]): string {
  const how = treatment === 'CLEAR' ? '' : ` (${step === null ? treatment.toLowerCase() : `by ${step}`})`;
  return `${field}${how}${onEveryRow ? '' : '*'}`;
}
