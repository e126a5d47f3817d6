import type { ConstValueNode } from 'graphql';
import type { LadderStep } from '../domain/ladder.js';
import type { FieldType } from '../domain/record-type.js';
import type { Report } from './problem.js';
import { oneOf } from './words.js';

const COUNTRY_CODE = /^[A-Z]{3}$/;
/** A step and the place it was read from. */
export interface LocatedStep {
  readonly step: LadderStep;
  readonly node: ConstValueNode;
}

type GroupsStep = Extract<LadderStep, { kind: 'groups' }>;

/**
 * Is this one chain: does equality at each step imply equality at every later one, for every value the type can hold?
 * What is not is reported at the step to change. Shown values must fit the field's type and stand for themselves
 * (a step of a shown value is that value), so that who filters by what was shown finds the row it was shown on.
 */
export function checkChain(steps: readonly LocatedStep[], type: FieldType, report: Report): boolean {
  let isChain = true;
  const complain: Report = (node, message) => {
    isChain = false;
    report(node, message);
  };
  const fitting = fittingKinds(type);
  for (const { step, node } of steps) {
    if (!fitting.includes(step.kind)) {
      const types = type.kind === 'enum' ? 'an enum' : `\`${type.name}\``;
      complain(
        node,
        `step \`${step.name}\` does not fit ${types}${fitting.length > 0 ? `: write ${oneOf(fitting)}` : ''}`,
      );
    }
  }
  if (!isChain) return false;
  steps.forEach((located, index) => {
    const before = steps[index - 1];
    const { step } = located;
    if (step.kind === 'width') checkWidth(located, before, type, complain);
    if (step.kind === 'before') checkBefore(located, steps, complain);
    if (step.kind === 'groups') checkGroups({ ...located, step }, type, complain);
    if (isChain && step.kind === 'groups' && before?.step.kind === 'groups') {
      checkNested({ ...located, step }, before.step, type, complain);
    }
  });
  return isChain;
}

function fittingKinds(type: FieldType): readonly string[] {
  if (type.isList) return [];
  if (type.kind === 'enum') return ['groups'];
  switch (type.name) {
    case 'Int':
    case 'Float':
      return ['width'];
    case 'String':
      return ['before', 'groups'];
    case 'CountryCode':
      return ['groups'];
    default:
      return [];
  }
}

function checkWidth(
  { step, node }: LocatedStep,
  before: LocatedStep | undefined,
  type: FieldType,
  complain: Report,
): void {
  if (step.kind !== 'width') return;
  const previous = before?.step.kind === 'width' ? before.step.width : undefined;
  if (type.name === 'Float') {
    // Other widths round: 0.3 / 0.1 is 2.9999999999999996, so 0.3 and 0.305 would be equal at 0.01 and differ at 0.1.
    if (!isPowerOfTwo(step.width)) {
      complain(node, 'the width of a Float is a power of two, since others round: write 0.125, 0.25, 0.5, 1, 2, 4 …');
    } else if (previous !== undefined && step.width <= previous) {
      complain(node, `steps go from fine to coarse: write a width above ${previous}`);
    }
    return;
  }
  if (!Number.isInteger(step.width) || step.width < 2 || step.width > 2 ** 31 - 1) {
    complain(node, 'the width of an Int is a whole number of at least 2: write `width: 10`');
  } else if (previous !== undefined && (step.width <= previous || step.width % previous !== 0)) {
    complain(
      node,
      `each width is a multiple of the one before: write ${previous * 2}, ${previous * 5} or ${previous * 10}`,
    );
  }
}

function isPowerOfTwo(width: number): boolean {
  const exponent = Math.round(Math.log2(width));
  return Math.abs(exponent) <= 60 && 2 ** exponent === width;
}

function checkBefore({ node }: LocatedStep, steps: readonly LocatedStep[], complain: Report): void {
  // `a-b.c` and `a.b-c`: which separator comes first differs from value to value, so two of them are no chain;
  // and groups list whole values, of which endlessly many share one beginning.
  if (steps.length > 1) complain(node, 'a step with `before` is the only one of its ladder: remove the others');
}

function checkGroups(
  located: { step: GroupsStep; node: LocatedStep['node'] },
  type: FieldType,
  complain: Report,
): void {
  const { step, node } = located;
  const seen = new Map<string, string>();
  for (const [group, values] of Object.entries(step.groups)) {
    for (const value of values) {
      const other = seen.get(value);
      if (other !== undefined) complain(node, `\`${value}\` is in \`${other}\` and in \`${group}\`: remove one`);
      else if (value === step.otherwise) {
        complain(node, `\`${value}\` is the name of all other values, so no group may list it: rename \`otherwise\``);
      }
      seen.set(value, group);
    }
    if (!values.includes(group)) {
      complain(node, `group \`${group}\` must list \`${group}\` too, so that what is shown can be asked for`);
    }
  }
  for (const value of new Set([...seen.keys(), ...Object.keys(step.groups), step.otherwise])) {
    const fault = misfit(value, type);
    if (fault !== undefined) complain(node, fault);
  }
}

function misfit(value: string, type: FieldType): string | undefined {
  if (type.kind === 'enum' && !type.values.includes(value)) {
    return `\`${value}\` is no value of \`${type.name}\`: groups are named for one of ${oneOf(type.values)}`;
  }
  if (type.name === 'CountryCode' && !COUNTRY_CODE.test(value)) {
    return `\`${value}\` is no country code: groups too are named with three capital letters`;
  }
  return undefined;
}

/** The group of a value at a step. */
export function groupOf(step: GroupsStep, value: string): string {
  for (const [group, values] of Object.entries(step.groups)) if (values.includes(value)) return group;
  return step.otherwise;
}

function checkNested(
  coarser: { step: GroupsStep; node: LocatedStep['node'] },
  finer: GroupsStep,
  type: FieldType,
  complain: Report,
): void {
  const listed = [...Object.values(finer.groups), ...Object.values(coarser.step.groups)].flat();
  // An enum has no other values than its own; of texts and codes there are always more, unlisted at every step.
  const values = new Set(type.kind === 'enum' ? type.values : [...listed, finer.otherwise, coarser.step.otherwise]);
  const target = new Map<string, string>();
  if (type.kind !== 'enum') target.set(finer.otherwise, coarser.step.otherwise);
  for (const value of values) {
    const fine = groupOf(finer, value);
    const coarse = groupOf(coarser.step, value);
    const expected = target.get(fine);
    if (expected === undefined) target.set(fine, coarse);
    else if (expected !== coarse) {
      complain(
        coarser.node,
        `\`${value}\` is in \`${fine}\` at step \`${finer.name}\` and in \`${coarse}\` at step \`${coarser.step.name}\`, ` +
          `but others of \`${fine}\` are in \`${expected}\`: keep each group of the finer step together`,
      );
      return;
    }
  }
}
