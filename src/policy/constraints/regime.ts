import { isOutsideRegime } from '../../domain/record-type.js';
import type { ConstraintCheck } from './constraint.js';

/** `regime`: the purpose asked for must stand under this legal regime in the exchange standard, today's standard. */
export const regime: ConstraintCheck = ({ constraints }, ask, { standard }) => {
  const purpose = standard.purposes.find(({ name }) => name === ask.purpose);
  return constraints.regime === undefined || purpose?.regime === constraints.regime ? null : 'REGIME_MISMATCH';
};

/** Whatever a clause says: a purpose of a regime that no agreement can speak of is not served. */
export const regimeInScope: ConstraintCheck = (_permission, ask, { standard }) => {
  const purpose = standard.purposes.find(({ name }) => name === ask.purpose);
  return purpose === undefined || isOutsideRegime(purpose.regime) ? 'REGIME_MISMATCH' : null;
};
