import type { LedgerWorld } from './postgres-ledger.js';

const GROUP = 4_096;

/** A group of entries through the hub's own function; what they stand for is made up, for trees look at leaves only. */
const FILL = `select besa.ledger_append(array_agg(id), array_agg(null::text), array_agg('{}'::text),
    array_agg(encode(sha256(id::text::bytea), 'hex')),
    array_agg(null::bigint), array_agg(null::timestamptz), array_agg(null::timestamptz))
  from (select gen_random_uuid() as id from generate_series(1, $1::int)) made`;

/** Appends `count` entries of no meaning, some thousands at a time. */
export async function fillLedger(world: LedgerWorld, count: number): Promise<void> {
  for (let left = count; left > 0; left -= GROUP) await world.sql(FILL, [Math.min(GROUP, left)]);
}
