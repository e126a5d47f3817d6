/**
 * The preview of an agreement: what each side would gain and lose were it in force now, told from the decisions themselves
 * and not from its words; and how the requests of the last months would have been answered. Nothing is changed.
 */
import { readTerms } from '../../agreements/read-terms.js';
import type { AgreementSet, AgreementVersion, Terms } from '../../domain/agreement.js';
import { REFERENCE_SUFFIX_MARK, shownReference } from '../../domain/agreement-reference.js';
import type { Decision } from '../../domain/decision.js';
import type { Change } from '../../domain/difference.js';
import { HubError, type UserError } from '../../domain/errors.js';
import type { Identity } from '../../domain/identity.js';
import type { Agency } from '../../domain/registry.js';
import { planAggregate } from '../../plan/plan-aggregate.js';
import { differenceOf } from '../../policy/difference.js';
import { startOfLocalDay } from '../../policy/local-time.js';
import { setWith } from '../../policy/set-as.js';
import { countQuery, renderCount } from '../../sql/compile-aggregate.js';
import { showAgreement } from '../agreements/show-agreement.js';
import { guardOf, STALE } from '../decided.js';
import type { Journal } from '../journal.js';
import type { InForce, Ports } from '../ports.js';
import { type Asked, type PossibleAnswer, possibleAnswers, questionsIn } from './possible-answers.js';
import { type Replay, type ReplayCounts, replay, type Worlds } from './replay.js';
import {
  conditionsOf,
  type Difference,
  differencesBetween,
  type SimulatedChange,
  toldChanges,
} from './simulated-changes.js';

/** The wording on the table under a reference, or one that nobody has seen yet. */
export type SimulationInput = { readonly reference: string } | { readonly document: unknown };

export interface Simulation {
  readonly reference: string;
  /** of the agreement it would replace, as long as it is in force; null: a new agreement */
  readonly replaces: number | null;
  readonly at: Date;
  /** what its words change against those of the version it would replace; null: a new agreement */
  readonly difference: readonly Change[] | null;
  /** between the caller and each other party, both ways */
  readonly directions: readonly SimulatedDirection[];
  readonly replay: Pick<Replay, 'since' | 'isComplete'>;
}

export interface SimulatedDirection {
  readonly assigner: string;
  readonly assignee: string;
  readonly gains: readonly SimulatedChange[];
  readonly losses: readonly SimulatedChange[];
  /** other conditions on records, of which nobody counted whether they are more or fewer */
  readonly changes: readonly SimulatedChange[];
  /** requests of the assignee for records of the assigner, asked again */
  readonly replay: ReplayCounts;
}

export type Simulated =
  | { readonly kind: 'SIMULATED'; readonly simulation: Simulation }
  | { readonly kind: 'REFUSED'; readonly userErrors: readonly UserError[] };

/** How often it is begun again when the agreements change under it. */
const ATTEMPTS_MAX = 3;

/** Simulates a wording as a party to it: by its policy officer, before anybody signs. */
export async function simulateAgreement(
  hub: Ports,
  { identity, journal }: { readonly identity: Identity; readonly journal: Journal },
  input: SimulationInput,
): Promise<Simulated> {
  const { agency } = identity;
  if (agency === undefined || !identity.roles.includes('POLICY_OFFICER')) throw new HubError('FORBIDDEN');
  const agencies = await hub.registry.agencies();
  const read = await termsOf(hub, identity, input, agencies);
  if ('userErrors' in read) return refused(journal, read.userErrors);
  const { terms, name: reference } = read;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const live = await hub.agreements.inForce({ refresh: true });
    const before = newestOf(live.set, reference, agency);
    if (before !== undefined && !isSameParties(before.terms, terms)) return refused(journal, [PARTIES_CHANGED]);
    const proposed = proposedVersion(terms, before, agencies);
    const worlds: Worlds = { before: live, after: { ...live, set: setWith(live.set, proposed, live.now) } };
    const simulation = await simulated(hub, agency, terms, worlds);
    if (simulation === STALE) continue;
    journal.look('simulateAgreement', { reference, version: proposed.version });
    const replaces = before?.version ?? null;
    const known = { standard: hub.standard, databases: live.databases };
    const difference = before === undefined ? null : differenceOf(before, proposed, known).changes;
    return { kind: 'SIMULATED', simulation: { reference, replaces, at: live.now, difference, ...simulation } };
  }
  throw new HubError('SOURCE_UNAVAILABLE', 'the agreements kept changing while this was simulated; try again');
}

function refused(journal: Journal, userErrors: readonly UserError[]): Simulated {
  journal.look('simulateAgreement');
  journal.fault(userErrors[0]?.code ?? 'BAD_USER_INPUT');
  return { kind: 'REFUSED', userErrors };
}

const fault = (path: readonly string[], code: string, message: string): UserError => ({
  path: ['input', ...path],
  code,
  message,
});
const PARTIES_CHANGED = fault(
  ['document', 'parties'],
  'PARTIES_CHANGED',
  'the parties of an agreement stay the same; make a new agreement',
);

/** `name`: what the caller calls the agreement; the words hold the plain reference, which two agreements may share. */
type Read = { readonly terms: Terms; readonly name: string } | { readonly userErrors: readonly UserError[] };

async function termsOf(
  hub: Ports,
  identity: Identity,
  input: SimulationInput,
  agencies: readonly Agency[],
): Promise<Read> {
  const isNamed = 'reference' in input;
  const found = isNamed ? await tabledDocument(hub, identity, input.reference) : { document: input.document };
  if ('userErrors' in found) return found;
  const databases = await hub.registry.databases();
  const read = readTerms(found.document, hub.standard, { agencies, databases });
  const prefix = isNamed ? ['input', 'reference'] : ['input', 'document'];
  if (read.kind === 'REFUSED') {
    return { userErrors: read.problems.map((problem) => ({ ...problem, path: [...prefix, ...problem.path] })) };
  }
  if (identity.agency === undefined || !read.terms.parties.includes(identity.agency)) {
    const message = 'an agency simulates only agreements that it is a party to';
    return { userErrors: [fault(['document', 'parties'], 'NOT_A_PARTY', message)] };
  }
  return { terms: read.terms, name: isNamed ? input.reference : read.terms.reference };
}

async function tabledDocument(
  hub: Ports,
  identity: Identity,
  reference: string,
): Promise<{ readonly document: unknown } | { readonly userErrors: readonly UserError[] }> {
  const view = await showAgreement(hub, identity, reference);
  if (view === undefined) {
    const message = 'there is no agreement of this reference';
    return { userErrors: [fault(['reference'], 'AGREEMENT_UNKNOWN', message)] };
  }
  const { negotiation } = view;
  if (negotiation === null || negotiation.state === 'FINALIZED' || negotiation.state === 'TERMINATED') {
    const message = 'no wording of it is on the table; give the document of the one you think of';
    return { userErrors: [fault(['reference'], 'WRONG_STATE', message)] };
  }
  return { document: negotiation.document };
}

/** The newest version of the agreement that the caller calls so; undefined if there is none. */
function newestOf(set: AgreementSet, reference: string, caller: string): AgreementVersion | undefined {
  return set.versions
    .filter((version) => version.terms.parties.includes(caller) && shownReference(version, caller) === reference)
    .reduce<AgreementVersion | undefined>((a, b) => (a !== undefined && a.version > b.version ? a : b), undefined);
}

function isSameParties(before: Terms, after: Terms): boolean {
  return [...before.parties].sort().join() === [...after.parties].sort().join();
}

function proposedVersion(
  terms: Terms,
  before: AgreementVersion | undefined,
  agencies: readonly Agency[],
): AgreementVersion {
  // An agreement of others may have this reference; the proposed one must not be taken for its next version.
  const reference = before?.terms.reference ?? `${terms.reference}${REFERENCE_SUFFIX_MARK}simulated`;
  const members = agencies.filter(({ code }) => terms.parties.includes(code));
  return {
    terms: { ...terms, reference },
    version: (before?.version ?? 0) + 1,
    hash: '',
    partnerOf: Object.fromEntries(members.map(({ code, partner }) => [code, partner])),
    from: new Date(startOfLocalDay(terms.from, terms.timeZone)),
    until: new Date(startOfLocalDay(terms.until, terms.timeZone)),
    finalisedAt: new Date(0),
  };
}

async function simulated(
  hub: Ports,
  caller: string,
  terms: Terms,
  worlds: Worlds,
): Promise<Pick<Simulation, 'directions' | 'replay'> | typeof STALE> {
  const others = terms.parties.filter((party) => party !== caller).sort();
  const pairs = others.flatMap((other) => [
    { assigner: caller, assignee: other },
    { assigner: other, assignee: caller },
  ]);
  const asked = await replay(hub, { caller, others, worlds });
  const counter = new Counter(hub, caller, worlds.before);
  const directions: SimulatedDirection[] = [];
  for (const { assigner, assignee } of pairs) {
    const question: Asked = { recipient: assignee, owners: [assigner] };
    const sets = [worlds.before.set, worlds.after.set];
    const questions = questionsIn(hub, sets, worlds.before.databases, question);
    const before = await possibleAnswers(hub, worlds.before, question, questions);
    const after = await possibleAnswers(hub, worlds.after, question, questions);
    const differences = differencesBetween(before, after);
    const counted = await counter.all(differences);
    if (counted === STALE) return STALE;
    const told = toldChanges(assignee, counted);
    const of = (effect: (typeof told)[number]['effect']): readonly SimulatedChange[] =>
      told.filter((change) => change.effect === effect);
    directions.push({
      assigner,
      assignee,
      gains: of('GAIN'),
      losses: of('LOSS'),
      changes: of('CHANGE'),
      replay: asked.countsOf(assignee, assigner),
    });
  }
  const { since, isComplete } = asked;
  return { directions, replay: { since, isComplete } };
}

/** counts in one simulation; what is beyond is told without a number */
const COUNTS_MAX = 200;

/**
 * Counts records of the caller's own databases as a recipient would see them, in the caller's own name.
 *
 * INVARIANT (simulating reads nothing of others): the statement runs under the caller's own context, in which the second lock
 * opens for a hypothetical right no database but its own.
 */
class Counter {
  readonly #known = new Map<string, number>();

  constructor(
    private readonly hub: Ports,
    private readonly caller: string,
    private readonly live: InForce,
  ) {}

  async all(differences: readonly Difference[]) {
    const counted: {
      difference: Difference;
      recordsBefore: number | null;
      recordsAfter: number | null;
    }[] = [];
    for (const difference of differences) {
      const { kind, answers } = difference;
      const isCounted = kind !== 'FIELD' && answers.before.grant.database.owner === this.caller;
      const recordsBefore = isCounted ? await this.#count(answers.before) : null;
      const recordsAfter = isCounted ? await this.#count(answers.after) : null;
      if (recordsBefore === STALE || recordsAfter === STALE) return STALE;
      counted.push({ difference, recordsBefore, recordsAfter });
    }
    return counted;
  }

  async #count(answer: PossibleAnswer): Promise<number | null | typeof STALE> {
    const { source, grant, ask, recordType } = answer;
    if (source === null) return 0;
    const key = `${grant.database.id} ${conditionsOf(answer)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= COUNTS_MAX) return null;
    const asked = { ...ask, action: 'AGGREGATE', viewedBy: this.caller, groupBy: [], sums: [] } as const;
    const decision: Decision = {
      setVersion: this.live.set.version,
      validFrom: null,
      validUntil: null,
      grants: [grant],
      digest: '',
    };
    const query = countQuery(planAggregate(asked, decision, [], recordType), 1);
    if (query === null) return 0;
    const read = await this.hub.records.read(
      renderCount(query, this.hub.timeZone),
      guardOf(asked, decision),
      'aggregate',
    );
    if (read.stale) return STALE;
    const count = Number(read.rows[0]?.[0] ?? 0);
    this.#known.set(key, count);
    return count;
  }
}
