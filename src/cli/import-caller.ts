import { type CommandContext, CommandFailure } from './command.js';
import { askHub, type Caller, dataOf, hubUrl } from './hub-client.js';
import { demoToken } from './token.js';

export type { Caller } from './hub-client.js';

/**
 * Where the hub is, and as whom to import: as `as`, with `BESA_TOKEN`, or in a demo as a steward of the owner.
 * @throws CommandFailure
 */
export async function findCaller(
  context: CommandContext,
  { database, as }: { readonly database: string; readonly as?: string },
): Promise<Caller> {
  const config = context.config();
  const url = hubUrl(config);
  const { token } = config.client;
  if (as === undefined && token !== undefined) return { url, token };
  if (as === undefined && config.demo === 'off') throw new CommandFailure('no token', ['set `BESA_TOKEN`']);
  const agency = as ?? (await ownerOf(context, url, database));
  return { url, token: await demoToken(context, { agency, roles: ['STEWARD'] }) };
}

/** Asked page by page as the demo's operator: the registry is open to every caller. */
async function ownerOf(context: CommandContext, url: string, database: string): Promise<string> {
  const token = await demoToken(context, { roles: ['OPERATOR'] });
  const document = `query ($after: String) { sharedDatabases(first: 1000, after: $after) {
    nodes { code owner { code } } pageInfo { hasNextPage endCursor } } }`;
  for (let after: string | null = null; ; ) {
    const { sharedDatabases } = dataOf(await askHub({ url, token }, document, { after })) as {
      sharedDatabases: DatabasePage;
    };
    const found = sharedDatabases.nodes.find(({ code }) => code === database);
    if (found !== undefined) return found.owner.code;
    if (!sharedDatabases.pageInfo.hasNextPage) throw new CommandFailure(`there is no shared database \`${database}\``);
    after = sharedDatabases.pageInfo.endCursor;
  }
}

interface DatabasePage {
  readonly nodes: readonly { readonly code: string; readonly owner: { readonly code: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}
