import type { ClauseDuty, Constraints, Quota } from '../../domain/clause.js';
import { QUOTA_UNITS } from '../../domain/clause.js';
import type { JsonValue } from '../../support/canonical-json.js';
import { besa } from './odrl-profile.js';

export type OdrlDocument = { readonly [key: string]: JsonValue };

/** What each kind of constraint is in ODRL; a kind added to the domain fails to compile until it has a line here. */
const WRITERS: {
  readonly [Kind in keyof Required<Constraints>]: (value: NonNullable<Constraints[Kind]>) => readonly OdrlDocument[];
} = {
  countMin: (count) => [constraint(besa('cellSize'), 'gteq', count)],
  zeroPolicy: (policy) => [constraint(besa('zeroPolicy'), 'eq', policy)],
  justification: (demand) => [constraint(besa('justification'), 'eq', demand === 'REQUIRED' ? demand : demand.pattern)],
  regime: (regime) => [constraint(besa('legalRegime'), 'eq', regime)],
  from: (day) => [constraint('dateTime', 'gteq', day)],
  until: (day) => [constraint('dateTime', 'lt', day)],
  hours: (hours) => [constraint(besa('localHours'), 'isPartOf', hours)],
  recordAgeMax: (duration) => [constraint(besa('recordAge'), 'lteq', duration)],
  dataSubjectCategories: (codes) => [constraint(besa('dataSubjectCategory'), 'isAnyOf', codes)],
  handlingCodes: (codes) => [constraint(besa('handlingCode'), 'isAnyOf', codes)],
  quota: writeQuota,
  rowsMax: (rows) => [constraint(besa('rowsInAnswer'), 'lteq', rows)],
  retainFor: (duration) => [constraint(besa('retention'), 'lteq', duration)],
  onwardDepth: (depth) => [constraint(besa('onwardDepth'), 'lteq', depth)],
  duties: () => [],
  evidence: (kind) => [constraint(besa('evidence'), 'eq', kind)],
};

/** The constraints of a permission, one ODRL constraint each; duties are no constraints in ODRL: see `odrlDuties`. */
export function odrlConstraints(constraints: Constraints): readonly OdrlDocument[] {
  const kinds = Object.keys(WRITERS) as (keyof Constraints)[];
  return kinds.flatMap((kind) => written(constraints, kind));
}

function written<Kind extends keyof Constraints>(constraints: Constraints, kind: Kind): readonly OdrlDocument[] {
  const value = constraints[kind];
  return value === undefined ? [] : WRITERS[kind](value as NonNullable<Constraints[Kind]>);
}

export function constraint(leftOperand: string, operator: string, rightOperand: JsonValue): OdrlDocument {
  return { leftOperand, operator, rightOperand };
}

function writeQuota(quota: Quota): readonly OdrlDocument[] {
  return QUOTA_UNITS.flatMap((unit) => {
    const limit = quota[unit];
    if (limit === undefined) return [];
    const operand = unit === 'subjects' ? besa('distinctSubjects') : 'count';
    return [{ ...constraint(operand, 'lteq', limit), unit: `urn:besa:unit:${unit}`, [besa('per')]: quota.per }];
  });
}

/** What the recipient owes in return: an ODRL duty each. */
export function odrlDuties(duties: readonly ClauseDuty[]): readonly OdrlDocument[] {
  return duties.map((duty) => {
    if (typeof duty === 'string') return { action: besa('fulfil'), [besa('statement')]: duty };
    return {
      action: besa('fulfil'),
      [besa('statement')]: duty.duty,
      ...(duty.within === undefined ? {} : { [besa('within')]: duty.within }),
      ...(duty.every === undefined ? {} : { [besa('every')]: duty.every }),
    };
  });
}
