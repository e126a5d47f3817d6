/** A description as SDL; nothing for none. `"""` inside would end it. */
export function block(description: string, indent = ''): string {
  if (description === '') return '';
  const text = description.replaceAll('"""', '\\"""');
  const isPlain = !text.includes('\n') && !text.endsWith('"') && !text.endsWith('\\');
  return isPlain
    ? `${indent}"""${text}"""`
    : `${indent}"""\n${indent}${text.replaceAll('\n', `\n${indent}`)}\n${indent}"""`;
}

/** One field, argument or enum value of a definition. */
export interface Member {
  /** as it stands in SDL: `name: String!`, `name(first: Int): [Visit!]!`, `VALUE` */
  readonly text: string;
  readonly description?: string;
}

/** `type Visit { … }`, each member on its line below its description. */
export function definition(head: string, description: string, members: readonly Member[]): string {
  const lines = members.flatMap((member) => [block(member.description ?? '', '  '), `  ${member.text}`]);
  return [block(description), `${head} {`, ...lines, '}'].filter((line) => line !== '').join('\n');
}

/** `enum Kind { … }` */
export function enumOf(
  name: string,
  description: string,
  values: readonly { readonly name: string; readonly description?: string }[],
): string {
  return definition(
    `enum ${name}`,
    description,
    values.map((value) => ({
      text: value.name,
      ...(value.description === undefined ? {} : { description: value.description }),
    })),
  );
}
