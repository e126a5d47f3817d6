import { type Ask, type Cursor, callerOf, type OrderTerm, type ReadAsk, type RecordAsk } from '../domain/ask.js';
import type { Decision, Grant, SourceLine } from '../domain/decision.js';
import { HubError } from '../domain/errors.js';
import type { DisclosedRecord } from '../domain/evidence.js';
import type { LedgerLine } from '../domain/ledger.js';
import type { Scalar } from '../domain/record-type.js';
import { planRead, planRecord, type ReadPlan, type RecordPlan } from '../plan/plan-read.js';
import { type EnvelopeColumn, ROW_COLUMNS, readQuery, recordQuery } from '../sql/compile-read.js';
import { canonicalJson } from '../support/canonical-json.js';
import { chargedIn, noteDisclosed } from './charge.js';
import { type Compiled, compiledFor, compiledFrom } from './compiled.js';
import { guardOf, recordTypeOf, STALE, withDecision } from './decided.js';
import { type DisclosedRow, shownCells } from './disclosed-row.js';
import { commitmentsTo } from './evidence/commitments.js';
import { Retention } from './evidence/retention.js';
import type { Journal } from './journal.js';
import type { Ports } from './ports.js';
import { stateAsk } from './state-ask.js';
import { filled, ID_SLOT, shapeOf } from './statement-shape.js';
import { type Tokens, tokensOf } from './tokens.js';

/** A page as asked: its cursor still sealed. */
export interface PageAsk extends Omit<ReadAsk, 'page'> {
  readonly page: { readonly direction: 'FORWARD' | 'BACKWARD'; readonly size: number; readonly sealedCursor?: string };
  readonly envelope: readonly EnvelopeColumn[];
  /** cursors cost columns: only if somebody asks for one */
  readonly withCursors: boolean;
}

export interface RecordPage {
  readonly rows: readonly DisclosedRow[];
  readonly sources: readonly SourceLine[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** sealed cursor of the row at this index; only where the ask said `withCursors` */
  readonly cursorAt: (index: number) => string;
}

/** A data request, from ask to released rows: in force → decision → plan → SQL → rows → disclosure → journal. */
export async function query(hub: Ports, journal: Journal, ask: PageAsk): Promise<RecordPage> {
  stateAsk(hub, journal, ask);
  const recordType = recordTypeOf(hub, ask.recordType);
  const shape = shapeOf(openPage(hub, ask));
  const counting = { charges: journal.charges, cost: { records: ask.page.size } };
  return withDecision(hub, ask, counting, async (decision, { now }) => {
    const compiled = compiledFor(decision, `${shape.key} ${ask.envelope.join()} ${ask.withCursors}`, () => {
      const plan = planRead(shape.ask, decision, recordType);
      const select = readQuery(plan, { envelope: ask.envelope, withKeys: ask.withCursors });
      return compiledFrom(hub, plan, select);
    });
    const read = await readRows(hub, compiled, shape.values, { ask, decision });
    if (read === STALE) return STALE;
    const page = pageOf(hub, ask, compiled, decision, read, now);
    note(hub, journal, ask, { compiled, decision, rows: page.rows });
    noteDisclosed(journal.charges, chargedIn(decision, recordType), page.rows);
    return page;
  });
}

/**
 * One record by its id. An id this caller cannot have been given, a record that is gone and one that may not be seen are
 * the same answer: null.
 */
export async function queryRecord(
  hub: Ports,
  journal: Journal,
  ask: Omit<RecordAsk, 'databaseId' | 'id'> & {
    readonly sealedId: string;
    readonly envelope: readonly EnvelopeColumn[];
  },
): Promise<DisclosedRow | null> {
  stateAsk(hub, journal, ask);
  const recordType = recordTypeOf(hub, ask.recordType);
  const raw = hub.seal.openId({ agency: callerOf(ask), purpose: ask.purpose }, ask.sealedId);
  // An id that is none of this caller's names no database: nothing is read, so nothing is charged.
  const counting = { charges: journal.charges, cost: { records: 1 }, databaseId: raw?.databaseId ?? 0 };
  return withDecision(hub, ask, counting, async (all, { now }) => {
    const decision = { ...all, grants: all.grants.filter(({ database }) => database.id === raw?.databaseId) };
    const compiled = compiledFor(all, `record ${raw?.databaseId} ${ask.fields.join()} ${ask.envelope.join()}`, () => {
      const plan = planRecord({ ...ask, databaseId: raw?.databaseId ?? 0, id: ID_SLOT }, decision, recordType);
      return compiledFrom(hub, plan, recordQuery(plan, { envelope: ask.envelope }));
    });
    const read = await readRows(hub, compiled, [raw?.id ?? '0'], { ask, decision });
    if (read === STALE) return STALE;
    const rows = disclosed(compiled, read, ask.envelope, {
      tokens: tokensOf(hub, ask, decision),
      retention: new Retention(now, hub.timeZone),
    });
    note(hub, journal, ask, { compiled, decision, rows });
    noteDisclosed(journal.charges, chargedIn(all, recordType), rows);
    return rows[0] ?? null;
  });
}

type Cells = readonly (string | null)[];

async function readRows<P extends ReadPlan | RecordPlan>(
  hub: Ports,
  { statement }: Compiled<P>,
  values: readonly Scalar[],
  { ask, decision }: { readonly ask: Ask; readonly decision: Decision },
): Promise<readonly Cells[] | typeof STALE> {
  if (statement === null) return [];
  const { behindToken } = tokensOf(hub, ask, decision);
  const read = await hub.records.read(filled(statement, values, behindToken), guardOf(ask, decision), 'lookup');
  return read.stale ? STALE : read.rows;
}

/** Reads cells by the row layout of `readQuery`. */
function disclosed(
  { plan, sources, disclosures }: Compiled<ReadPlan | RecordPlan>,
  rows: readonly Cells[],
  envelope: readonly EnvelopeColumn[],
  { tokens, retention }: { readonly tokens: Tokens; readonly retention: Retention },
): readonly DisclosedRow[] {
  const fieldsFrom = ROW_COLUMNS.length + envelope.length;
  const endAt = envelope.indexOf('retain_until');
  return rows.map((cells) => {
    const [databaseId, id, marks, handlingCode, version] = cells;
    const source = sources.get(databaseId ?? '');
    // A row of a database that was not asked would mean that both the statement and the second lock are wrong.
    if (source === undefined || id === null || id === undefined) throw new Error('a row came from no planned source');
    const disclosure = disclosures.of(source, marks ?? '');
    return {
      database: source.database,
      id,
      version: Number(version),
      handlingCode: handlingCode ?? null,
      retainUntil: endAt < 0 ? null : retention.until(disclosure, cells[ROW_COLUMNS.length + endAt] ?? null),
      envelope: cells.slice(ROW_COLUMNS.length, fieldsFrom),
      cells: shownCells(cells.slice(fieldsFrom, fieldsFrom + plan.select.length), disclosure, tokens.tokenOf),
      disclosure,
    };
  });
}

function pageOf(
  hub: Ports,
  ask: PageAsk,
  compiled: Compiled<ReadPlan>,
  decision: Decision,
  read: readonly Cells[],
  now: Date,
): RecordPage {
  const { plan } = compiled;
  const isForward = plan.direction === 'FORWARD';
  const hasMore = read.length === plan.rowsMax;
  const within = hasMore ? read.slice(0, -1) : read;
  const cells = isForward ? within : [...within].reverse();
  const keysFrom = ROW_COLUMNS.length + ask.envelope.length + plan.select.length;
  const cursorAt = (index: number): string => {
    const row = cells[index] as Cells;
    const cursor: Cursor = { values: row.slice(keysFrom, keysFrom + plan.order.length), id: row[1] as string };
    return hub.seal.sealCursor(cursorBinding(ask), { cursor, digest: decision.digest });
  };
  return {
    rows: disclosed(compiled, cells, ask.envelope, {
      tokens: tokensOf(hub, ask, decision),
      retention: new Retention(now, hub.timeZone),
    }),
    sources: plan.lines,
    hasNextPage: isForward ? hasMore : plan.cursor !== undefined,
    hasPreviousPage: isForward ? plan.cursor !== undefined : hasMore,
    cursorAt,
  };
}

function openPage(hub: Ports, ask: PageAsk): ReadAsk {
  const { direction, size, sealedCursor } = ask.page;
  if (sealedCursor === undefined) return { ...ask, page: { direction, size } };
  // A decision that has changed since is no error: the page goes on from the place last shown, under the new source lines.
  const opened = hub.seal.openCursor(cursorBinding(ask), sealedCursor);
  if (opened === undefined) {
    const argument = direction === 'FORWARD' ? 'after' : 'before';
    throw new HubError('BAD_USER_INPUT', `\`${argument}\` is no cursor of this query`, { path: [argument] });
  }
  return { ...ask, page: { direction, size, cursor: opened.cursor } };
}

function cursorBinding(ask: PageAsk): string {
  const orderBy = ask.orderBy.map(({ field, direction }: OrderTerm) => `${field} ${direction}`);
  return canonicalJson({
    agency: callerOf(ask),
    viewAs: ask.viewedBy === undefined ? null : ask.agency,
    purpose: ask.purpose,
    recordType: ask.recordType,
    databases: ask.databases ?? null,
    where: (ask.where ?? null) as never,
    orderBy,
  });
}

interface Answered {
  readonly compiled: Compiled<ReadPlan | RecordPlan>;
  readonly decision: Decision;
  readonly rows: readonly DisclosedRow[];
}

const NO_COMMITMENTS: ReturnType<typeof commitmentsTo> = new Map();

/** What the ledger says of it: per database the outcome, the clauses relied on and how many records; never a value. */
function note(
  hub: Ports,
  journal: Journal,
  ask: Pick<PageAsk, 'action' | 'recordType' | 'fields' | 'agency' | 'purpose' | 'viewedBy'>,
  { compiled, decision, rows }: Answered,
): void {
  const { plan } = compiled;
  const openings = compiled.demandsEvidence ? commitmentsTo(hub, plan.select, rows) : NO_COMMITMENTS;
  if (openings.size > 0) journal.commit(hub.openings, [...openings.values()]);
  const disclosed = new Map<string, DisclosedRecord[]>();
  for (const row of rows) {
    const { id, version } = row;
    const opening = openings.get(row);
    const record = opening === undefined ? { id, version } : { id, version, commitment: opening.commitment };
    const known = disclosed.get(row.database.code);
    if (known === undefined) disclosed.set(row.database.code, [record]);
    else known.push(record);
  }
  journal.ask(
    {
      action: ask.action,
      recordType: ask.recordType,
      selectedFields: ask.fields,
      touchedFields: plan.kind === 'page' ? plan.touched : [],
      lines: ledgerLines(plan.lines, decision, disclosed),
      ...viewAsOf(ask),
    },
    guardOf(ask, decision),
  );
}

/** Through whose eyes an owner looked, as the ledger keeps it. */
export function viewAsOf({ agency, viewedBy }: Pick<PageAsk, 'agency' | 'viewedBy'>): { readonly viewAs?: string } {
  return viewedBy === undefined ? {} : { viewAs: agency };
}

/**
 * Source lines as the ledger keeps them: with the clauses behind each. `given`: by database the records served; null = counted.
 */
export function ledgerLines(
  lines: readonly SourceLine[],
  decision: Decision,
  given: ReadonlyMap<string, readonly DisclosedRecord[]> | null,
): readonly LedgerLine[] {
  return lines.map((line) => {
    const { database, outcome, reason } = line;
    const grant = decision.grants.find((candidate) => candidate.database.code === database);
    const served = given?.get(database) ?? [];
    const isAnswered = outcome !== 'WITHHELD' && outcome !== 'UNAVAILABLE';
    return {
      database,
      owner: grant?.database.owner ?? null,
      outcome,
      reason,
      basis: basisOf(grant),
      records: isAnswered && given === null ? null : served.length,
      ...(served.length === 0 ? {} : { disclosed: served }),
    };
  });
}

function basisOf(grant: Grant | undefined): LedgerLine['basis'] {
  if (grant === undefined || grant.kind === 'OWNED') return [];
  return grant.kind === 'GRANTED' ? grant.candidates.map(({ basis }) => basis) : grant.basis;
}
