/** Rows of the agreement tables as the domain's facts. Explicit copies: the mapper's own properties stay behind. */
import type { InferEntity } from '@mikro-orm/core';
import type { AgreementAct } from '../../domain/agreement.js';
import type {
  AgreementEvent,
  AgreementSignature,
  AgreementText,
  FinalisedVersion,
  SignatoryKey,
} from '../../domain/agreement-history.js';
import type {
  AgreementActRow,
  AgreementEventRow,
  AgreementSignatureRow,
  AgreementTextRow,
  AgreementVersionRow,
  SignatoryKeyConfirmationRow,
  SignatoryKeyEndRow,
  SignatoryKeyRow,
} from '../entities/agreements.js';

export function eventFromRow(row: InferEntity<typeof AgreementEventRow>): AgreementEvent {
  const { reference, number, kind, version, revision, agency, person, reason, at } = row;
  return {
    reference,
    number,
    kind,
    version,
    revision,
    ...(agency == null ? {} : { agency }),
    person,
    ...(reason == null ? {} : { reason }),
    at,
  };
}

export function textFromRow(row: InferEntity<typeof AgreementTextRow>): AgreementText {
  const { reference, version, revision, body, hash } = row;
  return { reference, version, revision, body, hash };
}

export function signatureFromRow(row: InferEntity<typeof AgreementSignatureRow>): AgreementSignature {
  const { reference, version, revision, agency, keyId, signature, signedAt } = row;
  return { reference, version, revision, agency, keyId, signature, signedAt };
}

export function finalisedFromRow(row: InferEntity<typeof AgreementVersionRow>): FinalisedVersion {
  const { reference, version, revision, finalisedAt, tightenedBy } = row;
  return { reference, version, revision, finalisedAt, ...(tightenedBy == null ? {} : { tightenedBy }) };
}

export function actFromRow(row: InferEntity<typeof AgreementActRow>): AgreementAct {
  const { reference, kind, agency: by, effectiveAt, assigner, article } = row;
  if (kind === 'TERMINATE') return { kind, reference, by, effectiveAt };
  return {
    kind,
    reference,
    by,
    effectiveAt,
    ...(assigner == null ? {} : { assigner }),
    ...(article == null ? {} : { article }),
  };
}

/** Keys with their confirmations and ends, in the order they were registered. */
export function keysFromRows(
  keys: readonly InferEntity<typeof SignatoryKeyRow>[],
  confirmations: readonly InferEntity<typeof SignatoryKeyConfirmationRow>[],
  ends: readonly InferEntity<typeof SignatoryKeyEndRow>[],
): readonly SignatoryKey[] {
  const confirmationOf = new Map(confirmations.map((confirmation) => [confirmation.keyId, confirmation]));
  const endOf = new Map(ends.map((end) => [end.keyId, end]));
  return keys.map(({ id, agency, publicKey, isDemo, validFrom, validUntil }) => {
    const confirmation = confirmationOf.get(id);
    const end = endOf.get(id);
    return {
      id,
      agency,
      publicKey,
      isDemo,
      validFrom,
      ...(validUntil == null ? {} : { validUntil }),
      // A confirmation by another agency than the key's confirms nothing.
      ...(confirmation?.agency === agency ? { confirmedAt: confirmation.confirmedAt } : {}),
      ...(end === undefined ? {} : { endedAt: end.endedAt }),
      ...(end?.reason == null ? {} : { endReason: end.reason }),
    };
  });
}
