import type { AgreementStep } from '../../domain/agreement-history.js';
import type { Statement } from '../../hub/ports.js';

/**
 * The statements that add a step's facts, in the order their keys need. Instants are not among the values: the database
 * stamps them with its own clock.
 */
export function stepStatements(step: AgreementStep): readonly Statement[] {
  const { text, signature, finalised, act } = step;
  return [
    ...(text === undefined ? [] : [textStatement(text)]),
    ...step.events.map((event, index) => eventStatement(step, event, index)),
    ...(signature === undefined ? [] : [signatureStatement(signature)]),
    ...(finalised === undefined ? [] : [finalisedStatement(finalised)]),
    ...(act === undefined ? [] : [actStatement(step, act)]),
  ];
}

function textStatement(text: NonNullable<AgreementStep['text']>): Statement {
  return {
    text: 'insert into besa.agreement_text (reference, version, revision, body, hash) values ($1, $2, $3, $4, $5)',
    values: [text.reference, text.version, text.revision, text.body, text.hash],
  };
}

function eventStatement(step: AgreementStep, event: AgreementStep['events'][number], index: number): Statement {
  const { kind, version, revision, agency, person, reason } = event;
  return {
    text: `insert into besa.agreement_event (reference, number, kind, version, revision, agency, person, reason)
      values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [step.reference, step.number + index, kind, version, revision, agency ?? null, person, reason ?? null],
  };
}

function signatureStatement(signature: NonNullable<AgreementStep['signature']>): Statement {
  const { reference, version, revision, agency, keyId, signature: bytes } = signature;
  return {
    text: `insert into besa.agreement_signature (reference, version, revision, agency, key_id, signature)
      values ($1, $2, $3, $4, $5, $6)`,
    values: [reference, version, revision, agency, keyId, bytes],
  };
}

function finalisedStatement(finalised: NonNullable<AgreementStep['finalised']>): Statement {
  const { reference, version, revision, tightenedBy } = finalised;
  return {
    text: 'insert into besa.agreement_version (reference, version, revision, tightened_by) values ($1, $2, $3, $4)',
    values: [reference, version, revision, tightenedBy ?? null],
  };
}

function actStatement(step: AgreementStep, act: NonNullable<AgreementStep['act']>): Statement {
  const { kind, by, effectiveAt, assigner, article } = act;
  return {
    text: `insert into besa.agreement_act (reference, number, kind, agency, effective_at, assigner, article)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [step.reference, step.number, kind, by, effectiveAt ?? null, assigner ?? null, article ?? null],
  };
}
