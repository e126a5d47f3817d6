import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cleanUp } from '../start/process.js';
import { type KillReport, killRun } from './kill-run.js';

const SEED = Number(process.env.SEED ?? 1);
const HUB_KILLS = Number(process.env.HUB_KILLS ?? 10);
const POSTGRES_KILLS = Number(process.env.POSTGRES_KILLS ?? 3);
const MINUTES_MAX = 2 + (HUB_KILLS + POSTGRES_KILLS) / 4;
/** A machine that runs the other tests beside is slower; the long run is alone and held to what is promised. */
const SLOWER = HUB_KILLS > 10 ? 1 : 4;

let report: KillReport;
beforeAll(async () => {
  const say = process.env.TELL ? (text: string) => void process.stderr.write(`${text}\n`) : () => undefined;
  report = await killRun({ hubKills: HUB_KILLS, postgresKills: POSTGRES_KILLS, seed: SEED, say });
}, MINUTES_MAX * 60_000);
afterAll(cleanUp);

describe(`${HUB_KILLS} × kill -9 of the hub and ${POSTGRES_KILLS} of PostgreSQL, in the middle of reads and imports (SEED=${SEED})`, () => {
  test('every answered request has its entry', () => {
    expect(report.answered).toBeGreaterThan(10 * (HUB_KILLS + POSTGRES_KILLS));
    expect(report.missing).toEqual([]);
  });

  test('while something is away it is told so cleanly: 503, when to come again, and nothing of what is inside', () => {
    // The log names what the hub took for a fault of its own.
    expect({ wrong: report.wrong, log: report.wrong.length > 0 && report.log }).toEqual({ wrong: [], log: false });
  });

  test('a batch is there whole or not at all, each row once, and whole if it was answered', () => {
    expect(report.batches).toBeGreaterThan(HUB_KILLS / 2);
    expect(report.halves).toEqual([]);
  });

  test('the ledger has no gap, and `besa audit verify` finds nothing', () => {
    expect(report.entries.last).toBe(report.entries.count);
    expect(report.verified).toMatchObject({ code: 0 });
  });

  test('it is back by itself: 5 s after the hub was killed, 10 s after PostgreSQL was', () => {
    expect(report.hubBackMs).toHaveLength(HUB_KILLS);
    expect(report.postgresBackMs).toHaveLength(POSTGRES_KILLS);
    expect(report.hubBackMs.filter((ms) => ms > 5_000 * SLOWER)).toEqual([]);
    expect(report.postgresBackMs.filter((ms) => ms > 10_000 * SLOWER)).toEqual([]);
  });
});
