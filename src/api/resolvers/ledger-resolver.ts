import { Arg, Args, ArgsType, Ctx, Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import type { LedgerCell, LedgerDimension, SeenEntry } from '../../domain/ledger-view.js';
import { processingOf } from '../../domain/processing.js';
import { countLedger, readLedger } from '../../hub/evidence/read-ledger.js';
import { type Connection, connectionFrom, connectionOf, keyOf, pageSizeOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { DateTime } from '../scalars.js';
import { LedgerEntryType } from '../types/ledger.js';
import { filterFrom, LedgerFilterInput } from '../types/ledger-filter.js';
import { type LedgerCellType, LedgerDimensionEnum, LedgerStatisticsType } from '../types/ledger-statistics.js';

@ArgsType()
export class LedgerArgs {
  @Field(() => Int, { nullable: true })
  first?: number | null;
  @Field(() => String, { nullable: true })
  after?: string | null;
  @Field(() => LedgerFilterInput, { nullable: true })
  where?: LedgerFilterInput | null;
}

@ObjectType('LedgerEntryConnection', { simpleResolvers: true, description: 'A page of a list of `LedgerEntry`.' })
class LedgerConnection extends connectionOf(LedgerEntryType, 'LedgerEntry') {
  @Field(() => DateTime, {
    nullable: true,
    description: 'Entries of before this instant are in archives, and in no list; null: all are here.',
  })
  archivedBefore!: Date | null;
}

const listed = ({ roles, operation, ...entry }: SeenEntry): LedgerEntryType => ({
  ...entry,
  role: roles.join(','),
  operationName: operation.name,
  operationHash: operation.hash,
  processing: processingOf(entry),
});

/** @throws HubError BAD_USER_INPUT */
function sequenceOf(cursor: string): number {
  const key = keyOf(cursor, 'after');
  if (!/^\d{1,15}$/.test(key))
    throw new HubError('BAD_USER_INPUT', '`after` is no cursor of this list', { path: ['after'] });
  return Number(key);
}

@Resolver()
export class LedgerResolver {
  @Query(() => LedgerConnection, {
    description:
      "The entries of the caller's own agency, and of others' entries what concerns its databases, newest first. For its auditors.",
  })
  async ledger(
    @Args(() => LedgerArgs) args: LedgerArgs,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<Connection<LedgerEntryType> & Pick<LedgerConnection, 'archivedBefore'>> {
    const { size } = pageSizeOf({ first: args.first ?? null, last: null });
    const behind = args.after == null ? undefined : sequenceOf(args.after);
    const { entries, hasMore, archivedBefore } = await readLedger(hub, identity, journal, {
      filter: filterFrom(args.where),
      size,
      ...(behind === undefined ? {} : { behind }),
    });
    const connection = connectionFrom(entries.map(listed), (entry) => String(entry.sequence), {
      hasNextPage: hasMore,
      hasPreviousPage: behind !== undefined,
    });
    return { ...connection, archivedBefore };
  }

  @Query(() => LedgerStatisticsType, { description: 'Counts of the entries that `ledger` lists. For auditors.' })
  async ledgerStatistics(
    @Arg('where', () => LedgerFilterInput, { nullable: true }) where: LedgerFilterInput | null | undefined,
    @Arg('groupBy', () => [LedgerDimensionEnum]) groupBy: readonly LedgerDimension[],
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<LedgerStatisticsType> {
    const cells = await countLedger(hub, identity, journal, { filter: filterFrom(where), groupBy });
    return { cells: cells.map(told) };
  }
}

const told = ({ group, entries, records }: LedgerCell): LedgerCellType => ({
  group: {
    agency: group.AGENCY ?? null,
    purpose: group.PURPOSE ?? null,
    outcome: group.OUTCOME ?? null,
    action: group.ACTION ?? null,
    database: group.DATABASE ?? null,
    recordType: group.RECORD_TYPE ?? null,
    day: group.DAY ?? null,
    month: group.MONTH ?? null,
  },
  entries,
  records,
});
