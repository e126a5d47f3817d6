/** What a synthetic record of a border crossing says. Beside month, nationality and owner, everything is invented. */
import type { CrossingEvent } from './events.js';
import { birthDateAt, inventedDocumentNumber, inventedName, SYNTHETIC_MARK } from './invented.js';
import { type Random, randomOf, weightedChoice } from './random.js';

/** ISO 3166 alpha-3 (and the user-assigned code of travel documents) of the sides that section names use. */
const COUNTRY_OF_SIDE: Readonly<Record<string, string>> = {
  AL: 'ALB',
  BA: 'BIH',
  BG: 'BGR',
  GR: 'GRC',
  HR: 'HRV',
  HU: 'HUN',
  ME: 'MNE',
  MK: 'MKD',
  RO: 'ROU',
  RS: 'SRB',
  XK: 'XKX',
};

/** A point near the middle of each section: latitude and longitude in degrees. */
const MIDDLE_OF_SECTION: Readonly<Record<string, readonly [number, number]>> = {
  'AL-GR': [40.05, 20.68],
  'AL-ME': [42.25, 19.45],
  'AL-MK': [41.2, 20.55],
  'AL-XK': [42.2, 20.5],
  'BA-HR': [45.05, 16.0],
  'BA-ME': [43.0, 18.65],
  'BA-RS': [44.2, 19.35],
  'BG-MK': [41.7, 22.95],
  'BG-RS': [43.2, 22.9],
  'GR-MK': [41.15, 22.4],
  'HR-ME': [42.5, 18.45],
  'HR-RS': [45.3, 19.05],
  'HU-RS': [46.1, 19.75],
  'ME-RS': [43.3, 19.6],
  'ME-XK': [42.75, 20.2],
  'MK-RS': [42.3, 21.9],
  'MK-XK': [42.15, 21.3],
  'RO-RS': [45.2, 21.3],
  'RS-XK': [43.0, 21.05],
};
/** degrees to either side of the middle */
const SPREAD_DEGREES = 0.12;

const methodOf = weightedChoice([
  ['PATROL', 46],
  ['THERMAL_CAMERA', 22],
  ['DRONE', 9],
  ['INFORMATION', 14],
  ['OTHER', 9],
] as const);
const methodAtPointOf = weightedChoice([
  ['VEHICLE_SEARCH', 60],
  ['HEARTBEAT_DETECTOR', 30],
  ['INFORMATION', 10],
] as const);
const transportOf = weightedChoice([
  ['ON_FOOT', 82],
  ['CAR', 7],
  ['VAN', 6],
  ['TRAIN', 2],
  ['BOAT', 1],
  ['OTHER', 2],
] as const);
const transportAtPointOf = weightedChoice([
  ['LORRY_HIDDEN', 70],
  ['VAN', 18],
  ['CAR', 12],
] as const);
const outcomeOf = weightedChoice([
  ['ASYLUM_REFERRAL', 38],
  ['RELEASED', 20],
  ['RETURN_DECISION', 18],
  ['READMISSION', 12],
  ['PREVENTED', 8],
  ['HANDED_OVER', 4],
] as const);
const sexOf = weightedChoice([
  ['M', 82],
  ['F', 17],
  ['X', 1],
] as const);
const ageOf = weightedChoice([
  [4, 5],
  [10, 6],
  [15, 12],
  [19, 24],
  [24, 26],
  [30, 14],
  [38, 9],
  [50, 4],
] as const);
const basisOf = weightedChoice([
  ['CLAIMED', 62],
  ['DOCUMENTED', 25],
  ['ASSESSED', 13],
] as const);
const facilitatedOf = weightedChoice([
  ['UNKNOWN', 48],
  ['NO', 22],
  ['SUSPECTED', 22],
  ['YES', 8],
] as const);
const documentTypeOf = weightedChoice([
  ['P', 60],
  ['I', 30],
  ['T', 5],
  ['R', 5],
] as const);
const noteOf = weightedChoice([
  ['synthetic note: seen from the patrol path', 5],
  ['synthetic note: handed to the next shift', 3],
  ['synthetic note: tracks on both sides', 2],
] as const);

/** One record of `owner`, field by field as the record type names them; unknown fields are left out. */
export function borderCrossing(owner: string, event: CrossingEvent): Readonly<Record<string, unknown>> {
  const random = randomOf(event.era, event.number);
  const detectedAt = detectedAtOf(event, random);
  return {
    nationalReference: referenceOf(owner, event),
    detectedAt: detectedAt.toISOString(),
    ...placeOf(owner, event, random),
    personsCount: 1,
    groupSize: random.chance(0.2) ? 1 : 2 + random.below(23),
    route: 'WESTERN_BALKAN',
    nationality: event.nationality,
    ...personOf(event, detectedAt, random),
    facilitated: facilitatedOf(random),
    outcome: outcomeOf(random),
    ...(random.chance(0.1) ? { patrolNote: noteOf(random) } : {}),
  };
}

/** `SYN-AL-202306-000042`: marked, and the same whether the small or the large demo is loaded. */
function referenceOf(owner: string, { year, month, sequence }: CrossingEvent): string {
  const months = `${year}${String(month).padStart(2, '0')}`;
  return `${SYNTHETIC_MARK}-${sideOf(owner)}-${months}-${String(sequence + 1).padStart(6, '0')}`;
}

/**
 * An instant inside the local month, on a full minute. The owner's first event of a month is at its first instant and its last
 * one a millisecond before the next month: where a boundary is drawn wrongly, the published totals no longer come out.
 */
function detectedAtOf({ span, sequence, ofMonth }: CrossingEvent, random: Random): Date {
  const { from, until } = span;
  const minutes = (until.getTime() - from.getTime()) / 60_000;
  const inside = new Date(from.getTime() + random.below(minutes) * 60_000);
  if (sequence === 0) return from;
  if (sequence === ofMonth - 1) return new Date(until.getTime() - 1);
  return inside;
}

function placeOf(owner: string, { section }: CrossingEvent, random: Random): Record<string, unknown> {
  const isAtPoint = random.chance(0.06);
  const direction = random.chance(0.7) ? 'ENTRY' : 'EXIT';
  const own = sideOf(owner);
  const other = section.split('-').find((side) => side !== own) as string;
  const [latitude, longitude] = MIDDLE_OF_SECTION[section] as readonly [number, number];
  return {
    indicator: isAtPoint ? 'IBC_AT_BCP' : 'IBC_BETWEEN_BCP',
    borderSection: section,
    placeKind: isAtPoint ? 'BCP' : random.chance(0.12) ? 'INLAND' : 'BETWEEN_BCP',
    ...(isAtPoint ? { bcpCode: `${section}-${1 + random.below(4)}` } : {}),
    latitude: nearby(latitude, random),
    longitude: nearby(longitude, random),
    direction,
    detectionMethod: isAtPoint ? methodAtPointOf(random) : methodOf(random),
    transportMode: isAtPoint ? transportAtPointOf(random) : transportOf(random),
    lastTransitCountry: COUNTRY_OF_SIDE[direction === 'ENTRY' ? other : own],
  };
}

function personOf({ nationality }: CrossingEvent, detectedAt: Date, random: Random): Record<string, unknown> {
  const age = ageOf(random);
  const nationalityBasis = basisOf(random);
  const minor = random.chance(0.3) ? 'UNACCOMPANIED_MINOR' : 'ACCOMPANIED_MINOR';
  return {
    nationalityBasis,
    sex: sexOf(random),
    birthDate: birthDateAt(detectedAt, age, random),
    minorStatus: random.chance(0.02) ? 'UNKNOWN' : age < 17 ? minor : 'ADULT',
    fullName: inventedName(random),
    ...(nationalityBasis === 'DOCUMENTED'
      ? {
          documentNumber: inventedDocumentNumber(random),
          documentType: documentTypeOf(random),
          documentIssuer: nationality,
        }
      : {}),
    biometricsHeld: random.chance(0.55),
  };
}

function nearby(degrees: number, random: Random): number {
  return Number((degrees + (random.next() * 2 - 1) * SPREAD_DEGREES).toFixed(4));
}

/** `AL-BMP` → `AL`: how sections name the owner's side. */
function sideOf(owner: string): string {
  return owner.split('-')[0] as string;
}
