import { type ASTNode, BREAK, type FieldNode, type GraphQLResolveInfo, visit } from 'graphql';
import type { AggregateAsk } from '../domain/ask.js';
import { HubError } from '../domain/errors.js';
import type { Predicate } from '../domain/predicate.js';
import type { RecordType } from '../domain/record-type.js';
import type { PageAsk } from '../hub/query.js';
import { readDimensions } from '../records/dimension.js';
import { type InputProblem, readFilter } from '../records/filter.js';
import { readOrder } from '../records/order.js';
import { pageSizeOf } from './connection.js';
import { ENVELOPE_COLUMN, type EnvelopeField } from './record-serialiser.js';
import { type Selected, selectedFields } from './selection.js';

type Args = Readonly<Record<string, unknown>>;

const remembered = new WeakMap<FieldNode, readonly Selected[]>();

/** What is selected of a root field: read once per document, unless directives make it depend on the call. */
export function selectionOf(info: GraphQLResolveInfo): readonly Selected[] {
  const [node, ...others] = info.fieldNodes;
  const isPlain = node !== undefined && others.length === 0;
  const known = isPlain ? remembered.get(node) : undefined;
  if (known !== undefined) return known;
  const sets = info.fieldNodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
  const selection = selectedFields(sets, info);
  if (isPlain && !isConditional([...sets, ...Object.values(info.fragments)])) remembered.set(node, selection);
  return selection;
}

function isConditional(nodes: readonly ASTNode[]): boolean {
  let hasDirective = false;
  const directive = (): typeof BREAK => {
    hasDirective = true;
    return BREAK;
  };
  for (const node of nodes) visit(node, { Directive: directive });
  return hasDirective;
}

/** What is selected of records, wherever in the answer they stand: fields of the type and of the envelope, each once. */
export interface SelectedColumns {
  readonly fields: readonly string[];
  readonly envelope: readonly EnvelopeField[];
  readonly withIds: boolean;
}

export function selectedColumns(recordType: RecordType, selections: readonly (readonly Selected[])[]): SelectedColumns {
  const names = new Set(selections.flatMap((fields) => fields.map(({ name }) => name)));
  const isEnvelope = (name: string): name is EnvelopeField => Object.hasOwn(ENVELOPE_COLUMN, name);
  return {
    fields: recordType.fields.flatMap(({ name }) => (names.has(name) ? [name] : [])),
    envelope: [...names, ...(isEndSelected(selections) ? ['retainUntil'] : [])].filter(isEnvelope),
    withIds: names.has('id'),
  };
}

/** The end of keeping a record is its own end, too: without the envelope's column nobody could tell which is earlier. */
function isEndSelected(selections: readonly (readonly Selected[])[]): boolean {
  const isSelected = (fields: readonly Selected[], name: string): boolean => fields.some((one) => one.name === name);
  return selections.some(
    (fields) =>
      !isSelected(fields, 'retainUntil') &&
      fields.some((one) => one.name === 'disclosure' && isSelected(one.fields, 'retainUntil')),
  );
}

/** Who asks, and whose rights the answer follows: the caller's own, or with `viewAs` those of the agency it looks as. */
export function agenciesOf(args: Args, caller: string): { readonly agency: string; readonly viewedBy?: string } {
  const viewAs = args.viewAs as string | null | undefined;
  return viewAs == null ? { agency: caller } : { agency: viewAs, viewedBy: caller };
}

/** The part of an ask that every root field of a record type has. */
export function purposeOf(args: Args): { purpose: string; justification?: string } {
  const { purpose, justification } = args as { purpose: string; justification?: string | null };
  return { purpose, ...(justification == null ? {} : { justification }) };
}

function scopeOf(recordType: RecordType, args: Args): { databases?: readonly string[]; where?: Predicate } {
  const databases = args.databases as readonly string[] | null | undefined;
  const filter = readFilter(recordType, args.where);
  if (filter.kind === 'problems') throw badInput(filter.problems);
  return {
    ...(databases == null ? {} : { databases: [...new Set(databases)].sort() }),
    ...(filter.predicate === undefined ? {} : { where: filter.predicate }),
  };
}

/** @throws HubError BAD_USER_INPUT or LIMIT_EXCEEDED, naming the argument */
export function pageAskOf(
  recordType: RecordType,
  caller: string,
  args: Args,
  columns: SelectedColumns & { readonly withCursors: boolean },
): PageAsk {
  const order = readOrder(recordType, args.orderBy);
  if (order.kind === 'problems') throw badInput(order.problems);
  const { first, last, after, before } = args as Partial<Record<string, never>>;
  const { direction, size } = pageSizeOf({ first: first ?? null, last: last ?? null });
  const sealedCursor: string | undefined = (direction === 'FORWARD' ? after : before) ?? undefined;
  if ((direction === 'FORWARD' ? before : after) != null) {
    throw new HubError('BAD_USER_INPUT', '`first` goes with `after`, and `last` with `before`');
  }
  return {
    ...agenciesOf(args, caller),
    action: 'READ',
    recordType: recordType.name,
    ...purposeOf(args),
    ...scopeOf(recordType, args),
    fields: columns.fields,
    envelope: columns.envelope.map((name) => ENVELOPE_COLUMN[name]),
    orderBy: order.terms,
    withCursors: columns.withCursors,
    page: { direction, size, ...(sealedCursor === undefined ? {} : { sealedCursor }) },
  };
}

/** @throws HubError BAD_USER_INPUT, naming the argument */
export function aggregateAskOf(
  recordType: RecordType,
  caller: string,
  args: Args,
  sums: readonly string[],
): AggregateAsk {
  const dimensions = readDimensions(recordType, args.groupBy as readonly string[]);
  if (dimensions.kind === 'problem') throw badInput([{ path: ['groupBy'], message: dimensions.message }]);
  return {
    ...agenciesOf(args, caller),
    action: 'AGGREGATE',
    recordType: recordType.name,
    ...purposeOf(args),
    ...scopeOf(recordType, args),
    groupBy: dimensions.dimensions,
    sums,
  };
}

function badInput(problems: readonly InputProblem[]): HubError {
  const told = problems.map(({ path, message }) => `\`${path.join('.')}\`: ${message}`);
  return new HubError('BAD_USER_INPUT', told.join('; '), { path: problems[0]?.path ?? [], problems });
}
