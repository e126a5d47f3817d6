import type { Action } from '../../domain/action.js';
import type { Basis } from '../../domain/decision.js';
import { HubError } from '../../domain/errors.js';
import type { ReasonCode } from '../../domain/reasons.js';
import type { RowGroup } from '../../plan/plan-sources.js';
import { setAsOf } from '../../policy/set-as.js';
import { recordTypeOf } from '../decided.js';
import type { Journal } from '../journal.js';
import type { InForce, Ports } from '../ports.js';
import {
  conditionOf,
  counterpartiesOf,
  type ExplainedField,
  explainedFields,
  type PossibleAnswer,
  possibleAnswers,
} from './possible-answers.js';

/** What one recipient may see of one database of the caller for one action and purpose. */
export interface Viewing {
  readonly recipient: string;
  readonly database: string;
  readonly recordType: string;
  readonly action: Action;
  readonly purpose: string;
  /** why it may see less than its clauses say; null if nothing stands against it */
  readonly reason: ReasonCode | null;
  readonly agreements: readonly string[];
  readonly clauses: readonly Basis[];
  /** false: only rows on which a condition of a clause holds, and none of a prohibition */
  readonly everyRow: boolean;
  /** fields it sees in some form */
  readonly fields: readonly ExplainedField[];
  readonly sentence: string;
}

export interface WhoCanSee {
  /** name of a record type; absent = all */
  readonly recordType?: string;
  /** code of a database of the caller; absent = all */
  readonly database?: string;
  /** absent = now, by the database's clock */
  readonly at?: Date;
}

/**
 * Who can see what of the caller's own databases: the live decision for every other party of its agreements, action and
 * purpose, those that would be answered. A justification is taken as given.
 *
 * @throws HubError BAD_USER_INPUT for an unknown record type, or a database that is not the caller's
 */
export async function whoCanSee(
  hub: Ports,
  journal: Journal,
  agency: string,
  asked: WhoCanSee,
): Promise<readonly Viewing[]> {
  const live = await hub.agreements.inForce({ refresh: true });
  const facts = owned(live, agency, asked);
  if (asked.recordType !== undefined) recordTypeOf(hub, asked.recordType);
  journal.look('whoCanSee', { recordType: asked.recordType ?? null, database: asked.database ?? null });
  const { recordType } = asked;
  const viewings: Viewing[] = [];
  for (const recipient of counterpartiesOf(facts.set, agency)) {
    const question = { recipient, owners: [agency], ...(recordType === undefined ? {} : { recordType }) };
    viewings.push(...(await possibleAnswers(hub, facts, question)).flatMap(viewingOf));
  }
  return viewings;
}

function owned(live: InForce, agency: string, { database, at = live.now }: WhoCanSee): InForce {
  const set = setAsOf(live.set, at);
  const own = live.databases.filter(({ owner }) => owner === agency);
  if (database === undefined) return { set, databases: own, now: at };
  const named = own.filter(({ code }) => code === database);
  if (named.length === 0) {
    throw new HubError('BAD_USER_INPUT', `no database of yours is called \`${database}\``, { path: ['database'] });
  }
  return { set, databases: named, now: at };
}

function viewingOf({ ask, recordType, grant, line, source }: PossibleAnswer): readonly Viewing[] {
  if (grant.kind !== 'GRANTED' || source === null) return [];
  const fields = explainedFields(source, recordType).filter(({ treatment }) => treatment !== 'WITHHELD');
  const everyRow = source.hiding.length === 0 && source.groups.some(isOfEveryRow);
  const { agency: recipient, action, purpose } = ask;
  const { code: database } = grant.database;
  const rows = everyRow ? 'every record' : 'records that meet a condition';
  return [
    {
      recipient,
      database,
      recordType: recordType.name,
      action,
      purpose,
      reason: line.reason,
      agreements: line.agreements,
      clauses: grant.candidates.map(({ basis }) => basis),
      everyRow,
      fields,
      sentence: `${recipient} may ${action} ${rows} of ${database} for ${purpose}, ${fields.length} of ${recordType.fields.length} fields, under ${line.agreements.join(', ')}`,
    },
  ];
}

function isOfEveryRow(group: RowGroup): boolean {
  const { codesBlocked, ...conditions } = conditionOf(group);
  return codesBlocked.length === 0 && Object.values(conditions).every((condition) => condition === undefined);
}
