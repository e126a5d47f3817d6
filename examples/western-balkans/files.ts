import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { invariant } from '../../src/support/unreachable.js';
import { type Figures, readFigures } from './figures.js';
import { type Journey, readJourney } from './journey.js';
import { readRegistry, type WorldRegistry } from './registry.js';

/** An agreement as its file has it, in the form of `besa agreement draft`. */
export type AgreementDocument = Readonly<Record<string, unknown>>;

/** The demo world as files: everything but the records, which are generated. */
export interface WorldFiles {
  readonly figures: Figures;
  readonly registry: WorldRegistry;
  /** by reference */
  readonly agreements: Readonly<Record<string, AgreementDocument>>;
  readonly journeys: readonly Journey[];
}

/** The folder with the YAML files: beside this file in the source tree, across from it in the compiled one. */
export function worldFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return existsSync(join(here, 'figures.yaml')) ? here : join(here, '..', '..', '..', 'examples', 'western-balkans');
}

/** Reads and checks the files. @throws if one is missing or contradicts another */
export function readWorldFiles(folder: string = worldFolder()): WorldFiles {
  const read = (name: string): unknown => parse(readFileSync(join(folder, name), 'utf8'));
  const agreements = Object.fromEntries(
    readdirSync(join(folder, 'agreements'))
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => [name.replace(/\.yaml$/, ''), read(join('agreements', name)) as AgreementDocument]),
  );
  for (const [name, document] of Object.entries(agreements)) {
    invariant(document.reference === name, `\`${name}.yaml\` is named for its reference`);
  }
  const journeys = readJourney(read('journey.yaml'));
  for (const { agreement } of journeys) invariant(agreements[agreement], `\`${agreement}\` has a file`);
  return {
    figures: readFigures(read('figures.yaml')),
    registry: readRegistry(read('registry.yaml')),
    agreements,
    journeys,
  };
}
