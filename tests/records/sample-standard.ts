/** A small exchange standard of another field than the shipped one: tests that hold for it hold for any. */
import type { ExchangeStandard, RecordType } from '../../src/domain/record-type.js';
import { problemLine } from '../../src/records/problem.js';
import { readStandard } from '../../src/records/read-standard.js';

export const PURPOSES = 'enum Purpose { CONTROL @regime(is: LED) }';

export const VISIT = `"""One visit to a vessel."""
type Visit @record(plural: "visits") {
  """Number of the visit."""
  number: String! @key @sensitivity(is: REFERENCE)
  visitedAt: DateTime! @sensitivity(is: TIME_PRECISE) @occurredAt
  endedOn: Date @sensitivity(is: OPERATIONAL)
  flag: CountryCode @sensitivity(is: QUASI_IDENTIFIER)
  state: VisitState @sensitivity(is: OPERATIONAL)
  crewCount: Int @sensitivity(is: OPERATIONAL) @measure @ladder(steps: [{ name: "tens", width: 10 }])
  draught: Float @sensitivity(is: OPERATIONAL) @measure
  isTowed: Boolean @sensitivity(is: OPERATIONAL)
  hullId: ID @sensitivity(is: VEHICLE_IDENTIFIER) @match(normalise: EXACT)
  goods: [String!] @sensitivity(is: OPERATIONAL)
  states: [VisitState!] @sensitivity(is: OPERATIONAL)
  berth: String @sensitivity(is: LOCATION_PRECISE) @ladder(steps: [{ name: "pier", before: "/" }])
}
"""State of a visit."""
enum VisitState {
  """Not ended yet."""
  OPEN
  CLOSED
}
`;

export function standardOf(...texts: readonly string[]): ExchangeStandard {
  const read = readStandard(texts.map((text, index) => ({ path: `file-${index}.graphql`, text })));
  if ('problems' in read) throw new Error(read.problems.map(problemLine).join('\n'));
  return read.standard;
}

export const SAMPLE: ExchangeStandard = standardOf(VISIT, PURPOSES);

export const VISIT_TYPE: RecordType = typeOf(SAMPLE, 'Visit');

export function typeOf(standard: ExchangeStandard, name: string): RecordType {
  const found = standard.recordTypes.find((recordType) => recordType.name === name);
  if (found === undefined) throw new Error(`the standard has no ${name}`);
  return found;
}

/** The problems of these files as `file:line:column message`, the purposes added as a file of their own. */
export function problemsOf(...texts: readonly string[]): readonly string[] {
  const files = texts.map((text, index) => ({ path: `${'abc'[index] ?? index}.graphql`, text }));
  const read = readStandard([...files, { path: 'purposes.graphql', text: PURPOSES }]);
  return 'problems' in read ? read.problems.map(problemLine) : [];
}
