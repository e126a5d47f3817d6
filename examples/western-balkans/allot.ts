/**
 * Which agency detected each event, and on which section of its border. Nothing of this was published: the weights are
 * invented, and only roughly follow where the route runs.
 */
import { apportion, sumOf } from './fit.js';
import { randomOf, shuffle } from './random.js';

/** A place in somebody's responsibility: an owner and one section of its border. */
export interface Post {
  readonly owner: string;
  /** named by both sides, alphabetically */
  readonly section: string;
  /** share of the events, against the other posts */
  readonly weight: number;
}

/** Sections an agreement names. For each owner of one the demo has at least `NAMED_SECTION_MIN` events there. */
export const NAMED_SECTIONS = ['AL-ME', 'AL-XK', 'BA-RS', 'ME-RS', 'MK-RS', 'MK-XK'] as const;

/** events of the full demo (123,963 of them) in each named section, for each of its two owners */
export const NAMED_SECTION_MIN = 1_000;

export const POSTS: readonly Post[] = [
  { owner: 'AL-BMP', section: 'AL-GR', weight: 5 },
  { owner: 'AL-BMP', section: 'AL-ME', weight: 3 },
  { owner: 'AL-BMP', section: 'AL-MK', weight: 2 },
  { owner: 'AL-BMP', section: 'AL-XK', weight: 2 },
  { owner: 'BA-BP', section: 'BA-HR', weight: 12 },
  { owner: 'BA-BP', section: 'BA-ME', weight: 2 },
  { owner: 'BA-BP', section: 'BA-RS', weight: 6 },
  { owner: 'ME-BP', section: 'AL-ME', weight: 2 },
  { owner: 'ME-BP', section: 'BA-ME', weight: 1.5 },
  { owner: 'ME-BP', section: 'HR-ME', weight: 1 },
  { owner: 'ME-BP', section: 'ME-RS', weight: 1.5 },
  { owner: 'ME-BP', section: 'ME-XK', weight: 0.5 },
  { owner: 'MK-BP', section: 'AL-MK', weight: 1 },
  { owner: 'MK-BP', section: 'BG-MK', weight: 1 },
  { owner: 'MK-BP', section: 'GR-MK', weight: 8 },
  { owner: 'MK-BP', section: 'MK-RS', weight: 4 },
  { owner: 'MK-BP', section: 'MK-XK', weight: 0.5 },
  { owner: 'RS-BP', section: 'BA-RS', weight: 4 },
  { owner: 'RS-BP', section: 'BG-RS', weight: 7 },
  { owner: 'RS-BP', section: 'HR-RS', weight: 4 },
  { owner: 'RS-BP', section: 'HU-RS', weight: 22 },
  { owner: 'RS-BP', section: 'ME-RS', weight: 1 },
  { owner: 'RS-BP', section: 'MK-RS', weight: 4 },
  { owner: 'RS-BP', section: 'RO-RS', weight: 2 },
  { owner: 'RS-BP', section: 'RS-XK', weight: 1 },
  { owner: 'XK-BP', section: 'AL-XK', weight: 1 },
  { owner: 'XK-BP', section: 'ME-XK', weight: 0.5 },
  { owner: 'XK-BP', section: 'MK-XK', weight: 0.5 },
  { owner: 'XK-BP', section: 'RS-XK', weight: 0.5 },
];

export function isNamed(post: Post): boolean {
  return (NAMED_SECTIONS as readonly string[]).includes(post.section);
}

/**
 * How many events each post gets, in the order of `POSTS`: first the minimum for those an agreement names, the rest by weight.
 *
 * @param total      events in all
 * @param sectionMin events that each post on a named section has at least
 */
export function eventsByPost(total: number, sectionMin: number): number[] {
  const reserved = POSTS.map((post) => (isNamed(post) ? sectionMin : 0));
  const rest = apportion(
    POSTS.map((post) => post.weight),
    total - sumOf(reserved),
  );
  return reserved.map((events, at) => events + (rest[at] as number));
}

/** For each event in turn, the place of its post in `POSTS`: the counts exactly, the order by chance of the named source. */
export function allotPosts(total: number, sectionMin: number, name: string): Uint8Array {
  const posts = new Uint8Array(total);
  let from = 0;
  eventsByPost(total, sectionMin).forEach((events, post) => {
    posts.fill(post, from, from + events);
    from += events;
  });
  shuffle(posts, randomOf(name));
  return posts;
}
