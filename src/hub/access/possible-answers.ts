import { ACTIONS, type Action } from '../../domain/action.js';
import { AGREEMENT_STATUSES, type AgreementSet, type AgreementStatus } from '../../domain/agreement.js';
import type { Ask } from '../../domain/ask.js';
import type { Grant, SourceLine } from '../../domain/decision.js';
import type { ReasonCode } from '../../domain/reasons.js';
import type { RecordType } from '../../domain/record-type.js';
import type { SharedDatabase } from '../../domain/registry.js';
import { redaction, WITHHELD } from '../../domain/treatment.js';
import { levelsOf, planSources, type RowCondition, type RowGroup, type SourcePlan } from '../../plan/plan-sources.js';
import { decide } from '../../policy/decide.js';
import { rightsOf } from '../../policy/rights.js';
import type { InForce, Ports } from '../ports.js';

/** What one database would answer one agency for one action and purpose: the decision itself, on a question nobody asked yet. */
export interface PossibleAnswer {
  readonly ask: Ask;
  readonly recordType: RecordType;
  readonly grant: Grant;
  readonly line: SourceLine;
  /** null: it yields no row */
  readonly source: SourcePlan | null;
  /** of the clauses behind it; null where none speaks of this action and purpose */
  readonly status: AgreementStatus | null;
}

/** Whose eyes, and whose databases. */
export interface Asked {
  readonly recipient: string;
  readonly owners: readonly string[];
  /** name; absent = all of the standard */
  readonly recordType?: string;
}

type Facts = Pick<InForce, 'set' | 'databases' | 'now'>;

/** A purpose for which some clause speaks of some records. */
export interface Question {
  readonly recordType: RecordType;
  readonly purpose: string;
}

/**
 * What is worth asking: purposes and record types that a permission of these owners names towards the recipient in any of the
 * sets. To whatever no permission names, the answer is that nothing is shared.
 */
export function questionsIn(
  { standard }: Pick<Ports, 'standard'>,
  sets: readonly AgreementSet[],
  databases: readonly SharedDatabase[],
  { recipient, owners, recordType: only }: Asked,
): readonly Question[] {
  const typeOf = new Map(databases.map(({ code, recordType }) => [code, recordType]));
  const named = new Set<string>();
  for (const { permissionsBy } of sets.map((set) => rightsOf(set, recipient))) {
    for (const { clause } of owners.flatMap((owner) => permissionsBy.get(owner) ?? [])) {
      const { scope, purposes } = clause;
      const type = scope.kind === 'RecordType' ? scope.recordType : typeOf.get(scope.database);
      for (const purpose of purposes) named.add(`${type} ${purpose}`);
    }
  }
  return standard.recordTypes
    .filter(({ name }) => (only ?? name) === name)
    .flatMap((recordType) => standard.purposes.map(({ name: purpose }) => ({ recordType, purpose })))
    .filter(({ recordType, purpose }) => named.has(`${recordType.name} ${purpose}`));
}

/**
 * What the recipient would be answered by each database of these owners, for every action and what is worth asking. A
 * justification is taken as given and no quota as used up: this is about what was agreed. In the order of record types,
 * purposes and actions.
 */
export async function possibleAnswers(
  hub: Pick<Ports, 'standard'>,
  facts: Facts,
  asked: Asked,
  questions: readonly Question[] = questionsIn(hub, [facts.set], facts.databases, asked),
): Promise<readonly PossibleAnswer[]> {
  const databases = facts.databases.filter(({ owner }) => asked.owners.includes(owner) && owner !== asked.recipient);
  const answers: PossibleAnswer[] = [];
  for (const { recordType, purpose } of questions) {
    // Over many thousand clauses each decision takes a while: the requests of others come in between.
    await new Promise((resolve) => setImmediate(resolve));
    for (const action of ACTIONS) {
      const question = { agency: asked.recipient, action, purpose };
      answers.push(...answersTo(hub, { ...facts, databases }, recordType, question));
    }
  }
  return answers;
}

function answersTo(
  hub: Pick<Ports, 'standard'>,
  facts: Facts,
  recordType: RecordType,
  asked: { readonly agency: string; readonly action: Action; readonly purpose: string },
): readonly PossibleAnswer[] {
  const ask: Ask = { ...asked, recordType: recordType.name };
  const decision = decide(ask, { ...facts, recordType, standard: hub.standard, anyJustification: true });
  const { sources, lines } = planSources(decision, recordType, []);
  return decision.grants.map((grant, index) => {
    const line = lines[index];
    if (line === undefined) throw new Error('every grant has a line');
    const source = sources.find(({ database }) => database.id === grant.database.id) ?? null;
    return { ask, recordType, grant, line, source, status: statusOf(grant) };
  });
}

const UNSPOKEN: readonly ReasonCode[] = [
  'NO_AGREEMENT',
  'PURPOSE_NOT_PERMITTED',
  'ACTION_NOT_PERMITTED',
  'RECORD_TYPE_NOT_SHARED',
];

function statusOf(grant: Grant): AgreementStatus | null {
  if (grant.kind !== 'WITHHELD') return 'IN_FORCE';
  const { reason } = grant;
  if (UNSPOKEN.includes(reason)) return null;
  // What else withholds is a constraint of a clause in force.
  return AGREEMENT_STATUSES.find((status) => status === reason) ?? 'IN_FORCE';
}

/** Agencies that are party to some version together with this one, whatever its status; in the order of their codes. */
export function counterpartiesOf(set: AgreementSet, agency: string): readonly string[] {
  const found = new Set<string>();
  for (const { terms } of set.versions) {
    if (terms.parties.includes(agency)) for (const party of terms.parties) found.add(party);
  }
  found.delete(agency);
  return [...found].sort();
}

/** What makes a row visible in a group, without what it then shows and what goes with it. */
export function conditionOf({
  fields: _fields,
  basis: _basis,
  attached: _attached,
  ...condition
}: RowGroup): RowCondition {
  return condition;
}

/** How a field may be shown: the least redacted, and whether that holds on every visible row. */
export interface ExplainedField {
  readonly field: string;
  readonly treatment: string;
  readonly step: string | null;
  readonly onEveryRow: boolean;
}

/** Every field of the record type as this source shows it. */
export function explainedFields(source: SourcePlan, recordType: RecordType): readonly ExplainedField[] {
  return recordType.fields.map((field) => {
    const { levels, barredBy } = levelsOf(source, field);
    const treatment = levels[0]?.treatment ?? WITHHELD;
    const isWithheld = redaction(treatment, field.ladder) === redaction(WITHHELD, field.ladder);
    return {
      field: field.name,
      treatment: treatment.kind,
      step: treatment.kind === 'GENERALISED' ? treatment.step : null,
      onEveryRow: isWithheld || (levels.length === 1 && barredBy.length === 0),
    };
  });
}
