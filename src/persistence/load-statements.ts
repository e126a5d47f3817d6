/** The statements of one load. Names come from the record type through `snakeCase`, never from a file. */
import { type RecordType, snakeCase } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { ENVELOPE_INPUTS } from '../records/envelope-inputs.js';
import { partitionName, RECORD_SCHEMA } from '../records/table-ddl.js';

export interface LoadStatements {
  readonly createStaging: string;
  readonly copy: string;
  /** $1 = limit; rows: line, first, total */
  readonly repeatedKeys: string;
  /** $1 = lines */
  readonly drop: string;
  readonly analyseStaging: string;
  readonly update: string;
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
 *     update "records"."visit_p7" as stored set "note" = staged."note", …, version = stored.version + 1, …
 *       from pg_temp.besa_staging as staged
 *       where stored."reference" = staged."reference"
 *         and ((stored."note", …) is distinct from (staged."note", …) …)
 */
export function loadStatements(recordType: RecordType, database: SharedDatabase): LoadStatements {
  const partition = `"${RECORD_SCHEMA}"."${partitionName(recordType.name, database.id)}"`;
  const columns = recordType.fields.map((field) => quoted(field.name));
  const keys = recordType.fields.filter((field) => field.isKey).map((field) => quoted(field.name));
  const envelope = ENVELOPE_INPUTS.map((input) => quoted(input.name));
  const list = [...columns, ...envelope].join(', ');
  const sameKey = keys.map((key) => `stored.${key} = staged.${key}`).join(' and ');
  return {
    // Types and collations are those of the partition itself; a temporary table is no part of it and ends with the load.
    createStaging: `create temporary table besa_staging on commit drop as
      select 0::bigint as ${LINE}, ${list} from ${partition} with no data`,
    copy: `copy ${STAGING} (${LINE}, ${list}) from stdin`,
    repeatedKeys: `with stored as (
        select ${keys.join(', ')}, min(${LINE}) as line from ${STAGING} group by ${keys.join(', ')} having count(*) > 1
      )
      select staged.${LINE} as line, stored.line as first, count(*) over () as total
      from stored join ${STAGING} as staged on ${sameKey}
      where staged.${LINE} <> stored.line order by 1 limit $1`,
    drop: `delete from ${STAGING} where ${LINE} = any ($1::bigint[])`,
    analyseStaging: `analyze ${STAGING}`,
    update: updateStatement(
      partition,
      columns.filter((column) => !keys.includes(column)),
      envelope,
      sameKey,
    ),
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
function updateStatement(
  partition: string,
  fields: readonly string[],
  envelope: readonly string[],
  sameKey: string,
): string {
  // INVARIANT (an import never loosens): an empty handling code or date leaves what is stored.
  const next = [
    ...fields.map((column) => `staged.${column}`),
    ...envelope.map((column) => `coalesce(staged.${column}, stored.${column})`),
  ];
  const columns = [...fields, ...envelope];
  return `update ${partition} as stored
    set ${columns.map((column, place) => `${column} = ${next[place]}`).join(', ')},
      version = stored.version + 1, recorded_at = besa.besa_instant()
    from ${STAGING} as staged
    where ${sameKey} and (${columns.map((column) => `stored.${column}`).join(', ')}) is distinct from (${next.join(', ')})`;
}

/** The column of a field. SDL names are ASCII letters, digits and underscores, so there is never a quote to double. */
function quoted(name: string): string {
  return `"${snakeCase(name)}"`;
}
