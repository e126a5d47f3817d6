import { Args, ArgsType, Ctx, Field, Int, Query, Resolver } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import type { StoredEntry } from '../../domain/ledger.js';
import { type Connection, connectionFrom, connectionOf, keyOf, pageSizeOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { LedgerEntryType } from '../types/ledger.js';

@ArgsType()
export class LedgerArgs {
  @Field(() => Int, { nullable: true })
  first?: number | null;
  @Field(() => String, { nullable: true })
  after?: string | null;
}

const LedgerConnection = connectionOf(LedgerEntryType, 'LedgerEntry');

const listed = ({ sequence, at, entry }: StoredEntry): LedgerEntryType => ({
  sequence,
  at,
  agency: entry.agency,
  person: entry.person,
  role: entry.roles.join(','),
  purpose: entry.purpose,
  regime: entry.regime,
  justification: entry.justification,
  action: entry.action,
  outcome: entry.outcome,
  errorCode: entry.errorCode,
  operationName: entry.operation.name,
  operationHash: entry.operation.hash,
  asks: entry.asks,
  subject: entry.subject,
  durationMs: entry.durationMs,
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
    description: "The entries of the caller's own agency, newest first. For its auditors.",
  })
  async ledger(
    @Args(() => LedgerArgs) args: LedgerArgs,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<Connection<LedgerEntryType>> {
    if (identity.agency === undefined) throw new HubError('FORBIDDEN');
    const { size } = pageSizeOf({ first: args.first ?? null, last: null });
    const beforeSequence = args.after == null ? undefined : sequenceOf(args.after);
    // One more than asked for tells whether there is a next page.
    const entries = await hub.ledger.list(identity.agency, {
      limit: size + 1,
      ...(beforeSequence === undefined ? {} : { beforeSequence }),
    });
    return connectionFrom(entries.slice(0, size).map(listed), (entry) => String(entry.sequence), {
      hasNextPage: entries.length > size,
      hasPreviousPage: beforeSequence !== undefined,
    });
  }
}
