import type { ExchangeStandard } from '../domain/record-type.js';
import { operatorInputsSdl } from './graphql-filter.js';
import { mutationMembers, queryMembers, recordTypeSdl } from './graphql-record-type.js';
import { sharedSdl } from './graphql-shared.js';
import { definition, enumOf } from './sdl-text.js';

/**
 * Everything of the API that is generated from the exchange standard, as SDL: shared types, the definitions of each record
 * type, and its root fields in `type Query` and `type Mutation`. `PageInfo` and `UserError` are named, not defined.
 * The same standard always gives the same text.
 */
export function graphqlSdl(standard: ExchangeStandard): string {
  const { recordTypes, purposes } = standard;
  return `${[
    sharedSdl(purposes),
    ...enumsOf(standard),
    ...operatorInputsSdl(recordTypes),
    ...recordTypes.flatMap(recordTypeSdl),
    definition('type Query', '', recordTypes.flatMap(queryMembers)),
    definition('type Mutation', '', recordTypes.flatMap(mutationMembers)),
  ].join('\n\n')}\n`;
}

/** The enums that fields have as type, by name. */
function enumsOf({ recordTypes, enums = [] }: ExchangeStandard): readonly string[] {
  const used = new Map<string, readonly string[]>();
  for (const { type } of recordTypes.flatMap(({ fields }) => fields)) {
    if (type.kind === 'enum') used.set(type.name, type.values);
  }
  return [...used.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => {
      const told = enums.find((candidate) => candidate.name === name);
      return enumOf(name, told?.description ?? '', told?.values ?? values.map((value) => ({ name: value })));
    });
}
