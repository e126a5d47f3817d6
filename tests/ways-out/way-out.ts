/** The ways by which the hub tells what an agreement permits: one file each. A test asks every one that lies in this folder. */
import { readdirSync } from 'node:fs';
import { standard } from '../api/harness.js';
import type { Document } from '../journeys/parties.js';
import { dataOf, type WorldHub } from '../journeys/world-hub.js';

/** What begins or ends with a right: all of the agreement for good, its standing for now, a clause of it, hours of the day, what is left of a quota. */
export type Edge = 'END' | 'STANDING' | 'CLAUSE' | 'HOURS' | 'QUOTA';

/** One right: the recipient reads the database for the purpose, under a clause of the agreement. */
export interface Scene {
  readonly owner: string;
  readonly recipient: string;
  readonly database: string;
  readonly purpose: string;
  readonly terms: Document;
  /** of a record, as the recipient was given it while the right held */
  readonly id: string;
  /** behind the first record, likewise */
  readonly cursor: string;
}

export interface WayOut {
  readonly name: string;
  /** the root fields it stands for */
  readonly rootFields: readonly string[];
  /** edges that it must know of; a way that speaks of agreements as wholes knows nothing of a clause */
  readonly tells: readonly Edge[];
  /** Whether it gives, or says that it gives, what the right is about. */
  disclose(world: WorldHub, scene: Scene): Promise<boolean>;
}

export const EVERY_EDGE: readonly Edge[] = ['END', 'STANDING', 'CLAUSE', 'HOURS', 'QUOTA'];

/** One root field of every record type. */
export const perType = (
  nameOf: (type: { readonly name: string; readonly plural: string }) => string,
): readonly string[] => standard.recordTypes.map(nameOf);

/** `BorderCrossing` → `borderCrossing` */
export const oneOf = ({ name }: { readonly name: string }): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

/** Every way out there is a file of. */
export async function waysOut(): Promise<readonly WayOut[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && file !== 'way-out.ts');
  const ways = files.sort().map(async (file) => {
    const { wayOut } = (await import(`./${file.replace(/\.ts$/, '.js')}`)) as { readonly wayOut?: WayOut };
    if (wayOut === undefined) throw new Error(`tests/ways-out/${file} exports no \`wayOut\``);
    return wayOut;
  });
  return Promise.all(ways);
}

/** The arguments by which the recipient asks for the right. */
export const askedFor = ({ purpose, database }: Pick<Scene, 'purpose' | 'database'>): string =>
  `purpose: ${purpose}, databases: ["${database}"]`;

/** Asks one field; `as`: a role of the agency. @throws with the errors if there is no answer */
export async function told<T>(world: WorldHub, as: string, query: string, field: string): Promise<T> {
  return dataOf<T>(await world.ask(query, as), field);
}
