import type { Ask } from '../../domain/ask.js';
import type { Permission } from '../../domain/clause.js';
import type { ConstraintCheck } from './constraint.js';

/** characters (code points) after trimming */
export const JUSTIFICATION_LENGTH_MAX = 500;

/** Does the ask say why, in words that fit the ledger? Blanks alone say nothing. */
export function isJustified({ justification: text = '' }: Ask): boolean {
  const characters = [...text.trim()].length;
  return characters > 0 && characters <= JUSTIFICATION_LENGTH_MAX;
}

/** `justification: REQUIRED`, or with a mask that something in it must fit. */
export const justification: ConstraintCheck = ({ constraints }, ask, { anyJustification = false }) => {
  const demand = constraints.justification;
  if (demand === undefined) return null;
  const mask = maskOf(demand);
  // A mask that nobody understands is fitted by nothing.
  if (mask !== undefined && tokensOf(mask) === null) return 'JUSTIFICATION_MISSING';
  if (anyJustification) return null;
  return isJustified(ask) && (mask === undefined || fitsMask(ask.justification ?? '', mask))
    ? null
    : 'JUSTIFICATION_MISSING';
};

/**
 * What decisions depend on of a justification: equal for two asks that give equally good reasons. The words themselves
 * matter to no decision.
 *
 * @param masks all that a clause of the agency demands (`Rights.masks`)
 */
export function justificationKey(ask: Ask, masks: readonly string[]): string {
  if (!isJustified(ask)) return '';
  return `GIVEN ${masks.flatMap((mask, index) => (fitsMask(ask.justification ?? '', mask) ? [index] : [])).join()}`;
}

/** The mask a permission's demand for a justification has, if it has one. */
export function maskOf(demand: Permission['constraints']['justification']): string | undefined {
  return typeof demand === 'object' ? demand.pattern : undefined;
}

/**
 * Is there something in the text that fits the mask, with no letter or digit right before or behind it?
 *
 * A mask is of fixed length, a character for each: `A` a capital letter A to Z, `9` a digit 0 to 9, `\` takes the next
 * character as it is, everything else stands for itself.
 *
 *     AA-999999 fits   "warrant KP-204417 of 3 May"        not "KP-2044170", "XKP-204417", "kp-204417"
 *
 * Not a regular expression: one from a clause could be made to run for hours. This takes at most the length of the text
 * times that of the mask.
 */
export function fitsMask(text: string, mask: string): boolean {
  const tokens = tokensOf(mask);
  if (tokens === null) return false;
  const characters = [...text];
  return characters.some((_, start) => {
    const isFit = tokens.every((token, index) => fits(characters[start + index], token));
    return isFit && !isWord(characters[start - 1]) && !isWord(characters[start + tokens.length]);
  });
}

type Token = 'LETTER' | 'DIGIT' | { readonly literal: string };

/** Null for a mask without any character, or with nothing behind its last `\`. */
function tokensOf(mask: string): readonly Token[] | null {
  const tokens: Token[] = [];
  const characters = [...mask];
  for (let index = 0; index < characters.length; index += 1) {
    let literal = characters[index] as string;
    if (literal === 'A') tokens.push('LETTER');
    else if (literal === '9') tokens.push('DIGIT');
    else {
      if (literal === '\\') {
        index += 1;
        const escaped = characters[index];
        if (escaped === undefined) return null;
        literal = escaped;
      }
      tokens.push({ literal });
    }
  }
  return tokens.length === 0 ? null : tokens;
}

function fits(character: string | undefined, token: Token): boolean {
  if (character === undefined) return false;
  if (token === 'LETTER') return character >= 'A' && character <= 'Z' && character.length === 1;
  if (token === 'DIGIT') return character >= '0' && character <= '9' && character.length === 1;
  return character === token.literal;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^[\p{L}\p{N}]$/u.test(character);
}
