import { callerOf } from '../domain/ask.js';
import { HubError } from '../domain/errors.js';
import type { RecordType } from '../domain/record-type.js';
import { aggregate, type Statistics } from '../hub/aggregate.js';
import { query, queryRecord, type RecordPage } from '../hub/query.js';
import { namesOf } from '../records/generated-names.js';
import type { ApiContext } from './context.js';
import { member, PageWriter, sourcesJson } from './page-writer.js';
import type { RawJson, RecordResolver } from './raw-json.js';
import {
  agenciesOf,
  aggregateAskOf,
  pageAskOf,
  purposeOf,
  type SelectedColumns,
  selectedColumns,
  selectionOf,
} from './record-ask.js';
import { ENVELOPE_COLUMN, RecordSerialiser, type RowLayout } from './record-serialiser.js';
import { plainJson, type Selected, typeNames } from './selection.js';

/** The resolvers of one record type's root fields, by name: arguments → ask → hub → JSON text. */
export function recordResolversOf(recordType: RecordType): Readonly<Record<string, RecordResolver>> {
  const names = namesOf(recordType);
  return {
    [names.list]: (args, context, info) => pageJson(recordType, args, context, selectionOf(info)),
    [names.one]: (args, context, info) => recordJson(recordType, args, context, selectionOf(info)),
    [names.statisticsField]: (args, context, info) => statisticsJson(recordType, args, context, selectionOf(info)),
  };
}

type Args = Readonly<Record<string, unknown>>;

function agencyOf({ identity }: ApiContext): string {
  if (identity.agency === undefined) throw new HubError('FORBIDDEN', 'only an agency asks for records');
  return identity.agency;
}

async function pageJson(
  recordType: RecordType,
  args: Args,
  context: ApiContext,
  selection: readonly Selected[],
): Promise<RawJson> {
  const { hub, journal } = context;
  const writer = pageWriters.of(selection, () => new PageWriter(recordType, selection, hub.timeZone));
  const ask = pageAskOf(recordType, agencyOf(context), args, writer.columns);
  const page = await query(hub, journal, ask);
  const ids = writer.columns.withIds
    ? sealedIds(context, { agency: callerOf(ask), purpose: ask.purpose }, page.rows)
    : [];
  return { toJson: () => writer.write(page, ids) };
}

/** One writer per selection: a document that is asked again finds its own, and it goes when the document goes. */
class Remembered<T> {
  private readonly known = new WeakMap<readonly Selected[], T>();

  of(selection: readonly Selected[], make: () => T): T {
    let made = this.known.get(selection);
    if (made === undefined) {
      made = make();
      this.known.set(selection, made);
    }
    return made;
  }
}

const pageWriters = new Remembered<PageWriter>();
const recordWriters = new Remembered<{ readonly columns: SelectedColumns; readonly serialiser: RecordSerialiser }>();

function sealedIds(
  { hub }: ApiContext,
  owner: { readonly agency: string; readonly purpose: string },
  rows: RecordPage['rows'],
): readonly string[] {
  return hub.seal.sealIds(
    owner,
    rows.map(({ database, id }) => ({ databaseId: database.id, id })),
  );
}

async function recordJson(
  recordType: RecordType,
  args: Args,
  context: ApiContext,
  selection: readonly Selected[],
): Promise<RawJson | null> {
  const { columns, serialiser } = recordWriters.of(selection, () => {
    const selected = selectedColumns(recordType, [selection]);
    const layout: RowLayout = { typeName: recordType.name, ...selected, timeZone: context.hub.timeZone };
    return { columns: selected, serialiser: new RecordSerialiser(selection, layout) };
  });
  const sealedId = String(args.id);
  const row = await queryRecord(context.hub, context.journal, {
    ...agenciesOf(args, agencyOf(context)),
    action: 'READ',
    recordType: recordType.name,
    ...purposeOf(args),
    fields: columns.fields,
    envelope: columns.envelope.map((name) => ENVELOPE_COLUMN[name]),
    sealedId,
  });
  if (row === null) return null;
  // The id of a record for this caller and purpose is the one it was asked by.
  return { toJson: () => serialiser.row(row, sealedId) };
}

async function statisticsJson(
  recordType: RecordType,
  args: Args,
  context: ApiContext,
  selection: readonly Selected[],
): Promise<RawJson> {
  const sums = selection
    .filter(({ name }) => name === 'cells')
    .flatMap(({ fields }) => fields.filter(({ name }) => name === 'sum'))
    .flatMap(({ fields }) => fields.flatMap(({ name }) => (name === '__typename' ? [] : [name])));
  const ask = aggregateAskOf(recordType, agencyOf(context), args, [...new Set(sums)]);
  const statistics = await aggregate(context.hub, context.journal, ask);
  const places = ask.groupBy.map((dimension) => (dimension.kind === 'database' ? 'database' : dimension.field));
  return { toJson: () => statisticsText(recordType, statistics, { places, sums: ask.sums }, selection) };
}

function statisticsText(
  recordType: RecordType,
  statistics: Statistics,
  { places, sums }: { readonly places: readonly string[]; readonly sums: readonly string[] },
  selection: readonly Selected[],
): string {
  const names = namesOf(recordType);
  const types = typeNames(names.statistics, {
    [`${names.statistics}.cells`]: names.cell,
    [`${names.cell}.group`]: names.group,
    [`${names.cell}.sum`]: names.sum,
  });
  const named = (keys: readonly string[], values: readonly unknown[]): Record<string, unknown> =>
    Object.fromEntries(keys.map((key, index) => [key, values[index]]));
  const cells = statistics.cells.map((cell) => ({
    ...cell,
    group: named(places, cell.key),
    sum: cell.suppressed ? null : named(sums, cell.sums),
  }));
  const plain = { cells, total: statistics.total, suppressedCells: statistics.suppressedCells };
  const members = selection.map((selected) => {
    if (selected.name === 'sources') return member(selected, sourcesJson(statistics.sources, selected.fields));
    const json = plainJson(plain, [{ ...selected, key: 'x' }], types);
    return member(selected, json.slice('{"x":'.length, -1));
  });
  return `{${members.join(',')}}`;
}
