import { describe, expect, test } from '@jest/globals';
import { parseTerms } from '../../src/agreements/parse-terms.js';
import { readSignedText, writeSignedText } from '../../src/agreements/signed-text.js';
import { writeTerms } from '../../src/agreements/write-terms.js';
import { agreement, type Document, termsFrom } from './small-world.js';

const problemsOf = (more: Document) => {
  const parsed = parseTerms(agreement(more));
  return parsed.kind === 'REFUSED' ? parsed.problems.map(({ path, code }) => `${path.join('.')} ${code}`) : [];
};

describe('what is agreed about changing and ending', () => {
  test.each([
    { name: 'a notice that is no duration', more: { amendmentNotice: '30 days' }, problem: 'amendmentNotice INVALID' },
    { name: 'a notice in hours', more: { terminationNotice: 'PT5H' }, problem: 'terminationNotice INVALID' },
    {
      name: 'a notice nobody lives to see the end of',
      more: { terminationNotice: 'P51Y' },
      problem: 'terminationNotice INVALID',
    },
    { name: 'a notice of null', more: { amendmentNotice: null }, problem: 'amendmentNotice REQUIRED' },
    { name: 'after-effects that are a word', more: { afterEffects: 'ERASE' }, problem: 'afterEffects INVALID' },
    {
      name: 'after-effects of another kind',
      more: { afterEffects: { received: 'SELL' } },
      problem: 'afterEffects.received INVALID',
    },
    {
      name: 'after-effects with another key',
      more: { afterEffects: { received: 'ERASE', by: 'P1D' } },
      problem: 'afterEffects.by KEY_UNKNOWN',
    },
    { name: 'a matrix for some', more: { matrix: 'SOME' }, problem: 'matrix INVALID' },
  ])('is refused: $name', ({ more, problem }) => {
    expect(problemsOf(more)).toEqual([problem]);
  });

  test('is part of what is signed, and read back as it was written', () => {
    const terms = termsFrom(
      agreement({
        amendmentNotice: 'P30D',
        terminationNotice: 'P3M',
        afterEffects: { received: 'ERASE', within: 'P1M' },
        matrix: 'PARTIES',
      }),
    );
    const body = writeSignedText({ environment: 'test', version: 1, previous: null, terms });
    expect(readSignedText(body)?.terms).toEqual(terms);
    expect(termsFrom(writeTerms(terms))).toEqual(terms);
    expect(terms.afterEffects).toEqual({ received: 'ERASE', within: 'P1M' });
  });

  test('that is left out is not written: texts signed before are the texts they were', () => {
    expect(Object.keys(writeTerms(termsFrom(agreement())))).toEqual([
      'reference',
      'title',
      'parties',
      'legalBasis',
      'timeZone',
      'from',
      'until',
      'clauses',
    ]);
  });
});
