// Agreements, acts and rows as the cases write them: the keys of the agreement file, cut to what a decision reads.
import type { Action } from '../../src/domain/action.js';
import type { AgreementAct, AgreementVersion } from '../../src/domain/agreement.js';
import type { Clause, ClauseScope, Constraints } from '../../src/domain/clause.js';
import type { Operator, Predicate } from '../../src/domain/predicate.js';
import type { RecordRow, Scalar, Sensitivity, Value } from '../../src/domain/record-type.js';
import type { Treatment } from '../../src/domain/treatment.js';
import { startOfLocalDay } from '../../src/policy/local-time.js';
import { PARTNER_OF, TIME_ZONE } from './world.js';

export type PredicateNote =
  | { and: PredicateNote[] }
  | { or: PredicateNote[] }
  | { not: PredicateNote }
  | { field: string; op: Operator; value: Scalar | Scalar[] };

export type TreatmentNote = 'CLEAR' | 'MASKED' | 'WITHHELD' | 'PSEUDONYM' | { GENERALISED: string };

export interface ClauseNote extends Constraints {
  article: string;
  kind?: 'PROHIBITION';
  assigner: string;
  assignee: string;
  mutual?: true;
  recordType?: string;
  database?: string;
  action?: Action;
  purposes?: string[];
  rows?: PredicateNote;
  fields?: Record<string, TreatmentNote> | string[];
  sensitivity?: Sensitivity[];
}

export interface AgreementNote {
  parties: string[];
  reference?: string;
  version?: number;
  from?: string;
  until?: string;
  finalised?: string;
  /** of a version that one side tightened: when the notice due ends */
  noticeEnds?: string;
  framework?: string;
  clauses: ClauseNote[];
}

export interface ActNote {
  act: AgreementAct['kind'];
  on: string;
  by: string;
  at: string;
  assigner?: string;
  article?: string;
}

export function predicateFrom(note: PredicateNote): Predicate {
  if ('and' in note) return { kind: 'and', of: note.and.map(predicateFrom) };
  if ('or' in note) return { kind: 'or', of: note.or.map(predicateFrom) };
  if ('not' in note) return { kind: 'not', of: predicateFrom(note.not) };
  return { kind: 'compare', field: note.field, op: note.op, value: note.value };
}

function treatmentFrom(note: TreatmentNote): Treatment {
  return typeof note === 'string' ? { kind: note } : { kind: 'GENERALISED', step: note.GENERALISED };
}

function clauseFrom(note: ClauseNote): Clause {
  const { article, kind, assigner, assignee, mutual, recordType, database, action, purposes, rows, ...rest } = note;
  const { fields, sensitivity, ...constraints } = rest;
  const scope: ClauseScope =
    database === undefined
      ? { kind: 'RecordType', recordType: recordType ?? 'BorderCrossing' }
      : { kind: 'Database', database };
  const common = {
    article,
    assigner,
    assignee,
    mutual: mutual === true,
    scope,
    purposes: purposes ?? (kind === 'PROHIBITION' ? [] : ['BORDER_SURVEILLANCE']),
    ...(rows === undefined ? {} : { rows: predicateFrom(rows) }),
  };
  if (kind === 'PROHIBITION') {
    return {
      ...common,
      kind,
      ...(action === undefined ? {} : { action }),
      ...(Array.isArray(fields) ? { fields } : {}),
      ...(sensitivity === undefined ? {} : { sensitivity }),
    };
  }
  const named = fields === undefined || Array.isArray(fields) ? undefined : Object.entries(fields);
  return {
    ...common,
    kind: 'PERMISSION',
    action: action ?? 'READ',
    ...(named === undefined
      ? {}
      : { fields: Object.fromEntries(named.map(([name, treatment]) => [name, treatmentFrom(treatment)])) }),
    constraints,
  };
}

const midnight = (day: string): Date => new Date(startOfLocalDay(day, TIME_ZONE));

export function versionFrom(name: string, note: AgreementNote): AgreementVersion {
  const { reference = name, parties, from = '2024-01-01', until = '2030-01-01', version = 1 } = note;
  return {
    terms: {
      reference,
      title: reference,
      parties,
      legalBasis: 'treaty',
      timeZone: TIME_ZONE,
      from,
      until,
      ...(note.framework === undefined ? {} : { framework: note.framework }),
      clauses: note.clauses.map(clauseFrom),
    },
    version,
    hash: name,
    partnerOf: Object.fromEntries(parties.map((party) => [party, PARTNER_OF[party] ?? party])),
    from: midnight(from),
    until: midnight(until),
    finalisedAt: note.finalised === undefined ? new Date('2023-12-01T00:00:00Z') : new Date(note.finalised),
    ...(note.noticeEnds === undefined ? {} : { noticeEndsAt: new Date(note.noticeEnds) }),
  };
}

export function actFrom({ act, on, by, at, assigner, article }: ActNote): AgreementAct {
  const common = { reference: on, by, effectiveAt: new Date(at) };
  if (act === 'TERMINATE') return { kind: act, ...common };
  return {
    kind: act,
    ...common,
    ...(assigner === undefined ? {} : { assigner }),
    ...(article === undefined ? {} : { article }),
  };
}

export function rowFrom(note: Record<string, Value>): RecordRow {
  const { status = 'ACTIVE', handlingCode = null, dataSubjectCategory = null, ...values } = note;
  return {
    id: '1',
    status: status as RecordRow['status'],
    handlingCode: handlingCode as RecordRow['handlingCode'],
    dataSubjectCategory: dataSubjectCategory as string | null,
    values,
  };
}
