import { TIGHTENING, TRANSITIONS, type Transition, WHEN, WHO } from './transitions.js';

const INTRODUCTION = `# Negotiation

How an agreement comes about, in words of the Dataspace Protocol. Who may do what in which state is one table in the code
(\`src/agreements/transitions.ts\`): the acts ask it, states are derived by it, and this page is generated from it; a test
compares the two. After a version is finalised, suspending, resuming and terminating are acts on it: see
[clauses.md](clauses.md).

- A **draft** is its agency's own business: nobody else sees it, its number or that it was made, before it is offered.
- An offer by a party that gives nothing under the wording is a **request**: REQUESTED, otherwise OFFERED.
- A **counter-offer** is the next round: a complete wording of the same reference and parties. Accepting begins anew. Each
  round shows what it changes of the one before: \`agreement { negotiation { round diff { path before after } rounds } }\`,
  \`besa agreement diff\`.
- The recipient may sign first: the state stays ACCEPTED until a party that gives something signed. With the last signature
  the version is VERIFIED, and the hub finalises it in the same transaction.
- A version that only narrows the one before, in nothing but what its author gives or receives, its author signs alone, once
  it is offered: it is finalised at once and counts after the notice due.
- A party that wrote the wording on the table **withdraws** it, any other **rejects** it. Both end the talks about this
  version; a version in force before stays in force, and a new draft is possible.
- The wording is read again against the exchange standard and the registry when it is offered, countered, accepted and
  signed: what they no longer allow is refused, with its place.
- Of two people who act at once one wins; the other gets \`STALE_VERSION\`, with the acts since (\`extensions.changes\`) and
  what they changed of the wording (\`extensions.difference\`). So does whoever sends \`seen\` and has not seen the last act.
- The parties stay the same once something was sent. Whoever is none of them gets the same answers as if the agreement did
  not exist: to draft under a reference that strangers use is to draft, and neither side learns of the other.
`;

const ROWS: readonly (readonly [string, Transition])[] = [
  ...Object.entries(TRANSITIONS),
  ['SIGN a version that only narrows', TIGHTENING],
];

/** `docs/negotiation.md`: the table as people read it, and as a picture. */
export function negotiationPage(): string {
  const rows = ROWS.map(([step, transition]) => rowOf(step, transition));
  const head = ['| Act | In state | By whom | Role | Leads to |', '|---|---|---|---|---|'];
  return [INTRODUCTION, '## Who may do what', '', ...head, ...rows, '', '## States', '', ...picture(), ''].join('\n');
}

function rowOf(step: string, { from, by, roles, leadsTo }: Transition): string {
  const states = from.map((state) => (state === 'NOTHING' ? 'nothing yet' : state)).join(', ');
  const role = roles.length === 0 ? '–' : roles.map((one) => `\`${one}\``).join(', ');
  const ends = leadsTo.map(({ state, when }, index) => {
    if (when === 'ALWAYS') return index === 0 ? state : `otherwise ${state}`;
    return `${state} ${WHEN[when].says}`;
  });
  const isSure = leadsTo.at(-1)?.when === 'ALWAYS';
  const to = [...ends, ...(isSure ? [] : ['otherwise the state stays'])].join('; ');
  return `| ${step} | ${states} | ${WHO[by].says} | ${role} | ${to} |`;
}

function picture(): readonly string[] {
  const arrows = ROWS.flatMap(([step, { from, leadsTo }]) =>
    from.flatMap((state) =>
      leadsTo.map(({ state: end }) => `  ${state === 'NOTHING' ? '[*]' : state} --> ${end}: ${step.toLowerCase()}`),
    ),
  );
  return ['```mermaid', 'stateDiagram-v2', ...arrows, '```'];
}
