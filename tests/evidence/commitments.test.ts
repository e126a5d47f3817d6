/**
 * AL-BMP shares its crossings with EU-BCG twice, word for word alike but for the purpose and one line: under article 1 the
 * ledger keeps evidence of the values shown. Read it as what that changes: nothing of the answer, and all of what can be proved.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commitmentHolds } from '../../src/audit/commitment.js';
import { partsOf } from '../../src/audit/entry.js';
import type { Part } from '../../src/audit/parts.js';
import type { CommitmentOpening } from '../../src/domain/evidence.js';
import { partiesOf } from '../journeys/parties.js';
import { dataOf, type WorldHub, worldHub } from '../journeys/world-hub.js';

const CLAUSE = {
  kind: 'PERMISSION',
  assigner: 'AL-BMP',
  assignee: 'EU-BCG',
  recordType: 'BorderCrossing',
  action: 'READ',
  rows: { field: 'borderSection', op: 'eq', value: 'AL-ME' },
  fields: {
    nationalReference: 'MASKED',
    documentNumber: 'PSEUDONYM',
    detectedAt: { GENERALISED: 'day' },
    personsCount: 'CLEAR',
    nationality: 'CLEAR',
    sex: 'CLEAR',
  },
};
const AGREEMENT = {
  reference: 'AGR-2026-301',
  title: 'Crossings with evidence of what was shown',
  parties: ['AL-BMP', 'EU-BCG'],
  legalBasis: 'Police cooperation treaty, article 14',
  timeZone: 'Europe/Tirane',
  from: '2026-01-01',
  until: '2036-01-01',
  clauses: [
    { ...CLAUSE, article: '1', purposes: ['BORDER_SURVEILLANCE'], evidence: 'VALUES' },
    { ...CLAUSE, article: '2', purposes: ['SMUGGLING_INVESTIGATION'] },
  ],
};
const FIELDS = 'nationalReference persons: personsCount documentNumber detectedAt nationality sex fullName';

let world: WorldHub;
beforeAll(async () => {
  world = await worldHub();
  await partiesOf(world).conclude(AGREEMENT);
  await world.owner.query(`update records.border_crossing set document_number = 'AL-' || abs(id % 5), sex = null
    where database_id = (select id from besa.shared_database where code = 'AL-BORDER-CROSSINGS')`);
});
afterAll(() => world?.close());

interface Row {
  readonly id: string;
  readonly persons: number;
  readonly [field: string]: unknown;
}
const question = (purpose: string, first = 3): string =>
  `{ borderCrossings(purpose: ${purpose}, databases: ["AL-BORDER-CROSSINGS"], first: ${first}, orderBy: [{ field: DETECTED_AT, direction: ASC }]) {
    nodes { id ${FIELDS} disclosure { conditions withheld { field } masked pseudonyms onwardDepth retainUntil } }
    sources { outcome reason } } }`;
async function crossings(purpose: string, first?: number): Promise<readonly Row[]> {
  const answered = await world.ask(question(purpose, first), 'EU-BCG:ANALYST');
  return dataOf<{ readonly nodes: readonly Row[] }>(answered, 'borderCrossings').nodes;
}

type Served = readonly [id: string, version: number, commitment?: string];

/** What the newest entry of the ledger says was served, one list per ask. */
async function newest(): Promise<{ readonly parts: readonly Part[]; readonly served: readonly (readonly Served[])[] }> {
  const { rows } = await world.owner.query<{ body: string }>(
    'select body from besa.ledger_entry order by sequence desc limit 1',
  );
  const parts = partsOf(rows[0]?.body ?? '');
  return { parts, served: parts.flatMap((part) => (part.part === 'RECORDS' ? part.records : [])) };
}

async function openingsOf(served: readonly Served[]): Promise<readonly CommitmentOpening[]> {
  const { rows } = await world.owner.query<{ id: number }>(
    `select id from besa.shared_database where code = 'AL-BORDER-CROSSINGS'`,
  );
  const databaseId = rows[0]?.id ?? 0;
  const known = await world.hub.openings.of(
    served.flatMap(([recordId, , commitment]) =>
      commitment === undefined ? [] : [{ databaseId, recordId, commitment }],
    ),
  );
  return served.flatMap(([, , commitment]) => known.filter((opening) => opening.commitment === commitment));
}

async function openingsKept(): Promise<number> {
  const { rows } = await world.owner.query<{ count: number }>(
    'select count(*)::int as count from besa.commitment_opening',
  );
  return rows[0]?.count ?? -1;
}

/** A row as it was received: names of the standard, and only what was shown. */
function received({ nationalReference, documentNumber, persons, detectedAt, nationality, sex }: Row) {
  return { nationalReference, documentNumber, personsCount: persons, detectedAt, nationality, sex } as never;
}

describe('without a clause that asks for evidence', () => {
  test('nothing is committed to, and nothing is kept beside the ledger', async () => {
    const before = await openingsKept();
    expect(await crossings('SMUGGLING_INVESTIGATION')).toHaveLength(3);
    const { served } = await newest();
    expect(served).toHaveLength(1);
    expect(served[0]?.map((record) => record.length)).toEqual([2, 2, 2]);
    expect(await openingsKept()).toBe(before);
  });

  test('nor for the owner’s own look at its records', async () => {
    const before = await openingsKept();
    const answered = await world.ask(question('BORDER_SURVEILLANCE'), 'AL-BMP:ANALYST');
    expect(dataOf<{ readonly nodes: readonly Row[] }>(answered, 'borderCrossings').nodes).toHaveLength(3);
    expect((await newest()).served[0]?.map((record) => record.length)).toEqual([2, 2, 2]);
    expect(await openingsKept()).toBe(before);
  });
});

describe('under a clause that asks for evidence', () => {
  test('each record served is committed to, and its opening proves exactly what the answer said', async () => {
    const rows = await crossings('BORDER_SURVEILLANCE');
    const served = (await newest()).served[0] ?? [];
    const openings = await openingsOf(served);
    expect(openings).toHaveLength(3);
    rows.forEach((row, index) => {
      const { commitment, salt } = openings[index] as CommitmentOpening;
      expect(commitmentHolds(commitment, salt, received(row))).toBe(true);
      expect(commitmentHolds(commitment, salt, received({ ...row, persons: row.persons + 1 }))).toBe(false);
    });
    expect(rows[0]).toMatchObject({ sex: null, fullName: null, documentNumber: expect.stringMatching(/^psn_/) });
  });

  test('the answer is what it is without: rows, fields, disclosure and sources', async () => {
    const [withEvidence, without] = await Promise.all(
      ['BORDER_SURVEILLANCE', 'SMUGGLING_INVESTIGATION'].map((purpose) => crossings(purpose, 20)),
    );
    const shown = (rows: readonly Row[] = []) => rows.map(({ id: _, ...row }) => row);
    expect(withEvidence).toHaveLength(20);
    expect(shown(withEvidence)).toEqual(shown(without));
  });

  test('two answers with equal values have commitments that nobody can tell to be of equal values', async () => {
    await crossings('BORDER_SURVEILLANCE');
    const [first = []] = (await newest()).served;
    await crossings('BORDER_SURVEILLANCE');
    const [second = []] = (await newest()).served;
    expect(first.map(([id]) => id)).toEqual(second.map(([id]) => id));
    expect(new Set([...first, ...second].map(([, , commitment]) => commitment)).size).toBe(6);
  });

  test('one record by its id too, and each ask of a request to what it asked for', async () => {
    const [row] = await crossings('BORDER_SURVEILLANCE', 1);
    const one = `borderCrossing(id: "${row?.id}", purpose: BORDER_SURVEILLANCE)`;
    const answered = await world.ask(`{ a: ${one} { nationality } b: ${one} { id } }`, 'EU-BCG:ANALYST');
    const { nationality } = dataOf<Row>(answered, 'a');
    const { parts, served } = await newest();
    const asks = parts.flatMap((part) => (part.part === 'REQUEST' ? part.request.asks : []));
    // They are entered in the order in which they were answered.
    for (const [index, { selectedFields }] of asks.entries()) {
      const [opening] = await openingsOf(served[index] ?? []);
      const shown = selectedFields.length === 0 ? {} : { nationality };
      expect(commitmentHolds(opening?.commitment ?? '', opening?.salt ?? '', shown as never)).toBe(true);
    }
    expect(asks.map(({ selectedFields }) => selectedFields.length).sort()).toEqual([0, 1]);
  });

  test('statistics commit to nothing: no record is in them', async () => {
    const before = await openingsKept();
    const answered = await world.ask(
      '{ borderCrossingStatistics(purpose: BORDER_SURVEILLANCE, databases: ["AL-BORDER-CROSSINGS"], groupBy: [NATIONALITY]) { total } }',
      'EU-BCG:ANALYST',
    );
    expect(answered.body.errors).toBeUndefined();
    expect(await openingsKept()).toBe(before);
  });
});

describe('the ledger', () => {
  interface Entry {
    readonly processing: readonly string[];
    readonly asks: readonly { readonly lines: readonly { readonly disclosed: readonly Disclosed[] | null }[] }[];
  }
  interface Disclosed {
    readonly id: string;
    readonly commitment: string | null;
    readonly opening: string | null;
  }
  const ledger = async (as: string): Promise<Entry> => {
    const query = `{ ledger(first: 1, where: { action: "READ" }) { nodes { processing asks { lines { disclosed { id version commitment opening } } } } } }`;
    const { nodes } = dataOf<{ readonly nodes: readonly Entry[] }>(await world.ask(query, as), 'ledger');
    if (nodes[0] === undefined) throw new Error('no entry');
    return nodes[0];
  };
  const disclosedIn = ({ asks }: Entry) =>
    asks.flatMap(({ lines }) => lines.flatMap(({ disclosed }) => disclosed ?? []));

  test('gives the recipient neither commitment nor opening', async () => {
    await crossings('BORDER_SURVEILLANCE');
    const entry = await ledger('EU-BCG:AUDITOR');
    expect(disclosedIn(entry)).toEqual([]);
    expect(entry.processing).toEqual(['CONSULTATION', 'DISCLOSURE']);
  });

  test('gives the owner both, and no id that the recipient was given', async () => {
    const rows = await crossings('BORDER_SURVEILLANCE');
    const disclosed = disclosedIn(await ledger('AL-BMP:AUDITOR'));
    expect(disclosed).toHaveLength(3);
    rows.forEach((row, index) => {
      const { id, commitment, opening } = disclosed[index] as Disclosed;
      expect(commitmentHolds(commitment ?? '', opening ?? '', received(row))).toBe(true);
      expect(id).not.toBe(row.id);
    });
  });

  test('keeps the commitment to a record that was erased, and nobody has its opening any more', async () => {
    await crossings('BORDER_SURVEILLANCE');
    const [first] = disclosedIn(await ledger('AL-BMP:AUDITOR'));
    const erased = await world.ask(
      'mutation ($input: EraseRecordInput!) { eraseRecord(input: $input) { userErrors { message } } }',
      'AL-BMP:STEWARD',
      { input: { database: 'AL-BORDER-CROSSINGS', id: first?.id, reason: 'UNLAWFUL' } },
    );
    expect(dataOf(erased, 'eraseRecord')).toEqual({ userErrors: [] });
    const [gone, ...others] = disclosedIn(await ledger('AL-BMP:AUDITOR'));
    expect(gone).toMatchObject({ commitment: first?.commitment, opening: null });
    expect(others.map(({ opening }) => opening)).toEqual([expect.any(String), expect.any(String)]);
  });

  test('gives the owner no opening where no clause asked for evidence', async () => {
    await crossings('SMUGGLING_INVESTIGATION', 1);
    const [record] = disclosedIn(await ledger('AL-BMP:AUDITOR'));
    expect(record).toMatchObject({ commitment: null, opening: null });
  });
});

describe('openings', () => {
  test('that cannot be kept: nothing leaves, the refusal is one entry, and it heals by itself', async () => {
    await world.owner.query('alter table besa.commitment_opening rename to commitment_opening_gone');
    const refused = await world.ask(question('BORDER_SURVEILLANCE'), 'EU-BCG:ANALYST');
    await world.owner.query('alter table besa.commitment_opening_gone rename to commitment_opening');
    expect(refused.text).not.toMatch(/psn_|nationality":/);
    expect(refused.body.errors?.[0]?.extensions?.code).toBe('LEDGER_UNAVAILABLE');
    const { parts, served } = await newest();
    expect(served).toEqual([]);
    expect(parts[0]).toMatchObject({ request: { outcome: 'FAILED', errorCode: 'LEDGER_UNAVAILABLE' } });
    expect(await crossings('BORDER_SURVEILLANCE')).toHaveLength(3);
  });

  test('are not for the role that reads records, and cannot be changed', async () => {
    const { rows } = await world.owner.query<{ may: boolean }>(
      `select has_table_privilege('besa_reader', 'besa.commitment_opening', 'select') as may`,
    );
    expect(rows).toEqual([{ may: false }]);
    await expect(world.owner.query(`update besa.commitment_opening set salt = salt`)).rejects.toThrow(/facts/);
  });

  test('go with the tombstone of their record, and come back for no answer that was under way', async () => {
    const rows = await crossings('BORDER_SURVEILLANCE');
    const served = (await newest()).served[0] ?? [];
    const before = await openingsOf(served);
    const [gone] = before;
    if (gone === undefined) throw new Error('nothing was committed to');
    await layTombstone(gone);
    const after = await openingsOf(served);
    expect(rows).toHaveLength(3);
    expect(after.map(({ recordId }) => recordId)).toEqual(before.slice(1).map(({ recordId }) => recordId));
    await world.hub.openings.keep([{ ...gone, commitment: 'ab'.repeat(32) }]);
    expect((await world.hub.openings.of([{ ...gone, commitment: 'ab'.repeat(32) }])).length).toBe(0);
    const { rows: left } = await world.owner.query(
      'select from besa.commitment_opening where database_id = $1 and record_id = $2',
      [gone.databaseId, gone.recordId],
    );
    expect(left).toEqual([]);
  });

  test('of a record that is being erased wait for the erasure, and are then not kept', async () => {
    await crossings('BORDER_SURVEILLANCE');
    const [gone] = await openingsOf((await newest()).served[0] ?? []).then((all) => all.slice(-1));
    if (gone === undefined) throw new Error('nothing was committed to');
    await world.owner.query('begin');
    await layTombstone(gone);
    const late = { ...gone, commitment: 'cd'.repeat(32) };
    const kept = world.hub.openings.keep([late]);
    const waits = await Promise.race([kept.then(() => false), waitingForLock()]);
    await world.owner.query('commit');
    await kept;
    expect(waits).toBe(true);
    expect(await world.hub.openings.of([late])).toEqual([]);
  });
});

async function layTombstone({ databaseId, recordId }: CommitmentOpening): Promise<void> {
  await world.owner.query(
    `with act as (
       insert into besa.quality_act (database_id, kind, reason, person, changed, due_at, at)
       values ($1, 'ERASED', 'UNLAWFUL', 'besa', '{}', besa.besa_instant(), besa.besa_instant()) returning number)
     insert into besa.tombstone (database_id, record_id, version, key_hash, erased_at, reason, act)
     select $1, $2, 1, decode(repeat('00', 32), 'hex'), besa.besa_instant(), 'UNLAWFUL', act.number from act`,
    [databaseId, recordId],
  );
}

/** Resolves once a statement of the openings waits for an advisory lock. */
async function waitingForLock(): Promise<true> {
  for (let look = 0; look < 10_000; look += 1) {
    const { rows } = await world.owner.query(
      `select from pg_locks l join pg_stat_activity a using (pid)
       where l.locktype = 'advisory' and not l.granted and a.application_name = 'besa-commitments'`,
    );
    if (rows.length > 0) return true;
  }
  throw new Error('nothing waits');
}
