/** What a new exchange standard would do to clauses that were signed under the one before. */
import type { Terms } from '../domain/agreement.js';
import type { Clause, Permission, Prohibition } from '../domain/clause.js';
import type { Predicate } from '../domain/predicate.js';
import type { ExchangeStandard, Field, RecordType, Scalar } from '../domain/record-type.js';
import type { SharedDatabase } from '../domain/registry.js';
import { canonicalJson, type JsonValue } from '../support/canonical-json.js';

/** Words that bind, or are on the table. */
export interface LiveTerms {
  readonly reference: string;
  readonly terms: Terms;
  /** terminated: its permissions are over, its prohibitions bind until its own end */
  readonly isEnded: boolean;
}

/** A clause whose meaning a new standard would change without a signature. */
export interface TouchedClause {
  readonly reference: string;
  readonly article: string;
  /** `Sighting.section`, `Sighting`, or the name of a purpose */
  readonly subject: string;
  /** what happens to it, as the end of a sentence */
  readonly why: string;
}

interface Standards {
  readonly before: ExchangeStandard;
  readonly after: ExchangeStandard;
  readonly databases: readonly Pick<SharedDatabase, 'code' | 'recordType'>[];
}

type Note = Pick<TouchedClause, 'subject' | 'why'>;

/**
 * Every live clause that a new exchange standard would silently open or close: what it names is gone or means something else,
 * or a rule that names no field would begin or cease to speak of one. Empty: the standard may be applied.
 *
 * @param standards `before`: the one the clauses were last valid under
 */
export function touchedClauses(live: readonly LiveTerms[], standards: Standards): readonly TouchedClause[] {
  return live.flatMap(({ reference, terms, isEnded }) =>
    terms.clauses
      .filter((clause) => clause.kind === 'PROHIBITION' || !isEnded)
      .flatMap((clause) =>
        distinct(notesOn(clause, standards)).map((note) => ({ reference, article: clause.article, ...note })),
      ),
  );
}

function notesOn(clause: Clause, standards: Standards): readonly Note[] {
  const { before, after } = standards;
  const purposes = clause.purposes.flatMap((name) => purposeNotes(name, before, after));
  const name = recordTypeNamed(clause, standards);
  if (name === undefined) return purposes;
  const type = after.recordTypes.find((candidate) => candidate.name === name);
  if (type === undefined) return [...purposes, { subject: name, why: 'is gone from the standard' }];
  // A type that was not there before has no earlier meaning: only what is missing in it can be said.
  const types: Types = { before: before.recordTypes.find((candidate) => candidate.name === name) ?? type, after: type };
  const own = clause.kind === 'PERMISSION' ? permissionNotes(clause, types) : prohibitionNotes(clause, types);
  return [...purposes, ...own, ...rowNotes(clause.rows, types)];
}

function recordTypeNamed({ scope }: Clause, { databases }: Standards): string | undefined {
  if (scope.kind === 'RecordType') return scope.recordType;
  return databases.find(({ code }) => code === scope.database)?.recordType;
}

function purposeNotes(name: string, before: ExchangeStandard, after: ExchangeStandard): readonly Note[] {
  const was = before.purposes.find((purpose) => purpose.name === name);
  const is = after.purposes.find((purpose) => purpose.name === name);
  if (is === undefined) return [{ subject: name, why: 'is no purpose any more' }];
  if (was === undefined || was.regime === is.regime) return [];
  return [{ subject: name, why: `would stand under the regime \`${is.regime}\` instead of \`${was.regime}\`` }];
}

interface Types {
  readonly before: RecordType;
  readonly after: RecordType;
}

function permissionNotes(clause: Permission, types: Types): readonly Note[] {
  const named = Object.entries(clause.fields ?? {}).flatMap(([name, treatment]) => {
    const { was, is } = pairOf(name, types);
    if (is === undefined || was === undefined) return typeNotes(name, types);
    const step = treatment.kind === 'GENERALISED' ? ladderWhy(treatment.step, was, is) : undefined;
    const isClosed = is.sensitivity === 'INTERNAL' && was.sensitivity !== 'INTERNAL';
    const isMatchedAnew = clause.action === 'MATCH' && was.normalise !== is.normalise;
    return [
      ...typeNotes(name, types),
      ...whyNotes(name, types, step),
      ...whyNotes(name, types, isClosed ? 'would be `INTERNAL`, which no clause can share' : undefined),
      ...whyNotes(name, types, isMatchedAnew ? 'would be matched in another way' : undefined),
    ];
  });
  const open = clause.fields === undefined ? referenceNotes(types) : [];
  return [...named, ...open, ...(clause.constraints.recordAgeMax === undefined ? [] : ageNotes(types))];
}

/** A clause that lists no fields shows those that are `REFERENCE`: which these are must not change under it. */
function referenceNotes(types: Types): readonly Note[] {
  return namesOf(types).flatMap((name) => {
    const { was, is } = pairOf(name, types);
    const wasShown = was?.sensitivity === 'REFERENCE';
    const isShown = is?.sensitivity === 'REFERENCE';
    if (wasShown && isShown) return typeNotes(name, types);
    if (wasShown === isShown) return [];
    const why = isShown
      ? 'would be shown, for the clause lists no fields and so shows every `REFERENCE` field'
      : 'would no longer be shown, for the clause lists no fields and so shows `REFERENCE` fields only';
    return whyNotes(name, types, why);
  });
}

function ageNotes(types: Types): readonly Note[] {
  const occurred = (type: RecordType): string => type.fields.find((field) => field.isOccurredAt)?.name ?? '';
  const [was, is] = [occurred(types.before), occurred(types.after)];
  if (was === is) return [];
  return whyNotes(was, types, `would no longer say how old a record is (\`@occurredAt\`); \`${is}\` would`);
}

function prohibitionNotes({ fields = [], sensitivity = [] }: Prohibition, types: Types): readonly Note[] {
  const bySensitivity = namesOf(types).flatMap((name) => {
    const { was, is } = pairOf(name, types);
    // What is gone needs no protection, and a new field is open to nobody until a clause names it.
    if (was === undefined || is === undefined) return [];
    const [wasBarred, isBarred] = [sensitivity.includes(was.sensitivity), sensitivity.includes(is.sensitivity)];
    if (wasBarred === isBarred) return [];
    const effect = isBarred
      ? 'would be withheld by this prohibition'
      : 'would no longer be withheld by this prohibition';
    return whyNotes(name, types, `would be \`${is.sensitivity}\` instead of \`${was.sensitivity}\`, and ${effect}`);
  });
  return [...fields.flatMap((name) => typeNotes(name, types)), ...bySensitivity];
}

function rowNotes(rows: Predicate | undefined, types: Types): readonly Note[] {
  if (rows === undefined) return [];
  switch (rows.kind) {
    case 'and':
    case 'or':
      return rows.of.flatMap((one) => rowNotes(one, types));
    case 'not':
      return rowNotes(rows.of, types);
    case 'compare': {
      const { was, is } = pairOf(rows.field, types);
      const notes = typeNotes(rows.field, types);
      if (notes.length > 0 || was?.type.kind !== 'enum' || is?.type.kind !== 'enum' || rows.op === 'isNull')
        return notes;
      const { values } = is.type;
      const asked: readonly Scalar[] = Array.isArray(rows.value) ? rows.value : [rows.value as Scalar];
      const lost = asked.filter((value) => !values.includes(String(value)));
      return lost.flatMap((value) =>
        whyNotes(rows.field, types, `would lose the value \`${value}\`, which the condition compares with`),
      );
    }
  }
}

/** Is the field still there, and of the same type? */
function typeNotes(name: string, types: Types): readonly Note[] {
  const { was, is } = pairOf(name, types);
  if (is === undefined) return whyNotes(name, types, 'is gone from the standard');
  if (was === undefined) return [];
  const [before, after] = [typeText(was), typeText(is)];
  return whyNotes(name, types, before === after ? undefined : `would change from \`${before}\` to \`${after}\``);
}

/** Why a step would no longer be what was signed; undefined if it would. Further steps may come in between or at either end. */
function ladderWhy(step: string, was: Field, is: Field): string | undefined {
  const before = was.ladder.find(({ name }) => name === step);
  const after = is.ladder.find(({ name }) => name === step);
  if (after === undefined) return `would have no step \`${step}\` any more`;
  if (before === undefined) return undefined;
  if (canonicalJson(before as unknown as JsonValue) !== canonicalJson(after as unknown as JsonValue)) {
    return `would mean something else by its step \`${step}\``;
  }
  const [old, kept] = [was, is].map(({ ladder }) => ladder.map(({ name }) => name)) as [string[], string[]];
  const isSameOrder =
    old.filter((name) => kept.includes(name)).join() === kept.filter((name) => old.includes(name)).join();
  return isSameOrder ? undefined : 'would have its steps in another order';
}

const typeText = ({ type }: Field): string => (type.isList ? `[${type.name}!]` : type.name);

function pairOf(
  name: string,
  { before, after }: Types,
): { readonly was: Field | undefined; readonly is: Field | undefined } {
  const named = (field: Field): boolean => field.name === name;
  return { was: before.fields.find(named), is: after.fields.find(named) };
}

function namesOf({ before, after }: Types): readonly string[] {
  return [...new Set([...before.fields, ...after.fields].map(({ name }) => name))];
}

function whyNotes(name: string, { after }: Types, why: string | undefined): readonly Note[] {
  return why === undefined ? [] : [{ subject: `${after.name}.${name}`, why }];
}

function distinct(notes: readonly Note[]): readonly Note[] {
  return notes.filter(
    (note, index) => notes.findIndex(({ subject, why }) => subject === note.subject && why === note.why) === index,
  );
}
