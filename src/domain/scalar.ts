/** Scalars a field of a record type may have. */
export const SCALARS = ['String', 'Int', 'Float', 'Boolean', 'Date', 'DateTime', 'CountryCode', 'ID'] as const;
export type ScalarName = (typeof SCALARS)[number];
