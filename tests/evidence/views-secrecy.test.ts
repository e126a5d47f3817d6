/** Two hubs: in one an owner and its recipients have traffic, in the other none. A stranger reads both ledgers in every way. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LEDGER_DIMENSIONS } from '../../src/domain/ledger-view.js';
import { type WorldHub, worldHub } from '../journeys/world-hub.js';
import {
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
  WHOLE_NODE,
} from './views-scene.js';

let withIt: WorldHub;
let without: WorldHub;
let scene: Scene;
let ledgerId: string;
beforeAll(async () => {
  [withIt, without] = [await worldHub(), await worldHub()];
  scene = await traffic(withIt);
  const [node] = await nodesOf(withIt, OWNER, `{ fromSequence: ${scene.page}, untilSequence: ${scene.page + 1} }`);
  ledgerId = node?.asks[0]?.lines[0]?.disclosed?.[0]?.id ?? '';
});
afterAll(async () => {
  await withIt?.close();
  await without?.close();
});

/** What differs from one moment, and from one ledger's length, to the next. */
const normal = (text: string): string =>
  text
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/g, '<instant>')
    .replace(/"correlationId":"[^"]*"/g, '"correlationId":""')
    .replace(/\\?"(sequence|size|durationMs)\\?":\d+/g, '"$1":0')
    .replace(/^\d+,/gm, '0,')
    .replace(/"(startCursor|endCursor|cursor)":"[^"]*"/g, '"$1":""')
    .replace(/\[(?:"[0-9a-f]{64}",?)*\]/g, '[]')
    .replace(/[0-9a-f]{64,128}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<hash>');

async function sameAnswer(query: string): Promise<string> {
  const as = `${STRANGER}:AUDITOR`;
  const [told, untold] = [await withIt.ask(query, as), await without.ask(query, as)];
  expect(normal(told.text)).toBe(normal(untold.text));
  expect(told.status).toBe(untold.status);
  return told.text;
}

describe('to a stranger there is nothing', () => {
  test('the ledgers differ: the owner sees it in the one', async () => {
    const where = `{ perspective: OWNER, agency: "${RECIPIENT}" }`;
    expect((await nodesOf(withIt, OWNER, where)).length).toBe((await nodesOf(without, OWNER, where)).length + 2);
  });

  test('in any list, whatever it looks for', async () => {
    for (const where of [
      '{}',
      `{ agency: "${RECIPIENT}" }`,
      `{ agency: "${OTHER}", purpose: "SMUGGLING_INVESTIGATION" }`,
      `{ justification: "${JUSTIFICATION}" }`,
      `{ database: "${DATABASE}" }`,
      '{ perspective: OWNER }',
      '{ outcome: REFUSED }',
      '{ action: "READ" }',
      '{ recordType: "BorderCrossing", from: "2020-01-01T00:00:00Z" }',
    ]) {
      await sameAnswer(
        `{ ledger(first: 100, where: ${where}) { nodes { ${WHOLE_NODE} } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } archivedBefore } }`,
      );
    }
  });

  test('at the sequence of the entry itself', async () => {
    const where = `{ fromSequence: ${scene.page}, untilSequence: ${scene.counted + 1} }`;
    const query = `{ ledger(where: ${where}) { nodes { sequence } } }`;
    const answered = await withIt.ask(query, `${STRANGER}:AUDITOR`);
    // Asked there too, for the question is an entry; what stands at these places there is another matter.
    await without.ask(query, `${STRANGER}:AUDITOR`);
    expect(answered.body.data).toEqual({ ledger: { nodes: [] } });
  });

  test('in any count', async () => {
    for (const dimension of LEDGER_DIMENSIONS) {
      await sameAnswer(`{ ledgerStatistics(groupBy: [${dimension}]) {
        cells { group { agency purpose outcome action database recordType day month } entries records } } }`);
    }
    await sameAnswer(
      `{ ledgerStatistics(where: { database: "${DATABASE}" }, groupBy: []) { cells { entries records } } }`,
    );
  });

  test('behind an id that was stolen from a recipient, or from the owner’s ledger', async () => {
    for (const id of [scene.given[0], ledgerId]) {
      const text = await sameAnswer(`{ recordDisclosures(database: "${DATABASE}", id: "${id}") { nodes { agency } } }`);
      expect(text).toContain('no database of yours');
    }
  });

  test('in any file', async () => {
    for (const path of [
      'entries.ndjson',
      'entries.csv',
      `entries.ndjson?database=${DATABASE}`,
      `entries.csv?agency=${OTHER}`,
    ]) {
      const [told, untold] = [
        await fileOf(withIt, `${STRANGER}:AUDITOR`, path),
        await fileOf(without, `${STRANGER}:AUDITOR`, path),
      ];
      expect([path, told.status, normal(told.text)]).toEqual([path, untold.status, normal(untold.text)]);
    }
  });
});
