import { describe, expect, test } from '@jest/globals';
import { draft } from '../../src/agreements/draft.js';
import { offer } from '../../src/agreements/negotiate.js';
import type { Outcome } from '../../src/agreements/outcome.js';
import { knownTo, newKey } from '../../src/agreements/reference.js';
import { seenBy } from '../../src/agreements/seen-by.js';
import { frameworkKey, namesOf, settle } from '../../src/agreements/settle.js';
import type { AgreementVersion } from '../../src/domain/agreement.js';
import type { AgreementHistory } from '../../src/domain/agreement-history.js';
import { plainReference, shownReference } from '../../src/domain/agreement-reference.js';
import { agreement, clause, type Document, termsFrom, WORDING, withStep } from './small-world.js';

const at = (minute: number): Date => new Date(Date.UTC(2025, 0, 1, 0, minute));
const actor = (agency: string) => ({ agency, person: 'x' });

function done(history: AgreementHistory | undefined, outcome: Outcome, minute: number): AgreementHistory {
  if (outcome.kind === 'REFUSED') throw new Error(JSON.stringify(outcome.problems));
  return withStep(history, outcome.step, at(minute));
}

/** Drafted by the first party, and offered, unless no minute is given for it. */
function history(key: string, parties: readonly [string, string], drafted: number, offered?: number): AgreementHistory {
  const [assigner, assignee] = parties;
  const document = agreement({ parties, clauses: [clause({ assigner, assignee })] });
  const begun = done(undefined, draft(actor(assigner), termsFrom(document), undefined, WORDING, key), drafted);
  return offered === undefined ? begun : done(begun, offer(actor(assigner), begun), offered);
}

const names = (agency: string, histories: readonly AgreementHistory[]) =>
  knownTo(agency, histories).map(({ history: { reference }, shown }) => [reference, shown]);

describe('a new agreement', () => {
  test('has its reference as key, and a suffix where a stranger has the reference', () => {
    expect(newKey('AGR-1', false, 'abcdefabcdefabcdef')).toBe('AGR-1');
    expect(newKey('AGR-1', true, 'abcdefabcdefabcdef')).toBe('AGR-1~abcdefabcdef');
    expect(['AGR-1~abc', 'AGR-1'].map(plainReference)).toEqual(['AGR-1', 'AGR-1']);
  });
});

describe('the name of an agreement', () => {
  const first = history('AGR-1', ['AA-P', 'BB-P'], 1, 2);
  const second = history('AGR-1~aaaaaaaaaaaa', ['CC-P', 'BB-P'], 3, 4);

  test('is its plain reference to whoever knows one of them, whatever its key', () => {
    expect(names('AA-P', [first, second])).toEqual([['AGR-1', 'AGR-1']]);
    expect(names('CC-P', [first, second])).toEqual([['AGR-1~aaaaaaaaaaaa', 'AGR-1']]);
    expect(names('AA-Q', [first, second])).toEqual([]);
  });

  test('has part of its own hash behind it for whoever knew another one before', () => {
    const hash = second.texts[0]?.hash.slice(0, 8) ?? '';
    expect(names('BB-P', [second, first])).toEqual([
      ['AGR-1', 'AGR-1'],
      ['AGR-1~aaaaaaaaaaaa', `AGR-1~${hash}`],
    ]);
    expect(namesOf([first, second])).toEqual(new Map());
    const answered = done(second, offerBack(second), 5);
    expect(namesOf([first, answered])).toEqual(new Map([['AGR-1~aaaaaaaaaaaa', { 'BB-P': `AGR-1~${hash}` }]]));
  });

  test('never changes: what was in the making before, and is offered later, is the one with the suffix', () => {
    const early = history('AGR-1', ['AA-P', 'BB-P'], 1);
    expect(names('BB-P', [early, second])).toEqual([['AGR-1~aaaaaaaaaaaa', 'AGR-1']]);
    const late = done(early, offer(actor('AA-P'), early), 9);
    const hash = late.texts[0]?.hash.slice(0, 8) ?? '';
    expect(names('BB-P', [late, second])).toEqual([
      ['AGR-1~aaaaaaaaaaaa', 'AGR-1'],
      ['AGR-1', `AGR-1~${hash}`],
    ]);
  });
});

/** A counter-offer by BB-P: so that it is among those who acted. */
function offerBack(given: AgreementHistory): Outcome {
  const parties = ['BB-P', 'CC-P'];
  const document = agreement({ parties, title: 'ours', clauses: [clause({ assigner: 'BB-P', assignee: 'CC-P' })] });
  const drafted = draft(actor('BB-P'), termsFrom(document), undefined, WORDING, given.reference);
  if (drafted.kind === 'REFUSED') return drafted;
  const [text] = drafted.step.text === undefined ? [] : [{ ...drafted.step.text, revision: 2 }];
  const event = { kind: 'COUNTER' as const, version: 1, revision: 2, agency: 'BB-P', person: 'x' };
  return { kind: 'STEP', step: { reference: given.reference, number: 3, events: [event], ...(text && { text }) } };
}

describe('what an agency may know of a history', () => {
  test('is nothing of a draft of somebody else, and everything of what was sent to it, counted from 1', () => {
    const drafted = history('AGR-1', ['AA-P', 'BB-P'], 1);
    expect(seenBy('BB-P', drafted)).toBeUndefined();
    expect(seenBy('AA-P', drafted)?.events).toHaveLength(1);
    const sent = done(drafted, offer(actor('AA-P'), drafted), 2);
    expect(seenBy('BB-P', sent)).toMatchObject({ events: [{ number: 1, kind: 'OFFER' }], texts: [{ revision: 1 }] });
    expect(seenBy('CC-P', sent)).toBeUndefined();
  });
});

function version(reference: string, more: Document = {}, hash = reference, minute = 0): AgreementVersion {
  const terms = { ...termsFrom(agreement({ reference: plainReference(reference), ...more })), reference };
  return { terms, version: 1, hash, partnerOf: {}, from: at(0), until: at(60), finalisedAt: at(minute) };
}

const settled = (...versions: AgreementVersion[]) => settle(versions.map((one) => ({ versions: [one], doubts: [] })));

describe('agreements together', () => {
  test('count once: the same words under two keys count under neither', () => {
    const twice = settled(version('AGR-1', {}, 'same'), version('AGR-1~aa', {}, 'same'), version('AGR-2'));
    expect(twice.versions.map(({ terms }) => terms.reference)).toEqual(['AGR-2']);
    expect(twice.doubts).toEqual([
      { reference: 'AGR-1', version: 1, cause: 'REPEATED', parties: ['AA-P', 'BB-P'] },
      { reference: 'AGR-1~aa', version: 1, cause: 'REPEATED', parties: ['AA-P', 'BB-P'] },
    ]);
  });

  test('stand under the framework their parties are party to, the first finalised of several', () => {
    const annex = version('AGR-9', { framework: 'FRAME-1' });
    const strangers = version(
      'FRAME-1',
      { parties: ['AA-Q', 'CC-P'], clauses: [clause({ assigner: 'AA-Q', assignee: 'CC-P' })] },
      'a',
      1,
    );
    const own = version('FRAME-1~aa', {}, 'b', 3);
    const later = version('FRAME-1~bb', {}, 'c', 4);
    expect(frameworkKey(annex.terms, [strangers, later, own])).toBe('FRAME-1~aa');
    expect(settled(annex, strangers, own).versions[0]?.terms.framework).toBe('FRAME-1~aa');
  });

  test('under a framework that cannot be told give nothing: no agreement has its key', () => {
    const annex = version('AGR-9', { framework: 'FRAME-1' });
    expect(settled(annex).versions[0]?.terms.framework).toBe('FRAME-1~');
    const parties = { parties: ['AA-Q', 'CC-P'], clauses: [clause({ assigner: 'AA-Q', assignee: 'CC-P' })] };
    const [one, other] = [version('FRAME-1', parties, 'a'), version('FRAME-1~aa', parties, 'b')];
    expect(settled(annex, one, other).versions[0]?.terms.framework).toBe('FRAME-1~');
  });

  test('are called towards an agency by the name it knows', () => {
    const named = { ...version('AGR-1~aa'), shownAs: { 'BB-P': 'AGR-1~12345678' } };
    expect(['BB-P', 'AA-P', undefined].map((agency) => shownReference(named, agency))).toEqual([
      'AGR-1~12345678',
      'AGR-1',
      'AGR-1',
    ]);
  });
});
