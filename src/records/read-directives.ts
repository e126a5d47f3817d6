import { type ConstDirectiveNode, type ConstValueNode, Kind } from 'graphql';
import { type ArgumentRule, DIRECTIVES, type Place } from './directives.js';
import type { Report } from './problem.js';
import { oneOf, suggestion } from './words.js';

/** A directive as it stands, its rules kept: known, in its place, once, arguments complete and of their kind. */
export interface Directive {
  readonly node: ConstDirectiveNode;
  readonly arguments: Readonly<Record<string, ConstValueNode>>;
}

/**
 * The directives of one element by name. What breaks a rule is reported and left out, so that a caller finds
 * only directives it can rely on.
 */
export function readDirectives(
  nodes: readonly ConstDirectiveNode[] | undefined,
  place: Place,
  report: Report,
): ReadonlyMap<string, Directive> {
  const found = new Map<string, Directive>();
  for (const node of nodes ?? []) {
    const name = node.name.value;
    const rule = Object.hasOwn(DIRECTIVES, name) ? DIRECTIVES[name] : undefined;
    if (rule === undefined) {
      report(
        node,
        `unknown directive \`@${name}\`${suggestion(
          `@${name}`,
          Object.keys(DIRECTIVES).map((known) => `@${known}`),
        )}: ${wanted(place)}`,
      );
    } else if (rule.place !== place) {
      report(node, `\`@${name}\` belongs on ${ARTICLE[rule.place]}, not on ${ARTICLE[place]}: ${wanted(place)}`);
    } else if (found.has(name)) {
      report(node, `\`@${name}\` stands here twice: remove one`);
    } else {
      const values = readArguments(node, rule.arguments, rule.example, report);
      if (values !== undefined) found.set(name, { node, arguments: values });
    }
  }
  return found;
}

const ARTICLE: Readonly<Record<Place, string>> = { type: 'a type', field: 'a field', 'enum value': 'an enum value' };

function wanted(place: Place): string {
  const fitting = Object.keys(DIRECTIVES).filter((name) => DIRECTIVES[name]?.place === place);
  return `${ARTICLE[place]} takes ${oneOf(fitting.map((name) => `@${name}`))}`;
}

function readArguments(
  node: ConstDirectiveNode,
  rules: Readonly<Record<string, ArgumentRule>>,
  example: string,
  report: Report,
): Readonly<Record<string, ConstValueNode>> | undefined {
  const values: Record<string, ConstValueNode> = {};
  let isSound = true;
  const complain: Report = (at, message) => {
    isSound = false;
    report(at, message);
  };
  for (const argument of node.arguments ?? []) {
    const name = argument.name.value;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      complain(argument, `\`@${node.name.value}\` has no argument \`${name}\`: write \`${example}\``);
    } else if (values[name] !== undefined) {
      complain(argument, `argument \`${name}\` stands here twice: remove one`);
    } else {
      checkKind(argument.value, rule, example, complain);
      values[name] = argument.value;
    }
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.isRequired && values[name] === undefined && isSound) {
      complain(node, `\`@${node.name.value}\` lacks its argument \`${name}\`: write \`${example}\``);
    }
  }
  return isSound ? values : undefined;
}

function checkKind(value: ConstValueNode, rule: ArgumentRule, example: string, complain: Report): void {
  if (rule.kind === 'string' && (value.kind !== Kind.STRING || value.value === '')) {
    complain(value, `a text in quotes is needed here: write \`${example}\``);
  }
  if (rule.kind === 'enum') {
    const values = rule.values ?? [];
    if (value.kind !== Kind.ENUM) {
      complain(value, `a word without quotes is needed here: write ${oneOf(values)}`);
    } else if (!values.includes(value.value)) {
      complain(value, `unknown word \`${value.value}\`${suggestion(value.value, values)}: write ${oneOf(values)}`);
    }
  }
  if (rule.kind === 'steps' && (value.kind !== Kind.LIST || value.values.length === 0)) {
    complain(value, `a list of at least one step is needed here: write \`${example}\``);
  }
}

/** The text of a string or enum argument that `readDirectives` found sound; undefined if it is not given. */
export function textArgument(directive: Directive | undefined, name: string): string | undefined {
  const value = directive?.arguments[name];
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
