// Pseudonyms as the suite makes them: readable, one to one, and another one for each agency. How the hub makes its own is
// tested where it does; here it counts which values are replaced, and what can be asked of them.
const PREFIX = 'psn_';

/** The agency's pseudonym of a value. */
export function tokenFor(agency: string, value: string): string {
  return `${PREFIX}${agency}_${Buffer.from(value).toString('hex')}`;
}

/** The value behind a pseudonym; undefined for a text that is none of this agency's. */
export function behindToken(agency: string, token: string): string | undefined {
  const start = `${PREFIX}${agency}_`;
  return token.startsWith(start) ? Buffer.from(token.slice(start.length), 'hex').toString() : undefined;
}
