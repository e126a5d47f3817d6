/** What must not happen to an archive: bodies that go without one, files that lie, and runs that end in the middle. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyExport } from '../../src/audit/verify-export.js';
import { archiveLedger } from '../../src/persistence/ledger-archive.js';
import { WORLD_NOW } from '../world.js';
import {
  type ArchiveWorld,
  archiveWorld,
  FEBRUARY,
  JANUARY,
  KEPT_MONTHS,
  linesIn,
  writeFile,
} from './archive-world.js';

/** By a trigger, or by the want of the privilege. */
const REFUSED = /append-only|holds facts|permission denied/;

describe('the database', () => {
  let world: ArchiveWorld;
  beforeAll(async () => {
    world = await archiveWorld();
  });
  afterAll(() => world.close());

  const insert = (month: string, first: number, last: number, kept: number = KEPT_MONTHS) =>
    world.sql(
      `insert into besa.ledger_archive (month, first_sequence, last_sequence, peaks_before, peaks_after, file, sha256, kept_months)
       values ($1, $2, $3, '{}', '{}', 'x.ndjson.gz', repeat('0', 64), $4)`,
      [month, first, last, kept],
    );

  test.each([
    {
      name: 'a body that no archive holds',
      sql: 'update besa.ledger_entry set body = null, agency = null where sequence = 1',
    },
    { name: 'a body and nothing else', sql: 'update besa.ledger_entry set body = null where sequence = 1' },
    { name: 'another body', sql: `update besa.ledger_entry set body = 'x', agency = null where sequence = 1` },
    { name: 'entries of one month', sql: 'update besa.ledger_entry_2025_01 set body = null, agency = null' },
    { name: 'entries of no month', sql: 'update besa.ledger_entry_default set body = null, agency = null' },
    { name: 'removing an entry', sql: 'delete from besa.ledger_entry where sequence = 1' },
    { name: 'removing a month', sql: 'delete from besa.ledger_entry_2025_01' },
    { name: 'emptying a table', sql: 'truncate besa.ledger_entry' },
  ])('refuses a change: $name', async ({ sql }) => {
    await expect(world.sql(sql)).rejects.toThrow(REFUSED);
  });

  test('takes no month into the archive that the rule keeps, out of its order, with a gap, or with a later entry in it', async () => {
    await expect(insert('2025-01-01', 1, 300, 23)).rejects.toThrow('keeps 2025-01');
    await expect(insert('2025-01-01', 2, 300)).rejects.toThrow('in their order');
    await expect(insert('2025-01-01', 1, 301)).rejects.toThrow('not all of these entries');
    await expect(insert('2025-01-01', 1, 9_999)).rejects.toThrow('not all of these entries');
    await expect(insert('2025-01-02', 1, 300)).rejects.toThrow('check');
  });

  test('keeps watch on every table of entries, those of later months too, and on replicas', async () => {
    const watched = await world.sql<{ table: string; enabled: string }>(
      `select c.relname as table, string_agg(t.tgname || ' ' || t.tgenabled::text, ', ' order by t.tgname) as enabled
       from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'besa'
         left join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal or t.tgrelid = c.oid and t.tgparentid <> 0
       where c.relname ~ '^ledger_entry(_default|_[0-9_]+)?$' and c.relkind in ('r', 'p') group by c.relname`,
    );
    expect(watched.length).toBeGreaterThan(5);
    expect(new Set(watched.map(({ enabled }) => enabled))).toEqual(new Set(['append_only A, only_emptied A']));
  });

  test('of archived entries still refuses any other change, and of the archive every one', async () => {
    await world.archive({ before: '2025-02' });
    const refused = [
      `update besa.ledger_entry set leaf = sha256('x') where sequence = 1`,
      `update besa.ledger_entry set body = 'back', agency = 'ME-BP' where sequence = 1`,
      'update besa.ledger_entry set body = null, agency = null where sequence = 301',
      'delete from besa.ledger_archive',
      `update besa.ledger_archive set sha256 = repeat('1', 64)`,
      'delete from besa.ledger_archive_end',
    ];
    for (const sql of refused) {
      const fault = await world.sql(sql).catch((error: Error) => error.message);
      expect([sql, fault]).toEqual([sql, expect.stringMatching(REFUSED)]);
    }
    await expect(insert('2025-01-01', 301, 340)).rejects.toThrow('in their order');
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: 300 });
  });

  test('with a body taken behind its back is found out at that entry', async () => {
    await world.sql('alter table besa.ledger_entry disable trigger only_emptied');
    await world.sql('update besa.ledger_entry set body = null, agency = null where sequence = 333');
    await world.sql('alter table besa.ledger_entry enable always trigger only_emptied');
    expect(await world.verify()).toMatchObject({ kind: 'BROKEN', position: 333, fault: 'CHANGED' });
    await expect(world.archive()).rejects.toThrow();
  });
});

describe('a file', () => {
  let world: ArchiveWorld;
  beforeAll(async () => {
    world = await archiveWorld();
    await world.archive();
  });
  afterAll(() => world.close());

  const tampered = (change: (lines: string[]) => string[]) => {
    const path = join(world.folder, 'tampered.ndjson.gz');
    writeFile(path, change([...linesIn(join(world.folder, FEBRUARY))]));
    return verifyExport(linesIn(path));
  };
  // The first line is the header, so entry 301 stands at 1.
  const placeOf = (sequence: number): number => sequence - 300;

  test.each([
    {
      name: 'an edited entry',
      at: 317,
      change: (lines: string[], at: number) => lines.with(at, (lines[at] ?? '').replace('officer-7', 'officer-8')),
    },
    { name: 'a dropped entry', at: 317, change: (lines: string[], at: number) => lines.toSpliced(at, 1) },
    {
      name: 'a doubled entry',
      at: 317,
      change: (lines: string[], at: number) => lines.toSpliced(at, 0, lines[at] ?? ''),
    },
    { name: 'a text that is gone', at: 340, change: (lines: string[]) => lines.slice(0, -1) },
  ])('with $name is found out where it is', async ({ at, change }) => {
    const verdict = await tampered((lines) => change(lines, placeOf(at)));
    if (verdict.kind !== 'BROKEN') throw new Error('nothing was found');
    expect(verdict.position).toBeGreaterThanOrEqual(at);
    expect(verdict.position).toBeLessThanOrEqual(at + 1);
  });

  test('holds nothing of a record but its id and version', () => {
    const entries = linesIn(join(world.folder, JANUARY)).filter((line) => line.includes('"sequence"'));
    const parts = entries.flatMap((line) => (JSON.parse(line) as { body: string }).body.split('\n'));
    const records = parts.map((part) => JSON.parse(part)).filter(({ part }) => part === 'RECORDS');
    expect(records).toHaveLength(300);
    expect(new Set(records.map(({ records: of }) => JSON.stringify(of)))).toEqual(new Set(['[[["812",1],["-3",4]]]']));
  });
});

describe('a run that ends in the middle', () => {
  /** Ends at the given sign of progress, as a process does that is stopped there: nothing of it goes on. */
  const brokenOffAt = async (world: ArchiveWorld, sign: number): Promise<boolean> => {
    let seen = 0;
    const onProgress = (): void => {
      seen += 1;
      if (seen === sign) throw new Error('killed');
    };
    return world.archive({ onProgress }).then(
      () => false,
      (error: Error) => error.message === 'killed',
    );
  };

  test('loses nothing wherever it ends, and the next one goes on from there', async () => {
    const world = await archiveWorld();
    const wasBroken: number[] = [];
    for (const sign of [1, 2, 2, 1, 5, 1, 3, 1, 4, 2]) {
      if (await brokenOffAt(world, sign)) wasBroken.push(sign);
      const verdict = await world.verify();
      expect(verdict.kind).toBe('INTACT');
      const [row] = await world.sql<{ lost: number }>(
        `select count(*)::int as lost from besa.ledger_entry e where e.body is null and not exists (
           select from besa.ledger_archive a where e.sequence between a.first_sequence and a.last_sequence)`,
      );
      expect(row).toEqual({ lost: 0 });
    }
    expect(wasBroken).toEqual([1, 2, 2, 1, 5, 1]);
    await world.archive();
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: 340 });
    expect(readdirSync(world.folder).sort()).toEqual([JANUARY, FEBRUARY]);
    await world.close();
  });

  test('after its file was written finds it, and takes it as it is', async () => {
    const [first, second] = [await archiveWorld(), await archiveWorld()];
    // The file of one ledger is none of another, whatever its name.
    await second.archive({ before: '2025-02' });
    copyFileSync(join(second.folder, JANUARY), join(first.folder, JANUARY));
    await expect(first.archive()).rejects.toThrow('is not the archive of 2025-01');
    const { rows } = await first.owner.query('select from besa.ledger_archive');
    expect(rows).toHaveLength(0);
    renameSync(join(first.folder, JANUARY), join(first.folder, 'other.gz'));
    // A file without its row: the run ended between the two.
    const before = await first.archive({ folder: join(first.folder, 'elsewhere'), before: '2025-01' });
    expect(before).toEqual([]);
    writeFileSync(join(first.folder, `${JANUARY}.partial`), 'half a file');
    const [stored] = await first.archive();
    expect(existsSync(join(first.folder, `${JANUARY}.partial`))).toBe(false);
    expect(stored?.last).toBe(300);
    await Promise.all([first.close(), second.close()]);
  });

  test('after its row was written removes nothing as long as the file is not there, byte for byte', async () => {
    const world = await archiveWorld();
    const path = join(world.folder, JANUARY);
    await world.sql(`create function besa.stop() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
      create trigger stop before update on besa.ledger_entry for each statement execute function besa.stop()`);
    await expect(world.archive()).rejects.toThrow('killed');
    await world.sql('drop trigger stop on besa.ledger_entry; drop function besa.stop()');
    expect(await world.sql('select from besa.ledger_archive')).toHaveLength(1);
    const whole = readFileSync(path);
    appendFileSync(path, '\n');
    await expect(world.archive()).rejects.toThrow('is not there as it was written');
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: 0 });
    writeFileSync(path, whole);
    expect((await world.archive()).map(({ month }) => month)).toEqual(['2025-01', '2025-02']);
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: 340 });
    await world.close();
  });

  test('keeps nobody waiting: two at once are one, and requests go on meanwhile', async () => {
    const world = await archiveWorld();
    const both = [
      world.archive(),
      archiveLedger(world.database.url, { folder: world.folder, keptMonths: KEPT_MONTHS, environment: 'test' }),
    ];
    const appended = world.append(200);
    const results = await Promise.allSettled(both);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await appended).every(({ kind }) => kind === 'APPENDED')).toBe(true);
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: 340 });
    await world.close();
  });

  test('of a clock that was set back leaves no hole: what came late goes with the next month', async () => {
    const world = await archiveWorld();
    await world.setClock(new Date('2025-01-20T00:00:00.000Z'));
    await world.append(1);
    await world.setClock(new Date(WORLD_NOW.getTime() + 1000 * 24 * 60 * 60 * 1000));
    await world.append(1);
    const months = await world.archive();
    expect(months.map(({ month, first, last }) => [month, first, last])).toEqual([
      ['2025-01', 1, 300],
      ['2025-02', 301, 340],
      ['2025-04', 341, 350],
      ['2026-11', 351, 371],
    ]);
    expect(await world.verify()).toMatchObject({ kind: 'INTACT', archived: 371 });
    await world.close();
  });
});
