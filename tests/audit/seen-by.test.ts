/** What of an entry each agency may read, over random entries: marks tell whose every piece of it is. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bodyOf, contentFrom, contentOf } from '../../src/audit/entry.js';
import { entrySeenBy, type StoredBody, seenBy } from '../../src/audit/seen-by.js';
import type { LedgerAsk, LedgerEntry, LedgerLine } from '../../src/domain/ledger.js';
import type { VisibleEntry } from '../../src/domain/ledger-view.js';
import { sampleEntry } from './sample-entry.js';

const OWNERS = ['AA-ONE', 'BB-TWO', 'CC-THREE', 'DD-FOUR'] as const;
const REQUESTERS = ['ZZ-ASKER', ...OWNERS.slice(0, 2)] as const;
const STRANGER = 'QQ-NOBODY';
const AT = new Date('2026-11-24T10:00:00.000Z');

/** Everything in a line about an owner's database carries the owner's mark, in small letters. */
const markOf = (owner: string): string => `mark-${owner.toLowerCase()}`;

const lineOf = (owner: string): fc.Arbitrary<LedgerLine> =>
  fc.record({
    database: fc.constantFrom(`${owner}-FIRST`, `${owner}-SECOND`),
    owner: fc.constant(owner),
    outcome: fc.constantFrom('ANSWERED', 'PARTIAL', 'WITHHELD', 'UNAVAILABLE'),
    reason: fc.constantFrom(null, 'NO_AGREEMENT'),
    basis: fc.constant([{ agreement: markOf(owner), version: 1, article: '1' }]),
    records: fc.constantFrom(null, 0, 2),
    disclosed: fc.constantFrom([], [{ id: `id-${markOf(owner)}`, version: 3 }]),
  }) as fc.Arbitrary<LedgerLine>;

const linesArbitrary: fc.Arbitrary<readonly LedgerLine[]> = fc
  .subarray([...OWNERS])
  .chain((owners) => fc.tuple(...owners.map(lineOf)) as unknown as fc.Arbitrary<readonly LedgerLine[]>);

const askArbitrary: fc.Arbitrary<LedgerAsk> = fc.record({
  action: fc.constantFrom('READ', 'AGGREGATE'),
  recordType: fc.constant('Visit'),
  selectedFields: fc.constant(['a']),
  touchedFields: fc.constant([]),
  lines: linesArbitrary,
}) as fc.Arbitrary<LedgerAsk>;

const entryArbitrary: fc.Arbitrary<LedgerEntry> = fc
  .record({ agency: fc.constantFrom(null, ...REQUESTERS), asks: fc.array(askArbitrary, { maxLength: 4 }) })
  .map((changes) =>
    sampleEntry({
      ...changes,
      requestId: randomUUID(),
      person: 'mark-person',
      justification: 'because mark-person says so',
      operation: { name: 'mark-request', hash: 'mark-request' },
      errorCode: 'mark-request',
      subject: { of: 'mark-request' },
      durationMs: 987_654,
    }),
  );

let salts = 0;
const nextSalt = (): string => {
  salts += 1;
  return String(salts).padStart(32, '0');
};
const stored = (entry: LedgerEntry): StoredBody => {
  const { body } = bodyOf(entry, nextSalt);
  return { sequence: 7, at: AT, body };
};
const holds = (property: fc.IProperty<[LedgerEntry]>): void => fc.assert(property, { seed: 4_711, numRuns: 300 });
const isParty = ({ agency, asks }: LedgerEntry, reader: string): boolean =>
  agency === reader || asks.some(({ lines }) => lines.some(({ owner }) => owner === reader));

describe('of an entry', () => {
  test('whoever neither asked nor was asked reads nothing', () => {
    holds(
      fc.property(entryArbitrary, (entry) => {
        const { body } = stored(entry);
        for (const reader of [STRANGER, ...OWNERS].filter((one) => !isParty(entry, one))) {
          expect([
            seenBy({ sequence: 7, at: AT, body }, reader),
            entrySeenBy({ sequence: 7, at: AT, body }, reader),
          ]).toEqual([undefined, undefined]);
        }
      }),
    );
  });

  test('an owner reads nothing of the request, and of no other owner', () => {
    let seen = 0;
    holds(
      fc.property(entryArbitrary, (entry) => {
        for (const reader of OWNERS.filter((one) => one !== entry.agency && isParty(entry, one))) {
          seen += 1;
          const view = JSON.stringify(seenBy(stored(entry), reader));
          const foreign = OWNERS.filter((one) => one !== reader && one !== entry.agency);
          for (const mark of [
            'mark-request',
            '987654',
            'padding',
            entry.requestId,
            ...foreign,
            ...foreign.map(markOf),
          ]) {
            expect([reader, mark, view.includes(mark)]).toEqual([reader, mark, false]);
          }
          expect(view).toContain(markOf(reader));
        }
      }),
    );
    expect(seen).toBeGreaterThan(300);
  });

  test('an owner reads which person asked, and why, only where a line of its own speaks of an agreement', () => {
    const seen = { told: 0, untold: 0 };
    holds(
      fc.property(entryArbitrary, (entry) => {
        for (const reader of OWNERS.filter((one) => one !== entry.agency && isParty(entry, one))) {
          const own = entry.asks.flatMap(({ lines }) => lines).filter(({ owner }) => owner === reader);
          const isTold = own.some(({ reason }) => reason !== 'NO_AGREEMENT');
          seen[isTold ? 'told' : 'untold'] += 1;
          const view = seenBy(stored(entry), reader);
          expect(JSON.stringify(view).includes('mark-person')).toBe(isTold);
          const { person, justification } = isTold ? entry : { person: null, justification: null };
          expect(view?.seen).toMatchObject({ person, justification, agency: entry.agency, purpose: entry.purpose });
        }
      }),
    );
    expect(Math.min(seen.told, seen.untold)).toBeGreaterThan(50);
  });

  test('a requester reads all but which records, unless they are its own', () => {
    holds(
      fc.property(entryArbitrary, (entry) => {
        if (entry.agency === null) return;
        const view = seenBy(stored(entry), entry.agency);
        const { requestId: _, asks, ...kept } = entry;
        expect(view?.seen).toMatchObject({ ...kept, perspective: 'OWN' });
        expect(view?.seen.asks.map(({ lines }) => lines.map(({ database }) => database))).toEqual(
          asks.map(({ lines }) => lines.map(({ database }) => database)),
        );
        const text = JSON.stringify(view);
        for (const owner of OWNERS.filter((one) => one !== entry.agency)) {
          expect(text.includes(`id-${markOf(owner)}`)).toBe(false);
        }
      }),
    );
  });

  test('every part that is read is proved by its path, and the view is the list’s', () => {
    holds(
      fc.property(entryArbitrary, (entry) => {
        const body = stored(entry);
        const content = contentOf(body.body);
        for (const reader of [...new Set([...OWNERS, ...REQUESTERS])]) {
          const view: VisibleEntry | undefined = seenBy(body, reader);
          expect(view?.parts.map(({ text, path }) => contentFrom(text, path)) ?? []).toEqual(
            (view?.parts ?? []).map(() => content),
          );
          expect(entrySeenBy(body, reader)).toEqual(view?.seen);
        }
      }),
    );
  });
});
