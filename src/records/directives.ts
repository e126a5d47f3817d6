import { SENSITIVITIES } from '../domain/record-type.js';

/** How a value is brought to one form before it is matched: `@match(normalise:)`. */
export const NORMALISATIONS = ['DOCUMENT', 'PLATE', 'VIN', 'EXACT'] as const;

/** Legal regimes a purpose may stand under: `@regime(is:)`. National security is out of scope: there is no word for it. */
export const REGIMES = ['LED', 'GDPR', 'STATISTICS', 'ANY'] as const;

/** Where a directive may stand. */
export type Place = 'type' | 'field' | 'enum value';

export interface ArgumentRule {
  readonly isRequired: boolean;
  readonly kind: 'string' | 'enum' | 'steps';
  /** the values of an `enum` argument */
  readonly values?: readonly string[];
}

export interface DirectiveRule {
  readonly place: Place;
  readonly arguments: Readonly<Record<string, ArgumentRule>>;
  /** a correct use, for messages */
  readonly example: string;
}

/** The directives of the exchange standard. Everything else is refused where it stands. */
export const DIRECTIVES: Readonly<Record<string, DirectiveRule>> = {
  record: {
    place: 'type',
    arguments: { plural: { isRequired: true, kind: 'string' }, umf: { isRequired: false, kind: 'string' } },
    example: '@record(plural: "visits")',
  },
  key: { place: 'field', arguments: {}, example: '@key' },
  sensitivity: {
    place: 'field',
    arguments: { is: { isRequired: true, kind: 'enum', values: SENSITIVITIES } },
    example: '@sensitivity(is: OPERATIONAL)',
  },
  occurredAt: { place: 'field', arguments: {}, example: '@occurredAt' },
  measure: { place: 'field', arguments: {}, example: '@measure' },
  match: {
    place: 'field',
    arguments: { normalise: { isRequired: true, kind: 'enum', values: NORMALISATIONS } },
    example: '@match(normalise: DOCUMENT)',
  },
  ladder: {
    place: 'field',
    arguments: { steps: { isRequired: true, kind: 'steps' } },
    example: '@ladder(steps: [{ name: "tens", width: 10 }])',
  },
  regime: {
    place: 'enum value',
    arguments: { is: { isRequired: true, kind: 'enum', values: REGIMES } },
    example: '@regime(is: GDPR)',
  },
};

/** What `besa schema print --directives` shows: the directives as SDL, each described. */
export const DIRECTIVES_SDL = `"""
Makes a type a record type. \`plural\` names the root field that lists records (\`visits\`), \`umf\` the entity of the Universal
Message Format it maps to. One record type per file.
"""
directive @record(plural: String!, umf: String) on OBJECT

"""
Part of what identifies a record together with its owner: importing it again changes nothing. One or more fields, each \`!\`;
no lists, no Float, no Boolean.
"""
directive @key on FIELD_DEFINITION

"""How sensitive the field is. Every field has exactly one. INTERNAL fields are never shared."""
directive @sensitivity(is: Sensitivity!) on FIELD_DEFINITION

"""When the recorded thing happened: exactly one Date or DateTime field. Records are listed newest first by it."""
directive @occurredAt on FIELD_DEFINITION

"""An Int or Float field that statistics may sum."""
directive @measure on FIELD_DEFINITION

"""A String or ID field that may be asked hit or no hit, after both sides were brought to one form."""
directive @match(normalise: Normalisation!) on FIELD_DEFINITION

"""
Coarser forms of a field, finest first. One chain: what is equal at one step is equal at every later one. Date and DateTime
fields have fixed ladders (day of DateTime only, month, quarter, year) and take none.
"""
directive @ladder(steps: [LadderStep!]!) on FIELD_DEFINITION

"""The legal regime of a value of \`enum Purpose\`."""
directive @regime(is: Regime!) on ENUM_VALUE

"""
One step: a name, and exactly one of
\`width\` (Int: whole numbers, each a multiple of the one before; Float: powers of two, such as 0.125, each larger),
\`before\` (String: the text before the first separator; then it is the only step) or
\`groups\` with \`otherwise\` (String, CountryCode, enum: the group a value is listed in; each group lists its own name).
"""
input LadderStep {
  name: String!
  width: Float
  before: String
  groups: [LadderGroup!]
  otherwise: String
}

input LadderGroup {
  name: String!
  values: [String!]!
}

enum Sensitivity { ${SENSITIVITIES.join(' ')} }

"""DOCUMENT: letters and digits, upper case. PLATE: the same, after the country's forms. VIN: ISO 3779. EXACT: as it is."""
enum Normalisation { ${NORMALISATIONS.join(' ')} }

"""LED: Directive (EU) 2016/680. GDPR: Regulation (EU) 2016/679. STATISTICS: statistics law. ANY: no regime of its own."""
enum Regime { ${REGIMES.join(' ')} }
`;
