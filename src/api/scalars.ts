import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';

/** Text of a field that is served as it is; what comes in is read by the hub, which says where and what is wrong. */
const textScalar = (name: string, description: string, specifiedByURL: string, isValid: (text: string) => boolean) => {
  const read = (value: unknown): string => {
    if (typeof value !== 'string' || !isValid(value)) throw new TypeError(`\`${name}\` wants ${description}`);
    return value;
  };
  return new GraphQLScalarType<string, string>({
    name,
    description: `${description.charAt(0).toUpperCase()}${description.slice(1)}.`,
    specifiedByURL,
    serialize: (value) => (value instanceof Date ? value.toISOString() : read(value)),
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  });
};

const RFC_3339 = 'https://datatracker.ietf.org/doc/html/rfc3339';

export const DateTime = textScalar(
  'DateTime',
  'an instant with its offset from UTC, such as `2023-05-04T10:00:00Z` (RFC 3339)',
  `${RFC_3339}#section-5.6`,
  (text) =>
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i.test(text) &&
    !Number.isNaN(Date.parse(text)),
);

export const CalendarDate = textScalar(
  'Date',
  'a day of the calendar, such as `2023-05-04` (RFC 3339, full-date)',
  `${RFC_3339}#section-5.6`,
  (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text,
);

export const CountryCode = textScalar(
  'CountryCode',
  'a code of three capital letters: ISO 3166-1 alpha-3, ICAO 9303, and those a source adds',
  'https://www.iso.org/iso-3166-country-codes.html',
  (text) => /^[A-Z]{3}$/.test(text),
);

const readSafeInteger = (value: unknown): number => {
  if (!Number.isSafeInteger(value)) throw new TypeError('`SafeInt` wants a whole number of at most 53 bits');
  return value as number;
};

export const SafeInt = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'A whole number of at most 53 bits, as a JSON number.',
  specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc8259#section-6',
  serialize: readSafeInteger,
  parseValue: readSafeInteger,
  parseLiteral: (node) => readSafeInteger(node.kind === Kind.INT ? Number(node.value) : undefined),
});

/** Keys stay data: an own property even where the name is that of a prototype. */
function jsonFrom(node: ValueNode, variables: Readonly<Record<string, unknown>> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.LIST:
      return node.values.map((value) => jsonFrom(value, variables));
    case Kind.OBJECT: {
      const entries = node.fields.map((field) => [field.name.value, jsonFrom(field.value, variables)] as const);
      return Object.fromEntries(entries);
    }
  }
}

export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: jsonFrom,
});

/** Every scalar the schema may declare beside GraphQL's own. */
export const SCALARS = [DateTime, CalendarDate, CountryCode, SafeInt, Json] as const;

/**
 * Stands for an enum that the exchange standard brings along (purposes, reasons …) while the classes of this folder are
 * read: only the name counts, the definition is taken from the generated schema.
 */
const standIn = (name: string) => new GraphQLScalarType<string, string>({ name });
export const PurposeName = standIn('Purpose');
export const ReasonName = standIn('ReasonCode');
export const SourceOutcomeName = standIn('SourceOutcome');
export const HandlingCodeName = standIn('HandlingCode');
export const RecordStatusName = standIn('RecordStatus');
