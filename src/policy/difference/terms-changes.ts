import type { AfterEffects, Terms } from '../../domain/agreement.js';
import type { Change, ChangeEffect } from '../../domain/difference.js';
import { isAtMostAsLong } from './constraint-order.js';

/** What changes for the agreement as a whole, clauses apart. */
export function termsChanges(before: Terms, after: Terms): readonly Change[] {
  return KEYS.flatMap((key) => {
    const [was, is] = [shown(before[key]), shown(after[key])];
    if (was === is) return [];
    const path = after[key] === undefined ? [] : [key];
    const sentence = `\`${key}\` of the agreement is ${is} (was ${was})`;
    return [{ effect: EFFECTS[key](before, after), article: null, assigner: null, assignee: null, path, sentence }];
  });
}

type Key = Exclude<keyof Terms, 'clauses'>;

const always = (effect: ChangeEffect) => (): ChangeEffect => effect;

/** Whatever binds both sides, or is what they sign on, takes both to change: it is called WIDER. */
const EFFECTS: { readonly [K in Key]-?: (before: Terms, after: Terms) => ChangeEffect } = {
  reference: always('WIDER'),
  title: always('NEUTRAL'),
  parties: always('WIDER'),
  legalBasis: always('WIDER'),
  timeZone: always('WIDER'),
  // The version before holds until this one begins: beginning later opens nothing.
  from: (before, after) => (after.from > before.from ? 'NEUTRAL' : 'WIDER'),
  until: (before, after) => {
    const hasProhibition = before.clauses.some((clause) => clause.kind === 'PROHIBITION');
    // Prohibitions end with the agreement: an earlier end would lift them.
    return after.until < before.until && !hasProhibition ? 'NARROWER' : 'WIDER';
  },
  framework: (before) => (before.framework === undefined ? 'NARROWER' : 'WIDER'),
  amendmentNotice: always('WIDER'),
  terminationNotice: always('WIDER'),
  afterEffects: (before, after) => (isStricter(after.afterEffects, before.afterEffects) ? 'NARROWER' : 'WIDER'),
  matrix: (before, after) =>
    after.matrix === undefined || (after.matrix === 'PARTIES' && before.matrix === 'ALL') ? 'NARROWER' : 'WIDER',
};
const KEYS = Object.keys(EFFECTS) as readonly Key[];

function isStricter(after: AfterEffects | undefined, before: AfterEffects | undefined): boolean {
  if (after === undefined) return false;
  if (before === undefined) return true;
  if (after.received !== before.received) return false;
  // Without a time it is due at the end itself.
  if (after.within === undefined) return true;
  return before.within !== undefined && isAtMostAsLong(after.within, before.within);
}

function shown(value: Terms[Key]): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return value;
  if ('received' in value) return `${value.received}${value.within === undefined ? '' : ` within ${value.within}`}`;
  return value.join(', ');
}
