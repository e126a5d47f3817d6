import { type ConstObjectFieldNode, type ConstValueNode, Kind } from 'graphql';
import type { LadderStep } from '../domain/ladder.js';
import type { FieldType } from '../domain/record-type.js';
import { checkChain, type LocatedStep } from './ladder-chain.js';
import type { Report } from './problem.js';
import type { Directive } from './read-directives.js';
import { oneOf } from './words.js';

const STEP_NAME = /^[a-z][A-Za-z0-9]*$/;
const STEP_KEYS = ['name', 'width', 'before', 'groups', 'otherwise'];

/**
 * The ladder `@ladder` names, finest step first; empty if something is wrong with it (then it was reported).
 * Which kinds of step fit a type: domain/ladder.ts. Every shown value fits the field's own type.
 */
export function readLadder(directive: Directive, type: FieldType, report: Report): readonly LadderStep[] {
  const list = directive.arguments.steps;
  if (list?.kind !== Kind.LIST) return [];
  const located: LocatedStep[] = [];
  for (const node of list.values) {
    const step = readStep(node, report);
    if (step === undefined) continue;
    if (located.some((other) => other.step.name === step.name)) {
      report(node, `step \`${step.name}\` stands here twice: rename one`);
    } else {
      located.push({ step, node });
    }
  }
  if (located.length < list.values.length) return [];
  return checkChain(located, type, report) ? located.map(({ step }) => step) : [];
}

function readStep(node: ConstValueNode, report: Report): LadderStep | undefined {
  if (node.kind !== Kind.OBJECT) {
    report(node, 'a step is an object: write `{ name: "tens", width: 10 }`');
    return undefined;
  }
  const keys = keysOf(node.fields, STEP_KEYS, report);
  if (keys === undefined) return undefined;
  const name = keys.get('name');
  if (name?.kind !== Kind.STRING || !STEP_NAME.test(name.value)) {
    report(name ?? node, 'a step needs a name of letters and digits that begins small: write `name: "tens"`');
    return undefined;
  }
  const kinds = ['width', 'before', 'groups'].filter((key) => keys.has(key));
  if (kinds.length !== 1) {
    report(node, `step \`${name.value}\` needs exactly one of ${oneOf(['width', 'before', 'groups'])}`);
    return undefined;
  }
  if (keys.has('otherwise') !== keys.has('groups')) {
    report(node, `step \`${name.value}\`: \`groups\` and \`otherwise\` go together: write both or neither`);
    return undefined;
  }
  return stepOfKind(name.value, keys, report);
}

function stepOfKind(name: string, keys: ReadonlyMap<string, ConstValueNode>, report: Report): LadderStep | undefined {
  const width = keys.get('width');
  if (width !== undefined) return widthStep(name, width, report);
  const before = keys.get('before');
  if (before !== undefined) {
    if (before.kind === Kind.STRING && before.value !== '') return { name, kind: 'before', separator: before.value };
    report(before, 'a separator is a text of at least one character: write `before: "."`');
    return undefined;
  }
  const groups = keys.get('groups');
  const otherwise = keys.get('otherwise');
  if (groups === undefined || otherwise === undefined) return undefined;
  const read = readGroups(groups, report);
  if (otherwise.kind !== Kind.STRING || otherwise.value === '') {
    report(otherwise, 'the group of all other values needs a name in quotes: write `otherwise: "OTHER"`');
    return undefined;
  }
  return read === undefined ? undefined : { name, kind: 'groups', groups: read, otherwise: otherwise.value };
}

function widthStep(name: string, node: ConstValueNode, report: Report): LadderStep | undefined {
  const width = node.kind === Kind.INT || node.kind === Kind.FLOAT ? Number(node.value) : Number.NaN;
  if (Number.isFinite(width) && width > 0) return { name, kind: 'width', width };
  report(node, 'a width is a number above 0: write `width: 10`');
  return undefined;
}

function readGroups(node: ConstValueNode, report: Report): Readonly<Record<string, readonly string[]>> | undefined {
  if (node.kind !== Kind.LIST || node.values.length === 0) {
    report(node, 'groups are a list of at least one: write `groups: [{ name: "A", values: ["A", "B"] }]`');
    return undefined;
  }
  // Not an object literal: a group may be called `__proto__` in the file, and must then be a group like any other.
  const groups = new Map<string, readonly string[]>();
  for (const item of node.values) {
    const keys = item.kind === Kind.OBJECT ? keysOf(item.fields, ['name', 'values'], report) : undefined;
    const name = keys?.get('name');
    const values = keys?.get('values');
    const texts = values?.kind === Kind.LIST ? values.values.map(textOf) : [];
    if (name?.kind !== Kind.STRING || name.value === '' || texts.length === 0 || texts.includes(undefined)) {
      report(item, 'a group has a name and values in quotes: write `{ name: "A", values: ["A", "B"] }`');
      return undefined;
    }
    if (groups.has(name.value)) {
      report(item, `group \`${name.value}\` stands here twice: make one of them`);
      return undefined;
    }
    groups.set(
      name.value,
      texts.filter((text) => text !== undefined),
    );
  }
  return Object.fromEntries(groups);
}

const textOf = (node: ConstValueNode): string | undefined => (node.kind === Kind.STRING ? node.value : undefined);

function keysOf(
  fields: readonly ConstObjectFieldNode[],
  known: readonly string[],
  report: Report,
): ReadonlyMap<string, ConstValueNode> | undefined {
  const keys = new Map<string, ConstValueNode>();
  for (const field of fields) {
    if (!known.includes(field.name.value)) {
      report(field, `unknown key \`${field.name.value}\`: write ${oneOf(known)}`);
      return undefined;
    }
    if (keys.has(field.name.value)) {
      report(field, `key \`${field.name.value}\` stands here twice: remove one`);
      return undefined;
    }
    keys.set(field.name.value, field.value);
  }
  return keys;
}
