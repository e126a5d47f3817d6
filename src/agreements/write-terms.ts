import type { Terms } from '../domain/agreement.js';
import type { Clause, ClauseScope } from '../domain/clause.js';
import type { Treatment } from '../domain/treatment.js';
import type { JsonValue } from '../support/canonical-json.js';
import { writeRows } from './read-rows.js';

export type TermsDocument = { readonly [key: string]: JsonValue };

/** The document that `parseTerms` reads back into the same terms: what people see, and what is canonicalised and signed. */
export function writeTerms(terms: Terms): TermsDocument {
  const { framework, clauses, parties, reference, title, legalBasis, timeZone, from, until } = terms;
  const under: TermsDocument = framework === undefined ? {} : { framework };
  const head = { reference, title, parties, legalBasis, timeZone, from, until, ...under };
  return { ...head, ...writeLife(terms), clauses: clauses.map(writeClause) };
}

function writeLife({ amendmentNotice, terminationNotice, afterEffects, matrix }: Terms): TermsDocument {
  const { received, within } = afterEffects ?? {};
  return {
    ...(amendmentNotice === undefined ? {} : { amendmentNotice }),
    ...(terminationNotice === undefined ? {} : { terminationNotice }),
    ...(received === undefined ? {} : { afterEffects: { received, ...(within === undefined ? {} : { within }) } }),
    ...(matrix === undefined ? {} : { matrix }),
  };
}

function writeClause(clause: Clause): TermsDocument {
  const { article, kind, assigner, assignee, mutual, scope, rows } = clause;
  const common: TermsDocument = {
    article,
    kind,
    assigner,
    assignee,
    ...(mutual ? { mutual } : {}),
    ...writeScope(scope),
    ...(rows === undefined ? {} : { rows: writeRows(rows) }),
  };
  if (clause.kind === 'PERMISSION') {
    const { action, purposes, fields, constraints } = clause;
    const shown: TermsDocument = fields === undefined ? {} : { fields: writeFields(fields) };
    return { ...common, action, purposes, ...shown, ...constraints };
  }
  const { action, purposes, fields, sensitivity } = clause;
  return {
    ...common,
    ...(action === undefined ? {} : { action }),
    ...(purposes.length === 0 ? {} : { purposes }),
    ...(fields === undefined ? {} : { fields }),
    ...(sensitivity === undefined ? {} : { sensitivity }),
  };
}

function writeScope(scope: ClauseScope): TermsDocument {
  return scope.kind === 'RecordType' ? { recordType: scope.recordType } : { database: scope.database };
}

function writeFields(fields: Readonly<Record<string, Treatment>>): TermsDocument {
  return Object.fromEntries(Object.entries(fields).map(([name, treatment]) => [name, writeTreatment(treatment)]));
}

function writeTreatment(treatment: Treatment): JsonValue {
  return treatment.kind === 'GENERALISED' ? { GENERALISED: treatment.step } : treatment.kind;
}
