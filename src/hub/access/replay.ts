import type { Action } from '../../domain/action.js';
import type { Candidate, Grant } from '../../domain/decision.js';
import type { LedgerAsk, StoredEntry } from '../../domain/ledger.js';
import { fieldOf, type RecordType } from '../../domain/record-type.js';
import type { SharedDatabase } from '../../domain/registry.js';
import { comparableMax, planSources } from '../../plan/plan-sources.js';
import { contains } from '../../policy/candidate.js';
import { decide } from '../../policy/decide.js';
import type { InForce, Ledger, Ports } from '../ports.js';

/** How many logged requests would be answered how, had the other set been in force. */
export interface ReplayCounts {
  readonly requests: number;
  readonly same: number;
  readonly nowAllowed: number;
  readonly nowRefused: number;
  /** answered both times: more fields, records or databases, none fewer */
  readonly more: number;
  readonly less: number;
  /** more in one thing and less in another, or not to be told apart */
  readonly mixed: number;
}

type Verdict = Exclude<keyof ReplayCounts, 'requests'>;

export interface Replay {
  /** requests before this instant were not looked at */
  readonly since: Date;
  /** false: there were more requests than are asked again at once, and the oldest were left out */
  readonly isComplete: boolean;
  readonly countsOf: (requester: string, owner: string) => ReplayCounts;
}

/** The two worlds compared, at one instant. */
export interface Worlds {
  readonly before: InForce;
  readonly after: InForce;
}

const DAY_MS = 86_400_000;
export const REPLAY_DAYS = 90;
/** the newest so many requests between the caller and the others are asked again */
export const REPLAY_REQUESTS_MAX = 50_000;
/** entries looked at to find them: what else the others asked is none of the caller's business, and is not told by a number */
const ENTRIES_MAX = 500_000;
const PAGE_ENTRIES = 2_000;
const NOTHING: ReplayCounts = { requests: 0, same: 0, nowAllowed: 0, nowRefused: 0, more: 0, less: 0, mixed: 0 };

/**
 * Asks again what the caller asked of the others, and they of the caller, in the last 90 days: once as things are and once as
 * they would be, both times now. Taken from the ledger: action, purpose, databases, selected and touched fields; a
 * justification is taken as given. A request counts once for each owner it asked.
 *
 * INVARIANT (nobody learns of others' requests): of an entry only the lines between the caller and one of `others` are used,
 * and only counts leave.
 */
export async function replay(
  hub: Pick<Ports, 'standard' | 'ledger'>,
  { caller, others, worlds }: { readonly caller: string; readonly others: readonly string[]; readonly worlds: Worlds },
): Promise<Replay> {
  const since = new Date(worlds.before.now.getTime() - REPLAY_DAYS * DAY_MS);
  const counts = new Map<string, ReplayCounts>();
  const judge = new Judge(hub, worlds);
  let entries = 0;
  let requests = 0;
  let isComplete = true;
  for await (const { entry } of newestFirst(hub.ledger, [caller, ...others], since)) {
    if (entries === ENTRIES_MAX || requests >= REPLAY_REQUESTS_MAX) {
      isComplete = false;
      break;
    }
    entries += 1;
    const { agency: requester, purpose } = entry;
    if (requester === null || purpose === null) continue;
    for (const ask of entry.asks) {
      const owners = requester === caller ? others : [caller];
      for (const owner of owners) {
        const verdict = ask.viewAs === undefined ? judge.verdictOn(ask, { requester, purpose, owner }) : null;
        if (verdict === null) continue;
        requests += 1;
        const key = JSON.stringify([requester, owner]);
        const known = counts.get(key) ?? NOTHING;
        counts.set(key, { ...known, requests: known.requests + 1, [verdict]: known[verdict] + 1 });
      }
    }
  }
  const countsOf: Replay['countsOf'] = (requester, owner) => counts.get(JSON.stringify([requester, owner])) ?? NOTHING;
  return { since, isComplete, countsOf };
}

/** Entries of these agencies, page by page, the newest of all first; none from before `since`. */
async function* newestFirst(ledger: Ledger, agencies: readonly string[], since: Date): AsyncGenerator<StoredEntry> {
  const limit = Math.max(20, Math.floor(PAGE_ENTRIES / agencies.length));
  const readers = agencies.map((agency) => entriesOf(ledger, agency, { since, limit }));
  const heads = await Promise.all(readers.map(async (reader) => (await reader.next()).value ?? null));
  for (;;) {
    let newest = -1;
    heads.forEach((head, index) => {
      if (head !== null && head.sequence > (heads[newest]?.sequence ?? -1)) newest = index;
    });
    const [head, reader] = [heads[newest], readers[newest]];
    if (head === undefined || head === null || reader === undefined) return;
    yield head;
    heads[newest] = (await reader.next()).value ?? null;
  }
}

async function* entriesOf(
  ledger: Ledger,
  agency: string,
  { since, limit }: { readonly since: Date; readonly limit: number },
): AsyncGenerator<StoredEntry, undefined> {
  let before: { readonly beforeSequence?: number } = {};
  for (;;) {
    const page = await ledger.list(agency, { limit, ...before });
    for (const entry of page) {
      if (entry.at < since) return;
      yield entry;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    before = { beforeSequence: last.sequence };
  }
}

/** What one database would have given. */
interface Given {
  readonly grant: Grant;
  readonly isAnswered: boolean;
}

interface Asked {
  readonly requester: string;
  readonly purpose: string;
  readonly owner: string;
}

/** Judges logged asks, equal ones once: thousands of requests have few shapes. */
class Judge {
  readonly #known = new Map<string, Verdict | null>();

  constructor(
    private readonly hub: Pick<Ports, 'standard'>,
    private readonly worlds: Worlds,
  ) {}

  /** null if nothing of this owner was asked, or the exchange standard no longer has what was asked for */
  verdictOn(ask: LedgerAsk, asked: Asked): Verdict | null {
    const { action, recordType, selectedFields, touchedFields } = ask;
    const databases = ask.lines.map(({ database }) => database);
    const key = JSON.stringify([asked, action, recordType, selectedFields, touchedFields, databases]);
    let verdict = this.#known.get(key);
    if (verdict === undefined) {
      verdict = this.#judge(ask, asked, databases);
      this.#known.set(key, verdict);
    }
    return verdict;
  }

  #judge(ask: LedgerAsk, { requester, purpose, owner }: Asked, databases: readonly string[]): Verdict | null {
    const recordType = this.hub.standard.recordTypes.find(({ name }) => name === ask.recordType);
    const names = [...new Set([...ask.selectedFields, ...ask.touchedFields])];
    const fields = recordType?.fields.filter(({ name }) => names.includes(name)) ?? [];
    const hasPurpose = this.hub.standard.purposes.some(({ name }) => name === purpose);
    if (recordType === undefined || !hasPurpose || fields.length < names.length) return null;
    const [before, after] = [this.worlds.before, this.worlds.after].map((world) => {
      const own = world.databases.filter((database) => database.owner === owner && databases.includes(database.code));
      return this.#given(world, own, recordType, { agency: requester, purpose, action: ask.action }, ask.touchedFields);
    });
    if (before === undefined || after === undefined || before.length === 0) return null;
    const shown: RecordType = { ...recordType, fields };
    const verdicts = before.map((given, index) => verdictOf(given, after[index], ask.action, shown));
    return together(verdicts, {
      wasRefused: before.every((given) => !given.isAnswered),
      isRefused: after.every((given) => !given.isAnswered),
    });
  }

  #given(
    world: InForce,
    databases: readonly SharedDatabase[],
    recordType: RecordType,
    asked: { readonly agency: string; readonly purpose: string; readonly action: Action },
    touched: readonly string[],
  ): readonly Given[] {
    const ask = { ...asked, recordType: recordType.name };
    const { standard } = this.hub;
    const decision = decide(ask, { ...world, databases, recordType, standard, anyJustification: true });
    const touches = touched.map((field) => ({ field, redactionMax: comparableMax(fieldOf(recordType, field)) }));
    const { sources } = planSources(decision, recordType, touches);
    return decision.grants.map((grant) => ({
      grant,
      isAnswered: sources.some(({ database }) => database.id === grant.database.id),
    }));
  }
}

/** One database's answer against its other answer, as far as the fields of `shown` go. */
function verdictOf(before: Given, after: Given | undefined, action: Action, shown: RecordType): Verdict {
  if (after === undefined || before.grant.kind !== 'GRANTED' || after.grant.kind !== 'GRANTED') {
    return before.isAnswered === after?.isAnswered ? 'same' : after?.isAnswered ? 'more' : 'less';
  }
  if (before.isAnswered !== after.isAnswered) return after.isAnswered ? 'more' : 'less';
  if (!before.isAnswered) return 'same';
  const isMore = covers(after.grant, before.grant, action, shown);
  const isLess = covers(before.grant, after.grant, action, shown);
  return isMore && isLess ? 'same' : isMore ? 'more' : isLess ? 'less' : 'mixed';
}

type Granted = Extract<Grant, { kind: 'GRANTED' }>;

/** Does `wider` surely show every row and field that `narrower` shows? */
function covers(wider: Granted, narrower: Granted, action: Action, shown: RecordType): boolean {
  const bars = new Set(barTexts(narrower, shown));
  return (
    narrower.candidates.every((one) => wider.candidates.some((other) => contains(other, one, shown))) &&
    barTexts(wider, shown).every((bar) => bars.has(bar)) &&
    (action !== 'AGGREGATE' || isNoStricter(wider.candidates, narrower.candidates))
  );
}

function barTexts({ bars }: Granted, shown: RecordType): readonly string[] {
  const names = shown.fields.map(({ name }) => name);
  return bars.flatMap(({ rows, fields }) => {
    const meant = fields?.filter((name) => names.includes(name));
    return meant?.length === 0 ? [] : [JSON.stringify([rows ?? null, meant ?? null])];
  });
}

function isNoStricter(wider: readonly Candidate[], narrower: readonly Candidate[]): boolean {
  const minimum = (of: readonly Candidate[]): number => Math.max(0, ...of.map(({ countMin }) => countMin ?? 0));
  const hidesZeros = (of: readonly Candidate[]): boolean => of.some(({ zeroPolicy }) => zeroPolicy === 'SUPPRESS');
  return minimum(wider) <= minimum(narrower) && (!hidesZeros(wider) || hidesZeros(narrower));
}

function together(
  verdicts: readonly Verdict[],
  { wasRefused, isRefused }: { readonly wasRefused: boolean; readonly isRefused: boolean },
): Verdict {
  if (wasRefused && isRefused) return 'same';
  if (wasRefused) return 'nowAllowed';
  if (isRefused) return 'nowRefused';
  const found = new Set(verdicts);
  if (found.has('mixed') || (found.has('more') && found.has('less'))) return 'mixed';
  return found.has('more') ? 'more' : found.has('less') ? 'less' : 'same';
}
