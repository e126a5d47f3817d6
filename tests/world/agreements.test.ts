import { describe, expect, test } from '@jest/globals';
import type { Action } from '../../src/domain/action.js';
import type { Ask } from '../../src/domain/ask.js';
import type { Grant } from '../../src/domain/decision.js';
import { decide } from '../../src/policy/decide.js';
import { statusAt } from '../../src/policy/in-force.js';
import { OWNERS, STATUS_OF_AGREEMENT, worldFiles } from '../world.js';
import { termsOf, WORLD_LOADED_AT, worldFacts } from '../world-agreements.js';

const facts = worldFacts();
const { set } = facts;

interface Question {
  readonly who: string;
  readonly purpose: string;
  readonly action?: Action;
  readonly of?: string;
  readonly justification?: string;
  readonly at?: Date;
}

const grantsOf = ({ who, purpose, action = 'READ', of = 'BorderCrossing', justification, at }: Question) => {
  const recordType = facts.standard.recordTypes.find(({ name }) => name === of);
  if (recordType === undefined) throw new Error(`no record type \`${of}\``);
  const ask: Ask = {
    agency: who,
    action,
    purpose,
    recordType: of,
    ...(justification === undefined ? {} : { justification }),
  };
  return decide(ask, { ...facts, recordType, now: at ?? facts.now }).grants;
};

const said = (grant: Grant): string => (grant.kind === 'WITHHELD' ? grant.reason : grant.kind);
const ofPartner = (grant: Grant): string => grant.database.code.slice(0, 2);

/** Per owner's partner: OWNED, GRANTED, or the reason of the refusal. */
const answers = (question: Question): Record<string, string> =>
  Object.fromEntries(grantsOf(question).map((grant) => [ofPartner(grant), said(grant)]));

/** The treatments a partner's database shows, field by field, by its only candidate. */
const shown = (question: Question, partner: string) => {
  const grant = grantsOf(question).find((one) => ofPartner(one) === partner);
  if (grant?.kind !== 'GRANTED' || grant.candidates.length !== 1) throw new Error('there is not exactly one candidate');
  const [candidate] = grant.candidates;
  if (candidate === undefined) throw new Error('there is not exactly one candidate');
  const texts = Object.entries(candidate.fields).map(([field, treatment]): [string, string] => [
    field,
    treatment.kind === 'GENERALISED' ? `GENERALISED ${treatment.step}` : treatment.kind,
  ]);
  return { ...candidate, bars: grant.bars, fields: Object.fromEntries(texts) };
};
const fieldsLike = (fields: Record<string, string>, treatment: string): string[] =>
  Object.keys(fields).filter((field) => fields[field] === treatment);

const SURVEILLANCE = 'BORDER_SURVEILLANCE';
const IDENTIFIERS = ['nationalReference', 'birthDate', 'fullName', 'documentNumber', 'documentType', 'documentIssuer'];

describe('the agreements as files', () => {
  test('each of the ten is read without a fault', () => {
    expect(Object.keys(worldFiles().agreements)).toEqual(Object.keys(STATUS_OF_AGREEMENT));
    for (const reference of Object.keys(STATUS_OF_AGREEMENT)) expect(termsOf(reference).reference).toBe(reference);
  });

  test('each has the status of the demo, and none names a framework', () => {
    for (const [reference, status] of Object.entries(STATUS_OF_AGREEMENT)) {
      const version = set.versions.find(({ terms }) => terms.reference === reference);
      expect([reference, version === undefined ? 'OFFERED' : statusAt(version, set.acts, [], facts.now)]).toEqual([
        reference,
        status,
      ]);
      expect(termsOf(reference).framework).toBeUndefined();
    }
  });

  test('each clause is between parties, or partners of parties', () => {
    const partnerOf = new Map(worldFiles().registry.agencies.map(({ code, partner }) => [code, partner]));
    for (const reference of Object.keys(STATUS_OF_AGREEMENT)) {
      const { parties, clauses } = termsOf(reference);
      const known = new Set([...parties, ...parties.map((party) => partnerOf.get(party))]);
      for (const { assigner, assignee } of clauses)
        expect([known.has(assigner), known.has(assignee)]).toEqual([true, true]);
    }
  });
});

describe('events on a common section', () => {
  test('ME-BP may read its own and those of AL; for every other owner it hears why not', () => {
    expect(answers({ who: 'ME-BP', purpose: SURVEILLANCE })).toEqual({
      AL: 'GRANTED',
      BA: 'ACTION_NOT_PERMITTED',
      ME: 'OWNED',
      MK: 'ACTION_NOT_PERMITTED',
      RS: 'EXPIRED',
      XK: 'ACTION_NOT_PERMITTED',
    });
  });

  test('MK-BP hears from RS that statistics are all it gets: the unsigned agreement counts for nothing', () => {
    expect(answers({ who: 'MK-BP', purpose: SURVEILLANCE })).toMatchObject({
      RS: 'ACTION_NOT_PERMITTED',
      XK: 'GRANTED',
    });
  });

  test('the suspension by RS bites in both directions', () => {
    expect(answers({ who: 'BA-BP', purpose: SURVEILLANCE })).toMatchObject({ RS: 'SUSPENDED' });
    expect(answers({ who: 'RS-BP', purpose: SURVEILLANCE })).toMatchObject({ BA: 'SUSPENDED', ME: 'EXPIRED' });
  });

  test('XK and MK read each other for 12 days from loading, and not an instant longer', () => {
    const { until } = set.versions.find(({ terms }) => terms.reference === 'AGR-2024-006') ?? {};
    if (until === undefined) throw new Error('AGR-2024-006 is not finalised');
    expect(until.toISOString()).toBe('2026-12-04T23:00:00.000Z');
    const asked = (at: Date) => answers({ who: 'XK-BP', purpose: SURVEILLANCE, at }).MK;
    expect(asked(WORLD_LOADED_AT)).toBe('GRANTED');
    expect(asked(new Date(until.getTime() - 1))).toBe('GRANTED');
    expect(asked(until)).toBe('EXPIRED');
  });

  test('no identifier is shown, times only by day, and only rows of the section', () => {
    for (const [who, partner, section] of [
      ['ME-BP', 'AL', 'AL-ME'],
      ['AL-BMP', 'ME', 'AL-ME'],
      ['MK-BP', 'XK', 'MK-XK'],
    ] as const) {
      const { rows, fields } = shown({ who, purpose: SURVEILLANCE }, partner);
      expect(rows).toEqual({ kind: 'compare', field: 'borderSection', op: 'eq', value: section });
      for (const field of IDENTIFIERS) expect([field, fields[field]]).toEqual([field, 'WITHHELD']);
      expect(fields.detectedAt).toBe('GENERALISED day');
      expect(fields).toMatchObject({ borderSection: 'CLEAR', nationality: 'CLEAR', patrolNote: 'WITHHELD' });
    }
  });

  test('the agreements that say "as 002" differ from it in section, parties and dates only', () => {
    const bare = (reference: string): unknown => {
      const { clauses } = termsOf(reference);
      return clauses.map(({ assigner: _from, assignee: _to, rows: _rows, ...clause }) => clause);
    };
    for (const reference of ['AGR-2022-001', 'AGR-2023-007', 'AGR-2024-006', 'AGR-2024-009']) {
      expect(bare(reference)).toEqual(bare('AGR-2024-002'));
    }
  });
});

describe('investigations of smuggling between AL and XK', () => {
  const purpose = 'SMUGGLING_INVESTIGATION';

  test('without a justification nothing is shown', () => {
    expect(answers({ who: 'XK-BP', purpose })).toMatchObject({ AL: 'JUSTIFICATION_MISSING', XK: 'OWNED' });
    expect(answers({ who: 'AL-BMP', purpose, justification: '  ' })).toMatchObject({ XK: 'JUSTIFICATION_MISSING' });
  });

  test('with one, string identifiers are masked and the birth date is withheld', () => {
    const { rows, fields } = shown({ who: 'XK-BP', purpose, justification: 'case 17' }, 'AL');
    expect(rows).toEqual({ kind: 'compare', field: 'borderSection', op: 'eq', value: 'AL-XK' });
    expect(fieldsLike(fields, 'MASKED')).toEqual(['nationalReference', 'fullName', 'documentNumber']);
    expect(fields.birthDate).toBe('WITHHELD');
  });
});

describe('statistics', () => {
  const counted = { action: 'AGGREGATE', purpose: 'STATISTICS_REPORTING' } as const;
  const partners = ['AL', 'BA', 'ME', 'MK', 'RS', 'XK'];

  test('RS and XK tell each other nothing, though both are party to an agreement', () => {
    for (const action of ['READ', 'AGGREGATE'] as const) {
      for (const { name: purpose } of facts.standard.purposes) {
        expect(answers({ who: 'RS-BP', purpose, action }).XK).toBe('NO_AGREEMENT');
        expect(answers({ who: 'XK-BP', purpose, action }).RS).toBe('NO_AGREEMENT');
      }
    }
  });

  test('each owner counts the records of every partner it has an agreement with', () => {
    for (const who of OWNERS) {
      const own = who.slice(0, 2);
      const expected = partners.map((partner) => {
        if (partner === own) return [partner, 'OWNED'];
        return [partner, [own, partner].sort().join('-') === 'RS-XK' ? 'NO_AGREEMENT' : 'GRANTED'];
      });
      expect([who, answers({ who, ...counted })]).toEqual([who, Object.fromEntries(expected)]);
    }
  });

  test('the Albanian ministry counts the records of all six, its own border police among them', () => {
    const expected = Object.fromEntries(partners.map((partner) => [partner, 'GRANTED']));
    expect(answers({ who: 'AL-MOI', ...counted })).toEqual(expected);
  });

  test('cells count from five on, by month, over eight fields and no more; the marks of vulnerability are prohibited', () => {
    for (const [who, partner] of [
      ['ME-BP', 'AL'],
      ['AL-MOI', 'AL'],
      ['RS-BP', 'MK'],
      ['BA-BP', 'RS'],
    ] as const) {
      const { countMin, fields, bars } = shown({ who, ...counted }, partner);
      expect(countMin).toBe(5);
      expect(fields.detectedAt).toBe('GENERALISED month');
      expect(fieldsLike(fields, 'CLEAR').sort()).toEqual(
        ['indicator', 'route', 'borderSection', 'direction', 'nationality', 'sex', 'personsCount'].sort(),
      );
      expect(bars.flatMap((bar) => bar.fields ?? []).sort()).toEqual(['biometricsHeld', 'minorStatus']);
    }
  });

  test('the European agency counts from ten on, for risk analysis only, and reads no record', () => {
    const risk = { who: 'EU-BCG', action: 'AGGREGATE', purpose: 'RISK_ANALYSIS' } as const;
    for (const partner of partners) expect(shown(risk, partner).countMin).toBe(10);
    const refused = (reason: string) => Object.fromEntries(partners.map((partner) => [partner, reason]));
    expect(answers({ ...risk, purpose: 'STATISTICS_REPORTING' })).toEqual(refused('PURPOSE_NOT_PERMITTED'));
    expect(answers({ ...risk, action: 'READ' })).toEqual(refused('ACTION_NOT_PERMITTED'));
  });

  test('everybody else reads the published counts, all fields clear, for two purposes', () => {
    for (const who of [...OWNERS, 'AL-MOI']) {
      for (const purpose of ['RISK_ANALYSIS', 'STATISTICS_REPORTING']) {
        const { fields } = shown({ who, purpose, of: 'DetectionCount' }, 'EU');
        expect(new Set(Object.values(fields))).toEqual(new Set(['CLEAR']));
      }
      expect(answers({ who, purpose: SURVEILLANCE, of: 'DetectionCount' })).toEqual({ EU: 'PURPOSE_NOT_PERMITTED' });
    }
  });
});

describe('hit or no hit on travel documents', () => {
  const match = { action: 'MATCH', purpose: 'FIRST_LINE_CHECK', of: 'TravelDocumentAlert' } as const;
  const permitted = (who: string): string[] =>
    set.versions
      .filter((version) => statusAt(version, set.acts, [], facts.now) === 'IN_FORCE')
      .flatMap(({ terms }) => terms.clauses)
      .filter((clause) => clause.kind === 'PERMISSION' && clause.action === 'MATCH')
      .flatMap(({ assigner, assignee, mutual }) => [
        ...(assignee === who ? [assigner] : []),
        ...(mutual && assigner === who ? [assignee] : []),
      ])
      .sort();

  test('is permitted between AL and ME, from AL to MK, and between XK and MK', () => {
    expect(Object.fromEntries(OWNERS.map((who) => [who, permitted(who)]))).toEqual({
      'AL-BMP': ['ME-BP'],
      'BA-BP': [],
      'ME-BP': ['AL-BMP'],
      'MK-BP': ['AL-BMP', 'XK-BP'],
      'RS-BP': [],
      'XK-BP': ['MK-BP'],
    });
  });

  test('MK asks AL for at most 200 values a day', () => {
    const [clause] = termsOf('AGR-2024-004').clauses;
    expect(clause?.kind === 'PERMISSION' && clause.constraints.quota).toEqual({ values: 200, per: 'day' });
  });

  test('a right to match opens no record', () => {
    for (const who of OWNERS) {
      const read = answers({ ...match, who, action: 'READ' });
      expect(Object.values(read).filter((answer) => answer === 'GRANTED')).toEqual([]);
    }
  });
});
