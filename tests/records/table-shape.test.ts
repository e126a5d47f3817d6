import { describe, expect, test } from '@jest/globals';
import { partitionDdl, tableDdl } from '../../src/records/table-ddl.js';
import { difference, shapeOf } from '../../src/records/table-shape.js';
import { expectGolden } from './golden.js';
import { PURPOSES, standardOf, typeOf, VISIT, VISIT_TYPE } from './sample-standard.js';

const changed = (from: string | RegExp, to: string) => {
  const text = VISIT.replace(from, to);
  if (text === VISIT) throw new Error('the case changes nothing');
  return difference(shapeOf(VISIT_TYPE), typeOf(standardOf(text, PURPOSES), 'Visit'));
};

describe('the tables of a record type', () => {
  test('are made by these statements', () => {
    const statements = [...tableDdl(VISIT_TYPE, 'Europe/Tirane'), ...partitionDdl(VISIT_TYPE, 7)];
    expectGolden('visit.sql', `${statements.join(';\n')};\n`);
  });

  test('have no stored day where the time of occurrence is a day already', () => {
    const text = VISIT.replace(' @occurredAt', '').replace('endedOn: Date', 'endedOn: Date @occurredAt');
    const ddl = tableDdl(typeOf(standardOf(text, PURPOSES), 'Visit'), 'Europe/Tirane').join();
    expect(ddl).not.toContain('generated');
  });

  test('are never made for a number that is no database', () => {
    for (const id of [0, -1, 1.5, Number.NaN]) expect(() => partitionDdl(VISIT_TYPE, id)).toThrow();
  });

  test('quote the time zone', () => {
    expect(tableDdl(VISIT_TYPE, "x'; drop table y; --").join()).toContain("at time zone 'x''; drop table y; --'");
  });
});

describe('a change of the file that would change or lose what is stored is refused', () => {
  test.each<readonly [string, string | RegExp, string, string]>([
    [
      'a field less',
      / {2}berth.*\n/,
      '',
      '`Visit.berth` is gone from the file, and its values would be lost: put it back',
    ],
    ['another name', 'endedOn', 'leftOn', '`Visit.endedOn` is gone from the file'],
    [
      'another scalar',
      'draught: Float @sensitivity(is: OPERATIONAL) @measure',
      'draught: String @sensitivity(is: OPERATIONAL)',
      '`Visit.draught` cannot change from `Float` to `String`: stored values may not fit',
    ],
    [
      'a text that must be a code now',
      'berth: String @sensitivity(is: LOCATION_PRECISE) @ladder(steps: [{ name: "pier", before: "/" }])',
      'berth: CountryCode @sensitivity(is: LOCATION_PRECISE)',
      '`Visit.berth` cannot change from `String` to `CountryCode`',
    ],
    [
      'a list for a value',
      'isTowed: Boolean',
      'isTowed: [Boolean!]',
      '`Visit.isTowed` cannot change from `Boolean` to `[Boolean!]`: stored values would have to be rewritten',
    ],
    [
      'a value for a list',
      'goods: [String!]',
      'goods: String',
      '`Visit.goods` cannot change from `[String!]` to `String`',
    ],
    [
      'an enum value less',
      'CLOSED',
      'ENDED',
      '`Visit.state` cannot lose values of `VisitState`: stored records may have `CLOSED`; add what is missing',
    ],
    [
      'a field more that is required',
      '  goods:',
      '  port: String! @sensitivity(is: OPERATIONAL)\n  goods:',
      '`Visit.port` cannot be required',
    ],
    [
      'a field more in the key',
      '  goods:',
      '  port: String! @key @sensitivity(is: OPERATIONAL)\n  goods:',
      '`Visit.port` cannot join the key',
    ],
    [
      'another key',
      'endedOn: Date',
      'endedOn: Date! @key',
      '`Visit.endedOn` cannot join the key: it decides which records are the same',
    ],
    ['another spelling', 'hullId', 'hullID', '`Visit.hullId` is gone from the file'],
  ])('%s', (_, from, to, refusal) => {
    expect(changed(from, to).refusals.map((line) => line.slice(0, refusal.length))).toContain(refusal);
  });

  test('another time of occurrence', () => {
    const text = VISIT.replace(' @occurredAt', '').replace('endedOn: Date', 'endedOn: Date @occurredAt');
    expect(difference(shapeOf(VISIT_TYPE), typeOf(standardOf(text, PURPOSES), 'Visit')).refusals).toEqual([
      '`Visit.visitedAt` cannot stop being the time of occurrence: the stored day of every record hangs on it',
      '`Visit.endedOn` cannot become the time of occurrence: the stored day of every record hangs on it',
    ]);
  });
});

describe('a change of the file that adds is applied', () => {
  test('nothing, if nothing changed, whatever the order of the fields', () => {
    const reversed = { ...VISIT_TYPE, fields: [...VISIT_TYPE.fields].reverse() };
    for (const after of [VISIT_TYPE, reversed]) {
      expect(difference(shapeOf(VISIT_TYPE), after)).toEqual({
        added: [],
        newlyMatched: [],
        refusals: [],
        isShapeChanged: false,
      });
    }
  });

  test('survives being stored as JSON', () => {
    expect(difference(JSON.parse(JSON.stringify(shapeOf(VISIT_TYPE))), VISIT_TYPE).isShapeChanged).toBe(false);
  });

  test('a field', () => {
    const { added, refusals, isShapeChanged } = changed(
      '  goods:',
      '  port: String @sensitivity(is: OPERATIONAL)\n  goods:',
    );
    expect([added.map(({ name }) => name), refusals, isShapeChanged]).toEqual([['port'], [], true]);
  });

  test('an enum value', () => {
    expect(changed('CLOSED', 'CLOSED SEIZED')).toMatchObject({ refusals: [], added: [], isShapeChanged: true });
  });

  test('a match', () => {
    const { newlyMatched, refusals } = changed('berth: String', 'berth: String @match(normalise: EXACT)');
    expect([newlyMatched.map(({ name }) => name), refusals]).toEqual([['berth'], []]);
  });

  test('a String for what is text already', () => {
    expect(changed('flag: CountryCode', 'flag: String').refusals).toEqual([]);
    expect(changed('state: VisitState', 'state: String').refusals).toEqual([]);
  });

  test('words about a field: they are no part of the table', () => {
    expect(changed('Number of the visit.', 'The number.').isShapeChanged).toBe(false);
    expect(changed('(is: QUASI_IDENTIFIER)', '(is: OPERATIONAL)').isShapeChanged).toBe(false);
  });
});
