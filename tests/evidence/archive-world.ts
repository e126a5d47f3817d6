/** A ledger of several months in a hub of its own, and the files its old months go into. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Verdict, verify } from '../../src/audit/verify.js';
import type { Appended } from '../../src/hub/ports.js';
import { type ArchiveOrder, archiveLedger } from '../../src/persistence/ledger-archive.js';
import { withLedger } from '../../src/persistence/ledger-reader.js';
import { sampleEntry } from '../audit/sample-entry.js';
import { emptyHub, type WorldHub } from '../journeys/world-hub.js';
import { WORLD_NOW } from '../world.js';

/** Entries of each month; at `WORLD_NOW` a rule of 20 months lets the first two go. */
export const ENTRIES_OF = { '2025-01': 300, '2025-02': 40, '2025-04': 10, '2026-11': 20 } as const;
export const KEPT_MONTHS = 20;
export const JANUARY = 'ledger-2025-01.ndjson.gz';
export const FEBRUARY = 'ledger-2025-02.ndjson.gz';

export interface ArchiveWorld extends WorldHub {
  /** a folder of the test's own */
  readonly folder: string;
  /** so many requests that were answered */
  append(count: number): Promise<readonly Appended[]>;
  archive(order?: Partial<ArchiveOrder>): ReturnType<typeof archiveLedger>;
  /** recomputes what the database holds */
  verify(): Promise<Verdict>;
  /** as the hub's own role, outside the hub */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export async function archiveWorld(): Promise<ArchiveWorld> {
  const world = await emptyHub();
  const folder = mkdtempSync(join(tmpdir(), 'besa-archive-'));
  await world.hub.registry.addPartner({ code: 'AL', name: 'Albania', footnote: null });
  await world.hub.registry.addAgency({ code: 'AL-BMP', name: 'Border Police', partner: 'AL' });
  const { name: recordType = '' } = world.hub.standard.recordTypes[0] ?? {};
  const database = {
    code: 'AL-BORDER-CROSSINGS',
    name: 'Crossings',
    owner: 'AL-BMP',
    recordType,
    hosting: 'HOSTED',
  } as const;
  await world.hub.registry.addDatabase(database);
  await world.owner.query(`select besa.ledger_make_month('2025-01-01')`);
  const append = (count: number) =>
    world.beside('entries of months that are long over', () =>
      Promise.all(Array.from({ length: count }, () => world.hub.ledger.append(sampleEntry()))),
    );
  for (const [month, count] of Object.entries(ENTRIES_OF)) {
    await world.setClock(month === '2026-11' ? WORLD_NOW : new Date(`${month}-15T10:00:00.000Z`));
    await append(count);
    await world.hub.treeHeads.sign();
  }
  return {
    ...world,
    folder,
    append,
    archive: (order) =>
      archiveLedger(world.database.url, { folder, keptMonths: KEPT_MONTHS, environment: 'test', ...order }),
    verify: () => withLedger(world.database.url, ({ chunks, ...options }) => verify(chunks, [], options)),
    sql: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await world.owner.query<Row>(text, [...values])).rows,
    async close() {
      rmSync(folder, { recursive: true, force: true });
      await world.close();
    },
  };
}

/** The lines of a file, without their ends. */
export const linesIn = (path: string): readonly string[] =>
  gunzipSync(readFileSync(path)).toString('utf8').split('\n').slice(0, -1);

export const writeFile = (path: string, lines: readonly string[]): void =>
  writeFileSync(path, gzipSync(lines.map((line) => `${line}\n`).join('')));
