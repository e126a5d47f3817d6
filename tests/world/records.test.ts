import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { NAMED_SECTION_MIN, NAMED_SECTIONS } from '../../examples/western-balkans/allot.js';
import { createWorld, type WorldDatabase } from '../../examples/western-balkans/world.js';
import { OWNERS, recordsOf, testWorld, WORLD_TIME_ZONE, worldFiles } from '../world.js';

type Row = Readonly<Record<string, unknown>>;

const small = createWorld({ ...worldFiles(), size: 'small', timeZone: WORLD_TIME_ZONE });
const rowsOfType = (recordType: string, world: readonly WorldDatabase[] = small): Row[] =>
  world.filter((database) => database.recordType === recordType).flatMap((database) => [...database.rows()]);
const textsOf = (rows: readonly Row[], field: string): string[] =>
  rows.flatMap((row) => (row[field] === undefined ? [] : [String(row[field])]));
/** The texts that are not of this form: an expectation that names what it found. */
const unlike = (texts: readonly string[], form: RegExp): string[] =>
  texts.filter((text) => !form.test(text)).slice(0, 3);

const isOf = (prefix: string, row: Row): boolean => String(row.nationalReference).startsWith(prefix);

const crossings = rowsOfType('BorderCrossing');
const alerts = rowsOfType('TravelDocumentAlert');
const vehicles = rowsOfType('VehicleOfInterest');

describe('no record could be somebody', () => {
  test('every name bears the mark that no name has', () => {
    const names = [
      ...textsOf(crossings, 'fullName'),
      ...textsOf(alerts, 'holderName'),
      ...textsOf(vehicles, 'registeredKeeper'),
    ];
    expect(names.length).toBeGreaterThan(120_000);
    expect(unlike(names, /^[A-Z]+QX[A-Z]+, [A-Z]+QX[A-Z]+$/)).toEqual([]);
  });

  test('every reference is marked synthetic', () => {
    const references = textsOf([...crossings, ...alerts, ...vehicles], 'nationalReference');
    expect(unlike(references, /^SYN-(AL|BA|ME|MK|RS|XK)-[0-9A-Z-]+$/)).toEqual([]);
  });

  test('every document number is too long for a travel document, but for the fixed series of alerts', () => {
    expect(unlike(textsOf(crossings, 'documentNumber'), /^SYN\d{7}$/)).toEqual([]);
    expect(unlike(textsOf(alerts, 'documentNumber'), /^SYN[A-Z]{2}\d{6}$|^[A-Z]{2}9000([0-4]\d|50)$/)).toEqual([]);
    expect(unlike(textsOf(alerts, 'blankSeriesFrom'), /^SYN/)).toEqual([]);
  });

  test('every plate is marked, and every vehicle number has letters that such numbers must not have', () => {
    expect(unlike(textsOf(vehicles, 'plateNumber'), /^SYN \d{4}$/)).toEqual([]);
    expect(unlike(textsOf(vehicles, 'vin'), /^SYNOQ\d{12}$/)).toEqual([]);
  });

  test('every contact point is a name that is reserved for examples', () => {
    expect(unlike(textsOf(alerts, 'contactPoint'), /^alerts@[a-z-]+\.example$/)).toEqual([]);
  });
});

describe('the records are plausible', () => {
  test('nobody was detected before being born, nor older than 100', () => {
    const odd = crossings.filter((row) => {
      const years = (Date.parse(String(row.detectedAt)) - Date.parse(String(row.birthDate))) / (365.25 * 86_400_000);
      return !(years > 0 && years < 100);
    });
    expect(odd).toEqual([]);
  });

  test('only the young are minors', () => {
    const odd = crossings.filter((row) => {
      const years = (Date.parse(String(row.detectedAt)) - Date.parse(String(row.birthDate))) / (365.25 * 86_400_000);
      return row.minorStatus !== 'UNKNOWN' && years < 18 !== String(row.minorStatus).endsWith('MINOR');
    });
    expect(odd).toEqual([]);
  });

  test('each owner has its own key only once', () => {
    for (const database of testWorld()) {
      const keys = [...database.rows()].map((row) =>
        row.nationalReference === undefined ? `${row.detectedMonth} ${row.nationality}` : String(row.nationalReference),
      );
      expect(new Set(keys).size).toBe(database.records);
    }
  });

  test('some events lie on the very edges of their month', () => {
    const instants = new Set(textsOf(recordsOf('AL-BORDER-CROSSINGS'), 'detectedAt'));
    expect(instants.has('2022-12-31T23:00:00.000Z')).toBe(true);
    expect(instants.has('2023-03-31T21:59:59.999Z')).toBe(true);
    expect(instants.has('2023-10-31T22:59:59.999Z')).toBe(true);
  });
});

describe('what the agreements speak of is there', () => {
  test('each owner has at least 1,000 events in each section an agreement names', () => {
    for (const section of NAMED_SECTIONS) {
      for (const side of section.split('-')) {
        const own = `SYN-${side}-`;
        const events = crossings.filter((row) => row.borderSection === section && isOf(own, row)).length;
        expect({ section, side, isEnough: events >= NAMED_SECTION_MIN }).toEqual({ section, side, isEnough: true });
      }
    }
  });

  test('sections are named alphabetically, and are the owner’s own', () => {
    for (const owner of OWNERS) {
      const side = owner.slice(0, 2);
      for (const section of new Set(textsOf(recordsOf(`${side}-BORDER-CROSSINGS`), 'borderSection'))) {
        expect(section.split('-').sort().join('-')).toBe(section);
        expect(section.split('-')).toContain(side);
      }
    }
  });

  test('each owner alerts on XX900001 to XX900050 and never on XX999999', () => {
    for (const owner of OWNERS) {
      const partner = owner.slice(0, 2);
      const numbers = new Set(textsOf(recordsOf(`${partner}-DOCUMENT-ALERTS`), 'documentNumber'));
      for (let at = 1; at <= 50; at += 1)
        expect(numbers.has(`${partner}9000${String(at).padStart(2, '0')}`)).toBe(true);
      expect(numbers.has(`${partner}999999`)).toBe(false);
      expect(numbers.size).toBeGreaterThan(50);
    }
  });

  test('the world of the tests has the same databases, with some hundred records each', () => {
    expect(testWorld().map(({ code }) => code)).toEqual(small.map(({ code }) => code));
    for (const { code, records } of testWorld()) expect([code, records > 100 && records < 2_500]).toEqual([code, true]);
  });
});

describe('the same world everywhere', () => {
  test('its bytes do not change from one version to the next unless somebody means it', async () => {
    const hash = createHash('sha256');
    for (const database of testWorld()) for await (const chunk of database.lines()) hash.update(chunk);
    expect(hash.digest('hex')).toBe('38ce983612a093bf410639501fbf460f198e118bd6025b297ce23827fe4ca046');
  });

  test('reading a database twice, or after others, gives the same records', () => {
    expect(recordsOf('XK-BORDER-CROSSINGS')).toEqual(recordsOf('XK-BORDER-CROSSINGS'));
  });
});
