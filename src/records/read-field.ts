import { type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';
import { FIXED_LADDERS, type LadderStep } from '../domain/ladder.js';
import {
  type Field,
  type FieldType,
  SCALARS,
  type ScalarName,
  SENSITIVITIES,
  type Sensitivity,
} from '../domain/record-type.js';
import type { Report } from './problem.js';
import { type Directive, readDirectives, textArgument } from './read-directives.js';
import { readLadder } from './read-ladder.js';
import { oneOf, suggestion } from './words.js';

/** The enums of the standard that fields may have as type, by name. */
export type Enums = ReadonlyMap<string, readonly string[]>;

/** The field a node describes, or undefined if something is wrong with it: then it was reported. */
export function readField(node: FieldDefinitionNode, enums: Enums, report: Report): Field | undefined {
  let isSound = true;
  const complain: Report = (at, message) => {
    isSound = false;
    report(at, message);
  };
  const name = node.name.value;
  if ((node.arguments?.length ?? 0) > 0) complain(node.name, `field \`${name}\` takes no arguments: remove them`);
  const directives = readDirectives(node.directives, 'field', complain);
  const type = readType(node, enums, complain);
  const sensitivity = readSensitivity(node, directives, complain);
  if (type === undefined) return undefined;
  const isRequired = node.type.kind === Kind.NON_NULL_TYPE;
  checkFit(node, type, isRequired, directives, complain);
  const ladder = ladderOf(type, directives.get('ladder'), complain);
  if (!isSound || sensitivity === undefined) return undefined;
  const normalise = textArgument(directives.get('match'), 'normalise');
  return {
    name,
    description: node.description?.value ?? '',
    type,
    isRequired,
    isKey: directives.has('key'),
    isMeasure: directives.has('measure'),
    isOccurredAt: directives.has('occurredAt'),
    sensitivity,
    ...(normalise === undefined ? {} : { normalise }),
    ladder,
  };
}

function readType(node: FieldDefinitionNode, enums: Enums, complain: Report): FieldType | undefined {
  const outer: TypeNode = node.type.kind === Kind.NON_NULL_TYPE ? node.type.type : node.type;
  if (outer.kind === Kind.NAMED_TYPE) return namedType(outer.name.value, false, node, enums, complain);
  const inner = outer.type;
  const element = inner.kind === Kind.NON_NULL_TYPE ? inner.type : inner;
  if (element.kind === Kind.LIST_TYPE) {
    complain(node.type, `field \`${node.name.value}\` is a list of lists: write one list, such as \`[String!]\``);
    return undefined;
  }
  const name = element.kind === Kind.NAMED_TYPE ? element.name.value : '';
  if (inner.kind !== Kind.NON_NULL_TYPE) {
    complain(node.type, `a list holds no nulls: write \`[${name}!]\``);
    return undefined;
  }
  return namedType(name, true, node, enums, complain);
}

function namedType(
  name: string,
  isList: boolean,
  node: FieldDefinitionNode,
  enums: Enums,
  complain: Report,
): FieldType | undefined {
  const values = enums.get(name);
  if (values !== undefined) return { kind: 'enum', name, values, isList };
  if (isScalarName(name)) return { kind: 'scalar', name, isList };
  const known = [...SCALARS, ...enums.keys()];
  complain(
    node.type,
    `field \`${node.name.value}\` has the type \`${name}\`${suggestion(name, known)}: ` +
      `write ${oneOf(SCALARS)}, an enum of this folder, or a list of one of these`,
  );
  return undefined;
}

const isScalarName = (name: string): name is ScalarName => SCALARS.some((scalar) => scalar === name);

function readSensitivity(
  node: FieldDefinitionNode,
  directives: ReadonlyMap<string, Directive>,
  complain: Report,
): Sensitivity | undefined {
  const given = textArgument(directives.get('sensitivity'), 'is');
  const sensitivity = SENSITIVITIES.find((known) => known === given);
  // One that stands there with a fault was reported already; a second message would hide the first.
  if (sensitivity === undefined && !node.directives?.some(({ name }) => name.value === 'sensitivity')) {
    complain(
      node.name,
      `field \`${node.name.value}\` has no \`@sensitivity\`: write \`@sensitivity(is: OPERATIONAL)\`, or another of ${oneOf(SENSITIVITIES)}`,
    );
  }
  return sensitivity;
}

/** Which types a directive fits: directive → scalar names; none of them fits lists or enums. */
const FITTING: Readonly<Record<string, readonly ScalarName[]>> = {
  key: ['String', 'ID', 'Int', 'Date', 'DateTime', 'CountryCode'],
  occurredAt: ['Date', 'DateTime'],
  measure: ['Int', 'Float'],
  match: ['String', 'ID'],
};

function checkFit(
  node: FieldDefinitionNode,
  type: FieldType,
  isRequired: boolean,
  directives: ReadonlyMap<string, Directive>,
  complain: Report,
): void {
  for (const [name, directive] of directives) {
    const fitting = FITTING[name];
    if (fitting === undefined) continue;
    const isEnumKey = name === 'key' && type.kind === 'enum' && !type.isList;
    if (!isEnumKey && (type.isList || type.kind === 'enum' || !fitting.includes(type.name))) {
      complain(
        directive.node,
        `\`@${name}\` fits ${oneOf(fitting)} only, no list: remove it or change the type of \`${node.name.value}\``,
      );
    }
  }
  const key = directives.get('key');
  if (key !== undefined && !isRequired) {
    complain(key.node, `a key is never empty: write \`${node.name.value}: ${type.name}!\``);
  }
}

function ladderOf(type: FieldType, directive: Directive | undefined, complain: Report): readonly LadderStep[] {
  const fixed = type.kind === 'scalar' && !type.isList ? FIXED_LADDERS[type.name] : undefined;
  if (directive === undefined) return fixed ?? [];
  if (fixed !== undefined) {
    const steps = fixed.map(({ name }) => name).join(', ');
    complain(directive.node, `a ${type.name} has the fixed ladder ${steps}: remove \`@ladder\``);
    return [];
  }
  if (type.isList || (type.kind === 'scalar' && ['Boolean', 'ID', 'Date', 'DateTime'].includes(type.name))) {
    complain(
      directive.node,
      'a ladder fits `String`, `Int`, `Float`, `CountryCode` and enums, no list: remove `@ladder`',
    );
    return [];
  }
  return readLadder(directive, type, complain);
}
