/** The registry's tables as MikroORM sees them. Codes stand for themselves: they are what clauses and callers speak of. */
import { defineEntity, p } from '@mikro-orm/core';
import { HOSTINGS } from '../../domain/registry.js';

export const PartnerRow = defineEntity({
  name: 'PartnerRow',
  tableName: 'partner',
  schema: 'besa',
  properties: {
    code: p.text().primary(),
    name: p.text(),
    footnote: p.text().nullable(),
  },
});

export const AgencyRow = defineEntity({
  name: 'AgencyRow',
  tableName: 'agency',
  schema: 'besa',
  properties: {
    code: p.text().primary(),
    name: p.text(),
    partner: p.text(),
  },
});

export const SharedDatabaseRow = defineEntity({
  name: 'SharedDatabaseRow',
  tableName: 'shared_database',
  schema: 'besa',
  properties: {
    id: p.integer().primary(),
    code: p.text().unique(),
    name: p.text(),
    owner: p.text(),
    recordType: p.text(),
    hosting: p.enum(HOSTINGS),
  },
});

export const TechnologyRow = defineEntity({
  name: 'TechnologyRow',
  tableName: 'technology',
  schema: 'besa',
  properties: {
    code: p.text().primary(),
    name: p.text(),
    owner: p.text(),
    kind: p.text(),
    description: p.text(),
    maturity: p.integer(),
  },
});
