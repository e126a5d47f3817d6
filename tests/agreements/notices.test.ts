import { describe, expect, test } from '@jest/globals';
import { draft } from '../../src/agreements/draft.js';
import { accept, offer } from '../../src/agreements/negotiate.js';
import { type NoticeFacts, noticesOf } from '../../src/agreements/notices.js';
import type { Outcome } from '../../src/agreements/outcome.js';
import type { AgreementAct, AgreementVersion } from '../../src/domain/agreement.js';
import type { AgreementHistory, SignatoryKey } from '../../src/domain/agreement-history.js';
import type { Duty } from '../../src/domain/duty.js';
import { CALENDAR } from '../../src/hub/calendar.js';
import { agreement, termsFrom, WORDING, withStep } from './small-world.js';

const AT = new Date('2024-04-10T08:00:00Z');
const A = { agency: 'AA-P', person: 'ana' };
const B = { agency: 'BB-P', person: 'ben' };

function stepped(history: AgreementHistory | undefined, outcome: Outcome, at = AT): AgreementHistory {
  if (outcome.kind === 'REFUSED') throw new Error(JSON.stringify(outcome.problems));
  return withStep(history, outcome.step, at);
}

/** Offered by A; accepted by B where `isAccepted`. */
function talks(isAccepted: boolean, document = agreement()): AgreementHistory {
  const drafted = stepped(undefined, draft(A, termsFrom(document), undefined, WORDING));
  const offered = stepped(drafted, offer(A, drafted));
  return isAccepted ? stepped(offered, accept(B, offered)) : offered;
}

/** A version in force of one year and a bit, with the history of its talks. */
function inForce(more: Partial<NoticeFacts> = {}): NoticeFacts {
  const terms = termsFrom(agreement({ from: '2024-05-01', until: '2025-04-01' }));
  const version: AgreementVersion = {
    terms,
    version: 1,
    hash: 'hash',
    partnerOf: { 'AA-P': 'AA', 'BB-P': 'BB' },
    from: new Date(CALENDAR.startOfLocalDay(terms.from, terms.timeZone)),
    until: new Date(CALENDAR.startOfLocalDay(terms.until, terms.timeZone)),
    finalisedAt: AT,
  };
  const history = talks(true);
  const last = history.events.at(-1);
  if (last === undefined) throw new Error('the talks have events');
  const finalise = { ...last, kind: 'FINALIZE' as const, number: last.number + 1 };
  return {
    shown: 'AGR-1',
    history: { ...history, events: [...history.events, finalise] },
    versions: [version],
    duties: [],
    refusals: [],
    ...more,
  };
}

const told = (facts: readonly NoticeFacts[], now: string, agency = 'BB-P', keys: readonly SignatoryKey[] = []) =>
  noticesOf(agency, { agreements: facts, keys }, new Date(now), CALENDAR).map(
    ({ kind, at, sentence }) => `${at.toISOString()} ${kind}: ${sentence}`,
  );

const END = '2025-03-31T22:00:00.000Z';

describe('notices of the end', () => {
  test('come 90, 30, 7 and 1 local days before it, over the night the clocks change, and not a millisecond earlier', () => {
    // The clocks go forward on 30 March 2025.
    expect(told([inForce()], '2025-01-31T00:00:00Z').map((text) => text.slice(24))).toEqual([
      ' EXPIRES_SOON: AGR-1 ends in 90 days, at the beginning of 2025-04-01',
    ]);
    expect(told([inForce()], '2025-03-31T21:59:59.999Z')).toEqual([
      '2025-03-30T22:00:00.000Z EXPIRES_SOON: AGR-1 ends in 1 day, at the beginning of 2025-04-01',
      '2025-03-24T23:00:00.000Z EXPIRES_SOON: AGR-1 ends in 7 days, at the beginning of 2025-04-01',
      '2025-03-01T23:00:00.000Z EXPIRES_SOON: AGR-1 ends in 30 days, at the beginning of 2025-04-01',
      '2024-12-31T23:00:00.000Z EXPIRES_SOON: AGR-1 ends in 90 days, at the beginning of 2025-04-01',
    ]);
    expect(told([inForce()], END)[0]).toBe(`${END} ENDED: AGR-1 has expired`);
  });

  test('are not given of an end that a termination comes before', () => {
    const act: AgreementAct = {
      kind: 'TERMINATE',
      reference: 'AGR-1',
      by: 'AA-P',
      effectiveAt: new Date('2025-02-01T00:00:00Z'),
    };
    const facts = inForce();
    const event = {
      reference: 'AGR-1',
      number: 5,
      kind: 'TERMINATE' as const,
      version: 1,
      revision: 1,
      agency: 'AA-P',
      person: 'ana',
      reason: 'new treaty',
      at: new Date('2024-11-01T00:00:00Z'),
    };
    const history = { ...facts.history, acts: [act], events: [...facts.history.events, event] };
    expect(told([{ ...facts, history }], '2025-03-31T00:00:00Z')).toEqual([
      '2025-02-01T00:00:00.000Z ENDED: AGR-1 was terminated',
      '2024-11-01T00:00:00.000Z TERMINATION_ANNOUNCED: AA-P terminates AGR-1: new treaty',
    ]);
  });

  test('carry the same words for as long again, ready to be drafted', () => {
    const [notice] = noticesOf(
      'BB-P',
      { agreements: [inForce()], keys: [] },
      new Date('2025-03-31T00:00:00Z'),
      CALENDAR,
    );
    expect(notice?.renewal).toMatchObject({
      reference: 'AGR-1',
      from: '2025-04-01',
      until: '2026-03-01',
      parties: ['AA-P', 'BB-P'],
    });
  });

  test('of a version finalised late tell the nearest one only', () => {
    const facts = inForce();
    const [version] = facts.versions;
    if (version === undefined) throw new Error('there is one');
    const late = { ...facts, versions: [{ ...version, finalisedAt: new Date('2025-03-20T10:00:00Z') }] };
    expect(told([late], '2025-03-21T00:00:00Z')).toEqual([
      '2025-03-20T10:00:00.000Z EXPIRES_SOON: AGR-1 ends in 30 days, at the beginning of 2025-04-01',
    ]);
  });
});

describe('notices of the talks', () => {
  const facts = (history: AgreementHistory): NoticeFacts => ({
    shown: 'AGR-1',
    history,
    versions: [],
    duties: [],
    refusals: [],
  });
  const kinds = (history: AgreementHistory, agency: string) => told([facts(history)], '2024-04-11T00:00:00Z', agency);

  test('tell whoever has to answer or to sign, and nobody else', () => {
    expect(kinds(talks(false), 'AA-P')).toEqual([]);
    expect(kinds(talks(false), 'BB-P').map((text) => text.split(': ')[1])).toEqual([
      'version 1 of AGR-1 waits for your answer',
    ]);
    for (const agency of ['AA-P', 'BB-P']) {
      expect(kinds(talks(true), agency)[0]).toContain('version 1 of AGR-1 waits for your signature');
    }
  });
});

describe('notices of duties, quotas and keys', () => {
  const duty: Duty = {
    key: '1/1/BB-P/AA-P/1',
    reference: 'AGR-1',
    kind: 'CLAUSE',
    article: '1',
    debtor: 'BB-P',
    creditor: 'AA-P',
    words: 'report the use',
    owedFrom: new Date('2024-05-01T00:00:00Z'),
    dueAt: new Date('2024-06-01T00:00:00Z'),
    status: 'OPEN',
    attestation: null,
  };

  test('a duty is told to its debtor a week before, and to both sides once it is overdue', () => {
    const facts = [inForce({ duties: [duty] })];
    expect(told(facts, '2024-05-25T00:00:00Z', 'AA-P')).toEqual([]);
    expect(told(facts, '2024-05-25T00:00:00Z', 'BB-P')).toEqual([
      '2024-05-25T00:00:00.000Z DUTY_DUE_SOON: BB-P owes AA-P under AGR-1: report the use',
    ]);
    expect(told(facts, '2024-06-01T00:00:00Z', 'AA-P')).toEqual([
      '2024-06-01T00:00:00.000Z DUTY_OVERDUE: overdue: BB-P owes AA-P under AGR-1: report the use',
    ]);
  });

  test('an attested duty is told no more', () => {
    expect(told([inForce({ duties: [{ ...duty, status: 'ATTESTED' }] })], '2024-07-01T00:00:00Z')).toEqual([]);
  });

  test('asking beyond a quota is told to the owner of the data, not to the one who asked', () => {
    const at = new Date('2024-06-01T10:00:00Z');
    const resetsAt = new Date('2024-06-01T22:00:00Z');
    const refusal = { article: '1', owner: 'AA-P', recipient: 'BB-P', requests: 2, at, resetsAt };
    const facts = [inForce({ refusals: [refusal] })];
    expect(told(facts, '2024-06-02T00:00:00Z', 'BB-P')).toEqual([]);
    expect(told(facts, '2024-06-02T00:00:00Z', 'AA-P')).toEqual([
      '2024-06-01T10:00:00.000Z QUOTA_REFUSED: BB-P asked beyond the quota of article 1 of AGR-1 2 times',
    ]);
  });

  test('a key that ends is told 30 days before, unless it was revoked', () => {
    const key = {
      id: 7,
      agency: 'BB-P',
      publicKey: 'a',
      isDemo: false,
      validFrom: AT,
      validUntil: new Date('2024-06-30T00:00:00Z'),
    };
    expect(told([], '2024-05-31T00:00:00Z', 'BB-P', [key])).toEqual([
      '2024-05-31T00:00:00.000Z KEY_ENDS_SOON: signatory key 7 ends at 2024-06-30T00:00:00.000Z; register its successor',
    ]);
    expect(told([], '2024-05-31T00:00:00Z', 'BB-P', [{ ...key, endedAt: AT }])).toEqual([]);
  });
});
