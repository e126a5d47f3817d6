/** The demo world in a hub whose database somebody changes past every trigger, as its owner could. */

import type { Doubt } from '../../src/domain/agreement-history.js';
import { sha256Hex, verifyEd25519 } from '../../src/persistence/cryptography.js';
import { createHubPorts, type HubPorts } from '../../src/start/hub-ports.js';
import { readinessChecks } from '../../src/start/readiness.js';
import { type Answered, type TestServer, testServer } from '../api/harness.js';
import { reckonDatabase } from '../api/reckoning.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';

export interface TamperingHub {
  readonly world: WorldHub;
  readonly hub: HubPorts;
  readonly server: TestServer;
  /** what the operator's log was told, in order */
  readonly doubts: Doubt[];
  ask(query: string, as: string): Promise<Answered>;
  /** Runs statements with the triggers of these tables switched off; what they change stays changed. */
  tamper(tables: readonly string[], ...statements: readonly string[]): Promise<void>;
  /** the doubts of a look at what is stored now, as `reference cause` */
  found(): Promise<readonly string[]>;
  /** ports of another process over the same database, which reads everything anew */
  another(environment?: string): Promise<HubPorts>;
  close(): Promise<void>;
}

export async function tamperingHub(): Promise<TamperingHub> {
  const world = await worldHub();
  const doubts: Doubt[] = [];
  const another = (environment = 'test', told: Doubt[] = []): Promise<HubPorts> =>
    createHubPorts({
      standard: world.hub.standard,
      timeZone: world.hub.timeZone,
      databaseUrl: world.database.url,
      readerUrl: world.database.readerUrl,
      secret: Buffer.alloc(32, 1),
      signing: { environment, acceptsDemoKeys: true, sha256: sha256Hex, verify: verifyEd25519 },
      onLedgerFault: () => {},
      onDoubt: (doubt) => told.push(doubt),
    });
  const hub = await another('test', doubts);
  await reckonDatabase(world.database.url, hub);
  const server = await testServer(hub, { checks: readinessChecks(hub) });
  return {
    world,
    hub,
    server,
    doubts,
    ask: (query, as) => server.ask({ query, as }),
    tamper: async (tables, ...statements) => {
      const each = (words: (table: string) => string): readonly string[] => tables.map(words);
      const all = [
        'begin',
        ...each((table) => `alter table besa.${table} disable trigger user`),
        ...statements,
        ...each((table) => `alter table besa.${table} enable trigger user`),
        'commit',
      ];
      try {
        for (const statement of all) await world.owner.query(statement);
      } catch (error) {
        await world.owner.query('rollback');
        throw error;
      }
    },
    found: async () => {
      const { doubts: now = [] } = await hub.agreements.inForce({ refresh: true });
      return now.map(({ reference, cause }) => `${reference} ${cause}`);
    },
    another: (environment) => another(environment),
    async close() {
      await server.close();
      await hub.close();
      await world.close();
    },
  };
}
