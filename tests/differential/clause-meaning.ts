// What an ask is granted: design 5.1 to 5.3 and the constraints of domain/clause, as plain loops over clauses.
import type { Action } from '../../src/domain/action.js';
import type { AgreementVersion } from '../../src/domain/agreement.js';
import type { Ask } from '../../src/domain/ask.js';
import type { Clause, Permission, Prohibition } from '../../src/domain/clause.js';
import type { Bar, Candidate, Grant } from '../../src/domain/decision.js';
import { REASON_CODES, type ReasonCode } from '../../src/domain/reasons.js';
import type { Purpose, RecordType } from '../../src/domain/record-type.js';
import type { SharedDatabase } from '../../src/domain/registry.js';
import { CLEAR, type Treatment, WITHHELD } from '../../src/domain/treatment.js';
import {
  clausesBetween,
  type Directed,
  type Facts,
  isSuperseded,
  isWithinTerm,
  MISSES,
  missesOf,
} from './agreement-meaning.js';
import { isWithinHours, startOfDay } from './local-clock.js';

/** Everything an ask is judged by, at an instant. */
export interface Court extends Facts {
  readonly recordType: RecordType;
  readonly databases: readonly SharedDatabase[];
  readonly purposes: readonly Purpose[];
  /** `reference article giver` of quotas that are used up */
  readonly exhausted: ReadonlySet<string>;
  /** judge as if the ask gave every justification demanded: what the agency could ask */
  readonly isAnyJustified?: boolean;
}

export interface Meant {
  readonly grant: Grant;
  /** permissions that would be candidates but for a constraint */
  readonly failed: readonly { readonly candidate: Candidate; readonly codes: readonly ReasonCode[] }[];
  /** what a withheld source may say: one word, or several where the words leave it open */
  readonly reasons: readonly ReasonCode[];
}

/** What each database asked may answer, by code. */
export function meantGrants(ask: Ask, court: Court): readonly Meant[] {
  return court.databases
    .filter((database) => database.recordType === ask.recordType && (ask.databases?.includes(database.code) ?? true))
    .map((database) => meantGrant(ask, database, court))
    .sort((a, b) => (a.grant.database.code < b.grant.database.code ? -1 : 1));
}

function meantGrant(ask: Ask, database: SharedDatabase, court: Court): Meant {
  if (database.owner === ask.agency) return { grant: { kind: 'OWNED', database }, failed: [], reasons: [] };
  const between = clausesBetween(database.owner, ask.agency, court);
  const permitted = between
    .filter(isPermission)
    .filter(({ clause }) => covers(clause, database) && permits(clause, ask));
  const inForce = permitted.filter(
    (directed) => !isSuperseded(directed.version, court) && missesOf(stretchOf(directed), court).length === 0,
  );
  const judged = inForce.map((directed) => ({
    candidate: candidateOf(directed, court),
    codes: failures(directed, ask, court),
  }));
  const failed = judged.filter(({ codes }) => codes.length > 0);
  const candidates = judged.filter(({ codes }) => codes.length === 0).map(({ candidate }) => candidate);
  if (candidates.length === 0) {
    const reasons = nearestMiss(between.filter(isPermission), failed, { ask, database, court });
    return { grant: { kind: 'WITHHELD', database, reason: reasons[0] ?? 'NO_AGREEMENT', basis: [] }, failed, reasons };
  }
  const bars = between
    .filter(isProhibition)
    .filter(({ clause, version }) => covers(clause, database) && forbids(clause, ask) && isWithinTerm(version, court))
    .flatMap((directed) => barOf(directed, court));
  return { grant: { kind: 'GRANTED', database, candidates, bars }, failed, reasons: [] };
}

/** Databases that a clause in force opens for purpose and action, constraints and prohibitions aside; and the agency's own. */
export function lockable(ask: Ask, court: Court): readonly SharedDatabase[] {
  const isOpen = (database: SharedDatabase): boolean =>
    clausesBetween(database.owner, ask.agency, court)
      .filter(isPermission)
      .some(
        (directed) =>
          covers(directed.clause, database) &&
          permits(directed.clause, ask) &&
          !isSuperseded(directed.version, court) &&
          missesOf(stretchOf(directed), court).length === 0,
      );
  return court.databases.filter(
    (database) => database.recordType === ask.recordType && (database.owner === ask.agency || isOpen(database)),
  );
}

type Permitting = Directed & { readonly clause: Permission };
type Prohibiting = Directed & { readonly clause: Prohibition };

function isPermission(directed: Directed): directed is Permitting {
  return directed.clause.kind === 'PERMISSION';
}

function isProhibition(directed: Directed): directed is Prohibiting {
  return directed.clause.kind === 'PROHIBITION';
}

function stretchOf({ version, giver, clause }: Directed): {
  readonly version: AgreementVersion;
  readonly giver: string;
  readonly article: string;
} {
  return { version, giver, article: clause.article };
}

function covers({ scope }: Clause, database: SharedDatabase): boolean {
  return scope.kind === 'Database' ? scope.database === database.code : scope.recordType === database.recordType;
}

/** Each action with all it includes, as design 3 orders them. */
const INCLUDED: Readonly<Record<Action, readonly Action[]>> = {
  MATCH: ['MATCH'],
  AGGREGATE: ['AGGREGATE'],
  READ: ['MATCH', 'AGGREGATE', 'READ'],
  EXPORT: ['MATCH', 'AGGREGATE', 'READ', 'EXPORT'],
};

function permits({ action, purposes }: Permission, ask: Ask): boolean {
  return INCLUDED[action].includes(ask.action) && purposes.includes(ask.purpose);
}

function forbids({ action, purposes }: Prohibition, ask: Ask): boolean {
  return (
    (action === undefined || INCLUDED[ask.action].includes(action)) &&
    (purposes.length === 0 || purposes.includes(ask.purpose))
  );
}

function candidateOf({ version, clause }: Permitting, { recordType, without }: Court): Candidate {
  const { constraints, fields, rows } = clause;
  const { dataSubjectCategories, recordAgeMax, rowsMax, countMin, zeroPolicy, handlingCodes } = constraints;
  const treatments = recordType.fields.map(({ name, sensitivity }): [string, Treatment] => {
    const said = fields === undefined ? (sensitivity === 'REFERENCE' ? CLEAR : WITHHELD) : (fields[name] ?? WITHHELD);
    return [name, without === 'pseudonym' && said.kind === 'PSEUDONYM' ? WITHHELD : said];
  });
  return {
    basis: { agreement: version.terms.reference, version: version.version, article: clause.article },
    ...(rows && { rows }),
    fields: Object.fromEntries(treatments),
    handlingCodes: without === 'handlingCodes' ? ['H2', 'H3'] : (handlingCodes ?? []),
    ...(dataSubjectCategories && without !== 'dataSubjectCategories' && { dataSubjectCategories }),
    ...(recordAgeMax && without !== 'recordAgeMax' && { recordAgeMax }),
    ...(rowsMax !== undefined && without !== 'rowsMax' && { rowsMax }),
    ...(countMin !== undefined && without !== 'statisticsMinimum' && { countMin }),
    zeroPolicy: without === 'zeroPolicy' ? 'SHOW' : (zeroPolicy ?? 'SHOW'),
  };
}

function barOf({ version, clause }: Prohibiting, { recordType, without }: Court): readonly Bar[] {
  const basis = { agreement: version.terms.reference, version: version.version, article: clause.article };
  const rows = clause.rows && { rows: clause.rows };
  if (clause.fields === undefined && clause.sensitivity === undefined)
    return without === 'prohibitedRows' ? [] : [{ basis, ...rows }];
  const named = without === 'prohibitedFields' ? [] : (clause.fields ?? []);
  const classes = without === 'sensitivity' ? [] : (clause.sensitivity ?? []);
  const fields = recordType.fields
    .filter(({ name, sensitivity }) => named.includes(name) || classes.includes(sensitivity))
    .map(({ name }) => name);
  return [{ basis, ...rows, fields }];
}

/** Codes of the constraints that do not hold for this ask at this instant. */
function failures({ version, clause, giver }: Permitting, ask: Ask, court: Court): readonly ReasonCode[] {
  const { constraints } = clause;
  const { at, without, exhausted, purposes } = court;
  const zone = version.terms.timeZone;
  const { from, until, hours, justification, regime, quota } = constraints;
  const codes: ReasonCode[] = [];
  if (without !== 'window') {
    if (from !== undefined && at < startOfDay(from, zone)) codes.push('OUTSIDE_TIME_WINDOW');
    if (until !== undefined && at >= startOfDay(until, zone)) codes.push('OUTSIDE_TIME_WINDOW');
  }
  if (hours !== undefined && without !== 'hours' && !isWithinHours(hours, at, zone)) codes.push('OUTSIDE_TIME_WINDOW');
  if (justification !== undefined && without !== 'justification' && court.isAnyJustified !== true) {
    const pattern = justification === 'REQUIRED' || without === 'pattern' ? '' : justification.pattern;
    if (!isJustified(ask.justification ?? '', pattern)) codes.push('JUSTIFICATION_MISSING');
  }
  const regimeAsked = purposes.find(({ name }) => name === ask.purpose)?.regime;
  if (regime !== undefined && without !== 'regime' && regime !== regimeAsked) codes.push('REGIME_MISMATCH');
  const account = `${version.terms.reference} ${clause.article} ${giver}`;
  if (quota !== undefined && without !== 'quota' && exhausted.has(account)) codes.push('QUOTA_EXHAUSTED');
  return codes;
}

/** 1 to 500 characters besides blanks; and where there is a mask, a place in it that fits and touches no letter or digit. */
export function isJustified(text: string, mask: string): boolean {
  const said = text.trim();
  if (said === '' || said.length > 500) return false;
  if (mask === '') return true;
  const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
  const steps = maskSteps(mask);
  const characters = [...said];
  return characters.some(
    (_, from) =>
      !isWord(characters[from - 1]) &&
      !isWord(characters[from + steps.length]) &&
      steps.every((isFit, index) => isFit(characters[from + index])),
  );
}

type Fit = (character: string | undefined) => boolean;

/** One test per character: `A` a capital letter A to Z, `9` a digit, `\` makes the next one literal, else itself. */
function maskSteps(mask: string): readonly Fit[] {
  const steps: Fit[] = [];
  const characters = [...mask];
  for (let index = 0; index < characters.length; index += 1) {
    const sign = characters[index] as string;
    const isEscape = sign === '\\' && index + 1 < characters.length;
    if (isEscape) index += 1;
    const literal = characters[index] as string;
    if (!isEscape && sign === 'A') steps.push((given) => given !== undefined && given >= 'A' && given <= 'Z');
    else if (!isEscape && sign === '9') steps.push((given) => given !== undefined && given >= '0' && given <= '9');
    else steps.push((given) => given === literal);
  }
  return steps;
}

interface Question {
  readonly ask: Ask;
  readonly database: SharedDatabase;
  readonly court: Court;
}

/** Design 5.2: the first that applies. Where the words leave it open which status an agreement has, each possible answer. */
function nearestMiss(
  between: readonly Permitting[],
  failed: readonly { readonly codes: readonly ReasonCode[] }[],
  { ask, database, court }: Question,
): readonly ReasonCode[] {
  const codes = failed.flatMap((one) => one.codes);
  if (codes.length > 0) return REASON_CODES.filter((code) => codes.includes(code)).slice(0, 1);
  const counted = between.filter(({ version }) => !isSuperseded(version, court));
  const covering = counted.filter(({ clause }) => covers(clause, database));
  const isInForce = (directed: Permitting): boolean => missesOf(stretchOf(directed), court).length === 0;
  const statuses = covering
    .filter(({ clause }) => permits(clause, ask))
    .map((directed) => missesOf(stretchOf(directed), court));
  if (statuses.length > 0) {
    const rank = (miss: (typeof MISSES)[number]): number => MISSES.indexOf(miss);
    return MISSES.filter(
      (miss) =>
        statuses.some((possible) => possible.includes(miss)) &&
        statuses.every((possible) => possible.some((other) => rank(other) >= rank(miss))),
    );
  }
  const holding = covering.filter(isInForce);
  if (holding.some(({ clause }) => INCLUDED[clause.action].includes(ask.action))) return ['PURPOSE_NOT_PERMITTED'];
  if (holding.length > 0) return ['ACTION_NOT_PERMITTED'];
  const others = counted.filter(({ clause }) => !covers(clause, database));
  return [covering.length === 0 && others.some(isInForce) ? 'RECORD_TYPE_NOT_SHARED' : 'NO_AGREEMENT'];
}
