/** The tables of agreement facts as MikroORM sees them. Rows are only ever added: the database refuses everything else. */
import { defineEntity, p } from '@mikro-orm/core';
import { EVENT_KINDS } from '../../domain/agreement-history.js';

export const SignatoryKeyRow = defineEntity({
  name: 'SignatoryKeyRow',
  tableName: 'signatory_key',
  schema: 'besa',
  properties: {
    id: p.integer().primary(),
    agency: p.text(),
    publicKey: p.text(),
    isDemo: p.boolean(),
    validFrom: p.datetime(),
    validUntil: p.datetime().nullable(),
    registeredBy: p.text(),
  },
});

export const SignatoryKeyConfirmationRow = defineEntity({
  name: 'SignatoryKeyConfirmationRow',
  tableName: 'signatory_key_confirmation',
  schema: 'besa',
  properties: {
    keyId: p.integer().primary(),
    confirmedAt: p.datetime(),
    confirmedBy: p.text(),
    agency: p.text(),
  },
});

export const SignatoryKeyEndRow = defineEntity({
  name: 'SignatoryKeyEndRow',
  tableName: 'signatory_key_end',
  schema: 'besa',
  properties: {
    keyId: p.integer().primary(),
    endedAt: p.datetime(),
    endedBy: p.text(),
    reason: p.text().nullable(),
  },
});

export const AgreementTextRow = defineEntity({
  name: 'AgreementTextRow',
  tableName: 'agreement_text',
  schema: 'besa',
  properties: {
    reference: p.text().primary(),
    version: p.integer().primary(),
    revision: p.integer().primary(),
    body: p.text(),
    hash: p.text(),
  },
});

export const AgreementEventRow = defineEntity({
  name: 'AgreementEventRow',
  tableName: 'agreement_event',
  schema: 'besa',
  properties: {
    reference: p.text().primary(),
    number: p.integer().primary(),
    kind: p.enum(EVENT_KINDS),
    version: p.integer(),
    revision: p.integer(),
    agency: p.text().nullable(),
    person: p.text(),
    reason: p.text().nullable(),
    at: p.datetime(),
  },
});

export const AgreementSignatureRow = defineEntity({
  name: 'AgreementSignatureRow',
  tableName: 'agreement_signature',
  schema: 'besa',
  properties: {
    reference: p.text().primary(),
    version: p.integer().primary(),
    revision: p.integer().primary(),
    agency: p.text().primary(),
    keyId: p.integer(),
    signature: p.text(),
    signedAt: p.datetime(),
  },
});

export const AgreementVersionRow = defineEntity({
  name: 'AgreementVersionRow',
  tableName: 'agreement_version',
  schema: 'besa',
  properties: {
    reference: p.text().primary(),
    version: p.integer().primary(),
    revision: p.integer(),
    parties: p.array(),
    finalisedAt: p.datetime(),
    tightenedBy: p.text().nullable(),
  },
});

export const AgreementActRow = defineEntity({
  name: 'AgreementActRow',
  tableName: 'agreement_act',
  schema: 'besa',
  properties: {
    id: p.bigint('number').primary(),
    reference: p.text(),
    number: p.integer(),
    kind: p.enum(['SUSPEND', 'RESUME', 'TERMINATE']),
    agency: p.text(),
    effectiveAt: p.datetime(),
    assigner: p.text().nullable(),
    article: p.text().nullable(),
  },
});

export const DutyAttestationRow = defineEntity({
  name: 'DutyAttestationRow',
  tableName: 'duty_attestation',
  schema: 'besa',
  properties: {
    reference: p.text().primary(),
    duty: p.text().primary(),
    agency: p.text(),
    person: p.text(),
    statement: p.text(),
    at: p.datetime(),
  },
});
