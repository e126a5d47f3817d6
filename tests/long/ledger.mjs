// The ledger at length: 10,000 random tamperings, all found and located; 1,000,000 entries appended by the database and verified.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { verify } from '../../dist/src/audit/verify.js';
import { startPostgres } from '../../dist/src/persistence/embedded-postgres.js';
import { withLedger } from '../../dist/src/persistence/ledger-reader.js';
import { migrate } from '../../dist/src/persistence/migrate.js';
import { below, newLedger, randomFrom, TAMPERINGS } from '../../dist/tests/audit/tampering.js';

const SEED = Number(process.env.SEED ?? 1);
const TAMPERINGS_COUNT = 10_000;
const ENTRIES = Number(process.env.ENTRIES ?? 1_000_000);
const GROUP = 500;

async function tamperings() {
  const kinds = Object.entries(TAMPERINGS);
  for (let round = 0; round < TAMPERINGS_COUNT; round += 1) {
    const random = randomFrom(SEED * 1_000_003 + round);
    const ledger = newLedger(2 + below(random, 60), random);
    const [kind, tamper] = kinds[round % kinds.length];
    const { fault, from: position, until } = tamper(ledger, random);
    const { explanation, ...verdict } = await verify([ledger]);
    assert.deepEqual(
      verdict,
      { kind: 'BROKEN', position, until, fault },
      `${kind}, SEED=${SEED}, round ${round}: ${explanation}`,
    );
  }
  console.log(`${TAMPERINGS_COUNT.toLocaleString('en')} tamperings: all found and located`);
}

async function millionEntries() {
  const dataFolder = mkdtempSync(join(tmpdir(), 'besa-long-ledger-'));
  const cluster = await startPostgres({ dataFolder, durable: false });
  try {
    await migrate(cluster.url);
    const client = new Client({ connectionString: cluster.url });
    // Told by the query that fails; without a listener the process would end before it says why.
    client.on('error', () => {});
    await client.connect();
    let begunMs = performance.now();
    for (let done = 0; done < ENTRIES; done += GROUP) {
      await client.query(FILL, [GROUP]);
      progress('appended', done + GROUP, begunMs);
    }
    console.log(`\nappended ${rate(begunMs)}`);
    await client.end();
    begunMs = performance.now();
    const verdict = await withLedger(cluster.url, ({ chunks }) => verify(watched(chunks, begunMs)));
    assert.equal(verdict.kind, 'INTACT');
    assert.equal(verdict.size, ENTRIES);
    console.log(`\nverified ${rate(begunMs)}; aim: 1,000,000 in under 60 s`);
  } finally {
    await cluster.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** A group of entries through the hub's own function; bodies made in the database, as large as a page's. */
const FILL = `select besa.ledger_append(array_agg(id), array_agg('ME-BP'::text),
    array_agg('{"entry":{"agency":"ME-BP","asks":[{"fields":"' || repeat('x', 700) || '"}],"requestId":"' || id || '"},"format":1,"salt":"' || md5(id::text) || '"}'),
    array_agg(null::bigint), array_agg(null::timestamptz), array_agg(null::timestamptz))
  from (select gen_random_uuid() as id from generate_series(1, $1::int)) made`;

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
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${line}`);
}

function rate(begunMs) {
  const seconds = (performance.now() - begunMs) / 1000;
  return `${ENTRIES.toLocaleString('en')} entries in ${seconds.toFixed(1)} s, ${Math.round(ENTRIES / seconds).toLocaleString('en')} a second`;
}

await tamperings();
await millionEntries();
