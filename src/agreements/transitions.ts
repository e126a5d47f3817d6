/**
 * Who may do what in which state of the talks, and what it leads to: the one table that the acts ask, that states are
 * derived by, and that docs/negotiation.md is made of.
 */
import type { NegotiationState, Terms } from '../domain/agreement.js';
import type { EventKind } from '../domain/agreement-history.js';
import type { Role } from '../domain/identity.js';

/** What happens in the talks about one version. Suspending, resuming and terminating are acts on a finalised one. */
export type Step = Exclude<EventKind, 'SUSPEND' | 'RESUME' | 'TERMINATE'>;

/** What the events of the talks come to so far. */
export interface Talks {
  readonly state: NegotiationState;
  /** the party whose draft began the talks */
  readonly drafter: string;
  /** the party that wrote the wording on the table */
  readonly author: string;
  /** which complete wording was sent, counted from 1; 0 before the first */
  readonly round: number;
  /** parties that agreed to the wording on the table by accepting or by having written it */
  readonly accepted: readonly string[];
  readonly signed: readonly string[];
  /** whether this wording ever left the drafting agency */
  readonly isSent: boolean;
}

/** Which party may act. `is` is asked of a party only. */
export const WHO = {
  PARTY: { says: 'any party', is: () => true },
  AUTHOR: { says: 'the party that wrote the wording on the table', is: ({ author }, agency) => author === agency },
  OTHERS: { says: 'a party that did not write it', is: ({ author }, agency) => author !== agency },
  NOT_ACCEPTED: {
    says: 'each party that neither wrote nor accepted it, once',
    is: ({ accepted }, agency) => !accepted.includes(agency),
  },
  NOT_SIGNED: { says: 'each party, once', is: ({ signed }, agency) => !signed.includes(agency) },
  HUB: { says: 'the hub, in the same moment', is: () => false },
} as const satisfies Record<
  string,
  {
    readonly says: string;
    readonly is: (talks: Pick<Talks, 'author' | 'accepted' | 'signed'>, agency: string) => boolean;
  }
>;

/** When a step leads to a state, asked after its facts were added. `by`: who acted. */
export const WHEN = {
  ALWAYS: { says: 'in any case', is: () => true },
  ONLY_RECEIVES: { says: 'by a party that gives nothing', is: (_, terms, by) => !gives(by, terms) },
  ALL_ACCEPTED: {
    says: 'by the last party',
    is: ({ accepted }, { parties }) => parties.every((party) => accepted.includes(party)),
  },
  GIVER_SIGNED: {
    says: 'once a party that gives something signed',
    is: ({ signed }, terms) => signed.some((party) => gives(party, terms)),
  },
  ALL_SIGNED: {
    says: 'by the last party',
    is: ({ signed }, { parties }) => parties.every((party) => signed.includes(party)),
  },
} as const satisfies Record<
  string,
  {
    readonly says: string;
    readonly is: (talks: Pick<Talks, 'accepted' | 'signed'>, terms: Terms, by: string) => boolean;
  }
>;

export interface Transition {
  /** `NOTHING`: nothing is recorded under this reference, as far as the party may know */
  readonly from: readonly (NegotiationState | 'NOTHING')[];
  readonly by: keyof typeof WHO;
  readonly roles: readonly Role[];
  /** the first whose condition holds; none: the state stays */
  readonly leadsTo: readonly { readonly state: NegotiationState; readonly when: keyof typeof WHEN }[];
}

const OFFERED: Transition['leadsTo'] = [
  { state: 'REQUESTED', when: 'ONLY_RECEIVES' },
  { state: 'OFFERED', when: 'ALWAYS' },
];
const ENDED: Transition['leadsTo'] = [{ state: 'TERMINATED', when: 'ALWAYS' }];

export const TRANSITIONS: Readonly<Record<Step, Transition>> = {
  DRAFT: {
    from: ['NOTHING', 'DRAFT', 'TERMINATED', 'FINALIZED'],
    by: 'PARTY',
    roles: ['POLICY_OFFICER'],
    leadsTo: [{ state: 'DRAFT', when: 'ALWAYS' }],
  },
  OFFER: { from: ['DRAFT'], by: 'AUTHOR', roles: ['POLICY_OFFICER'], leadsTo: OFFERED },
  COUNTER: { from: ['REQUESTED', 'OFFERED'], by: 'OTHERS', roles: ['POLICY_OFFICER'], leadsTo: OFFERED },
  ACCEPT: {
    from: ['REQUESTED', 'OFFERED'],
    by: 'NOT_ACCEPTED',
    roles: ['POLICY_OFFICER'],
    leadsTo: [{ state: 'ACCEPTED', when: 'ALL_ACCEPTED' }],
  },
  SIGN: {
    from: ['ACCEPTED', 'AGREED'],
    by: 'NOT_SIGNED',
    roles: ['SIGNATORY'],
    leadsTo: [
      { state: 'VERIFIED', when: 'ALL_SIGNED' },
      { state: 'AGREED', when: 'GIVER_SIGNED' },
    ],
  },
  FINALIZE: { from: ['VERIFIED'], by: 'HUB', roles: [], leadsTo: [{ state: 'FINALIZED', when: 'ALWAYS' }] },
  REJECT: {
    from: ['REQUESTED', 'OFFERED', 'ACCEPTED', 'AGREED'],
    by: 'OTHERS',
    roles: ['POLICY_OFFICER', 'SIGNATORY'],
    leadsTo: ENDED,
  },
  WITHDRAW: {
    from: ['DRAFT', 'REQUESTED', 'OFFERED', 'ACCEPTED', 'AGREED'],
    by: 'AUTHOR',
    roles: ['POLICY_OFFICER', 'SIGNATORY'],
    leadsTo: ENDED,
  },
};

/**
 * A version that only narrows the one before, in nothing but what its author gives or receives, the author signs alone: the
 * hub finalises it at once, and it counts after the notice that the version before names.
 */
export const TIGHTENING: Transition = {
  from: ['REQUESTED', 'OFFERED'],
  by: 'AUTHOR',
  roles: ['SIGNATORY'],
  leadsTo: [{ state: 'FINALIZED', when: 'ALWAYS' }],
};

/** The state after a step whose facts are in `talks` already. */
export function stateAfter(step: Step, talks: Talks, terms: Terms, by: string): NegotiationState {
  const reached = TRANSITIONS[step].leadsTo.find(({ when }) => WHEN[when].is(talks, terms, by));
  return reached?.state ?? talks.state;
}

/** What a party may do now, besides drafting: the steps whose row allows this state and this party. */
export function openSteps(talks: Talks, agency: string): readonly Step[] {
  return (Object.keys(TRANSITIONS) as Step[]).filter((step) => {
    const { from, by } = TRANSITIONS[step];
    return from.includes(talks.state) && WHO[by].is(talks, agency);
  });
}

/**
 * Does the party give something under these terms? A partner named as assigner cannot be told from the party here: then any
 * party may be meant, and OFFERED and AGREED, the more binding words, stand.
 */
function gives(party: string, { clauses, parties }: Terms): boolean {
  const givers = clauses.flatMap(({ assigner, assignee, mutual }) => (mutual ? [assigner, assignee] : [assigner]));
  return givers.some((giver) => giver === party || !parties.includes(giver));
}
