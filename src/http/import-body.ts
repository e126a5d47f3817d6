/** The body of an upload as the hub reads it: at the speed it is stored, within limits of time, never torn down half-answered. */
import type { IncomingMessage } from 'node:http';
import { HubError } from '../domain/errors.js';

export interface PatienceLimits {
  /** without a byte from the sender */
  readonly silenceMsMax: number;
  readonly uploadMsMax: number;
}

export const PATIENCE: PatienceLimits = { silenceMsMax: 60_000, uploadMsMax: 4 * 60 * 60_000 };

/** How long a refused sender may go on sending; most stop when they read the answer. */
const DRAIN_MS_MAX = 10_000;

/**
 * The chunks of a request's body. Leaving the loop early leaves the connection open, so that the refusal can be answered.
 *
 * @throws HubError LIMIT_EXCEEDED if the sender falls silent or takes too long, BAD_USER_INPUT if the upload breaks off
 */
export async function* bodyOf(request: IncomingMessage, patience: PatienceLimits = PATIENCE): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false });
  const begunMs = performance.now();
  try {
    for (;;) {
      const leftMs = patience.uploadMsMax - (performance.now() - begunMs);
      const next = await within(Math.min(patience.silenceMsMax, leftMs), () => chunks.next());
      if (next.done === true) return;
      yield next.value as Buffer;
    }
  } finally {
    // Not awaited: after a silence the iterator itself still waits for the sender.
    chunks.return?.().catch(() => undefined);
  }
}

/** Times only the sender: while rows are stored nobody waits for him. */
async function within<T>(milliseconds: number, wait: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        reject(new HubError('LIMIT_EXCEEDED', 'the upload took too long; nothing was imported'));
      },
      Math.max(0, milliseconds),
    );
  });
  try {
    return await Promise.race([wait(), tooSlow]);
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError('BAD_USER_INPUT', 'the upload broke off; nothing was imported');
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets what is still coming run out, unread; resolves when nothing more comes, or when it has come for too long.
 * Closing at once would make the sender's system throw the answer away before he has read it.
 */
export function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const patience = setTimeout(resolve, DRAIN_MS_MAX).unref();
    const over = (): void => {
      clearTimeout(patience);
      resolve();
    };
    request.once('close', over).once('end', over).on('error', over);
    // Not `resume`: it does nothing as long as the iterator above has not let go of the request.
    request.on('data', () => {});
  });
}
