/** The sources as the house tests see them: files, and their syntax trees without comments. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from '@swc/core';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Paths below the root, with forward slashes, sorted. */
export function sourceFiles(folders: readonly string[], endings: readonly string[] = ['.ts']): readonly string[] {
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/'))
    .sort();
}

export function readSource(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A node of the tree: its kind, and whatever the kind has. */
export interface SyntaxNode {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** Every node of a file, outermost first. */
export function nodesOf(source: string): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (typeof value === 'object' && value !== null) {
      if (typeof (value as SyntaxNode).type === 'string') found.push(value as SyntaxNode);
      for (const item of Object.values(value)) visit(item);
    }
  };
  visit(parseSync(source, { syntax: 'typescript', decorators: true, target: 'es2023' }));
  return found;
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

/** Lines of each function, from its first to its last, with the line it begins on. */
export function functionLengths(source: string): readonly { readonly line: number; readonly lines: number }[] {
  const bytes = Buffer.from(source, 'utf8');
  const nodes = nodesOf(source);
  // The parser counts bytes onwards over all files it reads; a file begins at most at its first token.
  const end = (nodes[0]?.span as Span | undefined)?.end ?? 0;
  const start = end - Buffer.from(source.trimEnd(), 'utf8').length;
  const lineAt = (offset: number): number =>
    bytes
      .subarray(0, Math.max(0, offset - start))
      .toString('utf8')
      .split('\n').length;
  return nodes
    .filter((node) => FUNCTIONS.has(node.type))
    .map((node) => ({ line: lineAt((node.span as Span).start), lines: linesOf(node.span as Span, lineAt) }));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function linesOf(span: Span, lineAt: (offset: number) => number): number {
  return lineAt(span.end) - lineAt(span.start) + 1;
}

/** Words that run: identifiers, and the texts of strings and templates; comments are not among them. */
export function wordsOf(source: string): {
  readonly identifiers: ReadonlySet<string>;
  readonly texts: readonly string[];
} {
  const identifiers = new Set<string>();
  const texts: string[] = [];
  for (const node of nodesOf(source)) {
    if (node.type === 'Identifier' && typeof node.value === 'string') identifiers.add(node.value);
    if (node.type === 'StringLiteral' && typeof node.value === 'string') texts.push(node.value);
    if (node.type === 'TemplateElement' && typeof node.raw === 'string') texts.push(node.raw);
    if (node.type === 'RegExpLiteral' && typeof node.pattern === 'string') texts.push(node.pattern);
  }
  return { identifiers, texts };
}
