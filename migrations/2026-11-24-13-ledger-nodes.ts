import { Migration } from '@mikro-orm/migrations';

/**
 * Inner nodes of the ledger's tree, so that a proof reads a few rows instead of every leaf before it. Derived from the leaves
 * and filled behind the append, never in it; only complete blocks are kept, which no later entry changes. They outlast the
 * entries: when a month has gone to the archive, what its leaves hashed to is still here, and every proof stays possible.
 */
export class LedgerNodesMigration extends Migration {
  override up(): void {
    for (const statement of STATEMENTS) this.addSql(statement);
  }
}

const STATEMENTS = [
  // level 8: 256 leaves; level 16: 256 nodes of level 8; and so on. children: their hashes, in order.
  `create table besa.ledger_node (
    level smallint not null check (level > 0 and level % 8 = 0),
    index bigint not null check (index >= 0),
    hash bytea not null check (length(hash) = 32),
    children bytea not null check (length(children) = 256 * 32),
    primary key (level, index)
  )`,
  // Hashes do not compress: trying to would cost time in each proof.
  'alter table besa.ledger_node alter column children set storage external',
  `create trigger append_only before update or delete or truncate on besa.ledger_node
    for each statement execute function besa.ledger_is_append_only()`,
  'alter table besa.ledger_node enable always trigger append_only',
  'revoke update, delete, truncate on besa.ledger_node from public, current_user',
];
