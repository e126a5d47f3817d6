import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';
import { askHub, hubUrl } from './hub-client.js';
import { demoToken } from './token.js';

interface DemoOptions {
  readonly as: string;
}

/** `besa demo query [NAME] --as AGENCY`: an example document and what the hub answers to this agency. */
export const registerDemo: RegisterCommand = (program, context) => {
  const group = program.command('demo').description('try the hub out with the demo world');
  group
    .command('query')
    .description('ask an example query as an agency of the demo, and print the answer')
    .argument('[name]', 'which one; the first of them if none is named')
    .requiredOption('--as <agency>', 'the agency that asks')
    .action((name: string | undefined, options: DemoOptions) => ask(context, name, options));
};

async function ask(context: CommandContext, name: string | undefined, { as: agency }: DemoOptions): Promise<void> {
  const queries = (await context.demo?.queries()) ?? {};
  const chosen = name ?? Object.keys(queries)[0] ?? '';
  const document = queries[chosen];
  if (document === undefined) {
    throw new CommandFailure(`there is no example \`${chosen}\``, [`there are ${Object.keys(queries).join(', ')}`]);
  }
  const token = await demoToken(context, { agency, roles: ['ANALYST'] });
  for (const line of document.trimEnd().split('\n')) context.terminal.note(line);
  const answer = await askHub({ url: hubUrl(context.config()), token }, document);
  context.terminal.print(JSON.stringify(answer, null, 2));
  if (answer.errors !== undefined) throw new CommandFailure('the hub refused the request');
}
