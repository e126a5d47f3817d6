/** An agency's view of the ledger as a file: proved line by line, and whole. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { partOf } from '../../src/audit/parts.js';
import { verifyExport } from '../../src/audit/verify-export.js';
import type { Identity } from '../../src/domain/identity.js';
import type { LedgerFilter } from '../../src/domain/ledger-view.js';
import { type ExportPorts, exportLedger } from '../../src/hub/evidence/export-ledger.js';
import type { Journal } from '../../src/hub/journal.js';
import type { LedgerViewPage } from '../../src/hub/ports.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';
import {
  AGENCIES,
  DATABASE,
  fileOf,
  JUSTIFICATION,
  nodesOf,
  OTHER,
  OWNER,
  RECIPIENT,
  type Scene,
  STRANGER,
  traffic,
  WITHHOLDER,
} from './views-scene.js';

let world: WorldHub;
let scene: Scene;
beforeAll(async () => {
  world = await worldHub();
  scene = await traffic(world);
});
afterAll(() => world?.close());

interface EntryLine {
  readonly sequence: number;
  readonly at: string;
  readonly parts: readonly { readonly text: string }[];
  readonly records: readonly string[];
}

const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);
async function exported(agency: string, query = ''): Promise<readonly string[]> {
  const { status, text } = await fileOf(world, `${agency}:AUDITOR`, `entries.ndjson${query}`);
  expect([agency, status]).toEqual([agency, 200]);
  return linesOf(text);
}
const entriesIn = (lines: readonly string[]): readonly EntryLine[] =>
  lines.slice(1, -1).map((line) => JSON.parse(line) as EntryLine);

describe('a view', () => {
  test('holds what the list holds, oldest first, and verifies without the hub', async () => {
    for (const agency of AGENCIES) {
      const lines = await exported(agency);
      const entries = entriesIn(lines);
      // The export does not hold its own entry, nor do the pages of the list hold what came later.
      const before = (entries.at(-1)?.sequence ?? 0) + 1;
      const listed = await nodesOf(world, agency, `{ untilSequence: ${before} }`);
      expect(entries.map(({ sequence }) => sequence)).toEqual(listed.map(({ sequence }) => sequence).reverse());
      expect(await verifyExport(lines)).toMatchObject({
        kind: 'INTACT',
        of: 'VIEW',
        viewer: agency,
        entries: entries.length,
      });
    }
  });

  test('holds of others’ entries who asked, and the parts about own databases', async () => {
    const entry = entriesIn(await exported(OWNER)).find(({ sequence }) => sequence === scene.page);
    const parts = entry?.parts.map(({ text }) => partOf(text)) ?? [];
    expect(parts.map(({ part }) => part)).toEqual(['ASKING', 'PERSON', 'DATABASE']);
    expect(parts.flatMap((part) => (part.part === 'DATABASE' ? [part.database.code] : []))).toEqual([DATABASE]);
    expect(entry?.records).toHaveLength(1);
    expect(JSON.stringify(entry)).not.toMatch(/HiddenName|ME-BORDER|RS-BORDER|durationMs|padding/);
  });

  test('holds of own entries every part, and of no database but the own ones which records', async () => {
    const entry = entriesIn(await exported(RECIPIENT)).find(({ sequence }) => sequence === scene.page);
    const parts = entry?.parts.map(({ text }) => partOf(text).part) ?? [];
    expect(parts).toEqual(['REQUEST', 'ASKING', 'PERSON', 'DATABASE', 'DATABASE', 'DATABASE']);
    expect(entriesIn(await exported(OTHER)).find(({ sequence }) => sequence === scene.justified)?.records).toEqual([]);
  });

  test('holds nothing of others for a stranger, and its paths say nothing of how many parts there are', async () => {
    const strange = entriesIn(await exported(STRANGER));
    const askers = strange.flatMap(({ parts }) =>
      parts.flatMap(({ text }) => {
        const part = partOf(text);
        return part.part === 'ASKING' ? [part.asking.agency] : [];
      }),
    );
    expect(new Set(askers)).toEqual(new Set([STRANGER]));
    const withheld = entriesIn(await exported(WITHHOLDER)).find(({ sequence }) => sequence === scene.page);
    const paths = (withheld as { parts: readonly { path: readonly string[] }[] } | undefined)?.parts.map(
      ({ path }) => path.length,
    );
    expect(paths).toEqual([5, 5, 5]);
  });

  test('is filtered by parameters of the same names', async () => {
    const justified = await exported(OWNER, `?agency=${OTHER}&justification=${encodeURIComponent(JUSTIFICATION)}`);
    expect(entriesIn(justified).map(({ sequence }) => sequence)).toEqual([scene.justified]);
    expect(JSON.parse(justified[0] ?? '')).toMatchObject({ filter: { agency: OTHER, justification: JUSTIFICATION } });
    expect(await verifyExport(justified)).toMatchObject({ kind: 'INTACT', entries: 1 });
    expect(entriesIn(await exported(OWNER, '?until=2020-01-01T00:00:00Z'))).toEqual([]);
    for (const query of ['?nothing=1', '?outcome=GOOD', '?from=yesterday', '?fromSequence=x', '?agency=A&agency=B']) {
      const { status, text } = await fileOf(world, `${OWNER}:AUDITOR`, `entries.ndjson${query}`);
      expect([query, status, JSON.parse(text).errors[0].extensions.code]).toEqual([query, 400, 'BAD_USER_INPUT']);
    }
  });

  test('that lost, changed, moved or gained a line is found out', async () => {
    const lines = await exported(RECIPIENT);
    const changed = (line: string): string => line.replace('"records":', '"recordz":');
    const faults: Readonly<Record<string, readonly string[]>> = {
      dropped: lines.filter((_, index) => index !== 2),
      cut: lines.slice(0, -1),
      moved: [...lines.slice(0, 1), ...lines.slice(2, 3), ...lines.slice(1, 2), ...lines.slice(3)],
      gained: [...lines.slice(0, 2), ...lines.slice(1)],
      changed: lines.map((line, index) => (index === lines.length - 2 ? changed(line) : line)),
    };
    for (const [name, tampered] of Object.entries(faults)) {
      const { kind } = await verifyExport(tampered);
      expect([name, kind]).toEqual([name, 'BROKEN']);
    }
  });
});

describe('the table', () => {
  test('has a row for each line, cells that no table program carries out, and the same seal', async () => {
    await world.ask(
      `{ borderCrossings(purpose: SMUGGLING_INVESTIGATION, justification: "=HYPERLINK(1)\\n,\\"x\\"", databases: ["${DATABASE}"], first: 1) {
        nodes { id } } }`,
      `${OTHER}:ANALYST`,
    );
    const { status, text } = await fileOf(world, `${OWNER}:AUDITOR`, `entries.csv?agency=${OTHER}`);
    const [header, ...rows] = linesOf(text);
    const end = rows.pop() ?? '';
    expect(status).toBe(200);
    expect(header).toMatch(/^sequence,at,perspective,agency,person,roles,purpose,/);
    expect(rows.map((row) => row.split(',')[0])).toEqual(expect.arrayContaining([String(scene.justified)]));
    expect(rows.at(-1)).toContain(`"'=HYPERLINK(1) ,""x"""`);
    expect(JSON.parse(end.replace(/^# /, ''))).toMatchObject({
      export: 'VIEW_TABLE',
      viewer: OWNER,
      end: { count: rows.length, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      signature: { signature: expect.stringMatching(/^[0-9a-f]{128}$/) },
    });
  });
});

describe('the file', () => {
  test('is for an agency’s auditors, and each request is one entry', async () => {
    const before = (await nodesOf(world, OWNER, '{ action: "ledger-export" }')).length;
    for (const [as, status] of [
      [`${OWNER}:STEWARD`, 403],
      [':AUDITOR', 403],
      [`${OWNER}:AUDITOR`, 200],
    ] as const) {
      expect([as, (await fileOf(world, as, 'entries.csv')).status]).toEqual([as, status]);
    }
    expect((await fileOf(world, 'nobody', 'entries.ndjson')).status).toBe(401);
    const entries = await nodesOf(world, OWNER, '{ action: "ledger-export" }');
    expect(entries.slice(0, entries.length - before).map(({ outcome }) => outcome)).toEqual(['ANSWERED', 'REFUSED']);
  });
});

describe('an export of a long ledger', () => {
  test('reads no page before the one before it is taken, and ends without its end where reading breaks', async () => {
    const asked: number[] = [];
    const [entry] = await world.hub.ledgerViews.proven(OWNER, {}, { order: 'OLDEST_FIRST', limit: 1 });
    if (entry === undefined) throw new Error('the ledger is empty');
    const hub = {
      ...world.hub,
      ledgerTree: { ...world.hub.ledgerTree, inclusion: async () => [] },
      ledgerViews: {
        ...world.hub.ledgerViews,
        index: async () => 0,
        archivedBefore: async () => null,
        proven: async (_: string, { fromSequence = 1 }: LedgerFilter, { limit }: LedgerViewPage) => {
          asked.push(fromSequence);
          if (asked.length === 4) throw new Error('the connection is lost');
          return Array.from({ length: limit }, (_none, index) => ({ ...entry, sequence: fromSequence + index }));
        },
      },
    };
    const size = 1_000_000;
    const treeHeads = {
      sign: async () => {
        const signed = await world.hub.treeHeads.sign();
        return { ...signed, size, text: signed.text.replace(/"size":\d+/, `"size":${size}`) };
      },
      keys: () => world.hub.treeHeads.keys(),
      signExport: (digest: string) => world.hub.treeHeads.signExport(digest),
    };
    const journal = { act: () => {} } as unknown as Journal;
    const identity: Identity = { agency: OWNER, person: 'tester', roles: ['AUDITOR'] };
    const ports = { ...hub, treeHeads } as unknown as ExportPorts;
    const pieces = (await exportLedger(ports, identity, journal, { filter: {}, format: 'ndjson' }))[
      Symbol.asyncIterator
    ]();
    const before: (readonly number[])[] = [];
    for (let piece = 0; piece < 4; piece += 1) {
      await pieces.next();
      before.push([...asked]);
    }
    expect(before).toEqual([[], [1], [1, 201], [1, 201, 401]]);
    await expect(pieces.next()).rejects.toThrow('the connection is lost');
  });
});
