import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DATABASES, INSPECTION } from './import-hub.js';

/** A hub in a process of its own, on a database that is prepared already. End it with `child.kill()`. */
export interface HubProcess {
  readonly child: ChildProcess;
  readonly port: number;
  /** the most memory the process ever had */
  peakBytes(): Promise<number>;
}

/** The compiled sources, for a child process does not see the test runner's transformation; jest's set-up has built them. */
export async function startHubProcess(url: string, options: { readonly heapMbMax?: number } = {}): Promise<HubProcess> {
  const child = fork(fileURLToPath(new URL('hub-process.mjs', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: options.heapMbMax === undefined ? [] : [`--max-old-space-size=${options.heapMbMax}`],
  });
  const ask = async (message: object): Promise<Readonly<Record<string, number>>> => {
    child.send(message);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the hub ended')));
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Record<string, number>];
    return answer;
  };
  const { port = 0 } = await ask({ url, recordType: INSPECTION, databases: DATABASES });
  return { child, port, peakBytes: async () => (await ask({})).peakBytes ?? Number.NaN };
}
