/** Rights that begin or end at a known instant, one for each kind of boundary there is. */
import type { Edge, Scene } from '../ways-out/way-out.js';
import { OWNERS } from '../world.js';
import type { Document, Parties } from './parties.js';

/** Between whom, and for what: no two boundaries share all three, and none is spoken of by the demo's own agreements. */
export type Slot = Pick<Scene, 'owner' | 'recipient' | 'database' | 'purpose'> & { readonly reference: string };

export interface Boundary {
  readonly name: string;
  readonly edge: Edge;
  /** true: the right begins at the instant; absent: it ends */
  readonly opens?: true;
  /** of a boundary that comes back each day, the first one */
  readonly at: string;
  readonly isDaily?: true;
  /** what differs from an agreement from 2026-11-01 to 2040-01-01 in Europe/Tirane */
  readonly terms?: Differing;
  readonly clause?: Differing;
  /** what comes before it is concluded */
  prepare?(parties: Parties, slot: Slot, terms: Document): Promise<void>;
  /** what is done besides concluding it, on the day of `WORLD_NOW` */
  arrange?(parties: Parties, slot: Slot, terms: Document): Promise<void>;
}

type Differing = Readonly<Record<string, unknown>> | ((slot: Slot) => Readonly<Record<string, unknown>>);

const PURPOSES = ['SECOND_LINE_CHECK', 'TRAFFICKING_INVESTIGATION', 'DOCUMENT_FRAUD_DETECTION', 'READMISSION_RETURN'];
/** a purpose under which nothing in these scenes is asked */
const ELSEWHERE = 'STOLEN_PROPERTY_RECOVERY';
const REASON = 'an audit';

export function slotOf(index: number): Slot {
  const owner = OWNERS[index % OWNERS.length] ?? '';
  const purpose = PURPOSES[Math.floor(index / OWNERS.length)];
  if (purpose === undefined) throw new Error('there are more boundaries than slots: add a purpose');
  return {
    owner,
    recipient: OWNERS[(index + 1) % OWNERS.length] ?? '',
    database: `${owner.slice(0, 2)}-BORDER-CROSSINGS`,
    purpose,
    reference: `AGR-2026-${700 + index}`,
  };
}

export function termsOf({ terms, clause }: Boundary, slot: Slot): Document {
  const { owner, recipient, purpose, reference } = slot;
  return {
    reference,
    title: 'Crossings at the second line',
    parties: [owner, recipient].sort(),
    legalBasis: 'Police cooperation treaty, article 8',
    timeZone: 'Europe/Tirane',
    from: '2026-11-01',
    until: '2040-01-01',
    clauses: [
      {
        article: '1',
        kind: 'PERMISSION',
        assigner: owner,
        assignee: recipient,
        recordType: 'BorderCrossing',
        action: 'READ',
        purposes: [purpose],
        fields: { nationality: 'CLEAR', detectedAt: 'CLEAR' },
        ...(typeof clause === 'function' ? clause(slot) : clause),
      },
    ],
    ...(typeof terms === 'function' ? terms(slot) : terms),
  };
}

/** The same agreement without the right: its clause speaks of another purpose. */
function without(terms: Document, more: object = {}): Document {
  const [clause] = terms.clauses as readonly object[];
  return { ...terms, ...more, clauses: [{ ...clause, purposes: [ELSEWHERE] }] };
}

/** The framework of an annex in these scenes. */
const frameworkOf = (reference: string): string => reference.replace('AGR-2026-', 'AGR-2025-');

/** when one month of notice given at `WORLD_NOW` is over: with the last of its local days */
const AFTER_NOTICE = '2026-12-23T23:00:00.000Z';

export const BOUNDARIES: readonly Boundary[] = [
  // Scenario 8. In 2030 the last Sundays of March and October are the 31st and the 27th.
  {
    name: '31 March, 24:00, of a day of 23 hours',
    edge: 'END',
    terms: { until: '2030-04-01' },
    at: '2030-03-31T22:00:00.000Z',
  },
  {
    name: 'the first instant of the day of 23 hours',
    edge: 'END',
    terms: { until: '2030-03-31' },
    at: '2030-03-30T23:00:00.000Z',
  },
  {
    name: '27 October, 24:00, of a day of 25 hours',
    edge: 'END',
    terms: { until: '2030-10-28' },
    at: '2030-10-27T23:00:00.000Z',
  },
  {
    name: 'the first instant of the day of 25 hours',
    edge: 'END',
    terms: { until: '2030-10-27' },
    at: '2030-10-26T22:00:00.000Z',
  },
  {
    name: 'a midnight that is skipped, west of UTC',
    edge: 'END',
    terms: { timeZone: 'America/Havana', until: '2030-03-10' },
    at: '2030-03-10T05:00:00.000Z',
  },
  {
    name: 'a midnight that comes twice, west of UTC',
    edge: 'END',
    terms: { timeZone: 'America/Havana', until: '2030-11-03' },
    at: '2030-11-03T04:00:00.000Z',
  },
  {
    name: 'the first instant of an agreement',
    edge: 'STANDING',
    opens: true,
    terms: { from: '2031-01-01' },
    at: '2030-12-31T23:00:00.000Z',
  },
  {
    name: 'a suspension announced for an instant',
    edge: 'STANDING',
    at: '2027-05-01T10:00:00.123Z',
    arrange: (parties, { owner, reference }) =>
      parties.suspend(owner, reference, REASON, { effectiveAt: '2027-05-01T10:00:00.123Z' }),
  },
  {
    name: 'a suspension of one article in one direction',
    edge: 'CLAUSE',
    at: '2027-05-01T10:00:00.123Z',
    arrange: (parties, { owner, recipient, reference }) =>
      parties.suspend(recipient, reference, REASON, {
        effectiveAt: '2027-05-01T10:00:00.123Z',
        assigner: owner,
        article: '1',
      }),
  },
  {
    name: 'a resumption announced for an instant',
    edge: 'STANDING',
    opens: true,
    at: '2027-05-01T10:00:00.123Z',
    async arrange(parties, { owner, reference }) {
      await parties.suspend(owner, reference, REASON);
      await parties.resume(owner, reference, REASON, { effectiveAt: '2027-05-01T10:00:00.123Z' });
    },
  },
  {
    name: 'a termination announced for an instant',
    edge: 'END',
    at: '2027-05-01T10:00:00.123Z',
    arrange: (parties, { recipient, reference }) =>
      parties.terminate(recipient, reference, REASON, { effectiveAt: '2027-05-01T10:00:00.123Z' }),
  },
  {
    name: 'the end of the notice of a termination',
    edge: 'END',
    terms: { terminationNotice: 'P1M' },
    at: AFTER_NOTICE,
    arrange: (parties, { owner, reference }) => parties.terminate(owner, reference, REASON),
  },
  {
    name: 'the end of the notice of a tightening by one side',
    edge: 'CLAUSE',
    terms: { amendmentNotice: 'P1M' },
    clause: ({ purpose }) => ({ purposes: [purpose, ELSEWHERE] }),
    at: AFTER_NOTICE,
    async arrange(parties, { owner, reference }, terms) {
      await parties.amend(owner, without(terms));
      await parties.offer(owner, reference);
      await parties.sign(owner, reference);
    },
  },
  {
    name: 'the first instant of the version that supersedes it',
    edge: 'CLAUSE',
    at: '2027-12-31T23:00:00.000Z',
    async arrange(parties, { reference }, terms) {
      const [drafter = '', other = ''] = terms.parties;
      await parties.amend(drafter, without(terms, { from: '2028-01-01' }));
      await parties.offer(drafter, reference);
      await parties.accept(other, reference);
      for (const party of terms.parties) await parties.sign(party, reference);
    },
  },
  { name: 'the last day of a clause', edge: 'CLAUSE', clause: { until: '2029-06-01' }, at: '2029-05-31T22:00:00.000Z' },
  {
    name: 'the first day of a clause',
    edge: 'CLAUSE',
    opens: true,
    clause: { from: '2029-06-01' },
    at: '2029-05-31T22:00:00.000Z',
  },
  {
    name: 'the end of the framework it stands under',
    edge: 'CLAUSE',
    terms: ({ reference }) => ({ framework: frameworkOf(reference) }),
    prepare(parties, { reference }, terms) {
      const { framework: _framework, ...same } = terms;
      return parties.conclude({ ...same, reference: frameworkOf(reference) });
    },
    at: '2027-05-01T10:00:00.123Z',
    async arrange(parties, { owner, reference }) {
      await parties.terminate(owner, frameworkOf(reference), REASON, { effectiveAt: '2027-05-01T10:00:00.123Z' });
    },
  },
  {
    name: 'the evening edge of its hours, on a day of 23 hours',
    edge: 'HOURS',
    clause: { hours: '06:00-22:00' },
    at: '2030-03-31T20:00:00.000Z',
  },
  {
    name: 'the morning edge of its hours, on a day of 25 hours',
    edge: 'HOURS',
    opens: true,
    clause: { hours: '06:00-22:00' },
    at: '2030-10-27T05:00:00.000Z',
  },
  {
    name: 'the reset of a quota that is used up',
    edge: 'QUOTA',
    opens: true,
    isDaily: true,
    clause: { quota: { requests: 6, per: 'day' } },
    at: '2026-12-01T23:00:00.000Z',
  },
];

const DAY_MS = 86_400_000;

/** The instant of a boundary, as often as it is asked for: each time another one, if it comes back. */
export const instantOf = ({ at, isDaily }: Boundary, times: number): number =>
  Date.parse(at) + (isDaily === true ? times * DAY_MS : 0);
