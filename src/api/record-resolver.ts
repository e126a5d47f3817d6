import { HubError } from '../domain/errors.js';
import type { RecordType } from '../domain/record-type.js';
import { aggregate, type Statistics } from '../hub/aggregate.js';
import { query, queryRecord, type RecordPage } from '../hub/query.js';
import { namesOf } from '../records/generated-names.js';
import type { ApiContext } from './context.js';
import type { RawJson, RecordResolver } from './raw-json.js';
import { aggregateAskOf, pageAskOf, purposeOf, selectedColumns, selectionOf } from './record-ask.js';
import { ENVELOPE_COLUMN, RecordSerialiser, type RowLayout } from './record-serialiser.js';
import { plainJson, type Selected, type TypeNames, typeNames } from './selection.js';

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
  const edges = selection.filter(({ name }) => name === 'edges').flatMap(({ fields }) => fields);
  const pageInfo = selection.filter(({ name }) => name === 'pageInfo').flatMap(({ fields }) => fields);
  const columns = selectedColumns(
    recordType,
    [...selection.filter(({ name }) => name === 'nodes'), ...edges.filter(({ name }) => name === 'node')].map(
      ({ fields }) => fields,
    ),
  );
  const withCursors =
    edges.some(({ name }) => name === 'cursor') ||
    pageInfo.some(({ name }) => name === 'startCursor' || name === 'endCursor');
  const ask = pageAskOf(recordType, agencyOf(context), args, { ...columns, withCursors });
  const page = await query(context.hub, context.journal, ask);
  const ids = columns.withIds ? sealedIds(context, ask, page.rows) : [];
  const layout: RowLayout = { typeName: recordType.name, ...columns, timeZone: context.hub.timeZone };
  return { toJson: () => connectionJson({ page, ids, layout, withCursors }, selection) };
}

interface WrittenPage {
  readonly page: RecordPage;
  readonly ids: readonly string[];
  readonly layout: RowLayout;
  readonly withCursors: boolean;
}

function connectionJson(written: WrittenPage, selection: readonly Selected[]): string {
  const { page, layout, withCursors } = written;
  const members = selection.map((selected) => {
    switch (selected.name) {
      case 'nodes':
        return member(selected, `[${nodes(written, selected.fields).join(',')}]`);
      case 'edges':
        return member(selected, `[${edgesJson(written, selected.fields).join(',')}]`);
      case 'pageInfo': {
        const last = page.rows.length - 1;
        const info = {
          hasNextPage: page.hasNextPage,
          hasPreviousPage: page.hasPreviousPage,
          startCursor: withCursors && last >= 0 ? page.cursorAt(0) : null,
          endCursor: withCursors && last >= 0 ? page.cursorAt(last) : null,
        };
        return member(selected, plainJson(info, selected.fields, typeNames('PageInfo', {})));
      }
      case 'sources':
        return member(selected, sourcesJson(page.sources, selected.fields));
      default:
        return member(selected, JSON.stringify(`${layout.typeName}Connection`));
    }
  });
  return `{${members.join(',')}}`;
}

function nodes({ page, ids, layout }: WrittenPage, fields: readonly Selected[]): readonly string[] {
  const serialiser = new RecordSerialiser(fields, layout);
  return page.rows.map((row, index) => serialiser.row(row, ids[index] ?? ''));
}

function edgesJson(written: WrittenPage, fields: readonly Selected[]): readonly string[] {
  const perNode = fields.map((selected) => (selected.name === 'node' ? nodes(written, selected.fields) : []));
  return written.page.rows.map((_, row) => {
    const members = fields.map((selected, index) => {
      if (selected.name === 'node') return member(selected, perNode[index]?.[row] ?? 'null');
      const json = selected.name === 'cursor' ? written.page.cursorAt(row) : `${written.layout.typeName}Edge`;
      return member(selected, JSON.stringify(json));
    });
    return `{${members.join(',')}}`;
  });
}

const SOURCE_TYPES: TypeNames = typeNames('SourceLine', { 'SourceLine.database': 'RecordDatabase' });

function sourcesJson(sources: RecordPage['sources'], fields: readonly Selected[]): string {
  const lines = sources.map((line) => ({ ...line, database: { code: line.database, name: line.databaseName } }));
  return plainJson(lines, fields, SOURCE_TYPES);
}

function member({ key }: Selected, json: string): string {
  return `${JSON.stringify(key)}:${json}`;
}

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
  const columns = selectedColumns(recordType, [selection]);
  const sealedId = String(args.id);
  const row = await queryRecord(context.hub, context.journal, {
    agency: agencyOf(context),
    action: 'READ',
    recordType: recordType.name,
    ...purposeOf(args),
    fields: columns.fields,
    envelope: columns.envelope.map((name) => ENVELOPE_COLUMN[name]),
    sealedId,
  });
  if (row === null) return null;
  const layout: RowLayout = { typeName: recordType.name, ...columns, timeZone: context.hub.timeZone };
  // The id of a record for this caller and purpose is the one it was asked by.
  return { toJson: () => new RecordSerialiser(selection, layout).row(row, sealedId) };
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
    sum: named(sums, cell.sums),
  }));
  const plain = { cells, total: statistics.total, suppressedCells: statistics.suppressedCells };
  const members = selection.map((selected) => {
    if (selected.name === 'sources') return member(selected, sourcesJson(statistics.sources, selected.fields));
    const json = plainJson(plain, [{ ...selected, key: 'x' }], types);
    return member(selected, json.slice('{"x":'.length, -1));
  });
  return `{${members.join(',')}}`;
}
