/** What an ask does with records. `MATCH < READ < EXPORT` and `AGGREGATE < READ`; `AGGREGATE` does not include `MATCH`. */
export const ACTIONS = ['MATCH', 'AGGREGATE', 'READ', 'EXPORT'] as const;
export type Action = (typeof ACTIONS)[number];

const INCLUDES: Readonly<Record<Action, readonly Action[]>> = {
  MATCH: ['MATCH'],
  AGGREGATE: ['AGGREGATE'],
  READ: ['READ', 'MATCH', 'AGGREGATE'],
  EXPORT: ['EXPORT', 'READ', 'MATCH', 'AGGREGATE'],
};

/** Does a right to `right` include the action `asked`? The same relation, turned round, says what a prohibition forbids. */
export function includesAction(right: Action, asked: Action): boolean {
  return INCLUDES[right].includes(asked);
}
