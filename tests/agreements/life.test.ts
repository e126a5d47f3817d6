import { beforeAll, describe, expect, test } from '@jest/globals';
import { resume, suspend, terminate } from '../../src/agreements/act.js';
import { counter } from '../../src/agreements/counter.js';
import { draft } from '../../src/agreements/draft.js';
import { accept, offer, reject, withdraw } from '../../src/agreements/negotiate.js';
import { negotiationOf } from '../../src/agreements/negotiation.js';
import type { Actor, Outcome } from '../../src/agreements/outcome.js';
import { sign } from '../../src/agreements/sign.js';
import type { AgreementHistory } from '../../src/domain/agreement-history.js';
import {
  agreement,
  clause,
  type Document,
  KEYS,
  SIGNING,
  signatureOf,
  termsFrom,
  WORDING,
  withStep,
} from './small-world.js';

const NOW = new Date('2025-01-01T00:00:00Z');
const actor = (agency: string): Actor => ({ agency, person: `officer of ${agency}` });
const PARTIES = ['AA-P', 'BB-P', 'CC-P'];
const THREE: Document = agreement({
  parties: PARTIES,
  clauses: [clause(), clause({ article: '2', assignee: 'CC-P' })],
});

const COUNTERED: Document = { ...THREE, title: 'Sightings, fewer of them' };

type History = AgreementHistory | undefined;
type Move = (history: History) => Outcome;

const signing = { ...SIGNING, keys: KEYS, now: NOW };
const drafts =
  (agency: string, document: Document = THREE): Move =>
  (history) =>
    draft(actor(agency), termsFrom(document), history, WORDING);
const offers =
  (agency: string): Move =>
  (history) =>
    offer(actor(agency), history);
const accepts =
  (agency: string): Move =>
  (history) =>
    accept(actor(agency), history);
const rejects =
  (agency: string, reason = 'no'): Move =>
  (history) =>
    reject(actor(agency), history, reason);
const withdraws =
  (agency: string, reason?: string): Move =>
  (history) =>
    withdraw(actor(agency), history, reason);
const counters =
  (agency: string, document: Document = COUNTERED): Move =>
  (history) =>
    counter(actor(agency), termsFrom(document), history, WORDING);
const signs =
  (agency: string): Move =>
  (history) =>
    sign(
      actor(agency),
      history,
      history === undefined ? '' : signatureOf(agency, negotiationOf(history).text.body),
      signing,
    );
const suspends =
  (agency: string, scope = {}): Move =>
  (history) =>
    suspend(actor(agency), history, { reason: 'audit', ...scope }, NOW);
const resumes =
  (agency: string, scope = {}): Move =>
  (history) =>
    resume(actor(agency), history, { reason: 'done', ...scope }, NOW);
const terminates =
  (agency: string, more = {}): Move =>
  (history) =>
    terminate(actor(agency), history, { reason: 'over', ...more }, NOW);

/** The history after the moves; a move that is refused fails the test. */
function historyAfter(...moves: readonly Move[]): History {
  return moves.reduce<History>((history, move) => {
    const outcome = move(history);
    if (outcome.kind === 'REFUSED') throw new Error(JSON.stringify(outcome.problems));
    return withStep(history, outcome.step, NOW);
  }, undefined);
}

const codeOf = (outcome: Outcome): string => (outcome.kind === 'REFUSED' ? (outcome.problems[0]?.code ?? '') : 'STEP');
const stateOf = (history: History): string => (history === undefined ? '' : negotiationOf(history).state);

const OFFERED = [drafts('AA-P'), offers('AA-P')];
const ACCEPTED = [...OFFERED, accepts('BB-P'), accepts('CC-P')];
const AGREED = [...ACCEPTED, signs('AA-P')];
const FINALISED = [...AGREED, signs('BB-P'), signs('CC-P')];

describe('refused', () => {
  test.each<[string, readonly Move[], Move, string]>([
    ['drafting for others', [], drafts('AA-Q'), 'NOT_A_PARTY'],
    [
      'new parties after something was sent',
      [...OFFERED, rejects('BB-P')],
      drafts('AA-P', agreement({ parties: ['AA-P', 'AA-Q'], clauses: [clause({ assignee: 'AA-Q' })] })),
      'PARTIES_CHANGED',
    ],
    ['drafting anew while others are to accept', OFFERED, drafts('AA-P'), 'WRONG_STATE'],
    [
      'a next version without one of the parties',
      FINALISED,
      drafts('AA-P', agreement({ parties: ['AA-P', 'BB-P'] })),
      'PARTIES_CHANGED',
    ],
    ['offering what is not there', [], offers('AA-P'), 'AGREEMENT_UNKNOWN'],
    ['offering another’s draft', [drafts('AA-P')], offers('BB-P'), 'AGREEMENT_UNKNOWN'],
    ['offering twice', OFFERED, offers('AA-P'), 'WRONG_STATE'],
    ['accepting what was not sent', [drafts('AA-P')], accepts('BB-P'), 'AGREEMENT_UNKNOWN'],
    ['accepting as a stranger', OFFERED, accepts('AA-Q'), 'AGREEMENT_UNKNOWN'],
    ['accepting one’s own offer', OFFERED, accepts('AA-P'), 'ALREADY_DONE'],
    ['accepting twice', [...OFFERED, accepts('BB-P')], accepts('BB-P'), 'ALREADY_DONE'],
    ['signing before all accepted', [...OFFERED, accepts('BB-P')], signs('AA-P'), 'WRONG_STATE'],
    ['signing twice', AGREED, signs('AA-P'), 'ALREADY_DONE'],
    ['signing as a stranger', ACCEPTED, signs('AA-Q'), 'AGREEMENT_UNKNOWN'],
    ['rejecting without a reason', OFFERED, rejects('BB-P', ' '), 'REASON_MISSING'],
    ['rejecting what is finalised', FINALISED, rejects('BB-P'), 'WRONG_STATE'],
    ['accepting what was rejected', [...OFFERED, rejects('BB-P')], accepts('CC-P'), 'WRONG_STATE'],
    ['rejecting one’s own wording', OFFERED, rejects('AA-P'), 'OWN_WORDING'],
    ['rejecting one’s own draft', [drafts('AA-P')], rejects('AA-P'), 'WRONG_STATE'],
    ['countering what is not there', [], counters('BB-P'), 'AGREEMENT_UNKNOWN'],
    ['countering as a stranger', OFFERED, counters('AA-Q'), 'AGREEMENT_UNKNOWN'],
    ['countering one’s own wording', OFFERED, counters('AA-P'), 'OWN_WORDING'],
    ['countering one’s own counter-offer', [...OFFERED, counters('BB-P')], counters('BB-P', THREE), 'OWN_WORDING'],
    ['countering with the same words', OFFERED, counters('BB-P', THREE), 'NOTHING_CHANGED'],
    [
      'countering without one of the parties',
      OFFERED,
      counters('BB-P', agreement({ parties: ['AA-P', 'BB-P'] })),
      'PARTIES_CHANGED',
    ],
    ['countering what all accepted', ACCEPTED, counters('BB-P'), 'WRONG_STATE'],
    ['signing what was countered', [...ACCEPTED.slice(0, 3), counters('CC-P')], signs('AA-P'), 'WRONG_STATE'],
    ['withdrawing another’s wording', OFFERED, withdraws('BB-P'), 'NOT_THE_AUTHOR'],
    ['withdrawing what another countered', [...OFFERED, counters('BB-P')], withdraws('AA-P'), 'NOT_THE_AUTHOR'],
    ['withdrawing another’s draft', [drafts('AA-P')], withdraws('BB-P'), 'AGREEMENT_UNKNOWN'],
    ['withdrawing what is finalised', FINALISED, withdraws('AA-P'), 'WRONG_STATE'],
    ['withdrawing for a reason of blanks', OFFERED, withdraws('AA-P', ' '), 'REASON_MISSING'],
    ['accepting what was withdrawn', [...OFFERED, withdraws('AA-P')], accepts('BB-P'), 'WRONG_STATE'],
    ['suspending what is not finalised', AGREED, suspends('AA-P'), 'AGREEMENT_UNKNOWN'],
    ['suspending as a stranger', FINALISED, suspends('AA-Q'), 'AGREEMENT_UNKNOWN'],
    ['suspending without a reason', FINALISED, suspends('AA-P', { reason: '' }), 'REASON_MISSING'],
    ['suspending an article that is not there', FINALISED, suspends('AA-P', { article: '9' }), 'ARTICLE_UNKNOWN'],
    ['suspending a direction that is not there', FINALISED, suspends('AA-P', { assigner: 'ZZ' }), 'ASSIGNER_UNKNOWN'],
    [
      'suspending in the past',
      FINALISED,
      suspends('AA-P', { effectiveAt: new Date(NOW.getTime() - 1) }),
      'IN_THE_PAST',
    ],
    ['suspending twice', [...FINALISED, suspends('AA-P')], suspends('AA-P'), 'ALREADY_SUSPENDED'],
    ['resuming what another side suspended', [...FINALISED, suspends('AA-P')], resumes('BB-P'), 'NOT_SUSPENDED'],
    ['resuming twice', [...FINALISED, suspends('AA-P'), resumes('AA-P')], resumes('AA-P'), 'NOT_SUSPENDED'],
    [
      'resuming another article',
      [...FINALISED, suspends('AA-P', { article: '1' })],
      resumes('AA-P', { article: '2' }),
      'NOT_SUSPENDED',
    ],
    [
      'resuming what is terminated',
      [...FINALISED, suspends('AA-P'), terminates('BB-P')],
      resumes('AA-P'),
      'TERMINATED',
    ],
    ['terminating twice', [...FINALISED, terminates('AA-P')], terminates('BB-P'), 'TERMINATED'],
    ['terminating in the past', FINALISED, terminates('AA-P', { effectiveAt: new Date(0) }), 'IN_THE_PAST'],
  ])('%s', (_, moves, move, code) => {
    expect(codeOf(move(historyAfter(...moves)))).toBe(code);
  });
});

describe('refused signatures', () => {
  let history: AgreementHistory;
  let body: string;
  beforeAll(() => {
    history = historyAfter(...ACCEPTED) as AgreementHistory;
    body = negotiationOf(history).text.body;
  });
  const signed = (agency: string, signature: string, rules = signing): string =>
    codeOf(sign(actor(agency), history, signature, rules));

  test('made by another agency', () => expect(signed('AA-P', signatureOf('BB-P', body))).toBe('SIGNATURE_INVALID'));
  test('over other words', () => expect(signed('AA-P', signatureOf('AA-P', `${body} `))).toBe('SIGNATURE_INVALID'));
  test('in capital letters, for each signature has one spelling', () =>
    expect(signed('AA-P', signatureOf('AA-P', body).toUpperCase())).toBe('SIGNATURE_INVALID'));
  test('with a key that was ended', () => {
    const keys = KEYS.map((key) => ({ ...key, endedAt: NOW }));
    expect(signed('AA-P', signatureOf('AA-P', body), { ...signing, keys })).toBe('KEY_MISSING');
  });
  test('with a demo key outside the demo', () => {
    const keys = KEYS.map((key) => ({ ...key, isDemo: true }));
    expect(signed('AA-P', signatureOf('AA-P', body), { ...signing, keys })).toBe('KEY_MISSING');
    expect(signed('AA-P', signatureOf('AA-P', body), { ...signing, keys, acceptsDemoKeys: true })).toBe('STEP');
  });
});

describe('an agreement', () => {
  test.each<[string, readonly Move[], string]>([
    ['is a DRAFT', [drafts('AA-P')], 'DRAFT'],
    ['may be drafted again before it is sent', [drafts('AA-P'), drafts('AA-P')], 'DRAFT'],
    ['is OFFERED by one that gives', OFFERED, 'OFFERED'],
    ['is REQUESTED by one that only receives', [drafts('BB-P'), offers('BB-P')], 'REQUESTED'],
    ['stays OFFERED until all accepted', [...OFFERED, accepts('CC-P')], 'OFFERED'],
    ['is ACCEPTED when all did', ACCEPTED, 'ACCEPTED'],
    ['stays ACCEPTED while only recipients signed', [...ACCEPTED, signs('BB-P'), signs('CC-P')], 'ACCEPTED'],
    ['is AGREED when a party that gives something signed', AGREED, 'AGREED'],
    ['is FINALIZED whoever signs last', [...ACCEPTED, signs('BB-P'), signs('CC-P'), signs('AA-P')], 'FINALIZED'],
    ['is REQUESTED by a recipient’s counter-offer', [...OFFERED, counters('BB-P')], 'REQUESTED'],
    ['is OFFERED by a giver’s counter-offer', [drafts('BB-P'), offers('BB-P'), counters('AA-P')], 'OFFERED'],
    [
      'is accepted anew after a counter-offer',
      [...OFFERED, accepts('CC-P'), counters('BB-P'), accepts('AA-P')],
      'REQUESTED',
    ],
    [
      'is ACCEPTED when all agree to the counter-offer',
      [...OFFERED, counters('BB-P'), accepts('AA-P'), accepts('CC-P')],
      'ACCEPTED',
    ],
    ['is TERMINATED by its author’s withdrawal', [...OFFERED, withdraws('AA-P', 'too soon')], 'TERMINATED'],
    ['is TERMINATED when a draft is withdrawn', [drafts('AA-P'), withdraws('AA-P')], 'TERMINATED'],
    ['may be withdrawn until all signed', [...AGREED, withdraws('AA-P')], 'TERMINATED'],
    ['may be drafted again after a withdrawal', [...OFFERED, withdraws('AA-P'), drafts('BB-P')], 'DRAFT'],
    ['is FINALIZED with the last signature', FINALISED, 'FINALIZED'],
    ['is TERMINATED by a rejection', [...OFFERED, rejects('CC-P')], 'TERMINATED'],
    ['may be drafted again after a rejection', [...OFFERED, rejects('CC-P'), drafts('BB-P')], 'DRAFT'],
    [
      'may be resumed in part',
      [...FINALISED, suspends('AA-P'), resumes('AA-P', { article: '1' }), resumes('AA-P')],
      'FINALIZED',
    ],
    [
      'may be suspended again',
      [...FINALISED, suspends('AA-P'), resumes('AA-P', { article: '1' }), suspends('AA-P', { article: '1' })],
      'FINALIZED',
    ],
    [
      'may be suspended by both sides',
      [...FINALISED, suspends('AA-P'), suspends('BB-P'), resumes('BB-P'), resumes('AA-P')],
      'FINALIZED',
    ],
    [
      'may get its next version',
      [...FINALISED, drafts('BB-P'), offers('BB-P'), accepts('AA-P'), accepts('CC-P')],
      'ACCEPTED',
    ],
  ])('%s', (_, moves, state) => {
    expect(stateOf(historyAfter(...moves))).toBe(state);
  });

  test('counts its events without a gap, the finalising one included', () => {
    const history = historyAfter(...FINALISED);
    expect(history?.events.map((event) => event.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(history?.events.at(-1)).toMatchObject({ kind: 'FINALIZE', number: 8 });
    expect(history?.finalised).toEqual([{ reference: 'AGR-1', version: 1, revision: 1, finalisedAt: NOW }]);
  });

  test('names the hash of the version before in the words of the next', () => {
    const history = historyAfter(...FINALISED, drafts('BB-P')) as AgreementHistory;
    const { text, version } = negotiationOf(history);
    expect(version).toBe(2);
    expect(JSON.parse(text.body)).toMatchObject({ version: 2, previous: history.texts[0]?.hash });
  });
});
