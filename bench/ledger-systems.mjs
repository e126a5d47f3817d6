// What is compared: the ledger as the hub uses it, and bare inserts of as much, grouped the same way.
import { randomInt, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { createLedger } from '../dist/src/persistence/ledger.js';

/** Each by its name: how it appends one entry. `close` ends its connections. */
export async function openSystems(url) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select version from besa.agreement_set');
  const guard = { setVersion: rows[0].version, validFrom: null, validUntil: null };
  const ledger = createLedger({ url });
  return {
    systems: { 'bare inserts': groupedInserts(client), ledger: (one) => ledger.append(one, guard) },
    async close() {
      await ledger.close();
      await client.end();
    },
  };
}

/** @returns entries a second, and how long each waited, in milliseconds, in order */
export async function appending(append, connections, milliseconds) {
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
  return { perSecond: waits.length / seconds, waits: waits.toSorted((a, b) => a - b) };
}

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
  const line = (owner) => ({
    database: `${owner}-BORDER-CROSSINGS`,
    owner: `${owner}-BP`,
    outcome: 'ANSWERED',
    reason: null,
    basis: [{ agreement: 'AGR-2025-900', version: 1, article: '1.1' }],
    records: 10,
    disclosed: Array.from({ length: 10 }, () => ({ id: String(randomInt(1, 2 ** 47)), version: 1 })),
  });
  const lines = ['AL', 'BA', 'ME', 'MK', 'RS', 'XK'].map(line);
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
