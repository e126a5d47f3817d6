export const MAY_IMPORT: Readonly<Record<string, readonly string[]>>;
export const COMPOSITION: readonly string[];
export const ENTRIES: readonly string[];
export const FUNCTION_LINES_MAX: number;
export const FILE_LINES_MAX: number;
