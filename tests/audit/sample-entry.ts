/** Entries for the ledger's tests. They name nobody and nothing real. */
import { randomUUID } from 'node:crypto';
import type { LedgerEntry } from '../../src/domain/ledger.js';

/** A page of records that was answered; `changes` are laid over it. */
export function sampleEntry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    requestId: randomUUID(),
    agency: 'ME-BP',
    person: 'officer-7',
    roles: ['ANALYST'],
    purpose: 'BORDER_SURVEILLANCE',
    regime: 'LED',
    justification: null,
    action: 'READ',
    operation: { name: 'Page', hash: null },
    outcome: 'ANSWERED',
    errorCode: null,
    asks: [
      {
        action: 'READ',
        recordType: 'BorderCrossing',
        selectedFields: ['nationality', 'detectedAt'],
        touchedFields: ['borderSection'],
        lines: [
          {
            database: 'AL-BORDER-CROSSINGS',
            owner: 'AL-BMP',
            outcome: 'ANSWERED',
            reason: null,
            basis: [{ agreement: 'AGR-2024-002', version: 1, article: '3.1' }],
            records: 2,
            disclosed: [
              { id: '812', version: 1 },
              { id: '-3', version: 4 },
            ],
          },
        ],
      },
    ],
    subject: {},
    durationMs: 3,
    ...changes,
  };
}
