import { describe, expect, test } from '@jest/globals';
import { objectReader, type ReadRow, rowReader } from '../../src/records/validate-row.js';
import { VISIT_TYPE } from './sample-standard.js';

const read = objectReader(VISIT_TYPE);

const REQUIRED = { number: 'V-1', visitedAt: '2023-05-04T10:00:00+02:00' };

const problems = (row: ReadRow): readonly string[] =>
  row.kind === 'problems'
    ? row.problems.map(({ field, valueKind, expectation }) => `${field}: ${valueKind}, not ${expectation}`)
    : [];

function reader(...headers: readonly string[]) {
  const result = rowReader(VISIT_TYPE, headers);
  if (result.kind === 'problems') throw new Error(problems(result).join('\n'));
  return result.reader;
}
const headerProblems = (...headers: readonly string[]): readonly string[] => {
  const result = rowReader(VISIT_TYPE, headers);
  return result.kind === 'problems' ? problems(result) : [];
};

describe('a row as an object is refused', () => {
  test.each<readonly [string, unknown, readonly string[]]>([
    ['if it is none', 'V-1', [': text, not an object with one key for each field']],
    ['if it is a list', [REQUIRED], [': list, not an object with one key for each field']],
    [
      'without its required fields',
      {},
      ['number: nothing, not a value: the field is required', 'visitedAt: nothing, not a value: the field is required'],
    ],
    [
      'with null for a required field',
      { ...REQUIRED, number: null },
      ['number: nothing, not a value: the field is required'],
    ],
    [
      'with a key of the wrong kind',
      { ...REQUIRED, crewCount: '7' },
      ['crewCount: text, not a whole number from -2147483648 to 2147483647'],
    ],
    ['with an empty key', { ...REQUIRED, number: '' }, ['number: empty text, not a text']],
    [
      'with a key too long for an index',
      { ...REQUIRED, number: 'x'.repeat(201) },
      ['number: text, not a text of at most 200 characters'],
    ],
    [
      'with a matched text too long for an index',
      { ...REQUIRED, hullId: 'x'.repeat(201) },
      ['hullId: text, not a text of at most 200 characters'],
    ],
    [
      'with an unknown key',
      { ...REQUIRED, crewCont: 7 },
      ['crewCont: unknown key, not a field of `Visit` (did you mean `crewCount`?)'],
    ],
    ['with an unknown key that is no name', { ...REQUIRED, 'Jane Doe': 7 }, [': unknown key, not a field of `Visit`']],
    [
      'with a key of the prototype',
      { ...REQUIRED, constructor: 7 },
      ['constructor: unknown key, not a field of `Visit`'],
    ],
    [
      'with one field twice',
      { ...REQUIRED, visited_at: REQUIRED.visitedAt },
      ['visitedAt: second key, not one key for each field'],
    ],
    ['with a state it does not have', { ...REQUIRED, state: 'SUNK' }, ['state: text, not one of `OPEN` or `CLOSED`']],
    [
      'with a part of the envelope that is not its to say',
      { ...REQUIRED, recordedAt: null },
      ['recordedAt: unknown key, not a field of `Visit`'],
    ],
    [
      'with an unknown handling code',
      { ...REQUIRED, handlingCode: 'H9' },
      ['handlingCode: text, not one of `H0`, `H1`, `H2` or `H3`'],
    ],
    [
      'with a category that is no code',
      { ...REQUIRED, dataSubjectCategory: 'a suspect' },
      ['dataSubjectCategory: text, not a code of at most 64 capital letters, digits and `_`'],
    ],
  ])('%s', (_, row, expected) => {
    expect(problems(read(row))).toEqual(expected);
  });

  test('with all its problems at once', () => {
    expect(problems(read({ number: 1, visitedAt: 2, endedOn: 3, flag: 4 }))).toHaveLength(4);
  });
});

describe('a row as an object is read', () => {
  test('into one value per field, in the order of the record type, with nothing where nothing was given', () => {
    expect(read({ ...REQUIRED, states: ['OPEN'], handlingCode: 'H2' })).toEqual({
      kind: 'row',
      row: {
        values: ['V-1', '2023-05-04T08:00:00.000Z', null, null, null, null, null, null, null, null, ['OPEN'], null],
        envelope: ['H2', null, null, null],
      },
    });
  });

  test('with the names of columns as well', () => {
    expect(read({ number: 'V-1', visited_at: REQUIRED.visitedAt })).toEqual(read(REQUIRED));
  });
});

describe('the headers of a file are refused', () => {
  test('if one is unknown, by its place', () => {
    expect(rowReader(VISIT_TYPE, ['number', 'visited_at', 'flagg'])).toEqual({
      kind: 'problems',
      problems: [
        {
          field: 'flagg',
          valueKind: 'unknown column',
          expectation: 'a field of `Visit` (did you mean `flag`?)',
          cell: 2,
        },
      ],
    });
  });

  test('if one is there twice', () => {
    expect(headerProblems('number', 'visitedAt', 'visited_at')).toEqual([
      'visitedAt: second column, not one column for each field',
    ]);
  });

  test('if a required one is missing', () => {
    expect(headerProblems('visitedAt')).toEqual(['number: no column, not a column: the field is required']);
  });

  test('without repeating values, if the file has none', () => {
    const shown = headerProblems('Doe', 'Jane', '1980-01-01').join();
    expect(shown).toContain('unknown column');
    expect(shown).not.toMatch(/Doe|Jane|1980/);
  });
});

describe('a row of cells', () => {
  const { readCells } = reader('visited_at', 'number', 'goods', 'isTowed');

  test('of another length is refused', () => {
    expect(problems(readCells(['2023-05-04T10:00:00Z', 'V-1']))).toEqual([
      ': 2 cells, not 4 cells, one for each header',
    ]);
  });

  test('names the place of each problem', () => {
    expect(readCells(['yesterday', 'V-1', '', 'maybe'])).toMatchObject({
      kind: 'problems',
      problems: [
        { field: 'visitedAt', cell: 0 },
        { field: 'isTowed', cell: 3 },
      ],
    });
  });

  test('without its key is refused', () => {
    expect(problems(readCells(['2023-05-04T10:00:00Z', '', '', '']))).toEqual([
      'number: nothing, not a value: the field is required',
    ]);
  });

  test('is read as the object that says the same', () => {
    const row = readCells(['2023-05-04T10:00:00+02:00', 'V-1', 'grain|salt', 'true']);
    expect(row).toEqual(read({ ...REQUIRED, goods: ['grain', 'salt'], isTowed: true }));
  });
});
