import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { DutyStatus } from '../../domain/duty.js';
import { attestDuty, listDuties, type ShownDuty } from '../../hub/agreements/duties.js';
import { listNotices } from '../../hub/agreements/notices.js';
import { type Connection, PageArgs, pageOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { DateTime } from '../scalars.js';
import {
  AttestDutyInput,
  DutyConnection,
  DutyStatusEnum,
  DutyType,
  NoticeConnection,
  type NoticeType,
} from '../types/duty.js';
import { payloadOf } from '../types/payload.js';

const AttestDutyPayload = payloadOf(DutyType, 'attestDuty', 'duty');
const INSTANT_DIGITS = 16;

@Resolver()
export class DutyResolver {
  @Query(() => DutyConnection, {
    description: "What the caller's agency owes or is owed under its agreements, in the order of its becoming owed.",
  })
  async duties(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('status', () => DutyStatusEnum, { nullable: true }) status: DutyStatus | undefined,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<Connection<ShownDuty>> {
    const duties = await listDuties(hub, identity, status ?? undefined);
    return pageOf(duties, ({ owedFrom, id }) => `${sortable(owedFrom.getTime())} ${id}`, args);
  }

  @Query(() => NoticeConnection, {
    description: "What the caller's agency is to be told about its agreements, newest first.",
  })
  async notices(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('since', () => DateTime, { nullable: true }) since: string | undefined,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<Connection<NoticeType>> {
    const notices = await listNotices(hub, identity, since == null ? undefined : new Date(since));
    const shown = notices.map(({ key, reference, ...notice }) => ({ ...notice, id: key, agreement: reference }));
    // The list counts backwards in time, pages count forwards in keys.
    return pageOf(shown, ({ at, id }) => `${sortable(Number.MAX_SAFE_INTEGER - at.getTime())} ${id}`, args);
  }

  @Mutation(() => AttestDutyPayload, { description: 'Says that a duty of the own agency is done: once, and for good.' })
  async attestDuty(
    @Arg('input', () => AttestDutyInput) { duty, statement }: AttestDutyInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<object> {
    const attested = await attestDuty(hub, { identity, journal }, { duty, statement });
    return attested.kind === 'REFUSED'
      ? { duty: null, userErrors: attested.userErrors }
      : { duty: attested.duty, userErrors: [] };
  }
}

function sortable(milliseconds: number): string {
  return String(milliseconds).padStart(INSTANT_DIGITS, '0');
}
