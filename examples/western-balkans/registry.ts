import type { Agency, Partner, SharedDatabase, Technology } from '../../src/domain/registry.js';
import { invariant } from '../../src/support/unreachable.js';

/** Who takes part in the demo and with what: `registry.yaml`. */
export interface WorldRegistry {
  readonly partners: readonly Partner[];
  readonly agencies: readonly Agency[];
  readonly databases: readonly Omit<SharedDatabase, 'id'>[];
  readonly technologies: readonly Technology[];
  /** the agency that coordinates the working group and compiles its reports */
  readonly coordinator: string;
}

/** The registry in a parsed `registry.yaml`. @throws if a database, technology or the coordinator is nobody's */
export function readRegistry(document: unknown): WorldRegistry {
  const given = document as {
    partners: (Omit<Partner, 'footnote'> & { footnote?: string })[];
    agencies: Agency[];
    databases: Omit<SharedDatabase, 'id' | 'hosting'>[];
    technologies: Technology[];
    coordinator: string;
  };
  const agencies = new Set(given.agencies.map((agency) => agency.code));
  for (const { code, owner } of [...given.databases, ...given.technologies]) {
    invariant(agencies.has(owner), `the owner of \`${code}\` is in the registry`);
  }
  invariant(agencies.has(given.coordinator), 'the coordinator is in the registry');
  return {
    partners: given.partners.map((partner) => ({ ...partner, footnote: partner.footnote ?? null })),
    agencies: given.agencies,
    databases: given.databases.map((database) => ({ ...database, hosting: 'HOSTED' as const })),
    technologies: given.technologies,
    coordinator: given.coordinator,
  };
}
