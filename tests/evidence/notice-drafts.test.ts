/** Which fields a quality notice names: only those that its recipient was shown for certain. */
import { describe, expect, test } from '@jest/globals';
import type { AgreementVersion } from '../../src/domain/agreement.js';
import type { Received, ReceivedOfAct } from '../../src/domain/quality-act.js';
import { noticeDrafts } from '../../src/hub/evidence/notice-drafts.js';
import { agreement, clause, type Document, SIGHTING, termsFrom } from '../agreements/small-world.js';

const AT = new Date('2024-05-01T00:00:00Z');
const FIELDS = { section: 'CLEAR', persons: 'CLEAR', speed: 'WITHHELD' };
const BASIS = { agreement: 'AGR-1', version: 1, article: '1' };

function version(clauses: readonly Document[], more: Document = {}): AgreementVersion {
  const terms = termsFrom(agreement({ clauses, ...more }));
  const partnerOf = { 'AA-P': 'AA', 'BB-P': 'BB', 'CC-P': 'CC' };
  return { terms, version: 1, hash: 'ab', partnerOf, from: AT, until: new Date('2034-05-01'), finalisedAt: AT };
}

const PLAIN = version([clause({ fields: FIELDS })]);
const received = (more: Partial<Received> = {}): Received => ({
  recordId: '7',
  version: 1,
  agency: 'BB-P',
  purpose: 'PATROL',
  basis: [BASIS],
  fields: ['section', 'persons', 'speed'],
  ...more,
});

/** What BB-P is told of a correction. */
function told(
  changed: readonly string[],
  versions: readonly AgreementVersion[],
  more: Partial<Received> = {},
): readonly string[] | undefined {
  const act: ReceivedOfAct = {
    kind: 'CORRECTED',
    owner: 'AA-P',
    recordType: 'Sighting',
    changed,
    replaced: new Map([['7', 1]]),
    received: [received(more)],
  };
  return noticeDrafts(act, { recordType: SIGHTING, versions })[0]?.records[0]?.fields;
}

describe('a notice of a correction', () => {
  test('is not sent of a field that was withheld', () => {
    expect(told(['speed'], [PLAIN])).toBeUndefined();
  });

  test('names the fields that were shown and changed, and no withheld one beside them', () => {
    expect(told(['section', 'speed'], [PLAIN])).toEqual(['section']);
    expect(told(['persons', 'section', 'country'], [PLAIN])).toEqual(['persons', 'section']);
  });

  test.each([
    { name: 'whose clause is not known any more', versions: [] },
    { name: 'whose clause is of another version', versions: [{ ...PLAIN, version: 2 }] },
    { name: 'whose article is not there', versions: [version([clause({ article: '2', fields: FIELDS })])] },
    {
      name: 'whose clause goes the other way',
      versions: [version([clause({ assigner: 'BB-P', assignee: 'AA-P', fields: FIELDS })])],
    },
    {
      name: 'of whose parties two agreements have one name',
      versions: [PLAIN, version([clause({ fields: { speed: 'CLEAR' } })], { reference: 'AGR-1' })],
    },
  ])('$name is sent, and names nothing', ({ versions }) => {
    expect(told(['section'], versions)).toEqual([]);
    expect(told(['speed'], versions)).toEqual([]);
  });

  test('is not led astray by an agreement of the same name between others', () => {
    const strangers = version([clause({ assigner: 'AA-P', assignee: 'CC-P', fields: { speed: 'CLEAR' } })], {
      parties: ['AA-P', 'CC-P'],
    });
    expect(told(['section'], [strangers, PLAIN])).toEqual(['section']);
  });

  test('of an answer under several clauses names what each of them shows, for nobody knows which one showed the record', () => {
    const two = version([clause({ fields: FIELDS }), clause({ article: '2', fields: { section: 'CLEAR' } })]);
    const basis = [BASIS, { ...BASIS, article: '2' }];
    expect(told(['section', 'persons'], [two], { basis })).toEqual(['section']);
    expect(told(['persons'], [two], { basis })).toEqual([]);
  });

  test('does not name a field that some prohibition withholds on some rows', () => {
    const barred = version([
      clause({ fields: FIELDS }),
      {
        article: '2',
        kind: 'PROHIBITION',
        assigner: 'AA-P',
        assignee: 'BB-P',
        recordType: 'Sighting',
        fields: ['section'],
      },
    ]);
    expect(told(['section', 'persons'], [barred])).toEqual(['persons']);
    expect(told(['section'], [barred])).toEqual([]);
  });

  test('of what the owner says about the record is sent to whoever received it', () => {
    expect(told(['handlingCode'], [])).toEqual(['handlingCode']);
  });

  test('of answers that came with the correction is not sent', () => {
    expect(told(['section'], [PLAIN], { version: 2 })).toBeUndefined();
    expect(told(['section'], [PLAIN], { agency: 'AA-P' })).toBeUndefined();
  });
});
