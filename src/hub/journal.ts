import type { HubError } from '../domain/errors.js';
import type { CommitmentOpening } from '../domain/evidence.js';
import type { Identity } from '../domain/identity.js';
import type { LedgerAsk, LedgerEntry } from '../domain/ledger.js';
import { type Charges, RequestCharges } from './charge.js';
import type { CommitmentOpenings, LedgerGuard } from './ports.js';

/** One authenticated request as the door knows it, before anything of it is carried out. */
export interface LedgerRequest {
  /** a UUID, random: a repeated append of the same request is recognised by it */
  readonly requestId: string;
  /** what the entry calls the request if it holds no ask and names no act: root fields, `import`, `report` … */
  readonly action: string;
  /** name and hash of the GraphQL operation, where there is one */
  readonly operation: { readonly name: string | null; readonly hash: string | null };
}

/** For what the request was made. A request has one purpose; `hub/` sets it as soon as it is known. */
export interface StatedPurpose {
  readonly purpose: string;
  readonly regime: string | null;
  readonly justification: string | null;
}

/**
 * What one request did, told by the journeys of `hub/` while they run and written as one ledger entry by `answer`.
 * Made afresh for each attempt: an attempt that turned out stale leaves nothing behind.
 */
export interface Journal {
  /** One ask and what each database answered, under the guard of the decision it was answered by. */
  ask(ask: LedgerAsk, guard: LedgerGuard): void;
  state(purpose: StatedPurpose): void;
  /** Names an act that is no ask, such as `suspendAgreement`, and what else an auditor needs of it; calls add up. */
  act(action: string, subject?: LedgerEntry['subject']): void;
  /** As `act`, for what a document may hold several times, such as `recordDisclosures`: what each looked at stays in the entry. */
  look(action: string, subject?: LedgerEntry['subject']): void;
  /** The answer carries this error code; `hasAnswer`: it carries something besides. Throwing does this by itself. */
  fault(code: string, hasAnswer?: boolean): void;
  /** Nothing was answered: what was asked stays, the lines that would tell of disclosed records do not. */
  withdraw(): void;
  /** What opens the commitments of this answer: made durable before its entry. */
  commit(store: CommitmentOpenings, openings: readonly CommitmentOpening[]): void;
  /** What the quotas of this attempt were charged. */
  readonly charges: Charges;
  /** The entry as it stands, for an act that writes it inside its own transaction; then `close()` after the commit. */
  entry(): LedgerEntry;
  /** The entry is durable already: `answer` writes none. */
  close(): void;
}

/** Codes that say something of ours failed; any other code is the caller's to mend. */
const FAILURES: ReadonlySet<string> = new Set<HubError['code']>([
  'LEDGER_UNAVAILABLE',
  'LEDGER_CONTRADICTED',
  'LEDGER_UNWITNESSED',
  'SOURCE_UNAVAILABLE',
  'INTERNAL',
]);

interface Fault {
  readonly code: string;
  readonly hasAnswer: boolean;
}

/** The journal of one attempt; `answer` alone makes one and reads what only it needs. */
export class RequestJournal implements Journal {
  #asks: LedgerAsk[] = [];
  #guards: LedgerGuard[] = [];
  #purpose: StatedPurpose | null = null;
  #action: string | null = null;
  #subject: LedgerEntry['subject'] = {};
  readonly #looks: Look[] = [];
  #fault: Fault | null = null;
  #openings: CommitmentOpening[] = [];
  #openingsStore: CommitmentOpenings | undefined;
  #isClosed = false;

  constructor(
    private readonly identity: Identity,
    private readonly request: LedgerRequest,
    private readonly elapsedMs: () => number,
    readonly charges: Charges = new RequestCharges().attempt(),
  ) {}

  ask(ask: LedgerAsk, guard: LedgerGuard): void {
    this.#asks.push(ask);
    this.#guards.push(guard);
  }

  state(purpose: StatedPurpose): void {
    this.#purpose = purpose;
  }

  act(action: string, subject: LedgerEntry['subject'] = {}): void {
    this.#action = action;
    this.#subject = { ...this.#subject, ...subject };
  }

  look(action: string, subject: LedgerEntry['subject'] = {}): void {
    this.#looks.push({ action, subject });
  }

  fault(code: string, hasAnswer = false): void {
    this.#fault ??= { code, hasAnswer };
  }

  commit(store: CommitmentOpenings, openings: readonly CommitmentOpening[]): void {
    this.#openingsStore = store;
    this.#openings.push(...openings);
  }

  /** Nothing to do, and no call, where no clause demands evidence. @throws HubError LEDGER_UNAVAILABLE */
  async keepOpenings(): Promise<void> {
    if (this.#openings.length > 0) await this.#openingsStore?.keep(this.#openings);
  }

  close(): void {
    this.#isClosed = true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Two asks of one request answered under different sets of agreements or quotas: together the answer of no instant. */
  get isStale(): boolean {
    return this.charges.isTorn || this.#guards.some((guard) => guard.setVersion !== this.#guards[0]?.setVersion);
  }

  /** The tightest of all guards, undefined if nothing was answered under one. */
  get guard(): LedgerGuard | undefined {
    return this.#guards.length === 0 ? undefined : this.#guards.reduce(intersection);
  }

  /** Nothing was answered: what was asked stays in the entry, the lines that would tell of disclosed records do not. */
  withdraw(): void {
    this.#asks = this.#asks.map((ask) => ({ ...ask, lines: [] }));
    this.#guards = [];
    this.#openings = [];
    this.charges.forfeit();
  }

  entry(): LedgerEntry {
    const { identity, request } = this;
    return {
      requestId: request.requestId,
      agency: identity.agency ?? null,
      person: identity.person,
      ...(identity.client === undefined ? {} : { client: identity.client }),
      roles: identity.roles,
      purpose: this.#purpose?.purpose ?? null,
      regime: this.#purpose?.regime ?? null,
      justification: this.#purpose?.justification ?? null,
      action: actionOf([this.#action, ...this.#looks.map(nameOf), ...this.#asks.map(nameOf)]) ?? request.action,
      operation: request.operation,
      outcome: outcomeOf(this.#fault),
      errorCode: this.#fault?.code ?? null,
      asks: this.#asks,
      subject: { ...viewedAs(this.#asks), ...subjectOf(this.#looks), ...this.#subject },
      durationMs: Math.max(0, Math.round(this.elapsedMs())),
    };
  }
}

/** Through whose eyes an owner looked at its own records, where it did: `ME-BP`, several separated by commas. */
function viewedAs(asks: readonly LedgerAsk[]): LedgerEntry['subject'] {
  const agencies = new Set(asks.flatMap(({ viewAs }) => viewAs ?? []));
  return agencies.size === 0 ? {} : { viewAs: [...agencies].sort().join(',') };
}

function outcomeOf(fault: Fault | null): LedgerEntry['outcome'] {
  if (fault === null || fault.hasAnswer) return 'ANSWERED';
  return FAILURES.has(fault.code) ? 'FAILED' : 'REFUSED';
}

interface Look {
  readonly action: string;
  readonly subject: LedgerEntry['subject'];
}

const nameOf = ({ action }: Pick<Look, 'action'>): string => action;

/** `READ`, or `READ,AGGREGATE` where one document does both; undefined if it does nothing that has a name. */
function actionOf(actions: readonly (string | null)[]): string | undefined {
  const [first, ...others] = actions.filter((action) => action !== null);
  if (first === undefined || others.every((action) => action === first)) return first;
  return [...new Set([first, ...others])].join(',');
}

/**
 * What all looks of one document looked at: `{ record: …, 'record.2': … }`.
 *
 * INVARIANT (no look hides another): a value is never written over.
 */
function subjectOf(looks: readonly Look[]): LedgerEntry['subject'] {
  const told: Record<string, LedgerEntry['subject'][string]> = {};
  for (const [name, value] of looks.flatMap(({ subject }) => Object.entries(subject))) {
    let key = name;
    for (let n = 2; Object.hasOwn(told, key) && told[key] !== value; n += 1) key = `${name}.${n}`;
    told[key] = value;
  }
  return told;
}

/** The stretch of time in which both hold; of equal set versions only. */
function intersection(a: LedgerGuard, b: LedgerGuard): LedgerGuard {
  return {
    setVersion: a.setVersion,
    validFrom: chosen(a.validFrom, b.validFrom, (left, right) => left > right),
    validUntil: chosen(a.validUntil, b.validUntil, (left, right) => left < right),
  };
}

/** null = no boundary that way, so the other one decides. */
function chosen(a: Date | null, b: Date | null, isTighter: (left: Date, right: Date) => boolean): Date | null {
  if (a === null || b === null) return a ?? b;
  return isTighter(a, b) ? a : b;
}
