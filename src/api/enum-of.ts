import { registerEnumType } from 'type-graphql';

/** A list of words as a GraphQL enum of the same words. */
export function enumOf<Word extends string>(
  name: string,
  words: readonly Word[],
  description: string,
): { readonly [Key in Word]: Key } {
  const values = Object.fromEntries(words.map((word) => [word, word])) as { readonly [Key in Word]: Key };
  registerEnumType(values, { name, description });
  return values;
}
