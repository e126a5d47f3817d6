// What varies from request to request: a fixed list, the same for every system of a run.
import { PURPOSE, READABLE } from './questions.mjs';

const PAGES = 200;
const RECORDS = 200;
const DAY_MS = 86_400_000;
const SEED = 42;

/** A linear congruence is random enough to spread requests, and the same everywhere. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** Pages of a month each between spring 2021 and autumn 2024, and as many records of the readable databases. */
export async function variablesFor(client, hub) {
  const random = randomFrom(SEED);
  const owners = (await client.query('select id from besa.shared_database where code = any ($1)', [READABLE])).rows.map(
    ({ id }) => id,
  );
  const page = Array.from({ length: PAGES }, () => {
    const before = Date.UTC(2021, 4, 1) + random() * 1_200 * DAY_MS;
    return { from: new Date(before - 30 * DAY_MS).toISOString(), before: new Date(before).toISOString(), owners };
  });
  const record = [];
  while (record.length < RECORDS) {
    const at = new Date(Date.UTC(2021, 4, 1) + random() * 1_200 * DAY_MS).toISOString();
    const code = READABLE[record.length % READABLE.length];
    record.push(await recordNear(client, hub, code, at));
  }
  return { page, record };
}

async function recordNear(client, hub, code, at) {
  const { rows } = await client.query(
    `select d.id as database, c.id::text as "rawId", c.detected_at as at from besa.shared_database d
     join records.border_crossing c on c.database_id = d.id
     where d.code = $1 and c.detected_at >= $2 and c.national_reference like 'BENCH-%' order by c.detected_at limit 1`,
    [code, at],
  );
  const [found] = rows;
  if (hub === undefined) return found;
  const data = await hub(
    `query($databases: [String!], $at: DateTime!) { borderCrossings(purpose: ${PURPOSE}, databases: $databases, first: 1,
      where: { detectedAt: { eq: $at } }) { nodes { id } } }`,
    { databases: [code], at: found.at.toISOString() },
  );
  return { ...found, sealedId: data.borderCrossings.nodes[0].id };
}
