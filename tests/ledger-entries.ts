/** What stands in a ledger, read past the hub: for tests that ask what was entered. */
import type { Client } from 'pg';
import { entryOf } from '../src/audit/entry.js';
import type { LedgerEntry } from '../src/domain/ledger.js';

/** Entries behind a sequence, oldest first. */
export async function storedEntries(
  client: Pick<Client, 'query'>,
  after = 0,
): Promise<readonly { readonly sequence: number; readonly entry: LedgerEntry }[]> {
  const { rows } = await client.query<{ sequence: number; body: string }>(
    'select sequence::int as sequence, body from besa.ledger_entry where sequence > $1 order by sequence',
    [after],
  );
  return rows.map(({ sequence, body }) => ({ sequence, entry: entryOf(body) }));
}
