import { describe, expect, test } from '@jest/globals';
import { readTerms } from '../../src/agreements/read-terms.js';
import { agreement, clause, type Document, REGISTRY, STANDARD } from './small-world.js';

const read = (document: unknown) => readTerms(document, STANDARD, REGISTRY);

function problemsOf(document: unknown): readonly string[] {
  const result = read(document);
  if (result.kind === 'READ') return [];
  return result.problems.map(({ path, code }) => `${path.join('.')} ${code}`);
}

const withClause = (more: Document): Document => agreement({ clauses: [clause(more)] });
const without = (document: Document, key: string): Document =>
  Object.fromEntries(Object.entries(document).filter(([name]) => name !== key));

describe('an agreement document is refused', () => {
  test.each<[string, unknown, string]>([
    ['that is no mapping', ['AGR-1'], ' INVALID'],
    ['of some class', new Date(0), ' INVALID'],
    ['with an unknown key', agreement({ partys: [] }), 'partys KEY_UNKNOWN'],
    ['with `__proto__` as a key', JSON.parse('{"__proto__":{"reference":"AGR-1"}}'), '__proto__ KEY_UNKNOWN'],
    ['without reference', without(agreement(), 'reference'), 'reference REQUIRED'],
    ['with a reference that is none', agreement({ reference: 'agr 1' }), 'reference INVALID'],
    ['with a number for a text', agreement({ title: 7 }), 'title INVALID'],
    ['with white space around a text', agreement({ title: ' x' }), 'title INVALID'],
    ['with a mark that turns the direction of writing', agreement({ title: 'a\u202eb' }), 'title INVALID'],
    ['with one party', agreement({ parties: ['AA-P'] }), 'parties INVALID'],
    ['with a party twice', agreement({ parties: ['AA-P', 'BB-P', 'AA-P'] }), 'parties DUPLICATE'],
    ['with a party that is not registered', agreement({ parties: ['AA-P', 'BB-P', 'BB-Q'] }), 'parties.2 UNKNOWN'],
    ['with a partner as a party', agreement({ parties: ['AA-P', 'BB-P', 'CC'] }), 'parties.2 UNKNOWN'],
    ['with a day that does not exist', agreement({ from: '2023-02-29' }), 'from INVALID'],
    ['with an instant for a day', agreement({ from: '2024-05-01T00:00:00Z' }), 'from INVALID'],
    ['that ends before it begins', agreement({ until: '2024-05-01' }), 'until INVALID'],
    ['with an offset for a time zone', agreement({ timeZone: '+02:00' }), 'timeZone INVALID'],
    ['with a time zone that does not exist', agreement({ timeZone: 'Europe/Nowhere' }), 'timeZone INVALID'],
    ['under itself', agreement({ framework: 'AGR-1' }), 'framework INVALID'],
    ['without clauses', agreement({ clauses: [] }), 'clauses INVALID'],
    ['with an article twice', agreement({ clauses: [clause(), clause()] }), 'clauses.1.article DUPLICATE'],
  ])('%s', (_, document, problem) => {
    expect(problemsOf(document)).toContain(problem);
  });

  test('with all its faults at once', () => {
    const faults = problemsOf(
      agreement({ title: '', from: 'x', clauses: [clause({ action: 'LOOK', assignee: 'ZZ-P' })] }),
    );
    expect(faults).toEqual(['title INVALID', 'from INVALID', 'clauses.0.action INVALID']);
  });

  test('with a word about what was meant', () => {
    const result = read(agreement({ clauses: [clause({ purpose: ['PATROL'] })] }));
    expect(result).toMatchObject({
      problems: expect.arrayContaining([
        expect.objectContaining({ message: 'there is no key `purpose` here; did you mean `purposes`?' }),
      ]),
    });
  });
});

describe('a clause is refused', () => {
  test.each<[string, Document, string]>([
    ['without a kind', { kind: undefined }, 'kind REQUIRED'],
    ['with a number as article, for 3.10 is 3.1', { article: 3.1 }, 'article INVALID'],
    ['with both record type and database', { database: 'AA-SIGHTINGS' }, ' REQUIRED'],
    ['of an unknown record type', { recordType: 'Sightings' }, 'recordType UNKNOWN'],
    ['mutual over one database', { recordType: undefined, database: 'AA-SIGHTINGS', mutual: true }, ' REQUIRED'],
    ['with `mutual: yes`', { mutual: 'yes' }, 'mutual INVALID'],
    ['whose assigner is a stranger', { assigner: 'CC-P' }, 'assigner UNKNOWN'],
    ['whose assignee is the partner of a stranger', { assignee: 'CC' }, 'assignee UNKNOWN'],
    ['that gives to the giver', { assignee: 'AA-P' }, 'assignee INVALID'],
    ['that gives to the giver under its partner’s name', { assignee: 'AA' }, 'assignee INVALID'],
    ['with an unknown purpose', { purposes: ['PATROLS'] }, 'purposes UNKNOWN'],
    ['without purposes', { purposes: [] }, 'purposes INVALID'],
    ['with a field the type has not', { fields: { sighted: 'CLEAR' } }, 'fields.sighted UNKNOWN'],
    ['with a key of Object as a field', { fields: { constructor: 'CLEAR' } }, 'fields.constructor UNKNOWN'],
    ['with no field in `fields`, which could mean all or none', { fields: {} }, 'fields INVALID'],
    ['with an internal field, even withheld', { fields: { note: 'WITHHELD' } }, 'fields.note NOT_SHAREABLE'],
    ['with an unknown treatment', { fields: { section: 'CLEARLY' } }, 'fields.section INVALID'],
    ['with a mask over a number', { fields: { persons: 'MASKED' } }, 'fields.persons INVALID'],
    ['with a mask over a list', { fields: { marks: 'MASKED' } }, 'fields.marks INVALID'],
    ['with a pseudonym for a day', { fields: { bornOn: 'PSEUDONYM' } }, 'fields.bornOn INVALID'],
    ['with a step off the ladder', { fields: { bornOn: { GENERALISED: 'day' } } }, 'fields.bornOn INVALID'],
    ['with a step where there is no ladder', { fields: { section: { GENERALISED: 'day' } } }, 'fields.section INVALID'],
    [
      'with two treatments of one field',
      { fields: { seenAt: { GENERALISED: 'day', MASKED: 1 } } },
      'fields.seenAt.MASKED KEY_UNKNOWN',
    ],
    ['with fields as a list', { fields: ['section'] }, 'fields INVALID'],
    ['with a constraint of the wrong shape', { quota: { values: 0, per: 'day' } }, 'quota.values INVALID'],
    ['with a quota per week', { quota: { values: 1, per: 'week' } }, 'quota.per INVALID'],
    ['with a quota of nothing', { quota: { per: 'day' } }, 'quota REQUIRED'],
    ['with a quota of half a record', { quota: { records: 0.5, per: 'day' } }, 'quota.records INVALID'],
    ['with a quota of an unknown unit', { quota: { rows: 5, per: 'day' } }, 'quota.rows KEY_UNKNOWN'],
    ['with a quota that says nothing of reading', { quota: { values: 5, per: 'day' } }, 'quota INVALID'],
    [
      'with a quota that says nothing of matching',
      { action: 'MATCH', quota: { records: 5, per: 'day' } },
      'quota INVALID',
    ],
    ['with a minimum of half a record', { countMin: 0.5 }, 'countMin INVALID'],
    ['with a justification that is optional', { justification: 'OPTIONAL' }, 'justification INVALID'],
    ['with hours that do not exist', { hours: '06:00-25:00' }, 'hours INVALID'],
    ['with an empty duration', { retainFor: 'P' }, 'retainFor INVALID'],
    ['with an unknown handling code', { handlingCodes: ['H4'] }, 'handlingCodes.0 INVALID'],
    ['with a sensitivity, which only a prohibition has', { sensitivity: ['VULNERABILITY'] }, 'sensitivity KEY_UNKNOWN'],
  ])('%s', (_, more, problem) => {
    const given = Object.fromEntries(Object.entries(clause(more)).filter(([, value]) => value !== undefined));
    const path =
      more.mutual === true ? 'clauses.0.mutual INVALID' : `clauses.0${problem.startsWith(' ') ? '' : '.'}${problem}`;
    expect(problemsOf(agreement({ clauses: [given] }))).toContain(path);
  });

  test('over a database of somebody else', () => {
    const { recordType: _, ...rest } = clause();
    const problems = problemsOf(agreement({ clauses: [{ ...rest, database: 'BB-SIGHTINGS' }] }));
    expect(problems).toEqual(['clauses.0.database UNKNOWN']);
  });

  test.each<[string, unknown, string]>([
    ['that is empty', {}, 'rows.field REQUIRED'],
    ['of nothing', { and: [] }, 'rows.and INVALID'],
    [
      'that negates two conditions at once',
      {
        not: [
          { field: 'sex', op: 'eq', value: 'M' },
          { field: 'sex', op: 'eq', value: 'F' },
        ],
      },
      'rows.not INVALID',
    ],
    ['on an unknown field', { field: 'sez', op: 'eq', value: 'M' }, 'rows.field UNKNOWN'],
    ['with an unknown operator', { field: 'sex', op: 'like', value: 'M' }, 'rows.op INVALID'],
    ['with an operator that does not fit', { field: 'sex', op: 'gt', value: 'M' }, 'rows.op INVALID'],
    ['with `eq` on a list', { field: 'marks', op: 'eq', value: 'x' }, 'rows.op INVALID'],
    ['with a value outside the enum', { field: 'sex', op: 'eq', value: 'Y' }, 'rows.value INVALID'],
    ['with null, which is not a value', { field: 'sex', op: 'eq', value: null }, 'rows.value INVALID'],
    ['with one value for `in`', { field: 'sex', op: 'in', value: 'M' }, 'rows.value INVALID'],
    ['with text for a number', { field: 'persons', op: 'gt', value: '3' }, 'rows.value INVALID'],
    ['with a number beyond 32 bits', { field: 'persons', op: 'gt', value: 2147483648 }, 'rows.value INVALID'],
    [
      'with an instant without offset',
      { field: 'seenAt', op: 'gte', value: '2024-01-01T00:00:00' },
      'rows.value INVALID',
    ],
    [
      'with an instant on 30 February',
      { field: 'seenAt', op: 'gte', value: '2024-02-30T00:00:00Z' },
      'rows.value INVALID',
    ],
    ['with text for `isNull`', { field: 'sex', op: 'isNull', value: 'yes' }, 'rows.value INVALID'],
    ['with a lone surrogate', { field: 'section', op: 'eq', value: '\ud800' }, 'rows.value INVALID'],
    ['with NUL', { field: 'section', op: 'eq', value: 'a\u0000' }, 'rows.value INVALID'],
    [
      'nested without end',
      Array.from({ length: 9 }).reduce((inner) => ({ not: [inner] }), { field: 'sex', op: 'eq', value: 'M' }),
      'INVALID',
    ],
  ])('for a condition %s', (_, rows, problem) => {
    expect(problemsOf(withClause({ rows })).join(' ')).toContain(problem);
  });
});

describe('an agreement document is read', () => {
  test('whole, with sets in one order and values as rows hold them', () => {
    const result = read(
      agreement({
        parties: ['BB-P', 'AA-P'],
        clauses: [
          clause({
            mutual: true,
            purposes: ['PATROL', 'INQUIRY'],
            rows: {
              and: [
                { field: 'seenAt', op: 'gte', value: '2024-05-01T00:00:00+02:00' },
                { not: { field: 'marks', op: 'contains', value: 'x' } },
              ],
            },
            fields: { section: 'CLEAR', seenAt: { GENERALISED: 'day' }, number: 'MASKED' },
            zeroPolicy: 'SHOW',
            countMin: 5,
            handlingCodes: ['H3', 'H2'],
          }),
          {
            article: '2',
            kind: 'PROHIBITION',
            assigner: 'AA',
            assignee: 'BB',
            database: 'AA-SIGHTINGS',
            sensitivity: ['VULNERABILITY'],
          },
        ],
      }),
    );
    expect(result).toMatchObject({
      kind: 'READ',
      terms: {
        parties: ['AA-P', 'BB-P'],
        clauses: [
          {
            purposes: ['INQUIRY', 'PATROL'],
            rows: {
              kind: 'and',
              of: [
                { kind: 'compare', field: 'seenAt', op: 'gte', value: '2024-04-30T22:00:00.000Z' },
                { kind: 'not', of: { kind: 'compare', field: 'marks', op: 'contains', value: 'x' } },
              ],
            },
            constraints: { countMin: 5, handlingCodes: ['H2', 'H3'] },
          },
          { kind: 'PROHIBITION', purposes: [], scope: { kind: 'Database', database: 'AA-SIGHTINGS' }, mutual: false },
        ],
      },
    });
    expect(result).not.toHaveProperty('terms.clauses.0.constraints.zeroPolicy');
  });
});
