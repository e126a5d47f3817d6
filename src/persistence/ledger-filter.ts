import type { LedgerFilter } from '../domain/ledger-view.js';

/** One condition on `besa.ledger_line l`, `$` standing where its value goes. */
type Condition = { readonly [Name in keyof LedgerFilter]-?: string };

const CONDITIONS: Condition = {
  agency: 'l.agency = $',
  person: 'l.person = $',
  purpose: 'l.purpose = $',
  justification: 'l.justification = $',
  action: `$ = any (string_to_array(l.action, ','))`,
  outcome: 'l.outcome = $',
  database: '$ = any (l.databases)',
  recordType: '$ = any (l.record_types)',
  perspective: 'l.perspective = $',
  from: 'l.at >= $',
  until: 'l.at < $',
  fromSequence: 'l.sequence >= $',
  untilSequence: 'l.sequence < $',
};

/** The values of a statement, `$1` first. */
export class Values {
  readonly all: unknown[] = [];

  /** @returns the parameter it has become */
  add(value: unknown): string {
    this.all.push(typeof value === 'string' ? storable(value) : value);
    return `$${this.all.length}`;
  }
}

/**
 * What a reader may list, as a condition:
 *
 *     { database: 'AL-BORDER-CROSSINGS' } → l.reader = $1 and not l.is_archived and $2 = any (l.databases)
 */
export function linesWhere(reader: string, filter: LedgerFilter, values: Values): string {
  const conditions = [`l.reader = ${values.add(reader)}`, 'not l.is_archived'];
  for (const name of Object.keys(CONDITIONS) as (keyof LedgerFilter)[]) {
    const value = filter[name];
    // A function, for a replacement text would give `$` a meaning of its own.
    if (value !== undefined) conditions.push(CONDITIONS[name].replace('$', () => values.add(value)));
  }
  return conditions.join(' and ');
}

/** As the index holds it: this database has no U+0000, and stores U+FFFD in its place. */
const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
