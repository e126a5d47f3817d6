import DataLoader from 'dataloader';
import type { SignatoryKey } from '../domain/agreement-history.js';
import type { Agency, Partner, SharedDatabase, Technology } from '../domain/registry.js';
import type { Ports } from '../hub/ports.js';

/** Look-ups of one request, each at most one query per level of the document, however many objects ask. */
export interface Loaders {
  readonly partner: DataLoader<string, Partner | null>;
  readonly agency: DataLoader<string, Agency | null>;
  readonly agenciesOfPartner: DataLoader<string, readonly Agency[]>;
  readonly databasesOfAgency: DataLoader<string, readonly SharedDatabase[]>;
  readonly technologiesOfAgency: DataLoader<string, readonly Technology[]>;
  readonly keysOfAgency: DataLoader<string, readonly SignatoryKey[]>;
  /** forgets everything: after a registration in the same document */
  clear(): void;
}

/** Made per request: a loader that lives longer would answer one caller with what another was told. */
export function createLoaders(hub: Pick<Ports, 'registry' | 'agreementStore'>): Loaders {
  const { registry } = hub;
  const loaders = {
    partner: new DataLoader<string, Partner | null>(async (codes) => byCode(codes, await registry.partners())),
    agency: new DataLoader<string, Agency | null>(async (codes) => byCode(codes, await registry.agencies())),
    agenciesOfPartner: new DataLoader<string, readonly Agency[]>((codes) => registry.agenciesOf(codes)),
    databasesOfAgency: new DataLoader<string, readonly SharedDatabase[]>((codes) => registry.databasesOf(codes)),
    technologiesOfAgency: new DataLoader<string, readonly Technology[]>((codes) => registry.technologiesOf(codes)),
    keysOfAgency: new DataLoader<string, readonly SignatoryKey[]>(async (codes) => {
      const keys = await hub.agreementStore.keysOf(codes);
      return codes.map((code) => keys.filter(({ agency }) => agency === code));
    }),
  };
  return {
    ...loaders,
    clear: () => {
      for (const loader of Object.values(loaders)) loader.clearAll();
    },
  };
}

function byCode<T extends { readonly code: string }>(codes: readonly string[], all: readonly T[]): (T | null)[] {
  const found = new Map(all.map((item) => [item.code, item]));
  return codes.map((code) => found.get(code) ?? null);
}
