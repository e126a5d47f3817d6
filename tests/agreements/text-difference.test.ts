import { describe, expect, test } from '@jest/globals';
import { changeSentence, textDifference } from '../../src/agreements/text-difference.js';
import { agreement, clause, type Document, termsFrom } from './small-world.js';

const changes = (before: Document, after: Document) => textDifference(termsFrom(before), termsFrom(after));
const sentences = (before: Document, after: Document) => changes(before, after).map(changeSentence);
const two = (...clauses: Document[]) => agreement({ clauses });

describe('what a wording changes', () => {
  test('is nothing where both have one text, in whatever order sets were written', () => {
    expect(changes(agreement({ parties: ['BB-P', 'AA-P'] }), agreement())).toEqual([]);
  });

  test('is found by article, not by place', () => {
    const one = clause({ article: '1', fields: { section: 'CLEAR', seenAt: { GENERALISED: 'day' } } });
    const other = clause({ article: '2' });
    const narrower = { ...one, fields: { section: 'CLEAR', seenAt: { GENERALISED: 'month' }, sex: 'CLEAR' } };
    expect(sentences(two(one, other), two(clause({ article: '0' }), narrower, other))).toEqual([
      expect.stringMatching(/^article 0: added \{"article":"0"/),
      'article 1, `fields.seenAt.GENERALISED`: was day, is month',
      'article 1, `fields.sex`: added CLEAR',
    ]);
  });

  test('is told whole for conditions, lists and clauses left out', () => {
    const rows = { field: 'section', op: 'eq', value: 'X' };
    const wider = { and: [rows, { field: 'sex', op: 'eq', value: 'M' }] };
    expect(
      sentences(
        two(clause({ rows }), clause({ article: '2' })),
        two(clause({ rows: wider, purposes: ['INQUIRY', 'PATROL'] })),
      ),
    ).toEqual([
      `article 1, \`rows\`: was ${JSON.stringify(rows)}, is ${JSON.stringify(wider)}`,
      'article 1, `purposes`: was ["PATROL"], is ["INQUIRY","PATROL"]',
      expect.stringMatching(/^article 2: left out; was \{"article":"2"/),
    ]);
  });

  test('is told of the head, what came and what went', () => {
    expect(sentences(agreement({ framework: 'FRAME-1' }), agreement({ until: '2030-01-01', title: 'x' }))).toEqual([
      '`title`: was Sightings on the common section, is x',
      '`until`: was 2034-05-01, is 2030-01-01',
      '`framework`: left out; was FRAME-1',
    ]);
  });

  test('is told of the order of clauses, which is signed too', () => {
    const [a, b] = [clause(), clause({ article: '2' })];
    expect(changes(two(a, b), two(b, a))).toEqual([{ path: ['clauses'], before: ['1', '2'], after: ['2', '1'] }]);
  });

  test('keeps treatments of fields named like members of every object', () => {
    const before = two(clause({ fields: { constructor: 'CLEAR' } }));
    expect(changes(before, two(clause({ fields: { toString: 'CLEAR' } })))).toEqual([
      { path: ['clauses', '1', 'fields', 'toString'], before: null, after: 'CLEAR' },
      { path: ['clauses', '1', 'fields', 'constructor'], before: 'CLEAR', after: null },
    ]);
  });
});
