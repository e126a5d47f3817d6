import type { EnumTypeDefinitionNode } from 'graphql';
import type { Purpose } from '../domain/record-type.js';
import { REGIMES } from './directives.js';
import type { Report } from './problem.js';
import { readDirectives, textArgument } from './read-directives.js';
import { oneOf } from './words.js';

/** The name of the enum that lists the purposes. */
export const PURPOSE_ENUM = 'Purpose';

/** The purposes of `enum Purpose` with the regime of each, in the order of the file. Those with a fault are reported and left out. */
export function readPurposes(node: EnumTypeDefinitionNode, report: Report): readonly Purpose[] {
  const purposes: Purpose[] = [];
  for (const value of node.values ?? []) {
    const name = value.name.value;
    if (purposes.some((purpose) => purpose.name === name))
      report(value.name, `purpose \`${name}\` stands here twice: remove one`);
    const regime = textArgument(readDirectives(value.directives, 'enum value', report).get('regime'), 'is');
    if (regime !== undefined) {
      purposes.push({ name, regime, description: value.description?.value ?? '' });
    } else if (!value.directives?.some((directive) => directive.name.value === 'regime')) {
      report(
        value.name,
        `purpose \`${name}\` has no legal regime: write \`${name} @regime(is: GDPR)\`, or another of ${oneOf(REGIMES)}`,
      );
    }
  }
  return purposes;
}
