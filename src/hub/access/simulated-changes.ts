import type { Action } from '../../domain/action.js';
import { redaction, type Treatment, WITHHELD } from '../../domain/treatment.js';
import { levelsOf } from '../../plan/plan-sources.js';
import { conditionOf, type ExplainedField, explainedFields, type PossibleAnswer } from './possible-answers.js';

/** Something the recipient could do after and not before, or the other way round. */
export interface SimulatedChange {
  /** the right itself, how one field is shown, or which records */
  readonly kind: 'RIGHT' | 'FIELD' | 'RECORDS';
  readonly database: string;
  readonly recordType: string;
  readonly action: Action;
  readonly purposes: readonly string[];
  /** of a right: the fields it shows in some form, where it is there; of a field: how it is shown after */
  readonly fields: readonly ExplainedField[];
  /** treatment of the field, or status and reason of the right */
  readonly before: string;
  readonly after: string;
  /** records the recipient can see of the caller's own database; null: not the caller's, not counted, or not what changed */
  readonly recordsBefore: number | null;
  readonly recordsAfter: number | null;
  readonly sentence: string;
}

export type Effect = 'GAIN' | 'LOSS' | 'CHANGE';

/** One difference between two answers to the same question, not yet counted and for one purpose. */
export interface Difference extends Omit<SimulatedChange, 'sentence' | 'recordsBefore' | 'recordsAfter' | 'purposes'> {
  readonly effect: Effect;
  readonly answers: { readonly before: PossibleAnswer; readonly after: PossibleAnswer };
}

/** What differs between two worlds, answer by answer. Both lists answer the same questions in the same order. */
export function differencesBetween(
  before: readonly PossibleAnswer[],
  after: readonly PossibleAnswer[],
): readonly Difference[] {
  return before.flatMap((answer, index) => {
    const other = after[index];
    if (other === undefined || other.grant.database.id !== answer.grant.database.id) {
      throw new Error('two worlds are asked the same questions');
    }
    return differenceOf(answer, other);
  });
}

function differenceOf(before: PossibleAnswer, after: PossibleAnswer): readonly Difference[] {
  const common = {
    database: before.grant.database.code,
    recordType: before.recordType.name,
    action: before.ask.action,
    answers: { before, after },
  };
  const step = standing(after) - standing(before);
  if (step !== 0) {
    const wider = step > 0 ? after : before;
    const shown = wider.source === null ? [] : explainedFields(wider.source, wider.recordType);
    const fields = shown.filter(({ treatment }) => treatment !== 'WITHHELD');
    const effect = step > 0 ? 'GAIN' : 'LOSS';
    return [{ ...common, kind: 'RIGHT', effect, fields, before: standingText(before), after: standingText(after) }];
  }
  const fields = fieldDifferences(before, after).map((one) => ({ ...common, ...one }));
  if (conditionsOf(before) === conditionsOf(after)) return fields;
  return [
    { ...common, kind: 'RECORDS', effect: 'CHANGE', fields: [], before: 'as agreed', after: 'as proposed' },
    ...fields,
  ];
}

/** 0: no clause in force speaks of it · 1: one does, but it is not answered now · 2: answered */
function standing({ status, line, source }: PossibleAnswer): 0 | 1 | 2 {
  if (source !== null) return 2;
  return status === 'IN_FORCE' && line.reason !== 'ACTION_NOT_PERMITTED' ? 1 : 0;
}

function standingText({ line }: PossibleAnswer): string {
  return line.reason ?? line.outcome;
}

function fieldDifferences(
  { source: before, recordType }: PossibleAnswer,
  { source: after }: PossibleAnswer,
): readonly Pick<Difference, 'kind' | 'effect' | 'fields' | 'before' | 'after'>[] {
  if (before === null || after === null) return [];
  const [was, becomes] = [explainedFields(before, recordType), explainedFields(after, recordType)];
  return recordType.fields.flatMap((field, index) => {
    const [left, right] = [was[index], becomes[index]];
    if (left === undefined || right === undefined || treatmentText(left) === treatmentText(right)) return [];
    const least = (source: typeof before): Treatment => levelsOf(source, field).levels[0]?.treatment ?? WITHHELD;
    const step = redaction(least(before), field.ladder) - redaction(least(after), field.ladder);
    const effect = step > 0 || (step === 0 && right.onEveryRow) ? 'GAIN' : 'LOSS';
    return [
      { kind: 'FIELD', effect, fields: [right], before: treatmentText(left), after: treatmentText(right) } as const,
    ];
  });
}

/** `GENERALISED day`, and whether only on some of the records */
function treatmentText({ treatment, step, onEveryRow }: ExplainedField): string {
  return `${treatment}${step === null ? '' : ` ${step}`}${onEveryRow ? '' : ' on some records'}`;
}

/** Which rows a source yields, as one text: its conditions whatever they are called, without what each shows. */
export function conditionsOf({ source }: PossibleAnswer): string {
  if (source === null) return 'none';
  const groups = source.groups.map((group) => JSON.stringify(conditionOf(group)));
  return JSON.stringify([[...new Set(groups)].sort(), source.hiding]);
}

interface Counted {
  readonly difference: Difference;
  readonly recordsBefore: number | null;
  readonly recordsAfter: number | null;
}

/** One line for all purposes that differ alike, told in a sentence about the recipient. */
export function toldChanges(
  recipient: string,
  counted: readonly Counted[],
): readonly (SimulatedChange & { readonly effect: Effect })[] {
  const found = new Map<string, { readonly change: Omit<SimulatedChange, 'sentence'>; readonly effect: Effect }>();
  for (const { difference, recordsBefore, recordsAfter } of counted) {
    const { effect: told, answers, ...rest } = difference;
    const effect = told === 'CHANGE' ? effectOfCounts(recordsBefore, recordsAfter) : told;
    const key = JSON.stringify([effect, rest, recordsBefore, recordsAfter]);
    const purposes = [...(found.get(key)?.change.purposes ?? []), answers.before.ask.purpose];
    found.set(key, { change: { ...rest, purposes, recordsBefore, recordsAfter }, effect });
  }
  return [...found.values()].map(({ change, effect }) => ({
    ...change,
    effect,
    sentence: sentenceOf(recipient, change, effect),
  }));
}

function effectOfCounts(before: number | null, after: number | null): Effect {
  if (before === null || after === null || before === after) return 'CHANGE';
  return after > before ? 'GAIN' : 'LOSS';
}

function sentenceOf(recipient: string, change: Omit<SimulatedChange, 'sentence'>, effect: Effect): string {
  const { kind, database, action, purposes, before, after, recordsBefore, recordsAfter } = change;
  const where = `of ${database} for ${purposes.join(', ')}`;
  const counts =
    recordsBefore === null || recordsAfter === null ? '' : `: ${recordsBefore} records before, ${recordsAfter} after`;
  switch (kind) {
    case 'RIGHT':
      return effect === 'GAIN'
        ? `${recipient} may ${action} records ${where}, which it may not now (${before})${counts}`
        : `${recipient} may no longer ${action} records ${where} (${after})${counts}`;
    case 'FIELD':
      return `${recipient} is shown \`${change.fields[0]?.field}\` ${where} as ${after}, now ${before} (${action})`;
    case 'RECORDS':
      return `${recipient} may ${action} other records ${where} than now${counts}`;
  }
}
