import { createRequire } from 'node:module';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { ERRORS } from '../domain/errors.js';
import type { Role } from '../domain/identity.js';
import type { ApiContext } from './context.js';
import type { Gate } from './gate.js';
import { graphqlErrorFrom } from './graphql-error.js';

// graphql-shield 7.6.5 as an ES module imports `isUndefined` from `util`, which Node 23 removed: its CommonJS build works once
// the name is put back. graphql-middleware must be the copy that build uses, or its generator is not recognised.
const require = createRequire(import.meta.url);
const util = require('node:util') as Record<string, unknown>;
util.isUndefined ??= (value: unknown): boolean => value === undefined;
const { shield, rule, deny } = require('graphql-shield') as typeof import('graphql-shield');
const { applyMiddlewareToDeclaredResolvers } = require('graphql-middleware') as typeof import('graphql-middleware');

type Rule = ReturnType<ReturnType<typeof rule>>;

const forbidden = (): GraphQLError => new GraphQLError(ERRORS.FORBIDDEN.message, { extensions: { code: 'FORBIDDEN' } });

/** One rule object per set of roles: two rules of one name cannot stand in one tree. */
function rulesByRoles(): (roles: readonly Role[]) => Rule {
  const made = new Map<string, Rule>();
  return (roles) => {
    const name = `has one of ${[...roles].sort().join(', ')}`;
    const known = made.get(name);
    if (known !== undefined) return known;
    // `no_cache`: the contextual cache answers for all aliases of a field at once.
    const fresh = rule(name, { cache: 'no_cache' })((_parent: unknown, _args: unknown, context: ApiContext) =>
      context.identity.roles.some((role) => roles.includes(role)) ? true : forbidden(),
    );
    made.set(name, fresh);
    return fresh;
  };
}

/**
 * The schema behind its gate: a root field that the table does not list is denied, whoever asks.
 * @throws at start, if the table names a field the schema does not have or that has no resolver: a rule on a field without
 *   a resolver would silently never run
 */
export function shielded(schema: GraphQLSchema, gate: Gate): GraphQLSchema {
  const ruleOf = rulesByRoles();
  const tree: Record<string, Record<string, Rule | typeof deny>> = {};
  for (const [typeName, fields] of Object.entries<Gate[keyof Gate]>({ ...gate })) {
    const declared = schema.getType(typeName);
    const known = declared && 'getFields' in declared ? declared.getFields() : {};
    for (const name of Object.keys(fields)) {
      const field = known[name];
      if (field === undefined || !('resolve' in field) || field.resolve === undefined) {
        throw new Error(`the gate lists \`${typeName}.${name}\`, which has no resolver`);
      }
    }
    tree[typeName] = {
      '*': deny,
      ...Object.fromEntries(Object.entries(fields).map(([name, roles]) => [name, ruleOf(roles)])),
    };
  }
  return applyMiddlewareToDeclaredResolvers(
    schema,
    shield(tree, {
      allowExternalErrors: false,
      fallbackError: (error: unknown) =>
        error === undefined || error === null ? forbidden() : graphqlErrorFrom(error),
    }),
  );
}
