import { registerEnumType } from 'type-graphql';

/** A list of words as a GraphQL enum of the same words. `meanings`: what those say that do not speak for themselves. */
export function enumOf<Word extends string>(
  name: string,
  words: readonly Word[],
  description: string,
  meanings: { readonly [Key in Word]?: string } = {},
): { readonly [Key in Word]: Key } {
  const values = Object.fromEntries(words.map((word) => [word, word])) as { readonly [Key in Word]: Key };
  const told = words.flatMap((word) => {
    const meaning = meanings[word];
    return meaning === undefined ? [] : [[word, { description: meaning }] as const];
  });
  registerEnumType<typeof values>(values, {
    name,
    description,
    valuesConfig: Object.fromEntries(told) as { [Key in Word]?: { description: string } },
  });
  return values;
}
