import type { HandlingCode } from '../../domain/record-type.js';
import { enforcedLater } from './constraint.js';

/** `handlingCodes: [H2]`: rows with these codes are shown too, told on each row. What a code demands goes with the data. */
export const handlingCodes = enforcedLater;

/** May a row with this code be shown under a clause that names `codes`? H2 and H3 restrict: they need naming; H0, H1 and none do not. */
export function isHandled(code: HandlingCode | null, codes: readonly HandlingCode[]): boolean {
  return (code !== 'H2' && code !== 'H3') || codes.includes(code);
}
