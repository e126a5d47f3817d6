import type { Terms } from '../domain/agreement.js';
import type { Clause, Permission, Prohibition } from '../domain/clause.js';
import type { ExchangeStandard, Field, RecordType } from '../domain/record-type.js';
import type { Agency, SharedDatabase } from '../domain/registry.js';
import type { Treatment } from '../domain/treatment.js';
import { nearWord } from '../support/near-word.js';
import { checkConstraints, checkPurposesInScope } from './check-constraints.js';
import { checkRows, noField } from './check-rows.js';
import { Faults, type Path, quoted } from './document.js';
import { type Parsed, parseTerms } from './parse-terms.js';
import { partiesNamed } from './parties.js';

/** What the registry says, as far as terms speak of it. */
export interface RegistryFacts {
  readonly agencies: readonly Agency[];
  readonly databases: readonly SharedDatabase[];
}

interface Check {
  readonly terms: Terms;
  readonly standard: ExchangeStandard;
  readonly registry: RegistryFacts;
  readonly faults: Faults;
}

/**
 * The terms an agreement document says, checked against the exchange standard and the registry: what is drafted must be
 * decidable, so whatever could not be evaluated later is refused now.
 *
 * @param document parsed YAML or JSON of the agreement file (design 6); never trusted
 * @returns the terms, or all faults at once, each with its path, a code and what to write instead
 */
export function readTerms(document: unknown, standard: ExchangeStandard, registry: RegistryFacts): Parsed<Terms> {
  const parsed = parseTerms(document);
  if (parsed.kind === 'REFUSED') return parsed;
  const faults = new Faults();
  const check: Check = { terms: parsed.terms, standard, registry, faults };
  checkParties(check);
  const clauses = parsed.terms.clauses.map((clause, index) => checkClause(check, clause, ['clauses', String(index)]));
  if (faults.all.length > 0) return { kind: 'REFUSED', problems: faults.all };
  return { kind: 'READ', terms: { ...parsed.terms, clauses } };
}

function checkParties({ terms, registry, faults }: Check): void {
  const known = registry.agencies.map((agency) => agency.code);
  terms.parties.forEach((party, index) => {
    if (known.includes(party)) return;
    faults.note(
      ['parties', String(index)],
      'UNKNOWN',
      () => `no agency \`${party}\` is registered${hint(party, known)}`,
    );
  });
}

function checkClause(check: Check, clause: Clause, path: Path): Clause {
  const { faults, standard } = check;
  checkDirection(check, clause, path);
  const recordType = recordTypeOf(check, clause, path);
  const purposes = standard.purposes.map((purpose) => purpose.name);
  for (const purpose of clause.purposes) {
    if (purposes.includes(purpose)) continue;
    faults.note([...path, 'purposes'], 'UNKNOWN', () => `there is no purpose \`${purpose}\`${hint(purpose, purposes)}`);
  }
  checkPurposesInScope(clause, standard, path, faults);
  if (clause.kind === 'PERMISSION')
    checkConstraints(clause, { terms: check.terms, standard, recordType }, path, faults);
  if (recordType === undefined) return clause;
  if (clause.kind === 'PERMISSION') checkTreatments(clause, recordType, path, faults);
  else checkProhibitedFields(clause, recordType, path, faults);
  return clause.rows === undefined
    ? clause
    : { ...clause, rows: checkRows(clause.rows, recordType, [...path, 'rows'], faults) };
}

function checkDirection({ terms, registry, faults }: Check, clause: Clause, path: Path): void {
  const assigners = partiesNamed(clause.assigner, terms.parties, registry.agencies);
  const assignees = partiesNamed(clause.assignee, terms.parties, registry.agencies);
  const refuse = (key: 'assigner' | 'assignee'): void =>
    faults.note([...path, key], 'UNKNOWN', `\`${clause[key]}\` is neither a party nor the partner of a party`);
  if (assigners.length === 0) refuse('assigner');
  if (assignees.length === 0) refuse('assignee');
  if (assigners.length === 0 || assignees.length === 0) return;
  const isBetweenTwo = assigners.some((from) => assignees.some((to) => to !== from));
  if (!isBetweenTwo) faults.note([...path, 'assignee'], 'INVALID', 'assigner and assignee are the same agency');
}

function recordTypeOf(
  { terms, standard, registry, faults }: Check,
  clause: Clause,
  path: Path,
): RecordType | undefined {
  const { scope } = clause;
  const named = (name: string): RecordType | undefined => standard.recordTypes.find((type) => type.name === name);
  if (scope.kind === 'RecordType') {
    const names = standard.recordTypes.map((type) => type.name);
    const { recordType: name } = scope;
    return (
      named(name) ??
      faults.note([...path, 'recordType'], 'UNKNOWN', () => `there is no record type \`${name}\`${hint(name, names)}`)
    );
  }
  const owners = partiesNamed(clause.assigner, terms.parties, registry.agencies);
  const own = registry.databases.filter((database) => owners.includes(database.owner));
  const database = own.find((candidate) => candidate.code === scope.database);
  if (database !== undefined) return named(database.recordType);
  // A database of somebody else and one that does not exist are told apart nowhere: the registry of databases is public, but
  // a clause may only give what is the assigner's.
  return faults.note([...path, 'database'], 'UNKNOWN', () => {
    const codes = own.map((candidate) => candidate.code);
    return `the assigner has no database \`${scope.database}\`${hint(scope.database, codes)}`;
  });
}

function checkTreatments(clause: Permission, recordType: RecordType, path: Path, faults: Faults): void {
  for (const [name, treatment] of Object.entries(clause.fields ?? {})) {
    const at = [...path, 'fields', name];
    const field = recordType.fields.find((candidate) => candidate.name === name);
    if (field === undefined) {
      faults.note(at, 'UNKNOWN', () => noField(recordType, name));
      continue;
    }
    if (field.sensitivity === 'INTERNAL') {
      faults.note(at, 'NOT_SHAREABLE', `\`${name}\` is internal: no agreement can share it`);
    }
    const misfit = misfitOf(treatment, field);
    if (misfit !== undefined) faults.note(at, 'INVALID', misfit);
  }
}

/** Why a treatment's result would not fit the field; undefined if it does. */
function misfitOf(treatment: Treatment, field: Field): string | undefined {
  switch (treatment.kind) {
    case 'CLEAR':
    case 'WITHHELD':
      return undefined;
    case 'GENERALISED': {
      const steps = field.ladder.map((step) => step.name);
      if (steps.includes(treatment.step)) return undefined;
      return steps.length === 0
        ? `\`${field.name}\` has no ladder: it is shown as it is or not at all`
        : `\`${treatment.step}\` is no step of \`${field.name}\`; its steps are ${quoted(steps)}`;
    }
    case 'MASKED':
    case 'PSEUDONYM': {
      const { type } = field;
      const isText = type.kind === 'scalar' && !type.isList && (type.name === 'String' || type.name === 'ID');
      return isText ? undefined : `\`${treatment.kind}\` fits text only, and \`${field.name}\` is none`;
    }
  }
}

function checkProhibitedFields(clause: Prohibition, recordType: RecordType, path: Path, faults: Faults): void {
  clause.fields?.forEach((name, index) => {
    if (recordType.fields.some((field) => field.name === name)) return;
    faults.note([...path, 'fields', String(index)], 'UNKNOWN', () => noField(recordType, name));
  });
}

function hint(given: string, known: readonly string[]): string {
  const near = nearWord(given, known);
  return near === undefined ? '' : `; did you mean \`${near}\`?`;
}
