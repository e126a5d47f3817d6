import { expect, test } from '@jest/globals';
import { type KeptServer, keptRunning } from '../../src/persistence/kept-running.js';

interface Fake extends KeptServer {
  fall(reason: string): void;
  readonly wasStopped: () => boolean;
}

function fake(): Fake {
  let end = (_reason: string): void => undefined;
  let isStopped = false;
  const ended = new Promise<string>((done) => {
    end = done;
  });
  return {
    ended,
    fall: (reason) => end(reason),
    wasStopped: () => isStopped,
    async stop() {
      isStopped = true;
      end('stopped');
    },
  };
}

/** Hands out servers one after another, or the reason why the next does not start; resolves `used` once all were. */
function starts(outcomes: readonly (Fake | string)[]) {
  let next = 0;
  let tellUsed = (): void => undefined;
  const used = new Promise<void>((done) => {
    tellUsed = done;
  });
  const again = async (): Promise<KeptServer> => {
    const outcome = outcomes[next++] ?? 'no more';
    if (next >= outcomes.length) tellUsed();
    if (typeof outcome === 'string') throw new Error(outcome);
    return outcome;
  };
  return { again, used, count: () => next };
}

test('a server that falls is started again, as often as it takes, and each reason is told', async () => {
  const [first, second, third] = [fake(), fake(), fake()];
  const reasons: string[] = [];
  const { again, used } = starts([second, 'no room', third]);
  const kept = keptRunning(first, again, (reason) => reasons.push(reason));
  first.fall('exit SIGKILL');
  second.fall('exit 1');
  await used;
  await kept.stop();
  expect(reasons).toEqual(['exit SIGKILL', 'exit 1', 'no room']);
  expect([first, second, third].map((server) => server.wasStopped())).toEqual([false, false, true]);
});

test('a server that was told to stop stays stopped, and nothing is told', async () => {
  const first = fake();
  const reasons: string[] = [];
  const { again, count } = starts([]);
  const kept = keptRunning(first, again, (reason) => reasons.push(reason));
  await kept.stop();
  expect([first.wasStopped(), count(), reasons]).toEqual([true, 0, []]);
});

test('told to stop while it cannot be started, it waits no longer', async () => {
  const first = fake();
  const { again, used } = starts(['no room']);
  const kept = keptRunning(first, again, () => undefined);
  first.fall('exit 1');
  await used;
  await kept.stop();
});
