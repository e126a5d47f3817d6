import { DIMENSIONS_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../domain/ask.js';
import type { Field, RecordType } from '../domain/record-type.js';
import { dimensionsOf } from './dimension.js';
import { ENVELOPE_INPUTS } from './envelope-inputs.js';
import { type GeneratedNames, namesOf } from './generated-names.js';
import { filterSdl } from './graphql-filter.js';
import { orderFieldsOf } from './order.js';
import { definition, enumOf, type Member } from './sdl-text.js';

/** Every definition that belongs to one record type alone, the type itself first. */
export function recordTypeSdl(recordType: RecordType): readonly string[] {
  const names = namesOf(recordType);
  return [
    objectSdl(recordType),
    ...connectionSdl(recordType, names),
    filterSdl(recordType),
    definition(`input ${names.order}`, `By what records of \`${recordType.name}\` are ordered.`, [
      { text: `field: ${names.orderField}!` },
      { text: 'direction: OrderDirection!' },
    ]),
    enumOf(names.orderField, `Fields of \`${recordType.name}\` to order by.`, orderFieldsOf(recordType)),
    enumOf(
      names.dimension,
      `What records of \`${recordType.name}\` are grouped by: a field, or a field at a step of its ladder.`,
      dimensionsOf(recordType).map(({ name }) => ({ name })),
    ),
    ...statisticsSdl(recordType, names),
    ...importSdl(recordType, names),
  ];
}

/** Root fields of queries for one record type. */
export function queryMembers(recordType: RecordType): readonly Member[] {
  const names = namesOf(recordType);
  const asked = 'purpose: Purpose!, justification: String';
  const viewAs = '"Your own databases alone, as this agency would be answered." viewAs: String';
  const where = `databases: [String!], ${viewAs}, where: ${names.filter}`;
  return [
    {
      text:
        `${names.list}(${asked}, ${where}, orderBy: [${names.order}!], ` +
        `first: Int, after: String, last: Int, before: String): ${names.connection}!`,
      description:
        `Records of \`${recordType.name}\` as far as agreements in force show them, newest first unless ordered otherwise. ` +
        `A page has ${PAGE_SIZE_DEFAULT} records unless \`first\` or \`last\` says otherwise, and at most ${PAGE_SIZE_MAX}.`,
    },
    {
      text: `${names.one}(id: ID!, ${asked}, ${viewAs}): ${names.object}`,
      description: `One record by the id it was listed under, for the same purpose; null if it is not shown.`,
    },
    {
      text: `${names.statisticsField}(${asked}, ${where}, groupBy: [${names.dimension}!]!): ${names.statistics}!`,
      description: `Counts of records of \`${recordType.name}\` by up to ${DIMENSIONS_MAX} dimensions.`,
    },
  ];
}

/** Root fields of mutations for one record type. */
export function mutationMembers(recordType: RecordType): readonly Member[] {
  const names = namesOf(recordType);
  return [
    {
      text: `${names.importField}(input: ${names.importInput}!): ${names.importPayload}!`,
      description:
        'Adds records and brings known ones up to date, all or none of them. Importing the same again changes nothing.',
    },
  ];
}

const ENVELOPE: readonly Member[] = [
  { text: 'id: ID!', description: 'Good for this agency and purpose only.' },
  { text: 'database: RecordDatabase!', description: 'Where the record is from.' },
  {
    text: 'recordedAt: DateTime',
    description: 'When this version was recorded, as coarse as the times of the record are shown.',
  },
  { text: 'version: Int' },
  { text: 'status: RecordStatus' },
  { text: 'handlingCode: HandlingCode', description: 'How the record may be used.' },
  { text: 'dataSubjectCategory: String', description: 'What the person is in the case.' },
  { text: 'retainUntil: DateTime', description: 'When the owner must erase it.' },
  { text: 'reviewDueAt: DateTime', description: 'When the owner reviews the need to keep it.' },
  { text: 'disclosure: Disclosure!', description: 'Under what it is shown, and what is not.' },
];

function objectSdl(recordType: RecordType): string {
  return definition(`type ${recordType.name}`, recordType.description, [
    ...ENVELOPE,
    // Served fields are nullable whatever the file says: a withheld value is null with its reason beside it, never a failure.
    ...recordType.fields.map((field) => ({
      text: `${field.name}: ${servedType(field)}`,
      description: described(field),
    })),
  ]);
}

const servedType = (field: Field): string => (field.type.isList ? `[${field.type.name}!]` : field.type.name);

function described(field: Field): string {
  const steps = field.ladder.length === 0 ? '' : ` Steps: ${field.ladder.map(({ name }) => name).join(', ')}.`;
  return `${field.description}${field.description === '' ? '' : ' '}Sensitivity: ${field.sensitivity}.${steps}`;
}

function connectionSdl({ name }: RecordType, names: GeneratedNames): readonly string[] {
  return [
    definition(`type ${names.connection}`, `A page of records of \`${name}\`.`, [
      { text: `nodes: [${name}!]!` },
      { text: `edges: [${names.edge}!]!` },
      { text: 'pageInfo: PageInfo!' },
      {
        text: 'sources: [SourceLine!]!',
        description: 'One line for each database asked, in the order of their codes.',
      },
    ]),
    definition(`type ${names.edge}`, '', [{ text: 'cursor: String!' }, { text: `node: ${name}!` }]),
  ];
}

function statisticsSdl(recordType: RecordType, names: GeneratedNames): readonly string[] {
  const measures = recordType.fields.filter((field) => field.isMeasure);
  const groups = recordType.fields.filter((field) => !field.type.isList);
  const sum: Member = { text: `sum: ${names.sum}`, description: 'Null where the cell is suppressed.' };
  return [
    definition(`type ${names.statistics}`, `Counts of records of \`${recordType.name}\`.`, [
      {
        text: `cells: [${names.cell}!]!`,
        description: 'A group without records is absent and means 0, unless its clause hides zeros.',
      },
      {
        text: 'total: SafeInt',
        description: 'Null where it would give a suppressed cell away, or no source could answer.',
      },
      { text: 'suppressedCells: Int!' },
      {
        text: 'sources: [SourceLine!]!',
        description: 'One line for each database asked, in the order of their codes.',
      },
    ]),
    definition(`type ${names.cell}`, '', [
      { text: `group: ${names.group}!` },
      { text: 'count: SafeInt', description: 'Records; null where the cell is suppressed.' },
      ...(measures.length === 0 ? [] : [sum]),
      { text: 'suppressed: Boolean!' },
    ]),
    definition(
      `type ${names.group}`,
      'What the records of a cell share, of the dimensions asked; the others are null.',
      [
        ...groups.map((field) => ({ text: `${field.name}: ${groupType(field)}` })),
        { text: 'database: String', description: 'Code of the shared database.' },
      ],
    ),
    ...(measures.length === 0
      ? []
      : [
          definition(
            `type ${names.sum}`,
            '',
            measures.map(({ name, type }) => ({ text: `${name}: ${type.name === 'Int' ? 'SafeInt' : 'Float'}` })),
          ),
        ]),
  ];
}

// A period is told by its ISO 8601 label (`2023-05`, `2023-Q2`), which is no DateTime.
const groupType = ({ type }: Field): string =>
  type.name === 'Date' || type.name === 'DateTime' ? 'String' : type.name;

function importSdl(recordType: RecordType, names: GeneratedNames): readonly string[] {
  const counts = (['read', 'inserted', 'updated', 'unchanged'] as const).map((name) => ({ text: `${name}: SafeInt` }));
  return [
    definition(`input ${names.input}`, `A record of \`${recordType.name}\` as its owner imports it.`, [
      ...recordType.fields.map((field) => ({
        text: `${field.name}: ${servedType(field)}${field.isRequired ? '!' : ''}`,
        description: field.description,
      })),
      ...ENVELOPE_INPUTS.map(({ name, type, description }) => ({ text: `${name}: ${type.name}`, description })),
    ]),
    definition(`input ${names.importInput}`, '', [
      { text: 'database: String!', description: `Code of a shared database of the caller's agency.` },
      { text: `records: [${names.input}!]!` },
    ]),
    definition(`type ${names.importPayload}`, 'What became of the records; null if nothing was stored.', [
      ...counts,
      { text: 'userErrors: [UserError!]!' },
    ]),
  ];
}
