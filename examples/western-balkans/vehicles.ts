/** Synthetic alerts on vehicles. Makes and models are invented too: an example should not speak of anybody's product. */
import { inventedName, inventedPlate, inventedVin, SYNTHETIC_MARK } from './invented.js';
import { randomOf, weightedChoice } from './random.js';

const REPORTED_FROM = Date.UTC(2023, 0, 1);
const REPORTED_DAYS = 850;

const reasonOf = weightedChoice([
  ['STOLEN', 46],
  ['USED_FOR_FACILITATION', 26],
  ['INQUIRY_CHECK', 10],
  ['DISCREET_CHECK', 6],
  ['MISSING_PLATES', 8],
  ['EVIDENCE', 4],
] as const);
const stateOf = weightedChoice([
  ['ALB', 40],
  ['XKX', 12],
  ['MKD', 12],
  ['MNE', 10],
  ['SRB', 8],
  ['BIH', 6],
  ['ITA', 7],
  ['DEU', 5],
] as const);
const categoryOf = weightedChoice([
  ['M1', 62],
  ['N1', 22],
  ['N2', 10],
  ['N3', 6],
] as const);
const modelOf = weightedChoice([
  ['Examplia Uno', 3],
  ['Examplia Combi', 3],
  ['Specimen Cargo', 2],
  ['Specimen Tourer', 2],
  ['Invento Maxi', 1],
] as const);
const colourOf = weightedChoice([
  ['white', 5],
  ['grey', 4],
  ['black', 4],
  ['blue', 2],
  ['red', 1],
] as const);
const actionOf = weightedChoice([
  ['STOP_AND_INFORM', 6],
  ['INFORM_ONLY', 3],
  ['SEIZE', 2],
] as const);

/** The alert with this number, from 0 on. */
export function vehicleAlert(partner: string, number: number): Readonly<Record<string, unknown>> {
  const random = randomOf(`vehicles of ${partner}`, number);
  const reportedMs = REPORTED_FROM + random.below(REPORTED_DAYS * 24 * 60) * 60_000;
  const reason = reasonOf(random);
  const [make, model] = modelOf(random).split(' ');
  const isSeen = random.chance(0.4);
  return {
    nationalReference: `${SYNTHETIC_MARK}-${partner}-VEHICLE-${String(number + 1).padStart(6, '0')}`,
    plateNumber: inventedPlate(number + 1),
    registrationState: stateOf(random),
    vin: inventedVin(number + 1),
    make,
    model,
    colour: colourOf(random),
    category: categoryOf(random),
    reason,
    reportedAt: new Date(reportedMs).toISOString(),
    registeredKeeper: inventedName(random),
    actionRequested: actionOf(random),
    weaponsWarning: random.chance(0.03),
    ...(isSeen ? { lastSeenAt: new Date(reportedMs + random.below(30 * 24 * 60) * 60_000).toISOString() } : {}),
    ...(isSeen ? { lastSeenPlace: `synthetic place ${1 + random.below(40)}` } : {}),
    ...(reason === 'USED_FOR_FACILITATION'
      ? { relatedIncident: `${SYNTHETIC_MARK}-${partner}-INCIDENT-${1 + random.below(60)}` }
      : {}),
  };
}
