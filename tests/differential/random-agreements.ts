// Random worlds of agencies and what they agreed: few agencies, few words, instants that meet, so that clauses do too.
import type { AgreementAct, AgreementSet, AgreementVersion, Terms } from '../../src/domain/agreement.js';
import type { RecordRow, RecordType } from '../../src/domain/record-type.js';
import type { SharedDatabase } from '../../src/domain/registry.js';
import { instantsOf } from './boundary-instants.js';
import type { Choices } from './choices.js';
import { freshIds, randomRow } from './generate.js';
import { localTime, shiftedDay, startOfDay } from './local-clock.js';
import { randomClauses, tightened } from './random-clauses.js';

/** Two partners with two agencies each; a world has two to four of them. */
export const AGENCIES: readonly { readonly code: string; readonly partner: string }[] = [
  { code: 'X-1', partner: 'X' },
  { code: 'X-2', partner: 'X' },
  { code: 'Y-1', partner: 'Y' },
  { code: 'Y-2', partner: 'Y' },
];

export interface AgreementWorld {
  readonly recordType: RecordType;
  readonly timeZone: string;
  /** codes */
  readonly agencies: readonly string[];
  /** of all agencies, and of another record type too */
  readonly databases: readonly SharedDatabase[];
  readonly records: Readonly<Record<string, readonly RecordRow[]>>;
  readonly set: AgreementSet;
  /** versions and acts as they were recorded, one after the other */
  readonly story: readonly Happening[];
  /** instants (ms) at which something may change, by kind; no kind is empty */
  readonly instants: readonly (readonly number[])[];
}

export type Happening = { readonly at: number } & (
  | { readonly kind: 'VERSION'; readonly version: AgreementVersion }
  | { readonly kind: 'ACT'; readonly act: AgreementAct }
);

/** One database of each agency and a second one of the first, for each record type; `ids` count on from `firstId`. */
export function sharedDatabases(recordType: RecordType, firstId: number): readonly SharedDatabase[] {
  const owned = [...AGENCIES.map(({ code }) => [code, 'DATA'] as const), ['X-1', 'MORE'] as const];
  return owned.map(([owner, name], index) => ({
    id: firstId + index,
    code: `${owner}-${recordType.name.toUpperCase()}-${name}`,
    name,
    owner,
    recordType: recordType.name,
    hosting: 'HOSTED',
  }));
}

interface Ground {
  readonly recordType: RecordType;
  readonly timeZone: string;
  readonly databases: readonly SharedDatabase[];
}

export function randomAgreementWorld(choices: Choices, { recordType, timeZone, databases }: Ground): AgreementWorld {
  const agencies = choices.some(
    AGENCIES.map(({ code }) => code),
    2,
    4,
  );
  const own = databases.filter((one) => one.recordType === recordType.name && agencies.includes(one.owner));
  const ids = freshIds(choices);
  const records = own.map(({ code }): [string, RecordRow[]] => [
    code,
    Array.from({ length: 2 + choices.below(7) }, (_, place) => randomRow(choices, recordType, ids(), place)),
  ]);
  const count = choices.once(25) ? 0 : 1 + choices.below(6);
  const stories = Array.from({ length: count }, (_, number) =>
    randomStory(choices, { recordType, databases, agencies, number }),
  );
  const story = stories.flat().sort((a, b) => a.at - b.at);
  const set: AgreementSet = {
    version: '1',
    versions: story.flatMap((one) => (one.kind === 'VERSION' ? [one.version] : [])),
    acts: story.flatMap((one) => (one.kind === 'ACT' ? [one.act] : [])),
  };
  const found = { recordType, timeZone, agencies, databases, records: Object.fromEntries(records), set, story };
  return { ...found, instants: instantsOf(found) };
}

export interface Parchment {
  readonly recordType: RecordType;
  readonly databases: readonly SharedDatabase[];
  readonly agencies: readonly string[];
  /** of the agreement in its world; a framework has a smaller one */
  readonly number: number;
}

const ZONES = ['Europe/Tirane', 'Africa/Cairo', 'America/Havana', 'UTC'];
const BEGINNINGS = ['2023-06-01', '2023-06-01', '2023-12-31', '2024-03-31', '2024-04-26'];
const ENDINGS = ['2024-04-26', '2024-10-27', '2025-01-01', '2030-06-01', '2030-06-01'];
const NOTICES = ['P14D', 'P1M', 'P3M', 'P6M'];
const DAY_MS = 86_400_000;
const START = Date.parse('2023-05-01T09:30:00.000Z');

/** An agreement's versions and what its parties did to it, in order. */
function randomStory(choices: Choices, given: Parchment): readonly Happening[] {
  const reference = `AGR-${given.number}`;
  const parties = choices.some(given.agencies, 2, given.agencies.length);
  const firstTerms = randomTerms(choices, { ...given, agencies: parties }, reference);
  const signedLate = choices.once(4) ? choices.below(400) * DAY_MS : 0;
  const versions: AgreementVersion[] = [versionOf(firstTerms, 1, START + given.number + signedLate)];
  while (choices.once(2) && versions.length < 4) {
    const last = versions.at(-1) as AgreementVersion;
    const finalisedAt = last.finalisedAt.getTime() + 1 + choices.below(300 * DAY_MS);
    versions.push(nextVersion(choices, last, { ...given, agencies: parties }, finalisedAt));
  }
  const story: Happening[] = versions.map((version) => ({
    kind: 'VERSION',
    version,
    at: version.finalisedAt.getTime(),
  }));
  return [...story, ...randomActs(choices, reference, parties, versions)];
}

function randomTerms(choices: Choices, given: Parchment, reference: string): Terms {
  const until = choices.one(ENDINGS);
  const framework = choices.once(4) ? choices.below(given.number + 1) : given.number;
  return {
    reference,
    title: reference,
    parties: given.agencies,
    legalBasis: '',
    timeZone: choices.one(ZONES),
    from: choices.one(BEGINNINGS.filter((day) => day < until)),
    until,
    // Seldom a framework that nobody knows.
    ...(framework === given.number ? choices.once(60) && { framework: 'AGR-99' } : { framework: `AGR-${framework}` }),
    ...(!choices.once(3) && { amendmentNotice: choices.one(NOTICES) }),
    clauses: randomClauses(choices, given),
  };
}

function versionOf(terms: Terms, version: number, finalisedAt: number, noticeEndsAt?: number): AgreementVersion {
  return {
    terms,
    version,
    hash: `${terms.reference} ${version}`,
    partnerOf: Object.fromEntries(AGENCIES.map(({ code, partner }) => [code, partner])),
    from: new Date(startOfDay(terms.from, terms.timeZone)),
    until: new Date(startOfDay(terms.until, terms.timeZone)),
    finalisedAt: new Date(finalisedAt),
    ...(noticeEndsAt !== undefined && { noticeEndsAt: new Date(noticeEndsAt) }),
  };
}

/** Another text that both sides signed, or the same one made narrower by one of them. */
function nextVersion(
  choices: Choices,
  last: AgreementVersion,
  given: Parchment,
  finalisedAt: number,
): AgreementVersion {
  const { terms } = last;
  const number = last.version + 1;
  if (choices.once(3)) return versionOf(randomTerms(choices, given, terms.reference), number, finalisedAt);
  const narrower: Terms = { ...terms, clauses: tightened(choices, terms.clauses) };
  if (terms.amendmentNotice === undefined) return versionOf(narrower, number, finalisedAt);
  return versionOf(narrower, number, finalisedAt, noticeEnd(finalisedAt, terms.amendmentNotice, terms.timeZone));
}

/** The start of the first local day after the day of `at` and the notice. */
function noticeEnd(at: number, notice: string, timeZone: string): number {
  const lastDay = shiftedDay(localTime(at, timeZone).day, notice, 1);
  return startOfDay(shiftedDay(lastDay, 'P1D', 1), timeZone);
}

/** After the last version: what an act meets is then the same for whoever reads the facts in their order. */
function randomActs(
  choices: Choices,
  reference: string,
  parties: readonly string[],
  versions: readonly AgreementVersion[],
): readonly Happening[] {
  if (!choices.once(3)) return [];
  let at = versions.at(-1)?.finalisedAt.getTime() ?? START;
  const articles = versions.flatMap(({ terms }) => terms.clauses.map(({ article }) => article));
  const partners = AGENCIES.filter(({ code }) => parties.includes(code)).map(({ partner }) => partner);
  return Array.from({ length: 1 + choices.below(3) }, (): Happening => {
    at += 1 + choices.below(120 * DAY_MS);
    const effectiveAt = new Date(at + (choices.once(2) ? 0 : choices.below(90 * DAY_MS)));
    const by = choices.one(parties);
    if (choices.once(5)) return { kind: 'ACT', at, act: { kind: 'TERMINATE', reference, by, effectiveAt } };
    return {
      kind: 'ACT',
      at,
      act: {
        kind: choices.once(3) ? 'RESUME' : 'SUSPEND',
        reference,
        by,
        effectiveAt,
        ...(choices.once(2) && { assigner: choices.one([...parties, ...partners]) }),
        ...(choices.once(3) && { article: choices.one(articles) }),
      },
    };
  });
}
