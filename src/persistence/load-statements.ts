/** The statements of one load. Names come from the record type through `snakeCase`, never from a file. */
import type { RecordType } from '../domain/record-type.js';
import { snakeCase } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';

export interface LoadStatements {
  readonly createStaging: string;
  readonly copy: string;
  /** $1 = limit; rows: line, first, total */
  readonly repeatedKeys: string;
  /** $1 = lines */
  readonly drop: string;
  readonly analyseStaging: string;
  /** null if the record type has no field besides its key */
  readonly update: string | null;
  /** $1 = id of the database */
  readonly insert: string;
  readonly analysePartition: string;
}

const STAGING = 'pg_temp.besa_staging';
/** No SDL field can be called so. */
const LINE = '"#line"';
/**
 * 60 random bits: the first 16 hexadecimal digits of a version 4 UUID, one of which is its version. Ids tell nothing of the
 * record nor of the order in which records came.
 */
const RANDOM_ID = `('x' || translate(gen_random_uuid()::text, '-', ''))::bit(64)::bigint`;

/**
 *     load of { key: reference, note } into database 7 of record type `Visit`
 *     update "records"."visit_p7" as stored set "note" = staged."note", version = stored.version + 1, …
 *       from pg_temp.besa_staging as staged
 *       where stored."reference" = staged."reference" and (stored."note") is distinct from (staged."note")
 */
export function loadStatements(recordType: RecordType, database: SharedDatabase): LoadStatements {
  const partition = `"records".${quoted(`${snakeCase(recordType.name)}_p${database.id}`)}`;
  const columns = recordType.fields.map((field) => quoted(snakeCase(field.name)));
  const keys = recordType.fields.filter((field) => field.isKey).map((field) => quoted(snakeCase(field.name)));
  const others = columns.filter((column) => !keys.includes(column));
  const list = columns.join(', ');
  const sameKey = keys.map((key) => `stored.${key} = staged.${key}`).join(' and ');
  return {
    // Types and collations are those of the partition itself; a temporary table is no part of it and ends with the load.
    createStaging: `create temporary table besa_staging on commit drop as select 0::bigint as ${LINE}, ${list} from ${partition} with no data`,
    copy: `copy ${STAGING} (${LINE}, ${list}) from stdin`,
    repeatedKeys: `with first as (
        select ${keys.join(', ')}, min(${LINE}) as line from ${STAGING} group by ${keys.join(', ')} having count(*) > 1
      )
      select staged.${LINE} as line, stored.line as first, count(*) over () as total
      from first as stored join ${STAGING} as staged on ${sameKey}
      where staged.${LINE} <> stored.line order by 1 limit $1`,
    drop: `delete from ${STAGING} where ${LINE} = any ($1::bigint[])`,
    analyseStaging: `analyze ${STAGING}`,
    update: others.length === 0 ? null : updateStatement(partition, others, sameKey),
    insert: `insert into ${partition} (database_id, id, recorded_at, version, status, ${list})
      select $1, ${RANDOM_ID}, besa.besa_instant(), 1, 'ACTIVE', ${list} from ${STAGING} as staged
      where not exists (select from ${partition} as stored where ${sameKey})`,
    analysePartition: `analyze ${partition}`,
  };
}

/**
 * Only rows that differ: an upsert would lock every row it leaves as it is, and so write it. Nobody else adds or changes
 * rows meanwhile, because loads of one database wait for each other.
 */
function updateStatement(partition: string, others: readonly string[], sameKey: string): string {
  const row = (of: string): string => `(${others.map((column) => `${of}.${column}`).join(', ')})`;
  return `update ${partition} as stored
    set ${others.map((column) => `${column} = staged.${column}`).join(', ')},
      version = stored.version + 1, recorded_at = besa.besa_instant()
    from ${STAGING} as staged
    where ${sameKey} and ${row('stored')} is distinct from ${row('staged')}`;
}

/** SDL names are ASCII letters, digits and underscores, so there is never a quote to double. */
function quoted(name: string): string {
  return `"${name}"`;
}
