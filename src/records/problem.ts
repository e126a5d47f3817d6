import { type ASTNode, getLocation, type Source } from 'graphql';

/** One thing wrong in an SDL file. `message` says what is wrong, then what to write instead. Line and column count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Collects problems at AST nodes, so that all of them are told at once. */
export type Report = (node: ASTNode, message: string) => void;

/** A report that appends to `problems`, with the file and place of the node. Nodes must come from a located parse. */
export function reportInto(problems: Problem[]): Report {
  return (node, message) => {
    const source: Source | undefined = node.loc?.source;
    if (source === undefined || node.loc === undefined) throw new Error('the SDL was parsed without locations');
    const { line, column } = getLocation(source, node.loc.start);
    problems.push({ file: source.name, line, column, message });
  };
}

/** `schema/records/visit.graphql:3:5 field …`: the form editors and terminals make a link of. */
export function problemLine(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.message}`;
}

/** Problems by file, then by place. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
