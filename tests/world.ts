/**
 * The demo world cut small: its agencies, databases and agreements exactly, its border crossings some hundred per owner.
 * Made by the demo's own generator, so whatever is true of this world is true of the demo. Every test speaks of these.
 */
import { readWorldFiles, type WorldFiles } from '../examples/western-balkans/files.js';
import { createWorld, type WorldDatabase } from '../examples/western-balkans/world.js';
import type { AgreementStatus } from '../src/domain/agreement.js';

export const WORLD_TIME_ZONE = 'Europe/Tirane';
/** the fixed clock of tests that need one: all that should be in force is, and AGR-2024-006 has 12 days left */
export const WORLD_NOW = new Date('2026-11-23T12:00:00.000Z');

/** the six agencies with border crossings of their own */
export const OWNERS = ['AL-BMP', 'BA-BP', 'ME-BP', 'MK-BP', 'RS-BP', 'XK-BP'] as const;
export const AGENCIES = ['AL-BMP', 'AL-MOI', 'BA-BP', 'EU-BCG', 'ME-BP', 'MK-BP', 'RS-BP', 'XK-BP'] as const;
export const COORDINATOR = 'AL-MOI';

/** What the status of each agreement is at `WORLD_NOW`; one that is no agreement yet has none. */
export const STATUS_OF_AGREEMENT: Readonly<Record<string, AgreementStatus | 'OFFERED'>> = {
  'AGR-2022-001': 'EXPIRED',
  'AGR-2023-007': 'SUSPENDED',
  'AGR-2024-001': 'IN_FORCE',
  'AGR-2024-002': 'IN_FORCE',
  'AGR-2024-003': 'IN_FORCE',
  'AGR-2024-004': 'IN_FORCE',
  'AGR-2024-005': 'IN_FORCE',
  'AGR-2024-006': 'IN_FORCE',
  'AGR-2024-008': 'IN_FORCE',
  'AGR-2024-009': 'OFFERED',
};

let files: WorldFiles | undefined;

/** The demo's files, read once. */
export function worldFiles(): WorldFiles {
  files ??= readWorldFiles();
  return files;
}

/** The records of the world of the tests, database by database, in the order of their codes. */
export function testWorld(): readonly WorldDatabase[] {
  return createWorld({ ...worldFiles(), size: 'tests', timeZone: WORLD_TIME_ZONE });
}

/** The records of one database of the world of the tests, as the import reads them. @throws if there is no such database */
export function recordsOf(code: string): readonly Readonly<Record<string, unknown>>[] {
  const database = testWorld().find((candidate) => candidate.code === code);
  if (database === undefined) throw new Error(`the world has no database \`${code}\``);
  return [...database.rows()];
}
