/**
 * The demo's agreements as facts in memory, for tests of pure stages: as they stand when every step of the demo's journey was
 * taken, all of them at `WORLD_LOADED_AT`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Journey } from '../examples/western-balkans/journey.js';
import { withDates } from '../examples/western-balkans/load.js';
import { readTerms } from '../src/agreements/read-terms.js';
import type { AgreementAct, AgreementSet, AgreementVersion, Terms } from '../src/domain/agreement.js';
import type { ExchangeStandard } from '../src/domain/record-type.js';
import type { SharedDatabase } from '../src/domain/registry.js';
import { startOfLocalDay } from '../src/policy/local-time.js';
import { readStandard } from '../src/records/read-standard.js';
import { WORLD_NOW, worldFiles } from './world.js';

/** when the world was loaded: versions are finalised, and the suspension was declared, at this instant */
export const WORLD_LOADED_AT = new Date('2026-11-23T09:00:00.000Z');

const RECORDS_FOLDER = join('schema', 'records');

let standard: ExchangeStandard | undefined;

/** The shipped exchange standard, read once. @throws if a file of it has problems */
export function shippedStandard(): ExchangeStandard {
  standard ??= readShipped();
  return standard;
}

function readShipped(): ExchangeStandard {
  const files = readdirSync(RECORDS_FOLDER)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => ({ path: join(RECORDS_FOLDER, name), text: readFileSync(join(RECORDS_FOLDER, name), 'utf8') }));
  const read = readStandard(files);
  if ('problems' in read) throw new Error(`the exchange standard has problems: ${JSON.stringify(read.problems)}`);
  return read.standard;
}

/** The terms of an agreement of the demo. @throws if its file has faults */
export function termsOf(reference: string): Terms {
  const document = withDates(worldFiles().agreements[reference] ?? {}, WORLD_LOADED_AT);
  const parsed = readTerms(document, shippedStandard(), {
    agencies: worldFiles().registry.agencies,
    databases: worldDatabases(),
  });
  if (parsed.kind === 'REFUSED') throw new Error(`\`${reference}\`: ${JSON.stringify(parsed.problems)}`);
  return parsed.terms;
}

/** The registered databases of the demo, with numbers of their own. */
export function worldDatabases(): readonly SharedDatabase[] {
  return worldFiles().registry.databases.map((database, at) => ({ ...database, id: at + 1 }));
}

/** What a decision about the demo world is made from, but for the record type. */
export function worldFacts(): {
  readonly set: AgreementSet;
  readonly databases: readonly SharedDatabase[];
  readonly standard: ExchangeStandard;
  readonly now: Date;
} {
  const { journeys } = worldFiles();
  const set = { version: '1', versions: journeys.flatMap(versionsOf), acts: journeys.flatMap(actsOf) };
  return { set, databases: worldDatabases(), standard: shippedStandard(), now: WORLD_NOW };
}

/** One version if all parties signed, none otherwise. */
function versionsOf({ agreement, steps }: Journey): AgreementVersion[] {
  const terms = termsOf(agreement);
  const signed = steps.filter((step) => step.act === 'sign').map((step) => step.by);
  if (!terms.parties.every((party) => signed.includes(party))) return [];
  const agencies = worldFiles().registry.agencies.filter(({ code }) => terms.parties.includes(code));
  return [
    {
      terms,
      version: 1,
      hash: '0'.repeat(64),
      partnerOf: Object.fromEntries(agencies.map(({ code, partner }) => [code, partner])),
      from: new Date(startOfLocalDay(terms.from, terms.timeZone)),
      until: new Date(startOfLocalDay(terms.until, terms.timeZone)),
      finalisedAt: WORLD_LOADED_AT,
    },
  ];
}

function actsOf({ agreement, steps }: Journey): AgreementAct[] {
  return steps
    .filter((step) => step.act === 'suspend')
    .map((step) => ({ kind: 'SUSPEND', reference: agreement, by: step.by, effectiveAt: WORLD_LOADED_AT }));
}
