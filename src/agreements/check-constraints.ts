import { includesAction } from '../domain/action.js';
import type { Terms } from '../domain/agreement.js';
import type { Clause, Permission } from '../domain/clause.js';
import { durationFrom } from '../domain/duration.js';
import { limitsAction } from '../domain/quota.js';
import { type ExchangeStandard, isOutsideRegime, occurredAtOf, type RecordType } from '../domain/record-type.js';
import { type Faults, type Path, quoted } from './document.js';

/**
 * Faults of what a permission demands: a regime that its purposes do not stand under, days outside of the agreement's own,
 * a window or an age that nothing can fall in, an age of records that do not say when they occurred, evidence of values where
 * none are shown.
 *
 * @param recordType undefined if the clause names none that is known: that is a fault already
 */
export function checkConstraints(
  clause: Permission,
  known: { readonly terms: Terms; readonly standard: ExchangeStandard; readonly recordType: RecordType | undefined },
  path: Path,
  faults: Faults,
): void {
  checkRegime(clause, known.standard, path, faults);
  checkDays(clause, known.terms, path, faults);
  checkHours(clause, path, faults);
  checkAge(clause, known.recordType, path, faults);
  checkQuota(clause, path, faults);
  checkEvidence(clause, path, faults);
  clause.constraints.duties?.forEach((duty, index) => {
    if (typeof duty === 'string' || duty.every === undefined || isPositive(duty.every)) return;
    faults.note([...path, 'duties', String(index), 'every'], 'INVALID', '`every` is at least one day');
  });
}

/** Faults of purposes that no agreement can speak of, in a permission and in a prohibition alike. */
export function checkPurposesInScope(clause: Clause, standard: ExchangeStandard, path: Path, faults: Faults): void {
  for (const { name, regime } of standard.purposes) {
    if (!clause.purposes.includes(name) || !isOutsideRegime(regime)) continue;
    faults.note(
      [...path, 'purposes'],
      'REGIME_MISMATCH',
      `\`${name}\` stands under \`${regime}\`, and nothing is exchanged under that`,
    );
  }
}

function checkRegime(
  { constraints, purposes }: Permission,
  standard: ExchangeStandard,
  path: Path,
  faults: Faults,
): void {
  const { regime } = constraints;
  if (regime === undefined) return;
  const regimes = [...new Set(standard.purposes.map((purpose) => purpose.regime))].filter(
    (one) => !isOutsideRegime(one),
  );
  if (!regimes.includes(regime)) {
    faults.note([...path, 'regime'], 'UNKNOWN', `there is no regime \`${regime}\`; known are ${quoted(regimes)}`);
    return;
  }
  for (const { name, regime: own } of standard.purposes) {
    if (!purposes.includes(name) || own === regime) continue;
    faults.note(
      [...path, 'regime'],
      'REGIME_MISMATCH',
      `purpose \`${name}\` stands under \`${own}\`; leave it out, or put it into a clause of its own`,
    );
  }
}

function checkDays({ constraints: { from, until } }: Permission, terms: Terms, path: Path, faults: Faults): void {
  const isWithin = (day: string): boolean => terms.from <= day && day <= terms.until;
  const span = `\`${terms.from}\` to \`${terms.until}\``;
  for (const [key, day] of [['from', from] as const, ['until', until] as const]) {
    if (day === undefined || isWithin(day)) continue;
    faults.note([...path, key], 'INVALID', `\`${day}\` lies outside of the agreement, which is from ${span}`);
  }
  if ((from ?? terms.from) < (until ?? terms.until)) return;
  faults.note([...path, until === undefined ? 'from' : 'until'], 'INVALID', '`until` is after `from`');
}

function checkHours({ constraints: { hours } }: Permission, path: Path, faults: Faults): void {
  if (hours === undefined || hours.slice(0, 5) !== hours.slice(6)) return;
  faults.note([...path, 'hours'], 'INVALID', `\`${hours}\` is no time at all; for the whole day leave \`hours\` out`);
}

function checkAge(
  { constraints: { recordAgeMax } }: Permission,
  recordType: RecordType | undefined,
  path: Path,
  faults: Faults,
): void {
  if (recordAgeMax === undefined) return;
  const at = [...path, 'recordAgeMax'];
  if (!isPositive(recordAgeMax)) faults.note(at, 'INVALID', '`recordAgeMax` is at least one day');
  if (recordType === undefined || occurredAtOf(recordType) !== undefined) return;
  faults.note(
    at,
    'INVALID',
    `\`${recordType.name}\` does not say when a record occurred (\`@occurredAt\`), so its age cannot be told`,
  );
}

/** A quota that says nothing of the clause's own action would read like a limit and be none. */
function checkQuota({ action, constraints: { quota } }: Permission, path: Path, faults: Faults): void {
  if (quota === undefined || limitsAction(quota, action)) return;
  const mend = action === 'MATCH' ? '`values` or `requests`' : '`requests`, `records` or `subjects`';
  faults.note([...path, 'quota'], 'INVALID', `this quota does not limit \`${action}\`; name ${mend}`);
}

/** Counts and hits show no values of a record: a demand for evidence of them would read like a safeguard and be none. */
function checkEvidence({ action, constraints: { evidence } }: Permission, path: Path, faults: Faults): void {
  if (evidence === undefined || includesAction(action, 'READ')) return;
  faults.note(
    [...path, 'evidence'],
    'INVALID',
    `\`${action}\` shows no values, so there is nothing to keep evidence of; leave \`evidence\` out`,
  );
}

function isPositive(text: string): boolean {
  const duration = durationFrom(text);
  return duration !== null && duration.months + duration.days > 0;
}
