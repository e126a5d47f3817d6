import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { HubError } from '../../domain/errors.js';
import type { QualityNotice } from '../../domain/evidence.js';
import type { Identity } from '../../domain/identity.js';
import { correctRecord } from '../../hub/evidence/correct-record.js';
import { disputeRecord } from '../../hub/evidence/dispute-record.js';
import { eraseRecord } from '../../hub/evidence/erase-record.js';
import type { QualityActed, QualityAsk } from '../../hub/evidence/quality-act.js';
import { attestQualityNotice, listQualityNotices, recordsOfNotice } from '../../hub/evidence/quality-notices.js';
import { type Connection, connectionFrom, keyOf, pageSizeOf } from '../connection.js';
import type { ApiContext } from '../context.js';
import { payloadOf } from '../types/payload.js';
import {
  AttestQualityNoticeInput,
  CorrectRecordInput,
  DisputeRecordInput,
  EraseRecordInput,
  FirstAfterArgs,
  QualityActPayload,
  QualityNoticeArgs,
  QualityNoticeConnection,
  QualityNoticeRecordConnection,
  type QualityNoticeRecordType,
  QualityNoticeType,
} from '../types/quality-notice.js';

/** Records of one notice at a time: a page of notices may ask for this many of each. */
const RECORDS_MAX = 100;

const AttestQualityNoticePayload = payloadOf(QualityNoticeType, 'attestQualityNotice', 'notice');

/** A notice as it is served, and as it is stored: its records are read when somebody asks for them. */
interface ServedNotice extends QualityNoticeType {
  readonly stored: QualityNotice;
}

@Resolver(() => QualityNoticeType)
export class QualityNoticeResolver {
  @Query(() => QualityNoticeConnection, {
    description:
      "Notices that records are others now: to the caller's agency, or about its own databases. Newest first. What is open stays so until it is attested.",
  })
  async qualityNotices(
    @Args(() => QualityNoticeArgs) { role, status, first, after }: QualityNoticeArgs,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<Connection<QualityNoticeType>> {
    const { size } = pageSizeOf({ first: first ?? null, last: null });
    const notices = await listQualityNotices(hub, identity, {
      role,
      ...(status == null ? {} : { status }),
      ...(after == null ? {} : { below: numberOf(after) }),
      limit: size + 1,
    });
    const served = await servedNotices(hub, identity, notices.slice(0, size));
    return connectionFrom(served, ({ stored }) => String(stored.number), {
      hasNextPage: notices.length > size,
      hasPreviousPage: after != null,
    });
  }

  @FieldResolver(() => QualityNoticeRecordConnection, { description: `At most ${RECORDS_MAX} at a time.` })
  async records(
    @Root() { stored }: ServedNotice,
    @Args(() => FirstAfterArgs) { first, after }: FirstAfterArgs,
    @Ctx() { hub, identity }: ApiContext,
  ): Promise<Connection<QualityNoticeRecordType>> {
    const { size } = pageSizeOf({ first: first ?? null, last: null });
    if (size > RECORDS_MAX) {
      const details = { limit: RECORDS_MAX, path: ['records', 'first'] };
      throw new HubError('LIMIT_EXCEEDED', `\`first\` is at most ${RECORDS_MAX}`, details);
    }
    const page = { limit: size + 1, ...(after == null ? {} : { after: keyOf(after, 'after') }) };
    const records = await recordsOfNotice(hub, identity, stored, page);
    const keys = new Map<QualityNoticeRecordType, string>(records.map(({ key, record }) => [record, key]));
    return connectionFrom([...keys.keys()].slice(0, size), (record) => keys.get(record) ?? '', {
      hasNextPage: records.length > size,
      hasPreviousPage: after != null,
    });
  }

  @Mutation(() => QualityActPayload, {
    description: 'Gives a record of the own agency other values. Whoever received what they replace is told.',
  })
  async correctRecord(
    @Arg('input', () => CorrectRecordInput) input: CorrectRecordInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<QualityActPayload> {
    const ask = { ...askOf(input), changes: input.changes };
    return payload(hub, identity, await correctRecord(hub, { identity, journal }, ask));
  }

  @Mutation(() => QualityActPayload, {
    description: 'Marks a record of the own agency as disputed. Whoever received it is told. A correction ends it.',
  })
  async disputeRecord(
    @Arg('input', () => DisputeRecordInput) input: DisputeRecordInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<QualityActPayload> {
    return payload(hub, identity, await disputeRecord(hub, { identity, journal }, askOf(input)));
  }

  @Mutation(() => QualityActPayload, {
    description: 'Erases a record of the own agency in all its versions, for good. Whoever received it is told.',
  })
  async eraseRecord(
    @Arg('input', () => EraseRecordInput) input: EraseRecordInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<QualityActPayload> {
    return payload(hub, identity, await eraseRecord(hub, { identity, journal }, askOf(input)));
  }

  @Mutation(() => AttestQualityNoticePayload, {
    description: 'Says what the own agency did about a quality notice it received: once, and for good.',
  })
  async attestQualityNotice(
    @Arg('input', () => AttestQualityNoticeInput) { notice, statement, outcome }: AttestQualityNoticeInput,
    @Ctx() { hub, identity, journal }: ApiContext,
  ): Promise<object> {
    const attested = await attestQualityNotice(hub, { identity, journal }, { notice, statement, outcome });
    if (attested.kind === 'REFUSED') return { notice: null, userErrors: attested.userErrors };
    return { notice: (await servedNotices(hub, identity, [attested.notice]))[0], userErrors: [] };
  }
}

function askOf({ database, id, key, reason, note, dueWithin }: DisputeRecordInput): QualityAsk {
  return {
    database,
    reason,
    dueWithin,
    ...(id == null ? {} : { id }),
    ...(key == null ? {} : { key }),
    ...(note == null ? {} : { note }),
  };
}

async function payload(hub: ApiContext['hub'], identity: Identity, acted: QualityActed): Promise<QualityActPayload> {
  if (acted.kind === 'REFUSED') return { record: null, notices: null, userErrors: acted.userErrors };
  const notices = acted.notices === null ? null : await servedNotices(hub, identity, acted.notices);
  return { record: acted.record, notices, userErrors: [] };
}

async function servedNotices(
  { registry }: ApiContext['hub'],
  { agency }: Identity,
  notices: readonly QualityNotice[],
): Promise<readonly ServedNotice[]> {
  if (notices.length === 0) return [];
  const codes = new Map((await registry.databases()).map(({ id, code }) => [id, code]));
  return notices.map((stored) => {
    const { number: _number, databaseId, ...notice } = stored;
    // INVARIANT (a note is its owner's alone).
    const note = agency === stored.owner ? stored.note : null;
    return { ...notice, note, database: codes.get(databaseId) ?? '', stored };
  });
}

/** @throws HubError BAD_USER_INPUT */
function numberOf(cursor: string): number {
  const key = keyOf(cursor, 'after');
  if (!/^\d{1,15}$/.test(key))
    throw new HubError('BAD_USER_INPUT', '`after` is no cursor of this list', { path: ['after'] });
  return Number(key);
}
