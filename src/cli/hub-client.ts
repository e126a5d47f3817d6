import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UserError } from '../domain/errors.js';
import { type CommandConfig, CommandFailure } from './command.js';

/** Where the hub is, and as whom it is asked. */
export interface Caller {
  readonly url: string;
  readonly token: string;
}

export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlFault[];
}

interface GraphqlFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: {
    readonly code?: string;
    readonly correlationId?: string;
    /** of STALE_VERSION: what happened meanwhile */
    readonly changes?: readonly { readonly number: number; readonly kind: string; readonly agency: string | null }[];
  };
}

const ANSWER_MS_MAX = 120_000;

/** `BESA_URL`, or where the hub that runs on this data folder says it is. @throws CommandFailure */
export function hubUrl({ client, dataFolder }: Pick<CommandConfig, 'client' | 'dataFolder'>): string {
  if (client.url !== undefined) return client.url.replace(/\/+$/, '');
  try {
    const found = JSON.parse(readFileSync(join(dataFolder, 'hub.json'), 'utf8')) as { readonly url?: unknown };
    if (typeof found.url === 'string') return found.url;
  } catch {
    // No such file: no hub runs here.
  }
  throw new CommandFailure('no hub is running here', ['start it with `npm start`, or set `BESA_URL` to where it runs']);
}

/** The answer as it came, errors included. @throws CommandFailure if there is no answer of a hub */
export async function askHub(
  caller: Caller,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(`${caller.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${caller.token}`,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query, variables }),
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
  }).catch((error: unknown) => {
    const cause = error instanceof Error ? (error.cause as { readonly code?: string } | undefined)?.code : undefined;
    throw new CommandFailure(`the hub at ${caller.url} does not answer${cause === undefined ? '' : ` (${cause})`}`, [
      'is it running? `npm start`',
      '`BESA_URL` names another one',
    ]);
  });
  const text = await response.text();
  try {
    return JSON.parse(text) as GraphqlAnswer;
  } catch {
    throw new CommandFailure(`what answers at ${caller.url} is no hub (HTTP ${response.status})`);
  }
}

/** The data of an answer. @throws CommandFailure with every error the hub told */
export function dataOf(answer: GraphqlAnswer): Readonly<Record<string, unknown>> {
  const { errors = [], data } = answer;
  const [first] = errors;
  if (first !== undefined || typeof data !== 'object' || data === null) {
    throw new CommandFailure(first === undefined ? 'the hub answered nothing' : faultText(first), [
      ...errors.slice(1).map(faultText),
      ...meanwhile(first),
    ]);
  }
  return data as Readonly<Record<string, unknown>>;
}

function faultText({ message, path, extensions }: GraphqlFault): string {
  const place = path === undefined ? '' : `${path.join('.')}: `;
  const id = extensions?.code === 'INTERNAL' ? ` (correlation id ${extensions.correlationId})` : '';
  return `${place}${message}${extensions?.code === undefined ? '' : ` [${extensions.code}]`}${id}`;
}

function meanwhile(fault: GraphqlFault | undefined): readonly string[] {
  const changes = fault?.extensions?.changes ?? [];
  return changes.map(({ number, kind, agency }) => `meanwhile: ${number}. ${kind} by ${agency ?? 'the hub'}`);
}

/** What a mutation answered. @throws CommandFailure with every `userErrors` entry */
export function payloadOf(answer: GraphqlAnswer, mutation: string): Readonly<Record<string, unknown>> {
  const payload = dataOf(answer)[mutation] as { readonly userErrors: readonly UserError[] } & Readonly<
    Record<string, unknown>
  >;
  const refusals = payload.userErrors.map(({ path, message, code }) => `${placeText(path)}${message} [${code}]`);
  if (refusals.length === 0) return payload;
  throw new CommandFailure(
    refusals.length === 1 ? (refusals[0] ?? '') : `refused: ${refusals.length} faults`,
    refusals.length === 1 ? [] : refusals,
  );
}

/** `input.clauses.0.rows` as a reader of the file knows it: `clauses.0.rows: `. */
function placeText(path: readonly string[]): string {
  const place = path.filter((step, index) => index > 0 || step !== 'input').join('.');
  return place === '' ? '' : `${place}: `;
}
