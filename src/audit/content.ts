import { hash } from 'node:crypto';
import { leafHashOfText, nodeHash } from './merkle-tree.js';

/** Levels of hashing above the parts of an entry: 5 are enough for 32 of them, and entries with more have more. */
const LEVELS_MIN = 5;
const DUMMY_PREFIX = '\x02';

/**
 * The hash an entry's leaf stands for: the root over its parts, each with a salt of its own, so that one part can be shown
 * and proved without another.
 *
 * Each level is sorted and paired; the odd one out is paired with a dummy drawn from `padding`. A path therefore says neither
 * how many parts there are nor where among them this one stood: whoever sees the line about its own database cannot tell how
 * many others were asked.
 *
 * @param texts exact texts of the parts
 * @param padding random text that only readers of the whole entry know
 * @returns 32 bytes
 */
export function contentOfParts(texts: readonly string[], padding: string): Uint8Array {
  let level = texts.map(commitmentOf);
  for (let depth = 0; depth < LEVELS_MIN || level.length > 1; depth += 1) level = parents(level, padding, depth);
  const [root] = level;
  if (root === undefined) throw new Error('an entry has at least one part');
  return root;
}

/**
 * The siblings that lead from one part to the content, lowest first, 32 bytes each.
 * @throws if `text` is not among `texts`
 */
export function pathToContent(texts: readonly string[], padding: string, text: string): readonly Uint8Array[] {
  let level = texts.map(commitmentOf);
  let node = commitmentOf(text);
  const path: Uint8Array[] = [];
  for (let depth = 0; depth < LEVELS_MIN || level.length > 1; depth += 1) {
    const ordered = padded(level, padding, depth);
    const place = ordered.findIndex((one) => compared(one, node) === 0);
    const sibling = ordered[place % 2 === 0 ? place + 1 : place - 1];
    if (place === -1 || sibling === undefined) throw new Error('the text is no part of this entry');
    path.push(sibling);
    node = paired(node, sibling);
    level = pairs(ordered);
  }
  return path;
}

/** The content a part and its path lead to, 32 bytes; the right one only if both are genuine. */
export function contentFromPath(text: string, path: readonly Uint8Array[]): Uint8Array {
  return path.reduce(paired, commitmentOf(text));
}

const commitmentOf = (text: string): Uint8Array => leafHashOfText(text);

const parents = (level: readonly Uint8Array[], padding: string, depth: number): Uint8Array[] =>
  pairs(padded(level, padding, depth));

function padded(level: readonly Uint8Array[], padding: string, depth: number): Uint8Array[] {
  const all = level.length % 2 === 0 ? [...level] : [...level, dummy(padding, depth)];
  return all.sort(compared);
}

function pairs(ordered: readonly Uint8Array[]): Uint8Array[] {
  const nodes: Uint8Array[] = [];
  for (let at = 0; at < ordered.length; at += 2) {
    nodes.push(nodeHash(ordered[at] as Uint8Array, ordered[at + 1] as Uint8Array));
  }
  return nodes;
}

const paired = (a: Uint8Array, b: Uint8Array): Uint8Array => (compared(a, b) <= 0 ? nodeHash(a, b) : nodeHash(b, a));

function dummy(padding: string, depth: number): Uint8Array {
  return hash('sha256', `${DUMMY_PREFIX}${padding}${depth}`, 'buffer');
}

function compared(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
