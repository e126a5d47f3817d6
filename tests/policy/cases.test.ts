// Runs every case of cases/*.yaml: given agreements and acts, when somebody asks, want the decision and what rows show.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Action } from '../../src/domain/action.js';
import type { Decision, Grant } from '../../src/domain/decision.js';
import { REASON_CODES } from '../../src/domain/reasons.js';
import { fieldOf, type Value } from '../../src/domain/record-type.js';
import { decide } from '../../src/policy/decide.js';
import { view } from '../../src/policy/view.js';
import { type ActNote, type AgreementNote, actFrom, rowFrom, type TreatmentNote, versionFrom } from './notation.js';
import { DATABASES, STANDARD, TIME_ZONE } from './world.js';

interface Case {
  description: string;
  /** names under `agreements` of the file; every one of them if left out */
  given?: string[];
  acts?: ActNote[];
  when: {
    who: string;
    at?: string;
    purpose?: string;
    action?: Action;
    recordType?: string;
    justification?: string;
    databases?: string[];
    /** ids of quota accounts that hold too little */
    exhausted?: string[];
  };
  /** per database: a reason code, OWNED, a reason with the clauses behind it, or what is granted */
  want: Record<string, string | WantedMiss | WantedGrant>;
  validity?: { from: string | null; until: string | null };
}

interface WantedMiss {
  withheld: string;
  behind: string[];
  /** null: that is not known */
  resetsAt?: string | null;
}

interface WantedGrant {
  under: string[];
  barred?: string[];
  missed?: string;
  resetsAt?: string;
  rows?: { row: Record<string, Value>; shows: 'INVISIBLE' | Record<string, TreatmentNote | { is: Value }> }[];
}

interface CaseFile {
  agreements: Record<string, AgreementNote>;
  cases: Case[];
}

const folder = new URL('cases/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

function instantOf({ when }: Pick<Case, 'when'>): Date {
  return new Date(when.at ?? '2024-06-01T10:00:00Z');
}

function decided({ given, acts = [], when }: Case, agreements: CaseFile['agreements']): Decision {
  const names = given ?? Object.keys(agreements);
  const { recordType: typeName = 'BorderCrossing' } = when;
  const recordType = STANDARD.recordTypes.find(({ name }) => name === typeName);
  if (recordType === undefined) throw new Error(`no record type ${typeName}`);
  return decide(
    {
      agency: when.who,
      action: when.action ?? 'READ',
      purpose: when.purpose ?? 'BORDER_SURVEILLANCE',
      recordType: typeName,
      ...(when.justification === undefined ? {} : { justification: when.justification }),
      ...(when.databases === undefined ? {} : { databases: when.databases }),
    },
    {
      set: {
        version: '7',
        versions: names.map((name) => versionFrom(name, agreements[name]!)),
        acts: acts.map(actFrom),
      },
      databases: DATABASES,
      recordType,
      standard: STANDARD,
      now: instantOf({ when }),
      ...(when.exhausted === undefined ? {} : { exhausted: new Set(when.exhausted) }),
    },
  );
}

const basisText = ({ agreement, article }: { agreement: string; article: string }): string => `${agreement} ${article}`;

function checkGrant(grant: Grant, want: Case['want'][string], now: Date): void {
  if (typeof want === 'string') {
    expect(grant.kind === 'WITHHELD' ? grant.reason : grant.kind).toBe(want);
    return;
  }
  if ('withheld' in want) {
    expect(grant.kind === 'WITHHELD' ? grant : grant.kind).toMatchObject({ reason: want.withheld });
    expect(grant.kind === 'WITHHELD' && grant.basis.map(basisText)).toEqual(want.behind);
    if (want.resetsAt !== undefined) {
      const reset = want.resetsAt === null ? undefined : new Date(want.resetsAt);
      expect(grant.kind === 'WITHHELD' && grant.resetsAt).toEqual(reset);
    }
    return;
  }
  expect(grant.kind).toBe('GRANTED');
  if (grant.kind !== 'GRANTED') return;
  expect(grant.candidates.map(({ basis }) => basisText(basis))).toEqual(want.under);
  expect(grant.bars.map(({ basis }) => basisText(basis))).toEqual(want.barred ?? []);
  expect(grant.missed?.reason).toBe(want.missed);
  if (want.resetsAt !== undefined) expect(grant.missed?.resetsAt).toEqual(new Date(want.resetsAt));
  for (const { row, shows } of want.rows ?? []) checkRow(grant, row, shows, now);
}

function checkRow(
  grant: Grant,
  row: Record<string, Value>,
  shows: NonNullable<WantedGrant['rows']>[number]['shows'],
  now: Date,
): void {
  const recordType = STANDARD.recordTypes.find(({ name }) => name === grant.database.recordType)!;
  const beside = { pseudonym: (value: string) => `psn_(${value})`, now };
  const shown = view(grant, rowFrom(row), recordType, TIME_ZONE, beside);
  if (shows === 'INVISIBLE') {
    expect(shown).toBeNull();
    return;
  }
  for (const [name, want] of Object.entries(shows)) {
    fieldOf(recordType, name);
    const field = shown?.fields[name];
    if (typeof want === 'string') expect({ [name]: field?.treatment.kind }).toEqual({ [name]: want });
    else if ('is' in want) expect({ [name]: field?.value }).toEqual({ [name]: want.is });
    else expect({ [name]: field?.treatment }).toEqual({ [name]: { kind: 'GENERALISED', step: want.GENERALISED } });
  }
}

const reasonsSeen = new Set<string>();
let casesSeen = 0;

for (const name of files) {
  const { agreements, cases } = parse(readFileSync(new URL(name, folder), 'utf8')) as CaseFile;
  describe(name.replace('.yaml', '').replaceAll('-', ' '), () => {
    test.each(cases.map((one) => [one.description, one] as const))('%s', (_description, one) => {
      const decision = decided(one, agreements);
      for (const [code, want] of Object.entries(one.want)) {
        const grant = decision.grants.find(({ database }) => database.code === code);
        expect(grant).toBeDefined();
        checkGrant(grant!, want, instantOf(one));
        if (typeof want === 'string') reasonsSeen.add(want);
        else if ('withheld' in want) reasonsSeen.add(want.withheld);
      }
      const instant = (text: string | null): Date | null => (text === null ? null : new Date(text));
      if (one.validity === undefined) return;
      expect(decision.validFrom).toEqual(instant(one.validity.from));
      expect(decision.validUntil).toEqual(instant(one.validity.until));
    });
    casesSeen += cases.length;
  });
}

test('the cases reach every reason a database can be withheld for', () => {
  expect(casesSeen).toBeGreaterThanOrEqual(40);
  const reachable = REASON_CODES.slice(REASON_CODES.indexOf('NO_AGREEMENT'), REASON_CODES.indexOf('FIELD_NOT_SHARED'));
  const constraints = ['OUTSIDE_TIME_WINDOW', 'QUOTA_EXHAUSTED', 'REGIME_MISMATCH', 'OWNER_APPROVAL_REQUIRED'];
  expect([...reachable, ...constraints].filter((reason) => !reasonsSeen.has(reason))).toEqual([]);
});
