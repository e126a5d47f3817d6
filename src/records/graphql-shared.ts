import type { SourceOutcome } from '../domain/decision.js';
import { REASON_CODES } from '../domain/reasons.js';
import { HANDLING_CODES, type Purpose, RECORD_STATUSES } from '../domain/record-type.js';
import { block, enumOf } from './sdl-text.js';

const SOURCE_OUTCOMES: Readonly<Record<SourceOutcome, string>> = {
  ANSWERED: 'In full, as far as its clauses go.',
  PARTIAL: 'Records may be missing for the reason given.',
  WITHHELD: 'Nothing was given for the reason given.',
  UNAVAILABLE: 'The source could not be asked.',
};

const RFC_3339 = 'https://datatracker.ietf.org/doc/html/rfc3339#section-5.6';
const RFC_8259 = 'https://datatracker.ietf.org/doc/html/rfc8259';

const SCALARS: readonly (readonly [name: string, description: string, specifiedBy: string])[] = [
  ['DateTime', 'An instant with its offset from UTC, such as `2023-05-04T10:00:00Z`.', RFC_3339],
  ['Date', 'A day of the calendar, such as `2023-05-04`.', RFC_3339],
  [
    'CountryCode',
    'Three capital letters: ISO 3166-1 alpha-3, ICAO 9303, and the codes a source adds.',
    'https://www.iso.org/iso-3166-country-codes.html',
  ],
  ['SafeInt', 'A whole number of at most 53 bits, as a JSON number.', `${RFC_8259}#section-6`],
  ['JSON', 'Any JSON value.', RFC_8259],
];

const OBJECTS = `"""The shared database a record or a source line is of."""
type RecordDatabase {
  code: String!
  name: String!
}

"""What a source gave, and why not more. A stranger to an agreement reads \`NO_AGREEMENT\` and nothing else."""
type SourceLine {
  database: RecordDatabase!
  outcome: SourceOutcome!
  """Null where it answered in full."""
  reason: ReasonCode
  """References of the agreements relied on; empty for one's own records."""
  agreements: [String!]!
  """When the reason may end by itself, such as a used-up quota; null where that is not known."""
  resetsAt: DateTime
}

"""Under what a record is shown, and what is not shown as it is. Names of fields are those of the exchange standard."""
type Disclosure {
  """References of the agreements relied on; empty for one's own records."""
  agreements: [String!]!
  """Article numbers of the clauses relied on."""
  clauses: [String!]!
  """How the record may be used."""
  handlingCode: HandlingCode
  """
  Until when the recipient may keep it: the record's own end, as coarse as its times are shown, or what its clauses allow from
  now on, whichever is earlier. Null where neither is known.
  """
  retainUntil: DateTime
  """How often it may be handed on; null where its clauses do not say."""
  onwardDepth: Int
  """What goes with it from hand to hand: handling, handing on, keeping, duties. Empty for one's own records."""
  conditions: [String!]!
  """Fields shown coarser."""
  generalised: [GeneralisedField!]!
  """Fields not shown, whatever stands behind them."""
  withheld: [WithheldField!]!
  """Fields of which only the last characters are shown."""
  masked: [String!]!
  """
  Fields shown as tokens: equal values have equal tokens, for this agency alone and until the tokens change. They compare by
  \`eq\`, \`ne\`, \`in\`, \`notIn\` and \`isNull\` only.
  """
  pseudonyms: [String!]!
}

type GeneralisedField {
  field: String!
  """Step of the field's ladder, such as \`day\`."""
  step: String!
}

type WithheldField {
  field: String!
  reason: ReasonCode!
}`;

/**
 * What the record types have in common, as SDL: scalars, the purposes of this exchange standard, reasons, disclosure and source lines.
 * `PageInfo` and `UserError` are not among them: the hand-written part of the API has them.
 */
export function sharedSdl(purposes: readonly Purpose[]): string {
  const scalars = SCALARS.map(
    ([name, description, url]) => `${block(description)}\nscalar ${name} @specifiedBy(url: ${JSON.stringify(url)})`,
  );
  return [
    ...scalars,
    enumOf(
      'Purpose',
      'For what records are asked: exactly one purpose per request.',
      purposes.map(({ name, regime, description }) => ({
        name,
        description: `${description}${description === '' ? '' : ' '}Legal regime: ${regime}.`,
      })),
    ),
    enumOf('ReasonCode', 'Why something is withheld.', names(REASON_CODES)),
    enumOf(
      'SourceOutcome',
      'What a source gave.',
      Object.entries(SOURCE_OUTCOMES).map(([name, description]) => ({ name, description })),
    ),
    enumOf(
      'RecordStatus',
      'State of a record. Others see it while it is ACTIVE, CORRECTED or DISPUTED.',
      names(RECORD_STATUSES),
    ),
    enumOf('HandlingCode', 'How a record may be used (Europol): H0 to H3.', names(HANDLING_CODES)),
    enumOf('OrderDirection', 'Empty values come last both ways.', names(['ASC', 'DESC'])),
    OBJECTS,
  ].join('\n\n');
}

const names = (values: readonly string[]): readonly { readonly name: string }[] => values.map((name) => ({ name }));
