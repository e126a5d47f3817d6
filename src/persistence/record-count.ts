import pg from 'pg';
import type { RecordType } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { partitionName, RECORD_SCHEMA } from '../records/table-ddl.js';

/** Records loaded into a database, whatever their status, erased ones too. As the hub's own role: for loading, never for an answer. */
export async function countRecords(url: string, recordType: RecordType, database: SharedDatabase): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const partition = `${RECORD_SCHEMA}."${partitionName(recordType.name, database.id)}"`;
    const { rows } = await client.query<{ count: number }>(
      `select ((select count(*) from ${partition})
        + (select count(*) from besa.tombstone where database_id = $1))::int as count`,
      [database.id],
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}
