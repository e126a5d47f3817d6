export function withSettings(page: string, table: string): string;
