// Instants at which something a clause says begins or ends: what is wrong by a millisecond is wrong there.

import type { Terms } from '../../src/domain/agreement.js';
import type { Constraints } from '../../src/domain/clause.js';
import { shiftedDay, startOfDay } from './local-clock.js';
import type { AgreementWorld } from './random-agreements.js';
import { AGES, WINDOW_DAYS } from './random-clauses.js';

const HOUR_MS = 3_600_000;

/** Of versions and acts, of days of clauses, of hours on days on which clocks change, and of the age of records: by kind. */
export function instantsOf({
  story,
  records,
  recordType,
  timeZone,
}: Omit<AgreementWorld, 'instants'>): readonly (readonly number[])[] {
  const facts = story.flatMap((one) =>
    one.kind === 'ACT'
      ? [one.act.effectiveAt.getTime()]
      : [
          one.version.from,
          one.version.until,
          one.version.finalisedAt,
          one.version.noticeEndsAt ?? one.version.from,
        ].map((date) => date.getTime()),
  );
  const terms = story.flatMap((one) => (one.kind === 'VERSION' ? [one.version.terms] : []));
  const occurred = recordType.fields.find(({ isOccurredAt }) => isOccurredAt)?.name ?? '';
  const ages = Object.values(records)
    .flat()
    .flatMap(({ values }) => ageInstants(values[occurred], timeZone));
  return [facts, terms.flatMap(dayInstants), terms.flatMap(hourInstants), ages]
    .map((found) => [...new Set(found)].filter((at) => at > EARLIEST))
    .filter((found) => found.length > 0);
}

const EARLIEST = Date.parse('2023-05-01T00:00:00Z');

function constraintsOf({ clauses }: Terms): readonly Constraints[] {
  return clauses.flatMap((clause) => (clause.kind === 'PERMISSION' ? [clause.constraints] : []));
}

function dayInstants(terms: Terms): readonly number[] {
  return constraintsOf(terms).flatMap(({ from, until }) =>
    [from, until].flatMap((day) => (day === undefined ? [] : [startOfDay(day, terms.timeZone)])),
  );
}

/** Both edges as many hours after midnight as they say, and an hour beside: where clocks change that is the edge. */
function hourInstants(terms: Terms): readonly number[] {
  return constraintsOf(terms).flatMap(({ hours }) =>
    (hours?.split('-') ?? []).flatMap((clock) => {
      const [hour = 0, minute = 0] = clock.split(':').map(Number);
      return [WINDOW_DAYS[2], WINDOW_DAYS[4], '2024-02-29'].flatMap((day) => {
        const at = startOfDay(day ?? '', terms.timeZone) + hour * HOUR_MS + minute * 60_000;
        return [at - HOUR_MS, at, at + HOUR_MS];
      });
    }),
  );
}

function ageInstants(value: unknown, timeZone: string): readonly number[] {
  if (typeof value !== 'string') return [];
  return AGES.slice(0, 5).map((age) => {
    const [day = '', clock] = value.split('T');
    const shifted = shiftedDay(day, age, 1);
    return clock === undefined ? startOfDay(shifted, timeZone) : Date.parse(`${shifted}T${clock}`);
  });
}
