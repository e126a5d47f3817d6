import type { Action } from '../domain/action.js';
import type { Ask } from '../domain/ask.js';
import type { Basis, Grant, SourceOutcome } from '../domain/decision.js';
import { HubError } from '../domain/errors.js';
import type { ReasonCode } from '../domain/reasons.js';
import type { RecordType } from '../domain/record-type.js';
import { comparableMax, planSources, type Touch } from '../plan/plan-sources.js';
import type { TraceStep } from '../policy/trace.js';
import { tracesOf } from './access/access-trace.js';
import { type ExplainedField, explainedFields } from './access/possible-answers.js';
import { decided, exhaustedFor, factsFor, recordTypeOf } from './decided.js';
import type { Journal } from './journal.js';
import type { InForce, Ports } from './ports.js';
import { type QuotaStanding, quotasByDatabase } from './quota-use.js';
import { stateAsk } from './state-ask.js';

/** What would be answered, and why: the live decision itself, told in words instead of rows. */
export interface ExplainAsk extends Ask {
  /** fields a filter, order or group would touch */
  readonly touches: readonly string[];
  /** fields a filter would touch by `eq`, `ne`, `in`, `notIn` and `isNull` alone: a token serves these too */
  readonly compares?: readonly string[];
  /** absent = now, by the database's clock */
  readonly at?: Date;
  /** records the page would ask for, which its quotas would be charged; absent = 1 */
  readonly first?: number;
}

export interface Explanation {
  readonly database: string;
  readonly owner: string;
  readonly outcome: SourceOutcome;
  readonly reason: ReasonCode | null;
  readonly agreements: readonly string[];
  /** clauses relied on, or behind the refusal */
  readonly clauses: readonly Basis[];
  /** per field of the record type: the least redacted it may be shown, and whether that holds on every visible row */
  readonly fields: readonly ExplainedField[];
  readonly sentence: string;
  /** when the reason may end by itself; absent = that is not known */
  readonly resetsAt?: Date;
  /** what is used of the quotas of its clauses, used up or not */
  readonly quotas: readonly QuotaStanding[];
  /** the way to the outcome, step by step */
  readonly trace: readonly TraceStep[];
}

/** Explains an ask: same facts, same decision, same plan as `query` and `aggregate`; only nothing is read. */
export async function explainAccess(hub: Ports, journal: Journal, ask: ExplainAsk): Promise<readonly Explanation[]> {
  stateAsk(hub, journal, ask);
  const recordType = recordTypeOf(hub, ask.recordType);
  // Nothing is read, so no guard would find out that what this process knows is old.
  const live = await factsFor(hub, ask, { refresh: true });
  const facts = ask.at === undefined ? live : { ...live, now: ask.at };
  const exhausted = await exhaustedFor(hub, ask, facts, { cost: { records: ask.first ?? 1 } });
  const decision = decided(hub, ask, { ...facts, exhausted });
  // Told of the clauses as if every quota held: what is used up is what the caller wants to read about.
  const quotas = await quotasByDatabase(hub, ask.agency, decided(hub, ask, facts));
  const touches = touchesOf(ask, recordType);
  const { sources, lines } = planSources(decision, recordType, touches);
  const known = { ...facts, recordType, standard: hub.standard, exhausted };
  const traces = await tracesOf(hub, { ask, facts: known, decision, recordType, touches, lines, sources });
  journal.look('explainAccess', { recordType: ask.recordType, action: ask.action });
  return decision.grants.map((grant, index) => {
    const line = lines[index];
    if (line === undefined) throw new Error('every grant has a line');
    const source = sources.find(({ database }) => database.id === grant.database.id);
    return {
      ...line,
      owner: grant.database.owner,
      clauses: clausesOf(grant),
      fields: source === undefined ? [] : explainedFields(source, recordType),
      quotas: quotas.get(grant.database.id) ?? [],
      sentence: sentenceOf(grant, line.outcome, line.reason, line.agreements),
      trace: traces[index] ?? [],
    };
  });
}

/** @throws HubError BAD_USER_INPUT for a field that the record type does not have */
function touchesOf({ touches, compares = [] }: ExplainAsk, recordType: RecordType): readonly Touch[] {
  return [...new Set([...touches, ...compares])].map((name) => {
    const field = recordType.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new HubError('BAD_USER_INPUT', `\`${recordType.name}\` has no field \`${name}\``);
    return { field: name, redactionMax: comparableMax(field), servesPseudonym: !touches.includes(name) };
  });
}

function clausesOf(grant: Grant): readonly Basis[] {
  if (grant.kind === 'OWNED') return [];
  return grant.kind === 'GRANTED' ? grant.candidates.map(({ basis }) => basis) : grant.basis;
}

const WHY: Partial<Record<ReasonCode, string>> = {
  NO_AGREEMENT: 'no agreement shares it with you',
  NOT_YET_IN_FORCE: 'the agreement that would permit it is not yet in force',
  SUSPENDED: 'the agreement that would permit it is suspended',
  EXPIRED: 'the agreement that would have permitted it has expired',
  TERMINATED: 'the agreement that would have permitted it was terminated',
  PURPOSE_NOT_PERMITTED: 'the action is permitted, but not for this purpose',
  ACTION_NOT_PERMITTED: 'an agreement covers it, but not for this action',
  RECORD_TYPE_NOT_SHARED: 'its owner shares other records with you, not these',
  JUSTIFICATION_MISSING: 'the clause demands a justification, or one in the form it names',
  FIELD_NOT_FILTERABLE: 'a field that the query touches is not shown finely enough',
  OUTSIDE_TIME_WINDOW: 'the clause holds at other hours or on other days',
  REGIME_MISMATCH: 'the purpose stands under another legal regime than the clause demands',
  OWNER_APPROVAL_REQUIRED: 'the clause demands something that cannot be told here; ask the owner',
  QUOTA_EXHAUSTED: 'too little is left of the quota of the clause',
};

function sentenceOf(
  grant: Grant,
  outcome: SourceOutcome,
  reason: ReasonCode | null,
  agreements: readonly string[],
): string {
  if (outcome === 'UNAVAILABLE') return 'its records are kept by the owner and cannot be asked for yet';
  if (grant.kind === 'OWNED') return 'your own database: every row and every field';
  const under = agreements.length === 0 ? '' : ` (${agreements.join(', ')})`;
  if (reason === null) return `answered under ${agreements.join(', ')}`;
  const why = WHY[reason] ?? `the reason is ${reason}`;
  return outcome === 'PARTIAL' ? `answered in part: ${why}${under}` : `withheld: ${why}${under}`;
}

/** One thing the caller may ask of another agency's database now. */
export interface MayAsk {
  readonly recordType: string;
  readonly database: string;
  readonly owner: string;
  readonly action: Action;
  readonly purpose: string;
  readonly justificationRequired: boolean;
  readonly agreements: readonly string[];
}

const LISTED_ACTIONS: readonly Action[] = ['READ', 'AGGREGATE'];

/** Everything an agency may ask of whom: the live decision on every combination, own databases left out. */
export async function mayAsk(hub: Ports, agency: string): Promise<readonly MayAsk[]> {
  const facts = await hub.agreements.inForce({ refresh: true });
  return hub.standard.recordTypes.flatMap(({ name: recordType }) =>
    hub.standard.purposes.flatMap(({ name: purpose }) =>
      LISTED_ACTIONS.flatMap((action) => mayAskOf(hub, facts, { agency, action, purpose, recordType })),
    ),
  );
}

function mayAskOf(hub: Ports, facts: InForce, ask: Ask): readonly MayAsk[] {
  const plain = decided(hub, ask, facts).grants;
  const justified = decided(hub, ask, { ...facts, anyJustification: true }).grants;
  return justified.flatMap((grant, index) => {
    if (grant.kind !== 'GRANTED') return [];
    return [
      {
        recordType: ask.recordType,
        database: grant.database.code,
        owner: grant.database.owner,
        action: ask.action,
        purpose: ask.purpose,
        justificationRequired: plain[index]?.kind !== 'GRANTED',
        agreements: [...new Set(grant.candidates.map(({ basis }) => basis.agreement))].sort(),
      },
    ];
  });
}
