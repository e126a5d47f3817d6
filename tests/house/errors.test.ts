import { describe, expect, test } from '@jest/globals';
import { ERRORS } from '../../src/domain/errors.js';
import { REASON_CODES } from '../../src/domain/reasons.js';
import { nodesOf, readSource, sourceFiles } from './sources.js';

/** Rows of the Markdown table under a heading, as cells without backticks. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const text = readSource('docs/errors.md');
  const section = text.split(/^## /m).find((part) => part.startsWith(heading));
  if (section === undefined) throw new Error(`docs/errors.md has no section ${heading}`);
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

describe('docs/errors.md', () => {
  test('has every error code with its status and message, and no other', () => {
    const documented = tableUnder('Error codes').map(([code, status, message]) => [code, Number(status), message]);
    const catalogue = Object.entries(ERRORS).map(([code, { status, message }]) => [code, status, message]);
    expect(documented).toEqual(catalogue);
  });

  test('has every reason code in the order of the catalogue, and no other', () => {
    expect(tableUnder('Reason codes').map(([code]) => code)).toEqual(REASON_CODES);
  });

  test('every error that is thrown with a literal code has a code of the catalogue', () => {
    const codes = sourceFiles(['src']).flatMap((file) => nodesOf(readSource(file)).flatMap(literalCode));
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !(code in ERRORS))).toEqual([]);
  });
});

/** The first argument of `new HubError('…')`. */
function literalCode(node: ReturnType<typeof nodesOf>[number]): readonly string[] {
  const callee = node.callee as { value?: string } | undefined;
  if (node.type !== 'NewExpression' || callee?.value !== 'HubError') return [];
  const [first] = node.arguments as readonly { expression: { type: string; value?: string } }[];
  return first?.expression.type === 'StringLiteral' && first.expression.value !== undefined
    ? [first.expression.value]
    : [];
}
