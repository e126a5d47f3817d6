// The ledger by itself: entries a second through the hub's own adapter, against bare inserts grouped the same way.
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { createLedger } from '../dist/src/persistence/ledger.js';

const CONNECTIONS = [1, 16];
const GUARDED = { validFrom: null, validUntil: null };

/** @returns one result per round, number of waiting requests and system: entries a second, and the milliseconds each waited */
export async function measureLedger(url, { rounds, milliseconds }, say) {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(BARE_TABLE);
  const { rows } = await client.query('select version from besa.agreement_set');
  const guard = { ...GUARDED, setVersion: rows[0].version };
  const ledger = createLedger({ url });
  const systems = { 'bare inserts': groupedInserts(client), ledger: (entry) => ledger.append(entry, guard) };
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    say(`ledger, round ${round + 1} of ${rounds}`);
    for (const connections of CONNECTIONS) {
      for (const [system, append] of Object.entries(systems)) {
        results.push({ round, connections, system, ...(await appending(append, connections, milliseconds)) });
      }
    }
  }
  await ledger.close();
  await client.query('drop table public.bench_entry');
  await client.end();
  return results;
}

async function appending(append, connections, milliseconds) {
  const waits = [];
  const begun = performance.now();
  const loop = async () => {
    while (performance.now() < begun + milliseconds) {
      const sent = performance.now();
      await append(entry());
      waits.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  const seconds = (performance.now() - begun) / 1000;
  waits.sort((a, b) => a - b);
  return {
    perSecond: waits.length / seconds,
    p50Ms: waits[Math.floor(waits.length / 2)],
    p99Ms: waits[Math.floor(waits.length * 0.99)],
  };
}

const BARE_TABLE = `create table if not exists public.bench_entry (id bigserial primary key, at timestamptz default now(),
  agency text, request_id uuid unique, body text); create index if not exists bench_entry_agency on public.bench_entry (agency, id)`;
const BARE_TEXT = `insert into public.bench_entry (agency, request_id, body)
  select * from unnest($1::text[], $2::uuid[], string_to_array($3, e'\\n'))`;

/** The same columns and indexes, the same grouping, and nothing else: no lock, no guard, no tree. */
function groupedInserts(client) {
  let waiting = [];
  let isBusy = false;
  const send = async () => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    const group = waiting;
    waiting = [];
    const values = [
      group.map(({ entry }) => entry.agency),
      group.map(({ entry }) => entry.requestId),
      group.map(({ entry }) => JSON.stringify(entry)).join('\n'),
    ];
    await client.query({ name: 'bare', text: BARE_TEXT, values });
    isBusy = false;
    for (const { settle } of group) settle();
    send();
  };
  return (entry) =>
    new Promise((settle) => {
      waiting.push({ entry, settle });
      send();
    });
}

/** As large as the entry of a page over six databases. */
function entry() {
  const line = (database) => ({
    database,
    outcome: 'ANSWERED',
    reason: null,
    basis: [{ agreement: 'AGR-2025-900', version: 1, article: '1.1' }],
    records: 10,
  });
  const lines = ['AL', 'BA', 'ME', 'MK', 'RS', 'XK'].map((owner) => line(`${owner}-BORDER-CROSSINGS`));
  const fields = [
    'detectedAt',
    'borderSection',
    'direction',
    'nationality',
    'sex',
    'personsCount',
    'groupSize',
    'route',
    'transportMode',
    'outcome',
  ];
  return {
    ...{
      requestId: randomUUID(),
      agency: 'ME-BP',
      person: 'bench',
      roles: ['ANALYST'],
      purpose: 'RISK_ANALYSIS',
      regime: 'LED',
      justification: null,
    },
    ...{
      action: 'READ',
      operation: { name: 'Page', hash: null },
      outcome: 'ANSWERED',
      errorCode: null,
      subject: {},
      durationMs: 3,
    },
    asks: [
      { action: 'READ', recordType: 'BorderCrossing', selectedFields: fields, touchedFields: ['detectedAt'], lines },
    ],
  };
}
