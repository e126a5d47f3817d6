import type { Role } from '../domain/identity.js';
import type { CommandContext, RegisterCommand } from './command.js';
import { askHub, dataOf, hubUrl } from './hub-client.js';
import { obtainToken } from './token.js';

interface MatrixOptions {
  readonly as?: string;
  readonly at?: string;
  readonly mine?: boolean;
  readonly json?: boolean;
}

interface Cell {
  readonly owner: string;
  readonly recipient: string;
  readonly database: string;
  readonly purpose: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string | null;
  readonly agreements: readonly string[];
}

interface Matrix {
  readonly at: string;
  readonly cells: readonly Cell[];
  readonly others: readonly {
    readonly owner: string;
    readonly recipient: string;
    readonly recordType: string;
    readonly agreement: string;
    readonly status: string;
  }[];
}

const MATRIX = `query ($at: DateTime) { accessMatrix(at: $at) { at
  cells { owner recipient recordType database purpose action status reason agreements }
  others { owner recipient recordType agreement status } } }`;
const MINE = `query ($at: DateTime) { whoCanSee(at: $at) {
  recipient database recordType action purpose reason agreements everyRow fields { field treatment step onEveryRow } sentence } }`;

/** `besa matrix`: who shares what with whom, and with `--mine` who can see what of one's own. */
export const registerMatrix: RegisterCommand = (program, context) => {
  program
    .command('matrix')
    .description('who shares what with whom, as far as it concerns your agency; at any instant')
    .option('--at <instant>', 'past or to come, such as 2026-01-01T00:00:00Z; omitted = now')
    .option('--mine', "who can see what of your agency's own databases")
    .option('--as <agency>', 'demo mode: act as this agency')
    .option('--json', 'print the answer as JSON')
    .action((options: MatrixOptions) => matrix(context, options));
};

async function matrix(context: CommandContext, options: MatrixOptions): Promise<void> {
  const { as: agency, at = null, mine = false, json = false } = options;
  const roles: readonly Role[] = ['POLICY_OFFICER'];
  const token = await obtainToken(context, { roles, ...(agency === undefined ? {} : { agency }) });
  const data = dataOf(await askHub({ url: hubUrl(context.config()), token }, mine ? MINE : MATRIX, { at }));
  const told = mine ? data.whoCanSee : data.accessMatrix;
  for (const line of json ? [JSON.stringify(told, null, 2)] : linesOf(data)) context.terminal.print(line);
}

function linesOf({ accessMatrix, whoCanSee }: Readonly<Record<string, unknown>>): readonly string[] {
  if (accessMatrix === undefined) {
    const views = whoCanSee as readonly { readonly sentence: string }[];
    return views.length === 0 ? ['nobody but your agency'] : views.map(({ sentence }) => sentence);
  }
  const { at, cells, others } = accessMatrix as Matrix;
  return [
    `at ${at}`,
    ...cellLines(cells),
    ...others.map(
      ({ owner, recipient, recordType, agreement, status }) =>
        `${owner} → ${recipient}  ${recordType}  ${status}  ${agreement}`,
    ),
  ];
}

/** One line for all actions and purposes that stand alike. */
function cellLines(cells: readonly Cell[]): readonly string[] {
  const found = new Map<string, { actions: Set<string>; purposes: Set<string> }>();
  for (const { owner, recipient, database, purpose, action, status, reason, agreements } of cells) {
    const standing = reason === null ? status : `${status} (${reason})`;
    const head = `${owner} → ${recipient}  ${database}  ${standing}  ${agreements.join(', ')}`;
    const key = JSON.stringify([head, action]);
    const line = found.get(key) ?? { actions: new Set<string>(), purposes: new Set<string>() };
    line.actions.add(action);
    line.purposes.add(purpose);
    found.set(key, line);
  }
  return [...found.entries()].map(([key, { actions, purposes }]) => {
    const [head] = JSON.parse(key) as readonly string[];
    return `${head}  ${[...actions].join(', ')} for ${[...purposes].join(', ')}`;
  });
}
