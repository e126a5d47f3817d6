/** Use of data that its owner, or who receives it, should look at: found from counts, never from records. */
import type { Notice } from '../../domain/notice.js';
import { localDayOf, startOfLocalDay } from '../../policy/local-time.js';
import type { Ports } from '../ports.js';
import type { QuotaStanding } from '../quota-use.js';

/** Refusals about one owner's databases on one day by one agency. `day`: `YYYY-MM-DD` of the hub's time zone. */
export interface RefusedOnDay {
  readonly agency: string;
  readonly day: string;
  readonly refusals: number;
}

/** A day's refusals are unusual from this number on, and from this many times the mean of the days before. */
const REFUSALS_MIN = 10;
const TIMES_THE_MEAN = 5;
/** Days before that the mean is taken over; a day without a refusal counts as nothing, not as no day. */
const DAYS_COMPARED = 28;
const NEARLY = 0.8;
const DAY_MS = 86_400_000;

/**
 * Refusals about the databases of an owner that rose, from what the owner may read of the ledger. The days before are looked at
 * only where there were enough refusals today or yesterday.
 */
export async function refusalNotices(
  hub: Pick<Ports, 'ledgerViews' | 'timeZone'>,
  owner: string,
  now: Date,
): Promise<readonly Notice[]> {
  const { timeZone } = hub;
  const yesterday = dayBefore(localDayOf(now.getTime(), timeZone), 1);
  const recent = await refusedSince(hub, owner, yesterday);
  const agencies = new Set(recent.filter(({ refusals }) => refusals >= REFUSALS_MIN).map(({ agency }) => agency));
  if (agencies.size === 0) return [];
  const counts = await refusedSince(hub, owner, dayBefore(yesterday, DAYS_COMPARED));
  return refusalsRise(
    counts.filter(({ agency }) => agencies.has(agency)),
    { now, timeZone },
  );
}

async function refusedSince(
  { ledgerViews, timeZone }: Pick<Ports, 'ledgerViews' | 'timeZone'>,
  owner: string,
  day: string,
): Promise<readonly RefusedOnDay[]> {
  const from = new Date(startOfLocalDay(day, timeZone));
  const cells = await ledgerViews.statistics(owner, { perspective: 'OWNER', outcome: 'REFUSED', from }, [
    'AGENCY',
    'DAY',
  ]);
  return cells.flatMap(({ group, entries }) =>
    group.AGENCY == null || group.DAY == null ? [] : [{ agency: group.AGENCY, day: group.DAY, refusals: entries }],
  );
}

/** When it is, by the database's clock, and where days begin. */
export interface LocalNow {
  readonly now: Date;
  /** IANA name */
  readonly timeZone: string;
}

/**
 * REFUSALS_RISE, once for each agency and day: it was refused five times as often as on the mean of the 28 days before, and ten
 * times at least. Told to the owner of what it asked for.
 *
 * @param counts of any days and agencies; what is missing is 0
 * @param at     the present day and the one before are looked at: what came just before midnight is not lost
 */
export function refusalsRise(counts: readonly RefusedOnDay[], at: LocalNow): readonly Notice[] {
  const today = localDayOf(at.now.getTime(), at.timeZone);
  const agencies = [...new Set(counts.map(({ agency }) => agency))].sort();
  return agencies.flatMap((agency) => {
    const ofDay = new Map<string, number>();
    for (const one of counts) {
      if (one.agency === agency) ofDay.set(one.day, (ofDay.get(one.day) ?? 0) + one.refusals);
    }
    return [dayBefore(today, 1), today].flatMap((day) => riseOn({ day, agency }, ofDay, at));
  });
}

function riseOn(
  { day, agency }: Pick<RefusedOnDay, 'day' | 'agency'>,
  ofDay: ReadonlyMap<string, number>,
  { now, timeZone }: LocalNow,
): readonly Notice[] {
  const refusals = ofDay.get(day) ?? 0;
  const before = Array.from({ length: DAYS_COMPARED }, (_, index) => ofDay.get(dayBefore(day, index + 1)) ?? 0);
  const sum = before.reduce((total, one) => total + one, 0);
  // Without a division: 5 times the mean of 28 days.
  if (refusals < REFUSALS_MIN || refusals * DAYS_COMPARED < TIMES_THE_MEAN * sum) return [];
  const kind = 'REFUSALS_RISE' as const;
  const endsAt = startOfLocalDay(dayBefore(day, -1), timeZone) - 1;
  const sentence = `on ${day} ${agency} was refused what it asked of your databases ${refusals} times or more; on the ${DAYS_COMPARED} days before, ${sum} times together`;
  return [
    {
      key: `-/${kind}/${agency}/${day}`,
      kind,
      at: new Date(Math.min(endsAt, now.getTime())),
      reference: null,
      sentence,
      dueAt: null,
      renewal: null,
      subject: { agency, day },
    },
  ];
}

/** `2024-05-02`, 1 → `2024-05-01` */
export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * QUOTA_NEARLY_USED, once for each quota, unit and period: four fifths of it or more are used. Told to who gives and to who
 * receives; what is under way counts in full.
 */
export function quotasNearlyUsed(standings: readonly QuotaStanding[], now: Date): readonly Notice[] {
  return standings
    .filter(({ used, limit }) => limit > 0 && used >= limit * NEARLY)
    .map(({ basis, assigner, assignee, unit, per, limit, resetsAt }) => {
      const kind = 'QUOTA_NEARLY_USED' as const;
      const { agreement, article } = basis;
      const sentence = `${assignee} has used four fifths or more of the ${limit} ${unit} a ${per} that ${assigner} gives under article ${article} of ${agreement}`;
      return {
        key: [agreement, kind, article, assigner, assignee, unit, resetsAt.toISOString()].join('/'),
        kind,
        at: now,
        reference: agreement,
        sentence,
        dueAt: resetsAt,
        renewal: null,
        subject: { article, assigner, assignee, unit },
      };
    });
}
