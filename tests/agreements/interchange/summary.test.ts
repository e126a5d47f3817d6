import { describe, expect, test } from '@jest/globals';
import type { Phrases } from '../../../src/agreements/interchange/phrases.js';
import { ALBANIAN_SHEET, ENGLISH_SHEET, printHtml } from '../../../src/agreements/interchange/print-html.js';
import { summaryOf, summaryText } from '../../../src/agreements/interchange/summary.js';
import { ALBANIAN } from '../../../src/agreements/interchange/summary-albanian.js';
import { ENGLISH } from '../../../src/agreements/interchange/summary-english.js';
import { SHIPPED } from '../../records/shipped-standard.js';
import { expectRendering } from './golden.js';
import { sampleVersion } from './sample.js';

const told = (phrases: Phrases, changes: Record<string, unknown> = {}): string =>
  summaryText(summaryOf(sampleVersion(changes), SHIPPED, phrases));

describe('an agreement in plain words', () => {
  test.each([
    { language: 'English', phrases: ENGLISH, file: 'summary-en.txt' },
    { language: 'Albanian', phrases: ALBANIAN, file: 'summary-sq.txt' },
  ])('is complete in $language: every condition of every article', ({ phrases, file }) => {
    const text = told(phrases);
    for (const word of [
      'AL-ME',
      'AL-XK',
      'personsCount',
      'AA-999999',
      'GDPR',
      '06:00',
      '200',
      '50',
      'H2',
      'birthDate',
      'VULNERABILITY',
      'report the use',
    ]) {
      expect(text).toContain(word);
    }
    expectRendering(file, text);
  });

  test('says when it is not in force yet', () => {
    const summary = summaryOf({ ...sampleVersion(), finalisedAt: null }, SHIPPED, ENGLISH);
    expect(summary.introduction.at(-1)).toBe('It is not signed by all parties: nothing of it holds yet.');
  });

  test('says in Albanian that no native speaker has read it', () => {
    expect(told(ALBANIAN)).toContain('nuk është lexuar ende nga një folës amtar');
  });

  test('counts in the grammar of the language', () => {
    expect(ENGLISH.duration('P1Y2M1D')).toBe('1 year, 2 months and 1 day');
    expect(ALBANIAN.duration('P1Y2M1D')).toBe('1 vit, 2 muaj dhe 1 ditë');
    expect(ALBANIAN.duration('P2Y')).toBe('2 vjet');
  });
});

describe('an agreement for the paper file', () => {
  const html = (changes: Record<string, unknown> = {}): string => {
    const version = sampleVersion(changes);
    return printHtml(version, summaryOf(version, SHIPPED, ENGLISH), ENGLISH, ENGLISH_SHEET);
  };

  test('escapes whatever people wrote into it', () => {
    const page = html({ title: '<script>alert("x")</script>', legalBasis: `a & b <img src='x'>` });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;');
  });

  test('asks nobody for anything: no script, no address', () => {
    expect(html()).not.toMatch(/<script|https?:|src=|url\(|@import/);
  });

  test('shows hash, version before, and who signed with which key; and who did not', () => {
    const page = html();
    for (const text of ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(128), 'd'.repeat(64), '2024-04-20T09:00:00.000Z']) {
      expect(page).toContain(text);
    }
    expect(page).toContain('<tr><td>AL-MOI</td><td>not signed</td><td></td><td></td></tr>');
    expectRendering('agreement.html', page);
  });

  test('is in Albanian as a whole, where Albanian is asked for', () => {
    const version = sampleVersion();
    const page = printHtml(version, summaryOf(version, SHIPPED, ALBANIAN), ALBANIAN, ALBANIAN_SHEET);
    expect(page).toContain('<html lang="sq">');
    expect(page).toContain('Nënshkrimet');
    expect(page).not.toContain('Signatures');
  });
});
