/** Synthetic alerts on travel documents. */
import { birthDateAt, inventedName, SYNTHETIC_MARK } from './invented.js';
import { type Random, randomOf, weightedChoice } from './random.js';

/** alerts on documents whose numbers are fixed, so that examples can name one: `XX900001` … `XX900050`, XX the partner's code */
export const FIXED_ALERTS = 50;
const FIXED_NUMBER_FROM = 900_001;

/** instants of alerts lie from here on, within `REPORTED_DAYS` */
const REPORTED_FROM = Date.UTC(2023, 0, 1);
const REPORTED_DAYS = 850;

const documentTypeOf = weightedChoice([
  ['P', 64],
  ['I', 28],
  ['PS', 2],
  ['T', 3],
  ['R', 3],
] as const);
const circumstanceOf = weightedChoice([
  ['LOST', 48],
  ['STOLEN', 34],
  ['REVOKED', 12],
  ['INVALIDATED', 6],
] as const);
const actionOf = weightedChoice([
  ['SEIZE', 60],
  ['VERIFY_IDENTITY', 25],
  ['INFORM_OWNER', 15],
] as const);
const PLACES = ['airport', 'bus station', 'hotel', 'market', 'port', 'railway station', 'unknown'] as const;
/** every so many alerts speak of a stolen series of blanks instead of one document */
const BLANK_SERIES_EVERY = 40;

/** Who alerts: the agency, its partner's code, and the state that issued the documents. */
export interface AlertOwner {
  readonly agency: string;
  readonly partner: string;
  readonly issuingState: string;
}

/** The owner's alert with this number, from 0 on; the first `FIXED_ALERTS` are the fixed series. */
export function documentAlert(owner: AlertOwner, number: number): Readonly<Record<string, unknown>> {
  const random = randomOf(`document alerts of ${owner.partner}`, number);
  const reportedAt = new Date(REPORTED_FROM + random.below(REPORTED_DAYS * 24 * 60) * 60_000);
  const issuedYear = 2015 + random.below(8);
  const isSeries = number >= FIXED_ALERTS && number % BLANK_SERIES_EVERY === 0;
  return {
    nationalReference: `${SYNTHETIC_MARK}-${owner.partner}-ALERT-${String(number + 1).padStart(6, '0')}`,
    documentType: documentTypeOf(random),
    issuingState: owner.issuingState,
    issuedOn: `${issuedYear}-0${1 + random.below(9)}-1${random.below(10)}`,
    expiresOn: `${issuedYear + 10}-0${1 + random.below(9)}-1${random.below(10)}`,
    reportedAt: reportedAt.toISOString(),
    placeOfLoss: PLACES[random.below(PLACES.length)],
    actionRequested: actionOf(random),
    contactPoint: `alerts@${owner.agency.toLowerCase()}.example`,
    ...(isSeries ? blankSeries(owner, number) : oneDocument(owner, number, reportedAt, random)),
  };
}

function oneDocument(owner: AlertOwner, number: number, reportedAt: Date, random: Random): Record<string, unknown> {
  return {
    documentNumber: documentNumberOf(owner, number),
    circumstance: circumstanceOf(random),
    holderName: inventedName(random),
    holderBirthDate: birthDateAt(reportedAt, 18 + random.below(60), random),
  };
}

function blankSeries(owner: AlertOwner, number: number): Record<string, unknown> {
  const series = `${SYNTHETIC_MARK}${owner.partner}B${number}`;
  return { circumstance: 'STOLEN_BLANK', blankSeriesFrom: `${series}000`, blankSeriesTo: `${series}099` };
}

function documentNumberOf({ partner }: AlertOwner, number: number): string {
  if (number < FIXED_ALERTS) return `${partner}${FIXED_NUMBER_FROM + number}`;
  return `${SYNTHETIC_MARK}${partner}${String(number + 1).padStart(6, '0')}`;
}
