import { LineDigest, type ViewHeader, viewEndLine, viewEntryLine, viewHeaderLine } from '../../audit/view-format.js';
import { VIEW_TABLE_HEADER, viewTableEnd, viewTableRows } from '../../audit/view-table.js';
import { HubError } from '../../domain/errors.js';
import type { Identity } from '../../domain/identity.js';
import type { LedgerFilter, VisibleEntry } from '../../domain/ledger-view.js';
import { canonicalJson } from '../../support/canonical-json.js';
import type { Journal } from '../journal.js';
import type { Ports } from '../ports.js';
import { ledgerHead } from './ledger-heads.js';
import { filterJson, viewerOf } from './read-ledger.js';

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type ExportPorts = Pick<Ports, 'ledgerTree' | 'ledgerViews' | 'signing' | 'treeHeads'>;

/** entries held in memory at once */
const PAGE = 200;

/**
 * What the caller's agency may read of the ledger, as the pieces of a file (`audit/view-format.ts`, `audit/view-table.ts`): as of the head signed here,
 * which does not count the entry of this export itself. Nothing is read before the first piece is asked for, and a page at a time
 * then: whoever reads slowly costs nobody memory. A fault on the way ends the file without its last line.
 *
 * @throws HubError FORBIDDEN but for an agency's auditors; SOURCE_UNAVAILABLE
 */
export async function exportLedger(
  hub: ExportPorts,
  identity: Identity,
  journal: Journal,
  { filter, format }: { readonly filter: LedgerFilter; readonly format: ExportFormat },
): Promise<AsyncIterable<string>> {
  journal.act('ledger-export', { format });
  if (!identity.roles.includes('AUDITOR')) throw new HubError('FORBIDDEN');
  const viewer = viewerOf(identity);
  journal.act('ledger-export', { where: canonicalJson(filterJson(filter)) });
  const head = await ledgerHead(hub, identity);
  const header = { environment: head.environment, viewer, head, keys: await hub.treeHeads.keys() };
  await hub.ledgerViews.index();
  const archivedBefore = (await hub.ledgerViews.archivedBefore())?.toISOString() ?? null;
  const first = viewHeaderLine(header, { archivedBefore, filter: filterJson(filter), size: head.size });
  return format === 'ndjson' ? proofLines(hub, header, filter, first) : tableLines(hub, header, filter, first);
}

async function* proofLines(
  hub: ExportPorts,
  { viewer, head }: ViewHeader,
  filter: LedgerFilter,
  first: string,
): AsyncGenerator<string> {
  const lines = new Lines();
  yield lines.next([first]);
  let count = 0;
  for await (const entries of pagesOf(hub, viewer, { filter, size: head.size })) {
    const page: string[] = [];
    for (const { at, ...entry } of entries) {
      const inclusion = await hub.ledgerTree.inclusion(entry.sequence, head.size);
      page.push(viewEntryLine({ ...entry, at: at.toISOString(), inclusion }));
    }
    count += entries.length;
    yield lines.next(page);
  }
  const seal = await hub.treeHeads.signExport(lines.digest());
  yield `${viewEndLine({ count, seal })}\n`;
}

async function* tableLines(
  hub: ExportPorts,
  { viewer, head }: ViewHeader,
  filter: LedgerFilter,
  first: string,
): AsyncGenerator<string> {
  const lines = new Lines();
  yield lines.next([VIEW_TABLE_HEADER]);
  let count = 0;
  for await (const entries of pagesOf(hub, viewer, { filter, size: head.size })) {
    count += entries.length;
    yield lines.next(entries.flatMap(viewTableRows));
  }
  const seal = await hub.treeHeads.signExport(lines.digest());
  yield `${viewTableEnd(first, viewEndLine({ count, seal }))}\n`;
}

/** Lines on their way out, and the digest of all of them. */
class Lines {
  readonly #digest = new LineDigest();

  next(lines: readonly string[]): string {
    for (const line of lines) this.#digest.add(line);
    return lines.map((line) => `${line}\n`).join('');
  }

  digest(): string {
    return this.#digest.hex();
  }
}

/** @param within `size`: entries the head counts; later ones are not in its tree */
async function* pagesOf(
  { ledgerViews }: ExportPorts,
  viewer: string,
  { filter, size }: { readonly filter: LedgerFilter; readonly size: number },
): AsyncGenerator<readonly VisibleEntry[]> {
  const untilSequence = Math.min(filter.untilSequence ?? Number.MAX_SAFE_INTEGER, size + 1);
  for (let fromSequence = filter.fromSequence ?? 1; fromSequence < untilSequence; ) {
    const within = { ...filter, fromSequence, untilSequence };
    const entries = await ledgerViews.proven(viewer, within, { order: 'OLDEST_FIRST', limit: PAGE });
    // Not before a page is empty: one that is short may have lost an entry that cannot be read.
    if (entries.length === 0) return;
    yield entries;
    fromSequence = (entries.at(-1)?.sequence ?? untilSequence) + 1;
  }
}
