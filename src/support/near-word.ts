/** How many letters may differ for a word to be meant: one, and one more for every three letters. */
const LETTERS_PER_MISTAKE = 3;

/**
 * The known word somebody probably meant: `purpose` → `purposes`, `zzz` → undefined. Case counts for nothing.
 * For words of a few letters: the work grows with the product of their lengths.
 */
export function nearWord(given: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(given.length / LETTERS_PER_MISTAKE));
  let nearest: { readonly word: string; readonly distance: number } | undefined;
  for (const word of known) {
    const distance = editDistance(given.toLowerCase(), word.toLowerCase());
    if (distance <= limit && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) nearest = { word, distance };
  }
  return nearest?.word;
}

/** Levenshtein distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line += 1) {
    const row = [line];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
