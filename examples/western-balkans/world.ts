/**
 * The records of the demo world, database by database, as lines of NDJSON: what the ordinary import reads.
 * Pure: the same figures, size and time zone give the same bytes everywhere.
 */
import { invariant } from '../../src/support/unreachable.js';
import { borderCrossing } from './border-crossings.js';
import { detectionCount } from './detections.js';
import { documentAlert } from './document-alerts.js';
import { countOfOwner, type Era, eraOf, eventsOfOwner } from './events.js';
import {
  type Cell,
  cellsOfYear,
  cutFigures,
  type Figures,
  monthTotalsOfYear,
  yearsByMonthOnly,
  yearsByNationality,
} from './figures.js';
import type { WorldRegistry } from './registry.js';
import { vehicleAlert } from './vehicles.js';

/** `small`: events from 2023 on · `large`: all years · `tests`: as `small`, cut down to some hundred records per database. */
export const WORLD_SIZES = ['tests', 'small', 'large'] as const;
export type WorldSize = (typeof WORLD_SIZES)[number];

/** events of all six owners together in the world of the tests */
export const TEST_EVENTS = 4_000;
const ALERTS: Readonly<Record<WorldSize, number>> = { tests: 120, small: 400, large: 400 };
const VEHICLES: Readonly<Record<WorldSize, number>> = { tests: 120, small: 300, large: 300 };
/** characters of a chunk of lines: fewer, larger chunks keep an upload busy without holding much */
const CHUNK_CHARACTERS = 65_536;

export interface WorldDatabase {
  readonly code: string;
  readonly owner: string;
  readonly recordType: string;
  /** how many records `lines` gives */
  readonly records: number;
  /** the records one by one */
  rows(): Iterable<Readonly<Record<string, unknown>>>;
  /** the same as NDJSON, in chunks of whole lines */
  lines(): AsyncIterable<string>;
}

export interface WorldOptions {
  readonly figures: Figures;
  readonly registry: WorldRegistry;
  readonly size: WorldSize;
  /** the hub's time zone: in it the events' months are those of the figures */
  readonly timeZone: string;
}

/** Every shared database of the registry with its records. */
export function createWorld(options: WorldOptions): readonly WorldDatabase[] {
  const eras = erasOf(options.figures, options.size);
  return options.registry.databases.map((database) => {
    const { records, rows } = contentOf(database, eras, options);
    return {
      code: database.code,
      owner: database.owner,
      recordType: database.recordType,
      records,
      rows,
      lines: () => linesOf(rows()),
    };
  });
}

interface Content {
  readonly records: number;
  readonly rows: () => Iterable<Readonly<Record<string, unknown>>>;
}

function contentOf(database: WorldRegistry['databases'][number], eras: readonly Era[], options: WorldOptions): Content {
  const { owner } = database;
  const partner = options.registry.agencies.find((agency) => agency.code === owner)?.partner;
  invariant(partner !== undefined, `the owner of \`${database.code}\` is registered`);
  switch (database.recordType) {
    case 'BorderCrossing':
      return crossingsOf(owner, eras, options.timeZone);
    case 'TravelDocumentAlert': {
      const issuingState = ISSUING_STATES[partner];
      invariant(issuingState !== undefined, `the travel documents of \`${partner}\` have a code`);
      return numbered(ALERTS[options.size], (number) =>
        documentAlert({ agency: owner, partner, issuingState }, number),
      );
    }
    case 'VehicleOfInterest':
      return numbered(VEHICLES[options.size], (number) => vehicleAlert(partner, number));
    case 'DetectionCount': {
      const cells = publishedCells(options.figures);
      return numbered(cells.length, (number) => detectionCount(cells[number] as Cell));
    }
    default:
      throw new Error(`the demo has no records of type \`${database.recordType}\``);
  }
}

/** What the travel documents of a partner have as their issuing state (ICAO 9303; XKX is user-assigned). */
const ISSUING_STATES: Readonly<Record<string, string>> = {
  AL: 'ALB',
  BA: 'BIH',
  ME: 'MNE',
  MK: 'MKD',
  RS: 'SRB',
  XK: 'XKX',
};

/** The published counts in full, in every size: fitted by month and nationality where both were published, else by month. */
function publishedCells(figures: Figures): Cell[] {
  return [
    ...yearsByMonthOnly(figures).flatMap((year) => monthTotalsOfYear(figures, year)),
    ...yearsByNationality(figures).flatMap((year) => cellsOfYear(figures, year)),
  ];
}

function erasOf(figures: Figures, size: WorldSize): Era[] {
  const of = (shown: Figures, years: readonly number[]) => years.flatMap((year) => cellsOfYear(shown, year));
  const recent = size === 'tests' ? cutFigures(figures, TEST_EVENTS) : figures;
  const eras = [eraOf('from 2023', of(recent, yearsByNationality(recent)))];
  return size === 'large' ? [eraOf('before 2023', of(figures, yearsByMonthOnly(figures))), ...eras] : eras;
}

function crossingsOf(owner: string, eras: readonly Era[], timeZone: string): Content {
  return {
    records: eras.reduce((sum, era) => sum + countOfOwner(era, owner), 0),
    rows: function* () {
      for (const era of eras)
        for (const event of eventsOfOwner(era, owner, timeZone)) yield borderCrossing(owner, event);
    },
  };
}

function numbered(records: number, rowOf: (number: number) => Readonly<Record<string, unknown>>): Content {
  return {
    records,
    rows: function* () {
      for (let number = 0; number < records; number += 1) yield rowOf(number);
    },
  };
}

async function* linesOf(rows: Iterable<Readonly<Record<string, unknown>>>): AsyncGenerator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += `${JSON.stringify(row)}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
