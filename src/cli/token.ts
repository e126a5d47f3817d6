import { userInfo } from 'node:os';
import { ROLES, type Role } from '../domain/identity.js';
import { type CommandContext, CommandFailure, type RegisterCommand } from './command.js';

/** As whom a token of the demo issuer speaks. */
export interface TokenAsk {
  /** code; an operator has none */
  readonly agency?: string;
  readonly roles: readonly Role[];
  /** client or person; absent: made from agency and roles */
  readonly subject?: string;
  readonly lifetimeSeconds?: number;
}

const LIFETIME_SECONDS = 3_600;
const LIFETIME_SECONDS_MAX = 12 * 3_600;

/** A token of the demo issuer. @throws CommandFailure where there is no demo */
export async function demoToken(context: CommandContext, ask: TokenAsk): Promise<string> {
  const { demo, environment, dataFolder } = context.config();
  if (context.demo === undefined || demo === 'off' || environment === 'production') {
    throw new CommandFailure('tokens are issued here in demo mode only', [
      "ask your agency's identity provider, and put its token into `BESA_TOKEN`",
    ]);
  }
  const { agency, roles, subject = subjectOf(ask), lifetimeSeconds = LIFETIME_SECONDS } = ask;
  const identity = { ...(agency === undefined ? {} : { agency }), person: subject, roles };
  return context.demo.issueToken(dataFolder, identity, lifetimeSeconds);
}

/**
 * The token to ask with: of the demo identity if an agency is named, else `BESA_TOKEN`.
 * @throws CommandFailure if there is neither
 */
export async function obtainToken(context: CommandContext, ask: TokenAsk): Promise<string> {
  if (ask.agency !== undefined) return demoToken(context, ask);
  const { token } = context.config().client;
  if (token !== undefined) return token;
  throw new CommandFailure('as whom? there is no token', [
    'name an agency of the demo with `--as`, or set `BESA_TOKEN`',
  ]);
}

function subjectOf({ agency, roles }: TokenAsk): string {
  const role = roles[0]?.toLowerCase() ?? '';
  return `${loginName()}:${agency === undefined ? role : `${role}@${agency}`}`;
}

/** The ledger of a demo tells who tried what; a machine without names of users has `demo`. */
function loginName(): string {
  try {
    return userInfo().username || 'demo';
  } catch {
    return 'demo';
  }
}

/** `1h`, `30m`, `90s`: seconds. @throws CommandFailure */
function secondsOf(text: string): number {
  const [, amount, unit] = /^(\d{1,5})([smh])$/.exec(text) ?? [];
  const seconds = Number(amount) * (unit === 'h' ? 3_600 : unit === 'm' ? 60 : 1);
  if (seconds >= 1 && seconds <= LIFETIME_SECONDS_MAX) return seconds;
  throw new CommandFailure(`\`--ttl ${text}\` is no lifetime`, ['from `1s` to `12h`, such as `30m`']);
}

/** `analyst,policy_officer`: roles of the catalogue. @throws CommandFailure */
function rolesOf(text: string): readonly Role[] {
  return text.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim().toUpperCase());
    if (role !== undefined) return role;
    throw new CommandFailure(`\`${name}\` is no role`, [
      `roles are ${ROLES.map((known) => known.toLowerCase()).join(', ')}`,
    ]);
  });
}

function demandWhole(agency: string | undefined, roles: readonly Role[]): void {
  const isOperator = roles.includes('OPERATOR');
  if (isOperator && (agency !== undefined || roles.length > 1)) {
    throw new CommandFailure('an operator belongs to no agency and has no other role', ['leave out `--agency`']);
  }
  if (!isOperator && agency === undefined) throw new CommandFailure('of which agency?', ['name it with `--agency`']);
}

interface TokenOptions {
  readonly agency?: string;
  readonly role: string;
  readonly subject?: string;
  readonly ttl?: string;
}

/** `besa token --agency CODE --role ROLE[,ROLE]`: prints a token of the demo issuer, and nothing else. */
export const registerToken: RegisterCommand = (program, context) => {
  program
    .command('token')
    .description('print a token of the demo issuer, alone on a line')
    .option('--agency <code>', 'the agency it speaks for; none for an operator')
    .requiredOption(
      '--role <roles>',
      `one or more of ${ROLES.map((role) => role.toLowerCase()).join(', ')}, separated by commas`,
    )
    .option('--subject <name>', 'client or person it names')
    .option('--ttl <time>', 'how long it is good for, such as 30m; at most 12h', '1h')
    .action(async ({ agency, role, subject, ttl = '1h' }: TokenOptions) => {
      const roles = rolesOf(role);
      demandWhole(agency, roles);
      const token = await demoToken(context, {
        roles,
        lifetimeSeconds: secondsOf(ttl),
        ...(agency === undefined ? {} : { agency }),
        ...(subject === undefined ? {} : { subject }),
      });
      context.terminal.print(token);
    });
};
