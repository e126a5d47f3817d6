import { describe, expect, test } from '@jest/globals';
import type { StoredJob } from '../../src/domain/job.js';
import { gaugeText } from '../../src/http/metrics.js';
import type { JobStore } from '../../src/hub/ports.js';
import { indexCheck, unreadableGauge } from '../../src/start/index-signs.js';

const AT = new Date('2026-11-24T10:00:00.000Z');

/** The hub's jobs, the last run of `index-ledger` having told these counts. */
function jobsThatTold(...counts: readonly StoredJob['counts'][]): { readonly jobs: JobStore } {
  const list = counts.map(
    (told): StoredJob => ({
      name: 'index-ledger',
      startedAt: AT,
      finishedAt: AT,
      outcome: 'DONE',
      counts: told,
      errorCode: null,
      succeededAt: AT,
      process: '1-a',
    }),
  );
  return { jobs: { begin: async () => undefined, list: async () => list } };
}

describe('entries of the ledger that cannot be read', () => {
  test('degrade the hub, and do not take it off the line', async () => {
    expect(await indexCheck(jobsThatTold({ indexedUpTo: 7, unreadable: 2 })).check()).toBe('DEGRADED');
    for (const hub of [jobsThatTold({ indexedUpTo: 7, unreadable: 0 }), jobsThatTold({}), jobsThatTold()]) {
      expect(await indexCheck(hub).check()).toBeUndefined();
    }
  });

  test('are counted among the metrics, once they were looked for', async () => {
    expect(await gaugeText(unreadableGauge(jobsThatTold({ unreadable: 2 })))).toContain(
      '\nbesa_ledger_unreadable_entries 2\n',
    );
    expect(await unreadableGauge(jobsThatTold()).read()).toEqual([]);
  });
});
