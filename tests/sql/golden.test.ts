import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { planRead } from '../../src/plan/plan-read.js';
import { readQuery } from '../../src/sql/compile-read.js';
import { InexactSqlError, rawPredicate } from '../../src/sql/predicate.js';
import { renderSelect } from '../../src/sql/select.js';
import { decision, READ_CASES, VISIT } from './cases.js';

/** The statement as it is read in a review: one clause a line, values behind. `UPDATE_GOLDEN=sql` writes them anew. */
function golden(name: string, text: string): string {
  const file = new URL(`./golden/${name.replaceAll(' ', '-')}.sql`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === 'sql') writeFileSync(file, text);
  return readFileSync(file, 'utf8');
}

describe('the statement of a page', () => {
  test.each(READ_CASES.map((one) => [one.name, one] as const))('%s', (name, { ask, grants, withKeys = false }) => {
    const plan = planRead(ask, decision(grants), VISIT);
    const query = readQuery(plan, { envelope: [], withKeys });
    if (query === null) throw new Error('the case reads nothing');
    const { text, values } = renderSelect(query, 'Europe/Tirane');
    const readable = text.replaceAll(/ (from|where|order by|limit|union all) /g, '\n$1 ');
    const written = `${readable}\n-- values: ${JSON.stringify(values)}\n`;
    expect(written).toBe(golden(name, written));
  });

  test('nothing is read where every source is withheld', () => {
    const [first] = READ_CASES;
    if (first === undefined) throw new Error('no case');
    expect(readQuery(planRead(first.ask, decision([]), VISIT), { envelope: [], withKeys: false })).toBeNull();
  });
});

describe('what cannot be said exactly is refused', () => {
  test('an empty conjunction would be true of every row', () => {
    expect(() => rawPredicate({ kind: 'and', of: [] }, VISIT)).toThrow(InexactSqlError);
  });

  test('an empty list of values would be true of every row under `notIn`', () => {
    expect(() => rawPredicate({ kind: 'compare', field: 'place', op: 'notIn', value: [] }, VISIT)).toThrow(
      InexactSqlError,
    );
  });
});
