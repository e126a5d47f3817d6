import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandConfig, type CommandContext, CommandFailure } from './command.js';

export interface Caller {
  /** of the running hub */
  readonly url: string;
  readonly token: string;
}

/** Where the hub is, and as whom to import. @throws CommandFailure */
export async function findCaller(
  context: CommandContext,
  _options: { readonly database: string; readonly as?: string },
): Promise<Caller> {
  const config = context.config();
  const { token } = config.client;
  if (token === undefined) throw new CommandFailure('no token', ['set `BESA_TOKEN`']);
  return { url: hubUrl(config), token };
}

function hubUrl(config: CommandConfig): string {
  if (config.client.url !== undefined) return config.client.url;
  try {
    const found = JSON.parse(readFileSync(join(config.dataFolder, 'hub.json'), 'utf8')) as { readonly url?: unknown };
    if (typeof found.url === 'string') return found.url;
  } catch {}
  throw new CommandFailure('no hub is running here', ['start it with `npm start`, or set `BESA_URL` to where it runs']);
}
