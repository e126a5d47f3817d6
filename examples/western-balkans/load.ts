/**
 * Loads the demo world through the doors a user has: nothing here writes a table. What was done before is recognised step by
 * step, so a load that was cut off goes on, and one that is complete does nothing.
 */
import type { Agency, Partner, SharedDatabase, Technology } from '../../src/domain/registry.js';
import { invariant } from '../../src/support/unreachable.js';
import { localDate } from './calendar.js';
import { type DemoKey, demoKey } from './demo-keys.js';
import { type AgreementDocument, readWorldFiles, type WorldFiles } from './files.js';
import { type AgreementProgress, isTaken, type Journey, type Step } from './journey.js';
import { createWorld, type WorldDatabase, type WorldSize } from './world.js';

/** Codes that are registered already, and the agencies whose demo key is, and confirmed. */
export interface Registered {
  readonly partners: readonly string[];
  readonly agencies: readonly string[];
  readonly databases: readonly string[];
  readonly technologies: readonly string[];
  readonly keys: readonly string[];
}

const NOTHING_REGISTERED: Registered = { partners: [], agencies: [], databases: [], technologies: [], keys: [] };

/** The hub's own functions, as the composition root hands them in. Acts are done as the agency named. */
export interface WorldDoors {
  /** What need not be registered again. Without it each start tries, and each refusal is one more entry of the ledger. */
  registered?(): Promise<Registered>;
  /** false if the code is taken already; the same for the three below */
  registerPartner(partner: Partner): Promise<boolean>;
  registerAgency(agency: Agency): Promise<boolean>;
  registerSharedDatabase(database: Omit<SharedDatabase, 'id'>): Promise<boolean>;
  registerTechnology(technology: Technology): Promise<boolean>;
  /** registers and confirms, by two people; a key that is registered and confirmed already changes nothing */
  registerSignatoryKey(key: DemoKey): Promise<void>;
  /** records stored in the database, whatever their status */
  recordCount(database: string): Promise<number>;
  /** the ordinary import, as the owner's steward: all or nothing */
  importStream(database: string, lines: AsyncIterable<string>): Promise<void>;
  /** undefined if there is no agreement of this reference */
  agreementProgress(reference: string): Promise<AgreementProgress | undefined>;
  draftAgreement(agency: string, document: AgreementDocument): Promise<void>;
  offerAgreement(agency: string, reference: string): Promise<void>;
  acceptAgreement(agency: string, reference: string): Promise<void>;
  signAgreement(agency: string, reference: string, key: DemoKey): Promise<void>;
  suspendAgreement(agency: string, reference: string, reason: string): Promise<void>;
}

export interface LoadOptions {
  readonly size: WorldSize;
  /** the hub's time zone (BESA_TIMEZONE) */
  readonly timeZone: string;
  /** the database clock: agreements whose end is given in days from loading count from it */
  readonly now: Date;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** read from beside this file if not given */
  readonly files?: WorldFiles;
}

export interface LoadProgress {
  /** what is being done, such as `AGR-2024-002` or `RS-BORDER-CROSSINGS`; what was done before is not told */
  readonly step: string;
  /** records handed over so far, and in all */
  readonly records: number;
  readonly recordsTotal: number;
}

/** What the demo world consists of, for the start message. */
export interface LoadedWorld {
  readonly agencies: number;
  readonly databases: number;
  readonly agreements: number;
  readonly records: number;
  /** false if all of it was there before */
  readonly isNew: boolean;
}

/** Prints a token of an agency of the demo. */
export const TOKEN_COMMAND = 'npm run --silent besa -- token --agency ME-BP --role analyst';

/** What a newcomer pastes first: an ask that is allowed, one that is refused, and a token of his own. */
export const COMMANDS_TO_TRY = [
  { label: 'Allowed', command: 'npm run --silent demo:query -- --as ME-BP' },
  { label: 'Refused', command: 'npm run --silent demo:query -- --as RS-BP', remark: 'and why' },
  { label: 'Token', command: TOKEN_COMMAND },
];

/** Brings the demo world in. Safe to call at each start, and after a start that was cut off. */
export async function loadWorld(doors: WorldDoors, options: LoadOptions): Promise<LoadedWorld> {
  const files = options.files ?? readWorldFiles();
  const databases = createWorld({ ...files, size: options.size, timeZone: options.timeZone });
  const recordsTotal = databases.reduce((sum, database) => sum + database.records, 0);
  const report = (step: string, records: number): void => options.onProgress?.({ step, records, recordsTotal });

  let isNew = await register(doors, files);
  for (const journey of files.journeys) {
    isNew = (await walk(doors, journey, files, { ...options, onBegin: () => report(journey.agreement, 0) })) || isNew;
  }
  let records = 0;
  for (const database of databases) {
    const before = records;
    isNew = (await fill(doors, database, (done) => report(database.code, before + done))) || isNew;
    records += database.records;
  }
  const { agencies } = files.registry;
  return { agencies: agencies.length, databases: databases.length, agreements: files.journeys.length, records, isNew };
}

/** @returns whether anything was new */
async function register(doors: WorldDoors, { registry }: WorldFiles): Promise<boolean> {
  const known = (await doors.registered?.()) ?? NOTHING_REGISTERED;
  const added: boolean[] = [];
  const addMissing = async <T extends { readonly code: string }>(
    all: readonly T[],
    codes: readonly string[],
    add: (one: T) => Promise<boolean>,
  ): Promise<void> => {
    for (const one of all) if (!codes.includes(one.code)) added.push(await add(one));
  };
  await addMissing(registry.partners, known.partners, (partner) => doors.registerPartner(partner));
  await addMissing(registry.agencies, known.agencies, (agency) => doors.registerAgency(agency));
  for (const { code } of registry.agencies) {
    if (!known.keys.includes(code)) await doors.registerSignatoryKey(demoKey(code));
  }
  await addMissing(registry.databases, known.databases, (database) => doors.registerSharedDatabase(database));
  await addMissing(registry.technologies, known.technologies, (technology) => doors.registerTechnology(technology));
  return added.includes(true);
}

/** Takes the steps of one agreement that were not taken yet. @returns whether there was one */
async function walk(
  doors: WorldDoors,
  journey: Journey,
  files: WorldFiles,
  { now, onBegin }: { readonly now: Date; readonly onBegin: () => void },
): Promise<boolean> {
  const progress = await doors.agreementProgress(journey.agreement);
  const due = journey.steps.filter((step) => !isTaken(step, progress));
  const document = files.agreements[journey.agreement];
  invariant(document !== undefined, `\`${journey.agreement}\` has a file`);
  if (due.length > 0) onBegin();
  for (const step of due) await take(doors, step, journey.agreement, withDates(document, now));
  return due.length > 0;
}

async function take(doors: WorldDoors, step: Step, reference: string, document: AgreementDocument): Promise<void> {
  switch (step.act) {
    case 'draft':
      return doors.draftAgreement(step.by, document);
    case 'offer':
      return doors.offerAgreement(step.by, reference);
    case 'accept':
      return doors.acceptAgreement(step.by, reference);
    case 'sign':
      return doors.signAgreement(step.by, reference, demoKey(step.by));
    case 'suspend':
      return doors.suspendAgreement(step.by, reference, step.reason ?? '');
  }
}

/** The agreement with `until: +12d` made a date: the local one so many days after `now`. */
export function withDates(document: AgreementDocument, now: Date): AgreementDocument {
  const days = /^\+(\d+)d$/.exec(String(document.until))?.[1];
  if (days === undefined) return document;
  return { ...document, until: localDate(now, String(document.timeZone), Number(days)) };
}

/**
 * Imports a database that does not hold its records yet. An import is all or nothing, so a database with fewer was never
 * loaded in this size; one with as many or more is left alone, with whatever its owner changed since.
 *
 * @returns whether it had to be imported
 */
async function fill(doors: WorldDoors, database: WorldDatabase, onRecords: (done: number) => void): Promise<boolean> {
  if ((await doors.recordCount(database.code)) >= database.records) return false;
  onRecords(0);
  await doors.importStream(database.code, counted(database.lines(), onRecords));
  onRecords(database.records);
  return true;
}

async function* counted(lines: AsyncIterable<string>, onRecords: (done: number) => void): AsyncGenerator<string> {
  let done = 0;
  for await (const chunk of lines) {
    yield chunk;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', at + 1)) done += 1;
    onRecords(done);
  }
}
