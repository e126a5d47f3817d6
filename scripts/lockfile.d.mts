interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
interface Missing {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}
export function missingOptional(lock: { readonly packages: Readonly<Record<string, LockEntry>> }): Missing[];
export function platformEntry(missing: Missing): Record<string, unknown> | undefined;
