/** Keeps a server running that may be killed, run out of room, or fall: it is started again until somebody stops it. */

/** A server that runs. */
export interface KeptServer {
  /** why it ended; resolves once it has, told to or not */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** A start that failed is tried again after this long, then after twice as long each time. */
const PAUSE_MS_MIN = 250;
/** A disk that has room again, or a port that is free again, is noticed within this time. */
const PAUSE_MS_MAX = 4_000;

/**
 * @param first the running server
 * @param again starts it at the same place; @throws with the reason why it does not start
 * @param onLost told why it ended, and why a start failed
 * @returns how to stop whichever server runs then, for good
 */
export function keptRunning(
  first: KeptServer,
  again: () => Promise<KeptServer>,
  onLost: (reason: string) => void,
): Pick<KeptServer, 'stop'> {
  let running: KeptServer | undefined = first;
  let wake = (): void => undefined;
  let isStopped = false;
  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  const watch = async (): Promise<void> => {
    for (let pauseMs = PAUSE_MS_MIN; !isStopped; ) {
      if (running !== undefined) {
        const reason = await running.ended;
        if (isStopped) return;
        running = undefined;
        onLost(reason);
        pauseMs = PAUSE_MS_MIN;
      }
      running = await again().catch((error: unknown) => {
        onLost(error instanceof Error ? error.message : String(error));
        return undefined;
      });
      if (running !== undefined) continue;
      await pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  };
  const watching = watch();
  return {
    async stop() {
      isStopped = true;
      wake();
      await running?.stop();
      await watching;
      // One that was being started meanwhile.
      await running?.stop();
    },
  };
}
