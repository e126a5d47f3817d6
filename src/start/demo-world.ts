import { type LoadedWorld, loadWorld } from '../../examples/western-balkans/load.js';
import { ProgressBar } from '../cli/progress-bar.js';
import type { Config } from '../config.js';
import type { Ports } from '../hub/ports.js';
import { demoDoors } from './demo-doors.js';

/** Loads the demo world if it is not there, with a progress bar. A load that was cut off goes on at the next start. */
export async function loadDemoWorld(
  hub: Ports,
  databaseUrl: string,
  config: Pick<Config, 'demo' | 'timeZone' | 'color'>,
): Promise<LoadedWorld | undefined> {
  if (config.demo === 'off') return undefined;
  const { now } = await hub.agreements.inForce({ refresh: true });
  const number = new Intl.NumberFormat('en');
  let bar: ProgressBar | undefined;
  let stage = '';
  const world = await loadWorld(demoDoors(hub, databaseUrl), {
    size: config.demo,
    timeZone: config.timeZone,
    now,
    onProgress: ({ step, records, recordsTotal }) => {
      bar ??= new ProgressBar({
        title: 'demo data',
        total: recordsTotal,
        count: (done) => `${number.format(done)} of ${number.format(recordsTotal)} records`,
        write: (text) => process.stderr.write(text),
        interactive: process.stderr.isTTY === true,
        color: config.color && process.stderr.isTTY === true,
      });
      if (step !== stage && records > 0) {
        stage = step;
        bar.stage(`demo data ${step}`);
      }
      bar.update(records);
    },
  });
  if (world.isNew) bar?.finish();
  else bar?.clear();
  return world;
}
