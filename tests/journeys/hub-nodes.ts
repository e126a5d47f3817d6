/** Hubs in processes of their own on one database, asked over real sockets, stopped and woken while they answer. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type ProcessCount, reckoningAt } from '../api/reckoning.js';
import { ROOT } from '../house/sources.js';
import type { TestDatabase } from '../postgres.js';
import { WORLD_TIME_ZONE } from '../world.js';

/** One answer. Instants in milliseconds of one clock that only goes up. */
export interface Told {
  readonly node: number;
  readonly begunMs: number;
  readonly endedMs: number;
  readonly status: number;
  readonly text: string;
}

export interface HubNode {
  readonly index: number;
  /** where it answers, for commands */
  readonly url: string;
  ask(query: string, as: string): Promise<Told>;
  /** Stops the process wherever it is; resolves once it stands still. */
  stop(): Promise<void>;
  wake(): void;
  /** Ends it for good, stopped or not: what is under way is answered before, and its requests are reckoned with its ledger. */
  end(): void;
}

/** Starts `count` hubs, of the compiled sources: the run's set-up has built them. */
export async function startNodes(database: TestDatabase, count: number): Promise<readonly HubNode[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => startNode(database, index)));
}

async function startNode({ url, readerUrl }: TestDatabase, index: number): Promise<HubNode> {
  const child = fork(fileURLToPath(new URL('hub-node.mjs', import.meta.url)), {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send({ databaseUrl: url, readerUrl, timeZone: WORLD_TIME_ZONE });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`hub ${index} ended before it listened`)));
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ readonly port: number }];
  const agent = new Agent({ keepAlive: true });
  return {
    index,
    url: `http://127.0.0.1:${port}`,
    ask: (query, as) => asked({ port, agent, index }, query, as),
    async stop() {
      child.kill('SIGSTOP');
      while (!standsStill(child)) await new Promise(setImmediate);
      // What it had sent before is read first: nothing that arrives from now on was on its way already.
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    },
    wake: () => void child.kill('SIGCONT'),
    end() {
      const count = counted(child);
      child.kill('SIGCONT');
      // Its sockets stay open until it is gone: who hangs up before his answer is owed his entry all the same.
      void count.finally(() => agent.destroy()).catch(() => undefined);
      reckoningAt(url)?.join(count);
    },
  };
}

/** What it has counted when its last request is answered; then it is gone. */
async function counted(child: ChildProcess): Promise<ProcessCount> {
  child.send({});
  const [count] = (await once(child, 'message')) as [ProcessCount];
  child.kill('SIGKILL');
  return count;
}

function standsStill({ pid }: ChildProcess): boolean {
  return /^State:\s+[TZ]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

interface Door {
  readonly port: number;
  readonly agent: Agent;
  readonly index: number;
}

function asked({ port, agent, index }: Door, query: string, as: string): Promise<Told> {
  const begunMs = performance.now();
  return new Promise((tell, fail) => {
    const headers = { authorization: `Bearer ${as}`, 'content-type': 'application/json' };
    const sent = request({ port, agent, headers, host: '127.0.0.1', path: '/graphql', method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        tell({ node: index, begunMs, endedMs: performance.now(), status: response.statusCode ?? 0, text });
      });
    });
    sent.on('error', fail);
    sent.end(JSON.stringify({ query }));
  });
}
