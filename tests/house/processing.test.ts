import { describe, expect, test } from '@jest/globals';
import { gateOf } from '../../src/api/gate.js';
import type { LedgerAsk, LedgerLine } from '../../src/domain/ledger.js';
import { PROCESSING_OF_ACTS, PROCESSING_OPERATIONS, processingOf } from '../../src/domain/processing.js';
import { nodesOf, readSource, type SyntaxNode, sourceFiles } from './sources.js';

/** What an entry's action may be of an ask: told by its lines. */
const ASKS = ['MATCH', 'AGGREGATE', 'READ', 'EXPORT'];

describe('what the law calls an act', () => {
  test('is said of every root field that no record type brings along', () => {
    const { Query, Mutation } = gateOf({ recordTypes: [], purposes: [] } as never);
    const fields = [...Object.keys(Query), ...Object.keys(Mutation)];
    expect(fields.length).toBeGreaterThan(40);
    expect(fields.filter((name) => !Object.hasOwn(PROCESSING_OF_ACTS, name))).toEqual([]);
  });

  test('is said of every action that the sources name', () => {
    const named = sourceFiles(['src']).flatMap((file) => nodesOf(readSource(file)).flatMap(literalAction));
    expect(named.length).toBeGreaterThan(15);
    const unknown = named.filter((name) => !ASKS.includes(name) && !Object.hasOwn(PROCESSING_OF_ACTS, name));
    expect(unknown).toEqual([]);
  });

  test('stands in docs/evidence.md act by act', () => {
    const [, section = ''] = readSource('docs/evidence.md').split('<a id="processing"></a>');
    const rows = section
      .split('\n## ')
      .slice(0, 2)
      .flatMap((part) => part.split('\n'))
      .filter((line) => line.startsWith('| `'));
    const told = rows.map((row) => row.split('|').map((cell) => cell.trim()));
    const documented = told.map(([, operation = '', acts = '']) => [
      operation.replaceAll('`', ''),
      [...acts.matchAll(/`([^`]+)`/g)].map(([, act]) => act),
    ]);
    const table = PROCESSING_OPERATIONS.map((operation) => [
      operation,
      Object.keys(PROCESSING_OF_ACTS).filter((act) => PROCESSING_OF_ACTS[act] === operation),
    ]);
    expect(documented).toEqual(table);
  });
});

describe('what the law calls a request', () => {
  const line = (database: string, records: number | null, more: Partial<LedgerLine> = {}): LedgerLine => ({
    database,
    owner: database,
    outcome: 'ANSWERED',
    reason: null,
    basis: [],
    records,
    ...more,
  });
  const asking = (action: string, ...lines: LedgerLine[]) => {
    const ask = { action: 'READ', recordType: 'T', selectedFields: [], touchedFields: [], lines } as LedgerAsk;
    return processingOf({ agency: 'ME', action, asks: lines.length === 0 ? [] : [ask] });
  };

  test.each([
    { name: 'a refused ask', said: asking('READ', line('AL', 0, { outcome: 'WITHHELD' })), means: ['CONSULTATION'] },
    { name: 'an ask that found nothing', said: asking('READ', line('AL', 0)), means: ['CONSULTATION'] },
    { name: 'an ask for own records', said: asking('READ', line('ME', 7)), means: ['CONSULTATION'] },
    { name: 'records of another', said: asking('READ', line('AL', 7)), means: ['CONSULTATION', 'DISCLOSURE'] },
    {
      name: 'cells of several',
      said: asking('AGGREGATE', line('AL', null), line('BA', null)),
      means: ['CONSULTATION', 'DISCLOSURE', 'COMBINATION'],
    },
    { name: 'a record field that was refused', said: asking('borderCrossings'), means: ['CONSULTATION'] },
    { name: 'an import by GraphQL', said: asking('importBorderCrossings'), means: ['COLLECTION'] },
    { name: 'a name of JavaScript', said: asking('constructor,__proto__'), means: ['CONSULTATION'] },
    { name: 'an inspection', said: asking('viewer,ledger'), means: ['INSPECTION'] },
    {
      name: 'an inspection beside records of another',
      said: asking('explainAccess', line('AL', 1)),
      means: ['CONSULTATION', 'DISCLOSURE', 'INSPECTION'],
    },
  ])('$name', ({ said, means }) => {
    expect(said).toEqual(means);
  });
});

/** `act('name')` and `{ action: 'name' }`, as literals. */
function literalAction(node: SyntaxNode): readonly string[] {
  if (node.type === 'KeyValueProperty') {
    const key = node.key as { readonly value?: unknown };
    return key.value === 'action' ? literalOf(node.value) : [];
  }
  if (node.type !== 'CallExpression') return [];
  const callee = node.callee as { readonly property?: { readonly value?: unknown } };
  const [first] = node.arguments as readonly { readonly expression: unknown }[];
  return callee.property?.value === 'act' ? literalOf(first?.expression) : [];
}

function literalOf(node: unknown): readonly string[] {
  const { type, value } = (node ?? {}) as { readonly type?: string; readonly value?: unknown };
  return type === 'StringLiteral' && typeof value === 'string' ? [value] : [];
}
