/**
 * One event for each published detection, and who has it. Months, nationalities and owners are settled here by whole-number
 * tables; what else a record says is invented later, event by event.
 */
import { allotPosts, NAMED_SECTION_MIN, POSTS } from './allot.js';
import { type MonthSpan, spanOfMonth } from './calendar.js';
import type { Cell } from './figures.js';
import { sumOf } from './fit.js';

/** events of the full demo from 2023 on: what `NAMED_SECTION_MIN` is meant for */
const FULL_DEMO_EVENTS = 123_963;

/** Years that are allotted together. The large demo adds an era before the small one's, and changes nothing in that. */
export interface Era {
  /** names its source of chance */
  readonly name: string;
  readonly cells: readonly Cell[];
  /** the post of each event, in the order of the cells, as a place in `POSTS` */
  readonly posts: Uint8Array;
}

/** One detection of one owner. */
export interface CrossingEvent {
  /** names its source of chance: the era, and its number there */
  readonly era: string;
  readonly number: number;
  readonly year: number;
  readonly month: number;
  readonly span: MonthSpan;
  readonly section: string;
  readonly nationality: string;
  /** 0, 1, 2 … among the owner's events of that month */
  readonly sequence: number;
  /** how many events the owner has in that month */
  readonly ofMonth: number;
}

export function eraOf(name: string, cells: readonly Cell[]): Era {
  const total = sumOf(cells.map((cell) => cell.detections));
  const sectionMin = Math.ceil((NAMED_SECTION_MIN * Math.min(total, FULL_DEMO_EVENTS)) / FULL_DEMO_EVENTS);
  return { name, cells, posts: allotPosts(total, sectionMin, `${name} posts`) };
}

/** How many events of an era are the owner's. */
export function countOfOwner(era: Era, owner: string): number {
  const own = ownPosts(owner);
  return era.posts.reduce((count, post) => count + (own[post] ? 1 : 0), 0);
}

/** The owner's events of an era, in the order of months and nationalities. */
export function* eventsOfOwner(era: Era, owner: string, timeZone: string): Generator<CrossingEvent> {
  const own = ownPosts(owner);
  const monthCounts = countsByMonth(era, own);
  let number = 0;
  let month = '';
  let sequence = 0;
  let span: MonthSpan | undefined;
  for (const cell of era.cells) {
    const cellMonth = monthKey(cell);
    if (cellMonth !== month || span === undefined) {
      month = cellMonth;
      sequence = 0;
      span = spanOfMonth(cell.year, cell.month, timeZone);
    }
    for (const end = number + cell.detections; number < end; number += 1) {
      const post = era.posts[number] as number;
      if (!own[post]) continue;
      const { section } = POSTS[post] as (typeof POSTS)[number];
      const { year, nationality } = cell;
      const ofMonth = monthCounts.get(month) ?? 0;
      yield { era: era.name, number, year, month: cell.month, span, section, nationality, sequence, ofMonth };
      sequence += 1;
    }
  }
}

function countsByMonth(era: Era, own: readonly boolean[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  let number = 0;
  for (const cell of era.cells) {
    let count = counts.get(monthKey(cell)) ?? 0;
    for (const end = number + cell.detections; number < end; number += 1)
      if (own[era.posts[number] as number]) count += 1;
    counts.set(monthKey(cell), count);
  }
  return counts;
}

function ownPosts(owner: string): readonly boolean[] {
  return POSTS.map((post) => post.owner === owner);
}

function monthKey(cell: Cell): string {
  return `${cell.year}-${cell.month}`;
}
