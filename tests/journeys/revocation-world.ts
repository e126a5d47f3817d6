/** Four hubs on one database under load, and what must hold of all they said, whatever was stopped meanwhile. */
import { Client } from 'pg';
import { storedEntries } from '../ledger-entries.js';
import { type HubNode, startNodes, type Told } from './hub-nodes.js';
import { dataOf, type WorldHub, worldHub } from './world-hub.js';

const NODES = 4;
/** requests under way at each hub while there is load */
const LOOPS = 2;

export const AGREEMENT = 'AGR-2024-002';
const ASKER = 'ME-BP:ANALYST';
const ARGUMENTS = 'purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"]';
export const PAGE = `{ borderCrossings(${ARGUMENTS}, first: 5) { nodes { id nationality } } }`;
const TOTAL = `{ borderCrossingStatistics(${ARGUMENTS}, groupBy: []) { total } }`;

export interface RevocationWorld {
  readonly nodes: readonly HubNode[];
  /** Runs a statement that takes a lock, and holds it until the function given back is called. */
  holding(statement: string): Promise<() => Promise<void>>;
  /** Goes on asking until this instant of the clock of answers. */
  lasts(untilMs: number, node: HubNode): Promise<void>;
  /** A database of AL-BMP, by its steward. */
  register(node: HubNode, code: string): Promise<Told>;
  /** the table of the records asked for */
  readonly recordTable: string;
  /** How many suspensions stand behind the last resumption. */
  suspensions(): Promise<number>;
  /** As AL-BMP's signatory: suspends or resumes; the answer as told. */
  act(node: HubNode, kind: 'suspend' | 'resume'): Promise<Told>;
  page(node: HubNode): Promise<Told>;
  /** Asks at every hub until `end` is called, which gives all answers. */
  load(): Load;
  /** Resolves once as many statements as given wait for a lock. Asked of the database, not slept for. */
  waiting(count: number): Promise<void>;
  /** Sequences of entries that disclosed under the agreement when, in the order of the ledger, this was the last act on it. */
  disclosuresBehind(act: 'suspend' | 'resume'): Promise<readonly number[]>;
  /** Whatever a test that failed has left: hubs that stand still, locks that are held, a suspension. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface Load {
  readonly told: readonly Told[];
  /** Resolves once each of these hubs has told this many answers that were begun from now on. */
  goesOn(nodes: readonly HubNode[], count: number): Promise<void>;
  end(): Promise<readonly Told[]>;
}

export async function revocationWorld(): Promise<RevocationWorld> {
  const world = await worldHub();
  const record = await recordQuery(world);
  const nodes = await startNodes(world.database, NODES);
  const held = new Set<Client>();
  const revocation: RevocationWorld = {
    nodes,
    recordTable: 'records.border_crossing',
    async holding(statement) {
      const client = new Client({ connectionString: world.database.url });
      client.on('error', () => {});
      await client.connect();
      await client.query('begin');
      await client.query(statement);
      held.add(client);
      return async () => {
        held.delete(client);
        await client.end();
      };
    },
    async lasts(untilMs, node) {
      while (performance.now() < untilMs) await node.ask(PAGE, ASKER);
    },
    register: (node, code) =>
      node.ask(
        `mutation { registerSharedDatabase(input: { code: "${code}", name: "More", recordType: "BorderCrossing" }) { userErrors { code } } }`,
        'AL-BMP:STEWARD',
      ),
    async suspensions() {
      const { rows } = await world.owner.query<{ kind: string }>(
        'select kind from besa.agreement_act where reference = $1 order by id desc',
        [AGREEMENT],
      );
      const resumption = rows.findIndex(({ kind }) => kind !== 'SUSPEND');
      return resumption < 0 ? rows.length : resumption;
    },
    act: (node, kind) =>
      node.ask(
        `mutation { ${kind}Agreement(input: { reference: "${AGREEMENT}", reason: "an audit" }) { userErrors { code } } }`,
        'AL-BMP:SIGNATORY',
      ),
    page: (node) => node.ask(PAGE, ASKER),
    load: () => loadOn(nodes, [PAGE, record, TOTAL]),
    async waiting(count) {
      for (;;) {
        const { rows } = await world.owner.query(WAITING);
        if (rows.length >= count) return;
      }
    },
    async disclosuresBehind(act) {
      return disclosedBehind(await storedEntries(world.owner), `${act}Agreement`);
    },
    async recover() {
      for (const node of nodes) node.wake();
      for (const client of held) await client.end();
      held.clear();
      if ((await revocation.suspensions()) > 0) await revocation.act(nodes[0] as HubNode, 'resume');
    },
    async close() {
      for (const node of nodes) node.end();
      await world.close();
    },
  };
  return revocation;
}

/** Hubs that wait for each other; not the server's own work on its files, which waits too. */
const WAITING = `select from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
  and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple', 'relation')`;

const ACTS: readonly string[] = ['suspendAgreement', 'resumeAgreement'];

/** Sequences of what was disclosed under the agreement while `act` was the last act on it. */
function disclosedBehind(entries: Awaited<ReturnType<typeof storedEntries>>, act: string): readonly number[] {
  let last: string | undefined;
  return entries.flatMap(({ sequence, entry }) => {
    const isAct = ACTS.includes(entry.action) && entry.outcome === 'ANSWERED' && entry.subject.reference === AGREEMENT;
    if (isAct) last = entry.action;
    const isDisclosed = entry.asks.some(({ lines }) =>
      lines.some((line) => line.outcome !== 'WITHHELD' && line.basis.some(({ agreement }) => agreement === AGREEMENT)),
    );
    return isDisclosed && last === act ? [sequence] : [];
  });
}

async function recordQuery(world: WorldHub): Promise<string> {
  const page = dataOf<{ nodes: readonly { readonly id: string }[] }>(await world.ask(PAGE, ASKER), 'borderCrossings');
  return `{ borderCrossing(id: "${page.nodes[0]?.id}", purpose: BORDER_SURVEILLANCE) { nationality } }`;
}

function loadOn(nodes: readonly HubNode[], queries: readonly string[]): Load {
  const told: Told[] = [];
  const state = { isOver: false };
  const asking = nodes.flatMap((node) =>
    Array.from({ length: LOOPS }, async (_, loop) => {
      for (let turn = loop; !state.isOver; turn += 1) {
        told.push(await node.ask(queries[turn % queries.length] ?? PAGE, ASKER));
      }
    }),
  );
  return {
    told,
    async goesOn(those, count) {
      const from = performance.now();
      const isThere = ({ index }: HubNode): boolean =>
        told.filter(({ node, begunMs }) => node === index && begunMs >= from).length >= count;
      // A loop that failed would never be there: it is waited for as well.
      const failed = Promise.all(asking);
      while (!those.every(isThere)) await Promise.race([failed, new Promise(setImmediate)]);
    },
    async end() {
      state.isOver = true;
      await Promise.all(asking);
      return told;
    },
  };
}

/** Whether an answer holds anything of a record: a page with one, a record, a count above nothing. */
export function holdsData({ text }: Told): boolean {
  const { data } = JSON.parse(text) as { data?: Readonly<Record<string, unknown>> | null };
  return Object.values(data ?? {}).some((field) => {
    if (field === null || typeof field !== 'object') return false;
    const { nodes, total, nationality } = field as {
      nodes?: readonly unknown[];
      total?: number;
      nationality?: unknown;
    };
    return (nodes?.length ?? 0) > 0 || (total ?? 0) > 0 || nationality !== undefined;
  });
}
