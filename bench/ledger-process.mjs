// One of several processes that append at once: told by its parent when, what and for how long; it tells what it measured.
import { appending, openSystems } from './ledger-systems.mjs';

process.once('disconnect', () => process.exit());
const { systems } = await openSystems(process.argv[2]);
process.on('message', async ({ system, connections, milliseconds }) => {
  process.send(await appending(systems[system], connections, milliseconds));
});
process.send('ready');
