import type { ClauseDuty } from '../../domain/clause.js';
import { durationInWords } from '../../domain/duration.js';
import type { HandlingCode } from '../../domain/record-type.js';
import type { Attached } from '../../plan/plan-sources.js';

/** What each handling code demands of whoever receives the record (Europol's codes, domain vocabulary 3.2). */
const HANDLING: Readonly<Record<HandlingCode, string>> = {
  H0: 'H0: it may be used for preventing and combating crime only',
  H1: 'H1: it may not be used in judicial proceedings without the permission of the owner',
  H2: 'H2: it may not be passed on without the permission of the owner',
  H3: 'H3: a restriction of the owner lies on it; ask the owner before it is used',
};

/** The sentence of a handling code; null without a code. */
export function handlingCondition(code: string | null): string | null {
  return code === null ? null : (HANDLING[code as HandlingCode] ?? `${code}: ask the owner before it is used`);
}

/**
 * What goes with a record from hand to hand (Directive (EU) 2016/680, article 9), as sentences: how far it may be handed on,
 * how long it may be kept, what is owed for it. Each once, in this order.
 */
export function conditionsOf(attached: readonly Attached[]): readonly string[] {
  const depth = onwardDepthOf(attached);
  const kept = attached.flatMap(({ retainFor }) =>
    retainFor === undefined ? [] : [`it may be kept for ${durationInWords(retainFor)} and no longer`],
  );
  const owed = attached.flatMap(({ basis, duties = [] }) =>
    duties.map((duty) => `under article ${basis.article} of ${basis.agreement} is owed: ${dutyInWords(duty)}`),
  );
  return [...new Set([...(depth === null ? [] : [onwardCondition(depth)]), ...kept, ...owed])];
}

/** The smallest of all: null where no clause says how far. */
export function onwardDepthOf(attached: readonly Attached[]): number | null {
  const depths = attached.flatMap(({ onwardDepth }) => onwardDepth ?? []);
  return depths.length === 0 ? null : Math.min(...depths);
}

function onwardCondition(depth: number): string {
  if (depth === 0) return 'it may not be handed on';
  return `it may be handed on ${depth === 1 ? 'once' : `${depth} times`} and no further`;
}

function dutyInWords(duty: ClauseDuty): string {
  if (typeof duty === 'string') return duty;
  const within = duty.within === undefined ? '' : `, within ${durationInWords(duty.within)}`;
  const every = duty.every === undefined ? '' : `, again every ${durationInWords(duty.every)}`;
  return `${duty.duty}${within}${every}`;
}
