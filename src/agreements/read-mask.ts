import { type Place, readText } from './document.js';

const MASK = { meant: 'a mask such as `AA-999999`', lengthMax: 64 };

/**
 * The mask that something in a justification must fit: `A` a capital letter, `9` a digit, `\` before `A`, `9` or `\` for
 * these themselves, everything else as it stands (`policy/constraints/justification.ts` compares).
 *
 * Whoever writes a regular expression is told, not understood otherwise: `\d` is a fault, and so is a mask without a single
 * letter or digit to fill in.
 */
export function readMask(place: Place): string | undefined {
  const mask = readText(place, MASK);
  if (mask === undefined) return undefined;
  let isOpen = false;
  for (let index = 0; index < mask.length; index += 1) {
    const character = mask.charAt(index);
    if (character === 'A' || character === '9') isOpen = true;
    if (character !== '\\') continue;
    index += 1;
    if (['A', '9', '\\'].includes(mask.charAt(index))) continue;
    return place.faults.note(
      place.path,
      'INVALID',
      '`\\` stands before `A`, `9` or `\\` only: a mask is no regular expression',
    );
  }
  if (isOpen) return mask;
  return place.faults.note(
    place.path,
    'INVALID',
    'a mask has at least one `A` (a capital letter) or `9` (a digit) to fill in',
  );
}
