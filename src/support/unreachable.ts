/** Fails to compile where a case of a closed union is missing; at run time it crashes the request rather than guess. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}

/** Asserts a promise of our own code; a broken one crashes the request (style: our bugs are not error values). */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`);
}
