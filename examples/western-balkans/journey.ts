import type { NegotiationState } from '../../src/domain/agreement.js';

/** One act of one agency on the way of an agreement. */
export interface Step {
  readonly act: 'draft' | 'offer' | 'accept' | 'sign' | 'suspend';
  readonly by: string;
  /** said with the act where one is due */
  readonly reason?: string;
}

/** How one agreement came about: the acts in their order. */
export interface Journey {
  readonly agreement: string;
  readonly steps: readonly Step[];
}

/** How far the first version of an agreement has come; what later versions are drafted and negotiated does not count. */
export interface AgreementProgress {
  /** FINALIZED once any version was */
  readonly state: NegotiationState;
  /** agencies that accepted the offered text */
  readonly accepted: readonly string[];
  /** agencies that signed it */
  readonly signed: readonly string[];
  /** whether anybody ever suspended it, resumed since or not */
  readonly wasSuspended: boolean;
}

const SIGNED_BY_ALL: readonly NegotiationState[] = ['VERIFIED', 'FINALIZED'];
const ACCEPTED_BY_ALL: readonly NegotiationState[] = ['ACCEPTED', 'AGREED', ...SIGNED_BY_ALL];

/**
 * Was this step taken already? A half-loaded demo goes on where it stopped, and one that was loaded long ago is left alone,
 * whatever its users did with the agreements since.
 */
export function isTaken(step: Step, progress: AgreementProgress | undefined): boolean {
  if (progress === undefined) return false;
  if (progress.state === 'TERMINATED') return true;
  switch (step.act) {
    case 'draft':
      return true;
    case 'offer':
      return progress.state !== 'DRAFT';
    case 'accept':
      return ACCEPTED_BY_ALL.includes(progress.state) || progress.accepted.includes(step.by);
    case 'sign':
      return SIGNED_BY_ALL.includes(progress.state) || progress.signed.includes(step.by);
    case 'suspend':
      return progress.wasSuspended;
  }
}

type StepEntry =
  | { readonly draft: string }
  | { readonly offer: string }
  | { readonly accept: readonly string[] }
  | { readonly sign: readonly string[] }
  | { readonly suspend: string; readonly reason: string };

/** The journeys in a parsed `journey.yaml`, one step per agency. */
export function readJourney(document: unknown): Journey[] {
  const entries = document as { agreement: string; steps: StepEntry[] }[];
  return entries.map(({ agreement, steps }) => ({ agreement, steps: steps.flatMap(stepsOf) }));
}

function stepsOf(entry: StepEntry): Step[] {
  if ('draft' in entry) return [{ act: 'draft', by: entry.draft }];
  if ('offer' in entry) return [{ act: 'offer', by: entry.offer }];
  if ('accept' in entry) return entry.accept.map((by) => ({ act: 'accept', by }));
  if ('sign' in entry) return entry.sign.map((by) => ({ act: 'sign', by }));
  return [{ act: 'suspend', by: entry.suspend, reason: entry.reason }];
}
