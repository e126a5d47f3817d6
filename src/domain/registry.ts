/** Codes of partners, agencies, shared databases and technologies: `AL`, `AL-BMP`, `AL-BORDER-CROSSINGS`. At most 64 characters. */
export const REGISTRY_CODE = /^(?=.{2,64}$)[A-Z]{2,8}(-[A-Z0-9]+)*$/;

export const HOSTINGS = ['HOSTED', 'FEDERATED'] as const;
export type Hosting = (typeof HOSTINGS)[number];

/** A state or EU body. Display name and footnote are data, printed wherever the partner is named. */
export interface Partner {
  readonly code: string;
  readonly name: string;
  readonly footnote: string | null;
}

export interface Agency {
  readonly code: string;
  readonly name: string;
  readonly partner: string;
}

/** An agency's data of one record type. `id` is the partition key: it never leaves the hub. */
export interface SharedDatabase {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly owner: string;
  readonly recordType: string;
  readonly hosting: Hosting;
}

export interface Technology {
  readonly code: string;
  readonly name: string;
  readonly owner: string;
  readonly kind: string;
  readonly description: string;
  /** technology readiness level, 1 to 9 (ISO 16290) */
  readonly maturity: number;
}
