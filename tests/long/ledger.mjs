// The ledger at length: 10,000 random tamperings of the database's rows, of exports, and by attackers who know the recipe, all found
// and located; 1,000,000 entries appended by the database, proved, verified there, exported, and verified from the file alone.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { bodyOf } from '../../dist/src/audit/entry.js';
import { ledgerExport } from '../../dist/src/audit/export-format.js';
import { headTrust, readKeptHead } from '../../dist/src/audit/head-trust.js';
import { EMPTY_TREE } from '../../dist/src/audit/merkle-tree.js';
import { verify } from '../../dist/src/audit/verify.js';
import { verifyExport } from '../../dist/src/audit/verify-export.js';
import { fileLines, writeFileLines } from '../../dist/src/cli/file-lines.js';
import { startPostgres } from '../../dist/src/persistence/embedded-postgres.js';
import { withLedger } from '../../dist/src/persistence/ledger-reader.js';
import { createLedgerTree } from '../../dist/src/persistence/ledger-tree.js';
import { migrate } from '../../dist/src/persistence/migrate.js';
import { EXPORT_TAMPERINGS } from '../../dist/tests/audit/export-tampering.js';
import { sampleEntry } from '../../dist/tests/audit/sample-entry.js';
import { ENVIRONMENT, exportOf, headFile, newSignedLedger } from '../../dist/tests/audit/signed-ledger.js';
import { ATTACKS } from '../../dist/tests/audit/signed-tampering.js';
import { below, newLedger, randomFrom, TAMPERINGS } from '../../dist/tests/audit/tampering.js';

const SEED = Number(process.env.SEED ?? 1);
const TAMPERINGS_COUNT = Number(process.env.TAMPERINGS ?? 10_000);
const ENTRIES = Number(process.env.ENTRIES ?? 1_000_000);
const GROUP = 500;
const PROOFS = 2_000;

const brokenAs = ({ fault, from: position, until }) => ({ kind: 'BROKEN', position, until, fault });

async function tamperings() {
  await manyTimes('rows of the database', TAMPERINGS, async (tamper, random) => {
    const ledger = newLedger(2 + below(random, 60), random);
    const expected = tamper(ledger, random);
    return [await verify([ledger], [], { size: ledger.rows.length + 1 }), brokenAs(expected)];
  });
  await manyTimes('exports', EXPORT_TAMPERINGS, async (tamper, random) => {
    const ledger = newSignedLedger(3 + below(random, 40), random);
    const lines = await exportOf(ledger);
    const expected = tamper(lines, ledger, random);
    return [await verifyExport(lines), brokenAs(expected)];
  });
  await manyTimes('signed ledgers, by attackers who know the recipe', ATTACKS, async (attack, random) => {
    const ledger = newSignedLedger(4 + below(random, 40), random);
    const { size, root, publicKey } = readKeptHead(headFile(ledger.signed.at(-1)));
    const { alone, withHead = alone } = attack(ledger, random);
    const { doubtOf } = headTrust(ledger.keys, { trusted: [publicKey], environment: ENVIRONMENT });
    const options = { size: ledger.rows.length, doubtOf };
    return [await verify([ledger], [{ size, root }], options), brokenAs(withHead)];
  });
}

async function manyTimes(what, kinds, check) {
  const all = Object.entries(kinds);
  for (let round = 0; round < TAMPERINGS_COUNT; round += 1) {
    const [kind, tamper] = all[round % all.length];
    const [{ explanation, ...verdict }, expected] = await check(tamper, randomFrom(SEED * 1_000_003 + round));
    assert.deepEqual(verdict, expected, `${kind}, SEED=${SEED}, round ${round}: ${explanation}`);
  }
  console.log(`${TAMPERINGS_COUNT.toLocaleString('en')} tamperings of ${what}: all found and located`);
}

async function millionEntries() {
  const dataFolder = mkdtempSync(join(tmpdir(), 'besa-long-ledger-'));
  const cluster = await startPostgres({ dataFolder: join(dataFolder, 'postgres'), durable: false });
  try {
    await migrate(cluster.url);
    await fill(cluster.url);
    await proofs(cluster.url);
    const begunMs = performance.now();
    const verdict = await withLedger(cluster.url, ({ chunks, size }) => verify(watched(chunks, begunMs), [], { size }));
    assert.equal(verdict.kind, 'INTACT');
    assert.equal(verdict.size, ENTRIES);
    console.log(`verified in the database ${rate(begunMs)}; aim: 1,000,000 in under 60 s`);
    await fromFile(cluster.url, join(dataFolder, 'ledger.ndjson'), verdict.root);
  } finally {
    await cluster.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

async function fill(url) {
  const client = new Client({ connectionString: url });
  // Told by the query that fails; without a listener the process would end before it says why.
  client.on('error', () => {});
  await client.connect();
  const begunMs = performance.now();
  for (let done = 0; done < ENTRIES; done += GROUP) {
    const made = Array.from({ length: Math.min(GROUP, ENTRIES - done) }, madeEntry);
    const column = (name) => made.map((entry) => entry[name]);
    await client.query(FILL, [column('id'), column('body'), column('content')]);
    progress('appended', done + GROUP, begunMs);
  }
  console.log(`appended ${rate(begunMs)}`);
  await client.end();
}

/** As large as a page of ten records makes it. */
const RECORDS = Array.from({ length: 10 }, (_, index) => ({ id: String(2 ** 50 + index * 7_919), version: 1 }));

function madeEntry() {
  const [id, { asks, ...entry }] = [randomUUID(), sampleEntry()];
  const shown = asks.map((ask) => ({ ...ask, lines: ask.lines.map((line) => ({ ...line, disclosed: RECORDS })) }));
  return { id, ...bodyOf({ ...entry, asks: shown, requestId: id }, () => randomBytes(16).toString('hex')) };
}

/** A group of entries through the hub's own function. */
const FILL = `select besa.ledger_append($1::uuid[], array_fill('ME-BP'::text, array[cardinality($1::uuid[])]), $2::text[], $3::text[],
    array_fill(null::bigint, array[cardinality($1::uuid[])]), array_fill(null::timestamptz, array[cardinality($1::uuid[])]),
    array_fill(null::timestamptz, array[cardinality($1::uuid[])]))`;

async function proofs(url) {
  const tree = createLedgerTree({ url });
  let begunMs = performance.now();
  await tree.fill();
  console.log(`nodes of the tree stored ${rate(begunMs)}`);
  const random = randomFrom(SEED);
  let longest = 0;
  begunMs = performance.now();
  for (let count = 0; count < PROOFS; count += 1) {
    const path = await tree.inclusion(1 + below(random, ENTRIES), ENTRIES);
    longest = Math.max(longest, path.length);
  }
  const eachMs = (performance.now() - begunMs) / PROOFS;
  await tree.close();
  assert.ok(longest <= Math.ceil(Math.log2(ENTRIES)), `a proof has ${longest} hashes`);
  console.log(
    `inclusion proofs of random entries: ${eachMs.toFixed(2)} ms each, ${longest} hashes at most; aim: 10 ms, 20 hashes`,
  );
}

async function fromFile(url, path, root) {
  let begunMs = performance.now();
  await withLedger(url, ({ chunks, size, keys }) =>
    writeFileLines(path, ledgerExport({ environment: ENVIRONMENT, from: 1, size, keys, begin: EMPTY_TREE, chunks })),
  );
  console.log(`exported ${rate(begunMs)}, ${Math.round(statSync(path).size / 1e6).toLocaleString('en')} MB`);
  begunMs = performance.now();
  const verdict = await verifyExport(fileLines(path), { onProgress: (done) => progress('verified', done, begunMs) });
  assert.equal(verdict.kind, 'INTACT');
  assert.equal(verdict.ledger.root, root);
  console.log(`verified from the file alone ${rate(begunMs)}; aim: 1,000,000 in under 60 s`);
}

async function* watched(chunks, begunMs) {
  let done = 0;
  for await (const chunk of chunks) {
    yield chunk;
    done += chunk.rows.length;
    progress('verified', done, begunMs);
  }
}

function progress(what, done, begunMs) {
  const left = ((performance.now() - begunMs) / done) * (ENTRIES - done);
  const line = `${what} ${done.toLocaleString('en')} of ${ENTRIES.toLocaleString('en')}, ${Math.ceil(left / 1000)} s left`;
  if (process.stdout.isTTY) process.stdout.write(done >= ENTRIES ? '\r\u001b[2K' : `\r\u001b[2K${line}`);
}

function rate(begunMs) {
  const seconds = (performance.now() - begunMs) / 1000;
  return `${ENTRIES.toLocaleString('en')} entries in ${seconds.toFixed(1)} s, ${Math.round(ENTRIES / seconds).toLocaleString('en')} a second`;
}

await tamperings();
await millionEntries();
