import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readDocument } from './agreement-file.js';
import type { CommandContext } from './command.js';
import { askHub, hubUrl, payloadOf } from './hub-client.js';
import { obtainToken } from './token.js';

interface SimulateOptions {
  readonly as?: string;
  readonly json?: boolean;
}

interface Told {
  readonly effect?: string;
  readonly sentence: string;
}

type Counts = Readonly<Record<'requests' | 'same' | 'nowAllowed' | 'nowRefused' | 'more' | 'less' | 'mixed', number>>;

interface Simulation {
  readonly reference: string;
  readonly replaces: number | null;
  readonly difference: readonly Told[] | null;
  readonly directions: readonly {
    readonly assigner: string;
    readonly assignee: string;
    readonly gains: readonly Told[];
    readonly losses: readonly Told[];
    readonly changes: readonly Told[];
    readonly replay: Counts;
  }[];
  readonly replay: { readonly since: string; readonly isComplete: boolean };
}

const CHANGE = `{ kind database recordType action purposes fields { field treatment step onEveryRow } before after recordsBefore recordsAfter sentence }`;
const QUERY = `query ($input: SimulateAgreementInput!) { simulateAgreement(input: $input) {
  simulation { reference replaces at difference { effect article sentence }
    directions { assigner assignee gains ${CHANGE} losses ${CHANGE} changes ${CHANGE}
      replay { requests same nowAllowed nowRefused more less mixed } } replay { since isComplete } }
  userErrors { path code message } } }`;

/** `besa agreement simulate`: what each side would gain and lose, before anybody signs. */
export function registerAgreementSimulate(group: Command, context: CommandContext): void {
  group
    .command('simulate')
    .description('what each side would gain and lose were a wording in force now; changes nothing')
    .argument('<file or reference>', 'a file in YAML or JSON, or a reference: the wording on the table')
    .option('--as <agency>', 'demo mode: act as this agency')
    .option('--json', 'print it as JSON')
    .action((named: string, options: SimulateOptions) => simulate(context, named, options));
}

async function simulate(context: CommandContext, named: string, options: SimulateOptions): Promise<void> {
  // A reference is never written with a dot or a slash, so a mistyped file is not asked for as a reference.
  const isFile = existsSync(named) || /[./\\]/.test(named);
  const input = isFile ? { document: await readDocument(named) } : { reference: named };
  const { as: agency } = options;
  const token = await obtainToken(context, { roles: ['POLICY_OFFICER'], ...(agency === undefined ? {} : { agency }) });
  const answer = await askHub({ url: hubUrl(context.config()), token }, QUERY, { input });
  const simulation = payloadOf(answer, 'simulateAgreement').simulation as Simulation;
  const lines = options.json === true ? [JSON.stringify(simulation, null, 2)] : simulationLines(simulation);
  for (const line of lines) context.terminal.print(line);
}

function simulationLines({ reference, replaces, difference, directions, replay }: Simulation): readonly string[] {
  const { since, isComplete } = replay;
  return [
    `${reference}: ${replaces === null ? 'a new agreement' : `instead of version ${replaces}`}`,
    ...(difference ?? []).map(({ effect, sentence }) => `  ${String(effect).padEnd(9)}${sentence}`),
    ...directions.flatMap((direction) => [
      `${direction.assigner} → ${direction.assignee}`,
      ...direction.gains.map(({ sentence }) => `  + ${sentence}`),
      ...direction.losses.map(({ sentence }) => `  - ${sentence}`),
      ...direction.changes.map(({ sentence }) => `  ~ ${sentence}`),
      `  ${replayText(direction.replay)}`,
    ]),
    `requests since ${since}${isComplete ? '' : ', the newest of them only'}, asked again; a justification is taken as given`,
  ];
}

function replayText({ requests, same, nowAllowed, nowRefused, more, less, mixed }: Counts): string {
  const told: readonly (readonly [number, string])[] = [
    [same, 'the same'],
    [nowAllowed, 'now allowed'],
    [nowRefused, 'now refused'],
    [more, 'given more'],
    [less, 'given less'],
    [mixed, 'given more in one thing and less in another'],
  ];
  const parts = told.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return `${requests} requests${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}
