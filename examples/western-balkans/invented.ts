/**
 * Personal values that cannot be anybody's. Each bears a mark no real value has, so that a demo record found anywhere can be
 * told for what it is, and tests can check that every one is marked.
 */
import type { Random } from './random.js';

/** stands in every invented name: no orthography of the region, nor a transliteration of ICAO 9303, writes these two letters together */
export const NAME_MARK = 'QX';
/** begins every invented reference, document number, plate and vehicle number (but see `document-alerts.ts` for a fixed series) */
export const SYNTHETIC_MARK = 'SYN';

const BEGINNINGS = [
  'VE',
  'TO',
  'LU',
  'MI',
  'RA',
  'ZO',
  'KE',
  'PA',
  'NU',
  'SI',
  'DRE',
  'GLO',
  'BRI',
  'STA',
  'VLU',
  'FRE',
];
const ENDS = ['AN', 'EL', 'IR', 'OS', 'UM', 'AR', 'ET', 'IN', 'OLD', 'ERT', 'IST', 'AND', 'ULF', 'ORM', 'ASK', 'EMP'];
const TAILS = ['', '', '', 'O', 'A', 'I'];

/** `VEQXANO, TOQXIRA`: surname and given name, as in the machine-readable zone. */
export function inventedName(random: Random): string {
  return `${inventedWord(random)}, ${inventedWord(random)}`;
}

/**
 * `SYN4820193`: ten characters, one more than the document number of a machine-readable zone may have (ICAO 9303-3).
 */
export function inventedDocumentNumber(random: Random): string {
  return `${SYNTHETIC_MARK}${String(random.below(10_000_000)).padStart(7, '0')}`;
}

/** `SYN 0042`: no state of the region begins its plates like this. */
export function inventedPlate(number: number): string {
  return `${SYNTHETIC_MARK} ${String(number).padStart(4, '0')}`;
}

/** Seventeen characters with an O and a Q, which ISO 3779 forbids in a vehicle identification number. */
export function inventedVin(number: number): string {
  return `${SYNTHETIC_MARK}OQ${String(number).padStart(12, '0')}`;
}

/** A day on which somebody of that age, in years at the given instant, may have been born: `YYYY-MM-DD`. */
export function birthDateAt(instant: Date, ageYears: number, random: Random): string {
  const dayMs = 86_400_000;
  const daysBefore = Math.floor(ageYears * 365.25) + 2 + random.below(360);
  return new Date(instant.getTime() - daysBefore * dayMs).toISOString().slice(0, 10);
}

function inventedWord(random: Random): string {
  return `${pick(BEGINNINGS, random)}${NAME_MARK}${pick(ENDS, random)}${pick(TAILS, random)}`;
}

function pick(items: readonly string[], random: Random): string {
  return items[random.below(items.length)] as string;
}
