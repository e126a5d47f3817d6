import type { AgreementAct, AgreementVersion } from '../domain/agreement.js';
import type { ClauseDuty } from '../domain/clause.js';
import { durationFrom } from '../domain/duration.js';
import type { Duty, DutyAttestation, DutyKind } from '../domain/duty.js';
import { directedPermissions } from './directed-clauses.js';
import type { LocalCalendar } from './local-calendar.js';

/** One agreement as far as its duties go. */
export interface DutyFacts {
  /** finalised and verified, in the order of their numbers */
  readonly versions: readonly AgreementVersion[];
  readonly acts: readonly AgreementAct[];
  readonly attestations: readonly DutyAttestation[];
}

/** How often a recurring duty is told at most: the newest times. */
const TIMES_TOLD_MAX = 200;

/** A stretch in which a version was in force by its dates; suspensions do not end what is owed. */
interface Stretch {
  readonly version: AgreementVersion;
  readonly from: Date;
  readonly until: Date;
}

/**
 * Everything owed under one agreement up to an instant, in the order of its becoming owed: what its clauses ask of their
 * recipients, and after its end what its `afterEffects` ask of everybody who received under it.
 *
 * The same words of the same article go on from version to version: they are owed once, not once per version.
 */
export function dutiesOf(facts: DutyFacts, now: Date, calendar: LocalCalendar): readonly Duty[] {
  const stretches = stretchesOf(facts);
  const duties = [...clauseDuties(stretches, now, calendar), ...endDuties(stretches, now, calendar)];
  const attested = new Map(facts.attestations.map((attestation) => [attestation.key, attestation]));
  return duties
    .map((owed): Duty => {
      const attestation = attested.get(owed.key) ?? null;
      const isOverdue = owed.dueAt !== null && owed.dueAt <= now;
      return { ...owed, attestation, status: attestation !== null ? 'ATTESTED' : isOverdue ? 'OVERDUE' : 'OPEN' };
    })
    .sort((a, b) => a.owedFrom.getTime() - b.owedFrom.getTime());
}

type Owed = Omit<Duty, 'status' | 'attestation'>;

/** When each version held: from its beginning to the next one's, to its own end, or to its termination. */
function stretchesOf({ versions, acts }: DutyFacts): readonly Stretch[] {
  const [first] = versions;
  const terminated = acts
    .filter((act) => act.kind === 'TERMINATE' && act.reference === first?.terms.reference)
    .map((act) => act.effectiveAt.getTime());
  return versions.flatMap((version, index) => {
    const from = beginOf(version);
    const until = Math.min(version.until.getTime(), ...terminated, ...versions.slice(index + 1).map(beginOf));
    return from < until ? [{ version, from: new Date(from), until: new Date(until) }] : [];
  });
}

function beginOf({ from, finalisedAt, noticeEndsAt }: AgreementVersion): number {
  return Math.max(from.getTime(), finalisedAt.getTime(), noticeEndsAt?.getTime() ?? 0);
}

interface Promised {
  readonly article: string;
  readonly words: string;
  readonly debtor: string;
  readonly creditor: string;
  readonly duty: Exclude<ClauseDuty, string>;
}

function clauseDuties(stretches: readonly Stretch[], now: Date, calendar: LocalCalendar): readonly Owed[] {
  const promised = new Map<string, { latest: Promised; from: Date; until: Date; version: AgreementVersion }>();
  const places = new Map<string, string[]>();
  for (const { version, from, until } of stretches) {
    for (const one of promisesOf(version)) {
      const known = places.get(one.article) ?? [];
      if (!known.includes(one.words)) known.push(one.words);
      places.set(one.article, known);
      const key = [one.article, known.indexOf(one.words) + 1, one.debtor, one.creditor].join('/');
      promised.set(key, { latest: one, from: promised.get(key)?.from ?? from, until, version });
    }
  }
  return [...promised].flatMap(([key, { latest, from, until, version }]) =>
    timesOwed(latest.duty, { from, until, now }, version.terms.timeZone, calendar).map(({ owedFrom, dueAt, time }) => ({
      key: `${key}/${time}`,
      reference: version.terms.reference,
      kind: 'CLAUSE' as const,
      article: latest.article,
      debtor: latest.debtor,
      creditor: latest.creditor,
      words: latest.words,
      owedFrom,
      dueAt,
    })),
  );
}

/** When a duty is owed, and by when each time; nothing that begins after `now` or after the agreement's end. */
function timesOwed(
  { within, every }: Exclude<ClauseDuty, string>,
  { from, until, now }: { readonly from: Date; readonly until: Date; readonly now: Date },
  timeZone: string,
  calendar: LocalCalendar,
): readonly { readonly owedFrom: Date; readonly dueAt: Date | null; readonly time: number }[] {
  const after = (begun: Date, duration: string): Date => calendar.endOfPeriod(begun, duration, timeZone);
  const times: { owedFrom: Date; dueAt: Date | null; time: number }[] = [];
  let owedFrom = from;
  while (owedFrom <= now && owedFrom < until) {
    // Counted from the beginning each time: a period counted from the end of the one before would be a day later every time.
    const next: Date | null = every === undefined ? null : after(from, repeated(every, times.length + 1));
    times.push({ owedFrom, dueAt: within === undefined ? next : after(owedFrom, within), time: times.length + 1 });
    // A period of no days would be owed for ever at the same instant.
    if (next === null || next <= owedFrom) break;
    owedFrom = next;
  }
  return times.slice(-TIMES_TOLD_MAX);
}

const MONTHS_MAX = 9_999;
const DAYS_MAX = 99_999;

/** `P1Y3M`, 2 → `P30M0D`, no longer than a duration can be written: nobody lives to see the end of that. */
function repeated(duration: string, count: number): string {
  const parsed = durationFrom(duration);
  if (parsed === null) throw new Error('a duty comes again after a duration');
  return `P${Math.min(parsed.months * count, MONTHS_MAX)}M${Math.min(parsed.days * count, DAYS_MAX)}D`;
}

function promisesOf(version: AgreementVersion): readonly Promised[] {
  return directedPermissions(version).flatMap(({ clause, assigner, assignee }) =>
    (clause.constraints.duties ?? []).map((duty) => {
      const parsed = typeof duty === 'string' ? { duty } : duty;
      return { article: clause.article, words: parsed.duty, debtor: assignee, creditor: assigner, duty: parsed };
    }),
  );
}

/** What is owed once the agreement is over, by everybody who could receive anything under any of its versions. */
function endDuties(stretches: readonly Stretch[], now: Date, calendar: LocalCalendar): readonly Owed[] {
  const last = stretches.at(-1);
  const effects = last?.version.terms.afterEffects;
  if (last === undefined || effects === undefined || last.until > now) return [];
  const { reference, timeZone } = last.version.terms;
  const pairs = new Map(
    stretches
      .flatMap(({ version }) => directedPermissions(version))
      .map(({ assigner, assignee }) => [`${assignee}/${assigner}`, { assigner, assignee }]),
  );
  const kind: DutyKind = effects.received;
  return [...pairs].map(([pair, { assigner, assignee }]) => ({
    key: `${kind.toLowerCase()}/${pair}`,
    reference,
    kind,
    article: null,
    debtor: assignee,
    creditor: assigner,
    words: null,
    owedFrom: last.until,
    dueAt: calendar.endOfPeriod(last.until, effects.within ?? 'P0D', timeZone),
  }));
}
