import type { LedgerAsk, LedgerEntry, LedgerLine } from '../domain/ledger.js';
import { namesRecords, type SeenEntry, type VisibleEntry } from '../domain/ledger-view.js';
import { entryOf, isWhole, partsOf, pathOf } from './entry.js';
import { type Asking, entryOfParts, type Part } from './parts.js';

/** An entry as stored. */
export interface StoredBody {
  readonly sequence: number;
  readonly at: Date;
  readonly body: string;
}

/**
 * What one agency may read of an entry, with the proof of it; undefined if that is nothing.
 *
 * Its requester reads all of it but the ids of records, which are their owners'. An owner whose databases were asked reads which
 * agency asked and what for, and the parts about its own databases; which person, and its reason, only if one of its lines
 * speaks of an agreement between the two. Nobody else reads anything.
 *
 * INVARIANT (nothing of others): an owner's view is made from the texts of `parts` and `records`, and from nothing else.
 *
 * @throws SyntaxError or Error if the text is no body of a known format
 */
export function seenBy(stored: StoredBody, reader: string): VisibleEntry | undefined {
  const { sequence, at, body } = stored;
  if (isWhole(body)) {
    const entry = entryOf(body);
    if (entry.agency !== reader) return undefined;
    return { sequence, at, seen: own(stored, entry), whole: body, parts: [], records: [] };
  }
  const parts = partsOf(body);
  const visible = visibleTo(parts, reader);
  if (visible.length === 0) return undefined;
  const texts = visible.filter(({ part }) => part !== 'RECORDS').map(({ text }) => text);
  return {
    sequence,
    at,
    seen: seenFrom(stored, visible, reader),
    whole: null,
    parts: texts.map((text) => ({ text, path: pathOf(body, text) })),
    records: visible.filter(({ part }) => part === 'RECORDS').map(({ text }) => text),
  };
}

/** As `seenBy`, without the proof: for lists, which are read far more often than exports. */
export function entrySeenBy(stored: StoredBody, reader: string): SeenEntry | undefined {
  if (isWhole(stored.body)) {
    const entry = entryOf(stored.body);
    return entry.agency === reader ? own(stored, entry) : undefined;
  }
  const visible = visibleTo(partsOf(stored.body), reader);
  return visible.length === 0 ? undefined : seenFrom(stored, visible, reader);
}

/** The parts this agency may read, in their order; none, if it neither asked nor owns a database that was asked. */
function visibleTo(parts: readonly Part[], reader: string): readonly Part[] {
  const isRequester = askingOf(parts)?.agency === reader;
  const hasAgreed = parts.some((part) => isOf(part, reader) && part.database.asks.some(speaksOfAgreement));
  let isOwners = false;
  let hasOwn = false;
  const visible = parts.filter((part) => {
    if (part.part === 'RECORDS') return isOwners;
    if (part.part === 'ASKING') return true;
    if (part.part === 'PERSON') return isRequester || hasAgreed;
    isOwners = isOf(part, reader);
    hasOwn ||= isOwners;
    return isRequester || isOwners;
  });
  return isRequester || hasOwn ? visible : [];
}

const isOf = (part: Part, owner: string): part is Extract<Part, { readonly part: 'DATABASE' }> =>
  part.part === 'DATABASE' && part.database.owner === owner;

/** Asking every database there is must not tell strangers what the asking agency works on, and who does. */
const speaksOfAgreement = ({ reason }: Pick<LedgerLine, 'reason'>): boolean => reason !== 'NO_AGREEMENT';

function seenFrom(stored: StoredBody, visible: readonly Part[], reader: string): SeenEntry {
  return askingOf(visible)?.agency === reader ? own(stored, entryOfParts(visible), reader) : owners(stored, visible);
}

function own({ sequence, at }: StoredBody, entry: LedgerEntry, reader?: string): SeenEntry {
  const { requestId: _, ...kept } = entry;
  const asks = kept.asks.map((ask) => ({
    ...ask,
    lines: ask.lines.map((line) => {
      const { disclosed, ...told } = line;
      return disclosed === undefined || reader === undefined || !namesRecords(line, reader) ? told : line;
    }),
  }));
  return { ...kept, asks, sequence, at, perspective: 'OWN' };
}

/** `visible`: who asked, and the parts about the reader's databases. */
function owners({ sequence, at }: StoredBody, visible: readonly Part[]): SeenEntry {
  const asking = askingOf(visible);
  if (asking === undefined) throw new Error('a part of the ledger entry is missing');
  const person = visible.find((part) => part.part === 'PERSON')?.person ?? { justification: null, person: null };
  const asks = asksOf(visible);
  const outcomes = asks.flatMap(({ lines }) => lines.map(({ outcome }) => outcome));
  return {
    ...asking,
    ...person,
    sequence,
    at,
    perspective: 'OWNER',
    action: [...new Set(asks.map(({ action }) => action))].sort().join(','),
    operation: { name: null, hash: null },
    outcome: ownersOutcome(outcomes),
    errorCode: null,
    asks,
    subject: {},
    durationMs: null,
  };
}

function ownersOutcome(outcomes: readonly string[]): LedgerEntry['outcome'] {
  if (outcomes.includes('ANSWERED') || outcomes.includes('PARTIAL')) return 'ANSWERED';
  return outcomes.includes('UNAVAILABLE') ? 'FAILED' : 'REFUSED';
}

/** One ask for each line: which lines stood in one ask together would tell of the lines of others. */
function asksOf(visible: readonly Part[]): readonly LedgerAsk[] {
  return visible.flatMap((part, index) => {
    if (part.part !== 'DATABASE') return [];
    const { asks, code, owner } = part.database;
    const next = visible[index + 1];
    const records = next?.part === 'RECORDS' ? next.records : [];
    return asks.map(({ basis, outcome, reason, records: count, ...ask }, place): LedgerAsk => {
      const disclosed = (records[place] ?? []).map(([id, version, commitment]) =>
        commitment === undefined ? { id, version } : { id, version, commitment },
      );
      const line = { database: code, owner, outcome, reason, basis, records: count };
      return { ...ask, lines: [disclosed.length === 0 ? line : { ...line, disclosed }] };
    });
  });
}

const askingOf = (parts: readonly Part[]): Asking | undefined => parts.find((part) => part.part === 'ASKING')?.asking;
