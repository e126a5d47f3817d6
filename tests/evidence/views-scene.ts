/** Traffic in the small world that each party reads in its own way. Answers hold their sequence. */
import { dataOf, type WorldHub } from '../journeys/world-hub.js';

export const [OWNER, RECIPIENT, OTHER, WITHHOLDER, STRANGER] = ['AL-BMP', 'ME-BP', 'XK-BP', 'RS-BP', 'BA-BP'] as const;
export const DATABASE = 'AL-BORDER-CROSSINGS';
export const AGENCIES = [OWNER, RECIPIENT, OTHER, WITHHOLDER, STRANGER] as const;

export interface Scene {
  /** ids of the records of OWNER's database as RECIPIENT was given them */
  readonly given: readonly string[];
  /** entry of RECIPIENT's page over three databases */
  readonly page: number;
  /** entry of OTHER's page with a justification */
  readonly justified: number;
  /** entry of RECIPIENT's statistics over several databases */
  readonly counted: number;
}

export const JUSTIFICATION = 'case 4711/2026';

/** RECIPIENT reads OWNER's records beside its own and those WITHHOLDER withholds; OTHER reads with a reason; RECIPIENT counts. */
export async function traffic(world: WorldHub): Promise<Scene> {
  const newest = async (): Promise<number> => {
    const { rows } = await world.owner.query<{ size: string }>('select max(h.size) as size from besa.ledger_head h');
    return Number(rows[0]?.size);
  };
  const paged = await world.ask(
    `query HiddenName { borderCrossings(purpose: BORDER_SURVEILLANCE,
      databases: ["${DATABASE}", "ME-BORDER-CROSSINGS", "RS-BORDER-CROSSINGS"], first: 40) { nodes { id database { code } nationality } } }`,
    `${RECIPIENT}:ANALYST`,
  );
  const page = await newest();
  const nodes = dataOf<{ nodes: readonly { id: string; database: { code: string } }[] }>(
    paged,
    'borderCrossings',
  ).nodes;
  await world.ask(
    `{ borderCrossings(purpose: SMUGGLING_INVESTIGATION, justification: "${JUSTIFICATION}", databases: ["${DATABASE}"], first: 3) {
      nodes { id } } }`,
    `${OTHER}:ANALYST`,
  );
  const justified = await newest();
  await world.ask(
    `{ borderCrossingStatistics(purpose: STATISTICS_REPORTING, databases: ["${DATABASE}", "ME-BORDER-CROSSINGS", "XK-BORDER-CROSSINGS"],
      groupBy: [NATIONALITY]) { total } }`,
    `${RECIPIENT}:REPORTER`,
  );
  const counted = await newest();
  const given = nodes.filter(({ database }) => database.code === DATABASE).map(({ id }) => id);
  return { given, page, justified, counted };
}

/** Everything a node can tell. */
export const WHOLE_NODE = `sequence at perspective agency person client role purpose regime justification action outcome errorCode
  operationName operationHash subject durationMs
  asks { action recordType selectedFields touchedFields viewAs
    lines { database outcome reason records basis { agreement version article } disclosed { id version commitment } } }`;

export interface Node {
  readonly sequence: number;
  readonly at: string;
  readonly perspective: 'OWN' | 'OWNER';
  readonly agency: string | null;
  readonly purpose: string | null;
  readonly outcome: string;
  readonly action: string;
  readonly asks: readonly {
    readonly recordType: string;
    readonly lines: readonly {
      readonly database: string;
      readonly records: number | null;
      readonly disclosed: readonly { readonly id: string; readonly version: number }[] | null;
    }[];
  }[];
}

/** Every node one agency's auditor can list, page by page. */
export async function nodesOf(world: WorldHub, agency: string, where = '{}'): Promise<readonly Node[]> {
  const found: Node[] = [];
  for (let after = ''; ; ) {
    const query = `{ ledger(first: 100, where: ${where}${after}) { nodes { ${WHOLE_NODE} } pageInfo { hasNextPage endCursor } } }`;
    const page = dataOf<{
      readonly nodes: readonly Node[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    }>(await world.ask(query, `${agency}:AUDITOR`), 'ledger');
    found.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return found;
    after = `, after: "${page.pageInfo.endCursor}"`;
  }
}

/** One file of the ledger as an agency's auditor gets it. */
export async function fileOf(world: WorldHub, as: string, path: string): Promise<{ status: number; text: string }> {
  const address = await addressOf(world);
  const response = await fetch(`${address}/ledger/v1/${path}`, { headers: { authorization: `Bearer ${as}` } });
  return { status: response.status, text: await response.text() };
}

const addresses = new WeakMap<WorldHub, Promise<string>>();
function addressOf(world: WorldHub): Promise<string> {
  const known = addresses.get(world) ?? world.listen();
  addresses.set(world, known);
  return known;
}
