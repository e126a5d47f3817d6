import { describe, expect, test } from '@jest/globals';
import { objectReader } from '../../src/records/validate-row.js';
import { testWorld, worldFiles } from '../world.js';
import { shippedStandard } from '../world-agreements.js';

const standard = shippedStandard();

const recordTypeNamed = (name: string) => standard.recordTypes.find((recordType) => recordType.name === name);

describe('the demo world against the exchange standard', () => {
  test('every shared database is of a record type of the standard', () => {
    for (const { code, recordType } of worldFiles().registry.databases) {
      expect([code, recordTypeNamed(recordType)?.name]).toEqual([code, recordType]);
    }
  });

  test('every record passes the checks of the import', () => {
    for (const database of testWorld()) {
      const recordType = recordTypeNamed(database.recordType);
      if (recordType === undefined) throw new Error(`no record type \`${database.recordType}\``);
      const readRow = objectReader(recordType);
      const problems = [...database.rows()].flatMap((row) => {
        const outcome = readRow(row);
        return outcome.kind === 'problems' ? outcome.problems : [];
      });
      expect([database.code, problems.slice(0, 3)]).toEqual([database.code, []]);
    }
  });

  test('the records of an owner fill every field of their type, if not in every record', () => {
    for (const code of ['RS-BORDER-CROSSINGS', 'RS-DOCUMENT-ALERTS', 'AL-VEHICLES', 'EU-DETECTIONS']) {
      const database = testWorld().find((candidate) => candidate.code === code);
      const filled = new Set([...(database?.rows() ?? [])].flatMap((row) => Object.keys(row)));
      const fields = recordTypeNamed(database?.recordType ?? '')?.fields.map(({ name }) => name) ?? [];
      expect([code, fields.filter((field) => !filled.has(field))]).toEqual([code, []]);
    }
  });
});
