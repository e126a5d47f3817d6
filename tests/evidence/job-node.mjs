// Takes a turn at a job in a process of its own and keeps it: to be killed, or stopped and woken.
import { createJobStore } from '../../dist/src/persistence/jobs.js';

process.once('disconnect', () => process.exit());
process.once('message', async ({ url, name, standstillMsMax }) => {
  const turn = await createJobStore({ url, standstillMsMax }).begin(name);
  process.on('message', async () => process.send({ isKept: await turn.finish({ counts: {} }) }));
  process.send({ isTaken: turn !== undefined });
});
