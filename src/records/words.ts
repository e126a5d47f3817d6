import { nearWord } from '../support/near-word.js';

/** `` `a`, `b` or `c` `` */
export function oneOf(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  if (quoted.length < 2) return quoted.join('');
  return `${quoted.slice(0, -1).join(', ')} or ${quoted[quoted.length - 1]}`;
}

/** `borderCrossings` → `BorderCrossings` */
export function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** `BorderCrossing` → `borderCrossing` */
export function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** ` (did you mean \`x\`?)` if one is near enough, else nothing. */
export function suggestion(given: string, known: readonly string[]): string {
  const near = nearWord(given, known);
  return near === undefined ? '' : ` (did you mean \`${near}\`?)`;
}
